package server

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/clinicpro/photobridge/gateway/record"
	"github.com/clinicpro/photobridge/gateway/smart"
	"github.com/clinicpro/photobridge/shared"
)

// launchMedtech opens the desk page for the patient that is selected in Medtech
// Evolution. The page's address contains a random id and nothing about the patient.
func (s *Server) launchMedtech(w http.ResponseWriter, r *http.Request) {
	if s.Medtech == nil {
		s.explain(w, r, codeNotFound)
		return
	}
	if !s.limits.launch(r) {
		s.explain(w, r, codeTooMany)
		return
	}
	launchContext, signature := base64Of(r, "context"), base64Of(r, "signature")
	if len(launchContext) > maxLaunchValue || len(signature) > maxLaunchValue {
		s.fail(w, r, &record.Error{Code: record.LaunchInvalid, Err: errors.New("context or signature is too long")})
		return
	}
	launch, err := s.Medtech.DecodeLaunch(r.Context(), launchContext, signature)
	if err == nil {
		err = s.use("medtech " + meaning(launchContext))
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	patient, err := s.Medtech.Patient(r.Context(), launch.PatientID)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.open(w, r, Session{
		Source:      sourceMedtech,
		Facility:    s.Config.Medtech.Facility,
		PatientID:   launch.PatientID,
		EncounterID: "mt-" + newID(), // Medtech sends no encounter
		Label:       label(patient, s.Config.Label),
		UserID:      cmp.Or(launch.ProviderID, "evolution"),
		Provider:    launch.ProviderID,
	})
}

// maxLaunchValue is far more than a launch value needs, in bytes.
const maxLaunchValue = 4096

// base64Of reads a base64 value from a launch's address. If the sender does not
// escape "+", it arrives as a space.
func base64Of(r *http.Request, name string) string {
	return strings.ReplaceAll(r.URL.Query().Get(name), " ", "+")
}

// meaning returns the same text for all spellings of the same base64, so that a
// launch cannot be used again with another spelling.
func meaning(text string) string {
	plain := strings.NewReplacer("-", "+", "_", "/", "=", "").Replace(text)
	decoded, err := base64.RawStdEncoding.DecodeString(plain)
	if err != nil {
		return text
	}
	return string(decoded)
}

// launchSMART sends the browser to the authorization server.
func (s *Server) launchSMART(w http.ResponseWriter, r *http.Request) {
	if s.SMART == nil {
		s.explain(w, r, codeNotFound)
		return
	}
	if !s.limits.launch(r) {
		s.explain(w, r, codeTooMany)
		return
	}
	iss, launch := r.URL.Query().Get("iss"), r.URL.Query().Get("launch")
	if len(iss) > maxLaunchValue || len(launch) > maxLaunchValue {
		s.fail(w, r, &record.Error{Code: record.LaunchInvalid, Err: errors.New("iss or launch is too long")})
		return
	}
	redirect, pending, err := s.SMART.Begin(r.Context(), iss, launch)
	if err == nil {
		err = s.seals.keep(w, pendingName(pending.State), "/launch/smart/return", pending.Until, pending)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	http.Redirect(w, r, redirect, http.StatusFound)
}

// pendingName returns a cookie name for each launch, so that two launches can run at
// the same time.
func pendingName(state string) string {
	sum := sha256.Sum256([]byte(state))
	return pendingCookie + "-" + hex.EncodeToString(sum[:4])
}

// returnSMART opens the desk page when the authorization server sends the
// browser back.
func (s *Server) returnSMART(w http.ResponseWriter, r *http.Request) {
	if s.SMART == nil {
		s.explain(w, r, codeNotFound)
		return
	}
	pending, err := s.pending(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	launch, err := s.SMART.Finish(r.Context(), pending, r.URL.Query())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	patient, err := s.Records.Patient(r.Context(), launch)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.open(w, r, smartSession(launch, label(patient, s.Config.Label)))
}

// pending returns the launch with which the browser was redirected. It succeeds once.
// The cookie stays for ten minutes, so that a second use is recognised as one.
func (s *Server) pending(r *http.Request) (smart.Pending, error) {
	var pending smart.Pending
	state := r.URL.Query().Get("state")
	name := pendingName(state)
	if s.seals.read(r, name, &pending) != nil {
		return pending, &record.Error{
			Code: record.LaunchForeign,
			Err:  errors.New("the launch did not begin in this browser"),
		}
	}
	return pending, s.use("smart " + state)
}

func smartSession(launch smart.Launch, label string) Session {
	until := launch.ExpiresAt
	encounterID := "sm-" + newID()
	if launch.EncounterID != "" {
		// Two servers may use the same id, so the issuer is part of ours.
		sum := sha256.Sum256([]byte(launch.Server.ISS + " " + launch.EncounterID))
		encounterID = "sm-" + hex.EncodeToString(sum[:16])
	}
	return Session{
		Source:      sourceSMART,
		Facility:    launch.Server.Facility,
		PatientID:   launch.PatientID,
		EncounterID: encounterID,
		Label:       label,
		UserID:      launch.Subject,
		UserName:    launch.Name,
		Provider:    practitionerID(launch.FHIRUser),
		ISS:         launch.Server.ISS,
		Visit:       launch.EncounterID,
		AccessToken: launch.AccessToken,
		Until:       until,
	}
}

// practitionerID returns the id of the Practitioner that fhirUser names, with or
// without a server. It returns "" for other kinds of users.
func practitionerID(fhirUser string) string {
	parts := strings.Split(fhirUser, "/")
	if len(parts) < 2 || parts[len(parts)-2] != "Practitioner" || !shared.ValidID(parts[len(parts)-1]) {
		return ""
	}
	return parts[len(parts)-1]
}

// use fails if value was used before, or if that cannot be checked.
func (s *Server) use(value string) error {
	first, err := s.Used.Use(value)
	switch {
	case err != nil:
		return err
	case !first:
		return &record.Error{Code: record.LaunchReplayed}
	}
	return nil
}

// open stores the launch in the browser and redirects it to the desk page.
func (s *Server) open(w http.ResponseWriter, r *http.Request, session Session) {
	now := s.Now()
	session.ID, session.OpenedAt = newID(), now
	if limit := now.Add(sessionLife); session.Until.IsZero() || session.Until.After(limit) {
		session.Until = limit
	}
	if !shared.ValidID(session.PatientID) {
		s.fail(
			w,
			r,
			&record.Error{
				Code: record.LaunchInvalid,
				Err:  errors.New("the patient's id has characters that cannot be used"),
			},
		)
		return
	}
	if err := s.seals.keepSession(w, session); err != nil {
		s.fail(w, r, err)
		return
	}
	http.Redirect(w, r, pagePath(session.ID), http.StatusSeeOther)
}

// label returns a patient's label with the configured parts: "Jane Example, 14.03.1957,
// ZZZ0016". Of one that is too long for a launch token the name is shortened.
func label(patient record.Patient, parts []string) string {
	known := map[string]string{
		"name": plain(patient.Name), "birthDate": plain(birthDate(patient.BirthDate)), "nhi": plain(patient.NHI),
	}
	join := func() string {
		var shown []string
		for _, part := range parts {
			if known[part] != "" {
				shown = append(shown, known[part])
			}
		}
		return strings.Join(shown, ", ")
	}
	if excess := utf8.RuneCountInString(join()) - shared.MaxLaunchText; excess > 0 {
		known["name"] = shorten(known["name"], max(1, utf8.RuneCountInString(known["name"])-excess))
	}
	return shorten(join(), shared.MaxLaunchText)
}

// plain replaces what the edge refuses in texts by spaces.
func plain(text string) string {
	seen := strings.Map(func(r rune) rune {
		if shared.IsUnseen(r) {
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(seen), " ")
}

// shorten returns at most so many characters of a text. The last one says that some
// are missing.
func shorten(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:most-1])) + "…"
}

// birthDate formats a FHIR date with the day first, as in New Zealand. A date of only
// a year, or a year and a month, is returned unchanged.
func birthDate(text string) string {
	date, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return date.Format("02.01.2006")
}

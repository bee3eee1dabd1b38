package server

import (
	"net/http"
	"path/filepath"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/shared"
)

// tokenLife is how long a launch token is valid. It can be short, because the widget
// requests a new one whenever it needs one.
const tokenLife = 10 * time.Minute

// page serves the desk page to the browser that was launched.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	if _, err := s.seals.session(r); err != nil {
		s.explain(w, r, codeNoLaunch)
		return
	}
	http.ServeFile(w, r, filepath.Join(s.Config.Pages, "desk.html"))
}

// launchInfo is what the desk page shows of its launch.
type launchInfo struct {
	PatientID    string    `json:"patientId"`
	PatientLabel string    `json:"patientLabel"`
	EncounterID  string    `json:"encounterId"`
	OpenedAt     time.Time `json:"openedAt"`
	Until        time.Time `json:"until"`
	Source       string    `json:"source"`
	APIBase      string    `json:"apiBase"`
	// Ticket gives this browser access to the launch's photos when the same patient
	// is launched again. It is sealed.
	Ticket string `json:"ticket"`
}

// describe returns what the page shows.
func (s *Server) describe(w http.ResponseWriter, r *http.Request) {
	session, ok := s.launched(w, r)
	if !ok {
		return
	}
	ticket, err := s.ticket(session)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.respond(w, http.StatusOK, launchInfo{
		PatientID:    session.PatientID,
		PatientLabel: session.Label,
		EncounterID:  session.EncounterID,
		OpenedAt:     session.OpenedAt,
		Until:        session.Until,
		Source:       session.Source,
		APIBase:      s.Config.EdgeURL,
		Ticket:       ticket,
	})
}

// launched returns the page's launch, or responds with an error.
func (s *Server) launched(w http.ResponseWriter, r *http.Request) (Session, bool) {
	session, err := s.seals.session(r)
	if err != nil {
		s.refuse(w, r, codeNoLaunch, 0)
		return Session{}, false
	}
	return session, true
}

// token signs a launch token for the widget on the page.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	session, ok := s.launched(w, r)
	if !ok {
		return
	}
	signed, err := s.launchToken(session, session.EncounterID, session.Label)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.respond(w, http.StatusOK, map[string]string{"launchToken": signed})
}

// launchToken signs a token with which the session's clinician may open an encounter
// of its patient.
func (s *Server) launchToken(session Session, encounterID, label string) (string, error) {
	now := s.Now()
	claims := jwt.MapClaims{
		"sub":          session.UserID,
		"facilityId":   session.Facility,
		"patientId":    session.PatientID,
		"patientLabel": label,
		"encounterId":  encounterID,
		"iat":          now.Unix(),
		"exp":          now.Add(tokenLife).Unix(),
	}
	if name := shorten(plain(session.UserName), shared.MaxLaunchText); name != "" {
		claims["name"] = name
	}
	if shared.ValidID(session.Provider) {
		claims["practitionerId"] = session.Provider
	}
	if s.Config.Audience != "" {
		claims["aud"] = s.Config.Audience
	}
	return s.sign(claims)
}

// sign signs a launch token with the method that the edge is configured to check.
func (s *Server) sign(claims jwt.MapClaims) (string, error) {
	if secret := s.Config.LaunchSecret; secret != "" {
		return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(secret))
	}
	return s.Keys.Launch.Sign(claims)
}

const ticketName = "photobridge-ticket"

// ticketContent is a launch without the credentials that can write into the record.
type ticketContent struct {
	Facility    string    `json:"f"`
	PatientID   string    `json:"p"`
	EncounterID string    `json:"e"`
	Visit       string    `json:"v,omitempty"` // the record's id of the encounter
	Label       string    `json:"l"`
	OpenedAt    time.Time `json:"o"`
	Until       time.Time `json:"u"`
}

func (s *Server) ticket(session Session) (string, error) {
	return s.seals.codec.Encode(ticketName, ticketContent{
		Facility:    session.Facility,
		PatientID:   session.PatientID,
		EncounterID: session.EncounterID,
		Visit:       session.Visit,
		Label:       session.Label,
		OpenedAt:    session.OpenedAt,
		Until:       session.OpenedAt.Add(shared.LaunchMaxTTL), // the longest life of a session on the edge
	})
}

// ticketOf opens a ticket if it belongs to the session's patient and has not expired.
func (s *Server) ticketOf(session Session, sealed string) (ticketContent, bool) {
	var t ticketContent
	err := s.seals.codec.Decode(ticketName, sealed, &t)
	same := t.Facility == session.Facility && t.PatientID == session.PatientID
	return t, err == nil && same && s.Now().Before(t.Until)
}

// earlierLaunch is an earlier launch of the same patient that may have photos left.
type earlierLaunch struct {
	Ticket       string    `json:"ticket"`
	EncounterID  string    `json:"encounterId"`
	PatientLabel string    `json:"patientLabel"`
	OpenedAt     time.Time `json:"openedAt"`
	LaunchToken  string    `json:"launchToken"`
}

// earlier returns the browser's tickets that belong to this patient, each with a
// launch token for its photos. It ignores tickets of other patients.
func (s *Server) earlier(w http.ResponseWriter, r *http.Request) {
	session, ok := s.launched(w, r)
	if !ok {
		return
	}
	var request struct {
		Tickets []string `json:"tickets"`
	}
	if !s.read(w, r, &request) {
		return
	}
	found := []earlierLaunch{}
	for _, sealed := range request.Tickets {
		t, ok := s.ticketOf(session, sealed)
		if !ok || t.EncounterID == session.EncounterID {
			continue
		}
		token, err := s.launchToken(session, t.EncounterID, t.Label)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		found = append(found, earlierLaunch{sealed, t.EncounterID, t.Label, t.OpenedAt, token})
	}
	s.respond(w, http.StatusOK, map[string]any{"earlier": found})
}

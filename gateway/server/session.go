package server

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/securecookie"

	"github.com/clinicpro/photobridge/gateway/record"
)

const (
	// sessionLife is how long a launch is valid: longer than a consultation, shorter
	// than a day.
	sessionLife = 2 * time.Hour
	// maxCookie is the number of bytes that every browser accepts in a cookie. Longer
	// content is split over several cookies, because the access tokens of some
	// servers have thousands of bytes.
	maxCookie = 3800
	maxSealed = 4 * maxCookie

	sessionCookie = "photobridge"
	pendingCookie = "photobridge-launch"
)

// Session is one launch: one patient, one user, one browser. It lives in a
// sealed cookie whose path is the launch's own page, so that two launches in
// two tabs never see each other.
type Session struct {
	ID          string    `json:"id"` // the launch's, part of the page's address
	Source      string    `json:"source"`
	Facility    string    `json:"facility"`
	PatientID   string    `json:"patient"` // the record's id
	EncounterID string    `json:"encounter"`
	Label       string    `json:"label"`
	UserID      string    `json:"user"`
	UserName    string    `json:"userName,omitempty"`
	Provider    string    `json:"provider,omitempty"` // the record's reference or id of the user
	ISS         string    `json:"iss,omitempty"`
	Visit       string    `json:"visit,omitempty"` // the record's id of the encounter
	AccessToken string    `json:"token,omitempty"`
	OpenedAt    time.Time `json:"opened"`
	Until       time.Time `json:"until"`
}

// The record systems that launch the gateway.
const (
	sourceMedtech = "medtech"
	sourceSMART   = "smart"
)

// seals writes and reads sealed cookies.
type seals struct {
	codec  *securecookie.SecureCookie
	secure bool // browsers reach the gateway over https
	now    func() time.Time
}

func newSeals(hash, block []byte, secure bool, now func() time.Time) seals {
	codec := securecookie.New(hash, block)
	codec.SetSerializer(securecookie.JSONEncoder{})
	codec.MaxAge(0) // the content contains its own expiry
	codec.MaxLength(maxSealed)
	return seals{codec, secure, now}
}

// newID returns a random id of 128 bits for addresses.
func newID() string { return strings.ToLower(rand.Text()) }

var errNoSession = errors.New("no session")

// session returns the launch of the request's page. It fails if there is none, if it
// has expired, or if it belongs to another page.
func (s seals) session(r *http.Request) (Session, error) {
	var session Session
	if s.read(r, sessionCookie, &session) != nil {
		return Session{}, errNoSession
	}
	if session.ID != r.PathValue("launch") || !s.now().Before(session.Until) {
		return Session{}, errNoSession
	}
	return session, nil
}

// keepSession stores the launch in the browser.
func (s seals) keepSession(w http.ResponseWriter, session Session) error {
	return s.keep(w, sessionCookie, pagePath(session.ID), session.Until, session)
}

func (s seals) keep(w http.ResponseWriter, name, path string, until time.Time, value any) error {
	sealed, err := s.codec.Encode(name, value)
	if err != nil {
		return &record.Error{Code: record.LaunchInvalid, Err: errors.New("the launch does not fit into cookies")}
	}
	for n := 0; sealed != ""; n++ {
		part := sealed[:min(maxCookie, len(sealed))]
		sealed = sealed[len(part):]
		http.SetCookie(w, &http.Cookie{
			Name: partName(name, n), Value: part, Path: path, Expires: until,
			HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
		})
	}
	return nil
}

// read opens a value that keep sealed.
func (s seals) read(r *http.Request, name string, into any) error {
	sealed := ""
	for n := 0; ; n++ {
		part, err := r.Cookie(partName(name, n))
		if err != nil {
			return s.codec.Decode(name, sealed, into)
		}
		sealed += part.Value
	}
}

// partName returns the name of a part of a long cookie. The first part has the plain
// name.
func partName(name string, n int) string {
	if n == 0 {
		return name
	}
	return name + "." + strconv.Itoa(n)
}

func pagePath(id string) string { return "/desk/" + id + "/" }

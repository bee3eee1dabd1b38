// Package alex is a double of Medtech's ALEX API: the token endpoint, launch
// contexts of Medtech Evolution, patients, and the inbox for scanned documents.
//
// It follows what is published about ALEX (docs/medtech.md) and is strict where
// nothing is known: the real ALEX should accept whatever the double accepts.
package alex

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clinicpro/photobridge/local/fault"
)

// Roles of the vendor profile that the double grants.
const (
	RoleReadPatient = "Patient.read"
	RoleWriteScan   = "Patient.documentreference.scaninbox.write"
	RoleReadScan    = "Patient.documentreference.read"
	RoleLaunch      = "VendorForms.read"
)

// Patient is one invented person. IDs are 32 hexadecimal digits, as ALEX's are.
type Patient struct {
	ID        string
	Family    string
	Given     []string
	BirthDate string // 2006-01-02
	NHI       string
}

// Config holds the double's identity, its clients and its patients.
type Config struct {
	BaseURL      string // its own address, which references must use
	ClientID     string
	ClientSecret string
	Scope        string
	Facility     string // HPI facility id
	Roles        []string
	Patients     []Patient
	Providers    []string
	Now          func() time.Time
}

// Server is the double. It is safe for concurrent use.
type Server struct {
	config Config
	launch launchKeys

	mu     sync.Mutex
	tokens map[string]time.Time // access token → when it expires
	inbox  []Scan
}

// Scan is a document in the inbox of a patient.
type Scan struct {
	ID          string
	PatientID   string
	Identifier  string
	Date        string
	Author      string
	Description string
	ContentType string
	Title       string
	File        []byte
	At          time.Time
}

const tokenLife = 3599 * time.Second

// New returns a double with an empty inbox.
func New(config Config) *Server {
	return &Server{config: config, launch: newLaunchKeys(), tokens: map[string]time.Time{}}
}

// ServeHTTP routes as ALEX and Entra do; everything else is 404.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// The launch values are one path segment each and may hold an escaped slash.
	path := r.URL.EscapedPath()
	switch {
	case r.Method == http.MethodPost && path == "/oauth2/v2.0/token":
		s.token(w, r)
	case r.Method == http.MethodGet && strings.HasPrefix(path, launchPath):
		s.authorized(RoleLaunch, s.decodeLaunch)(w, r)
	case r.Method == http.MethodGet && strings.HasPrefix(path, "/FHIR/Patient/"):
		s.authorized(RoleReadPatient, s.readPatient)(w, r)
	case r.Method == http.MethodGet && path == "/FHIR/Patient":
		s.authorized(RoleReadPatient, s.searchPatient)(w, r)
	case r.Method == http.MethodPost && path == "/FHIR/DocumentReference":
		s.authorized(RoleWriteScan, s.fileScan)(w, r)
	case r.Method == http.MethodGet && strings.HasPrefix(path, "/FHIR/DocumentReference/"):
		s.authorized(RoleReadScan, s.readScan)(w, r)
	case r.Method == http.MethodGet && path == "/FHIR/Media":
		s.authorized(RoleReadPatient, s.searchMedia)(w, r)
	default: // POST Binary, transactions and all else ALEX does not offer
		refuse(w, http.StatusNotFound, "not-supported", "ALEX does not offer this")
	}
}

// Route names a request for counters and faults, without identifiers.
func Route(r *http.Request) string {
	path := r.URL.EscapedPath()
	switch {
	case strings.HasPrefix(path, launchPath):
		return r.Method + " launch"
	case strings.HasPrefix(path, "/FHIR/"):
		kind, _, _ := strings.Cut(strings.TrimPrefix(path, "/FHIR/"), "/")
		return r.Method + " " + kind
	case path == "/oauth2/v2.0/token":
		return r.Method + " token"
	case strings.HasPrefix(path, "/toolbar"):
		return r.Method + " toolbar"
	}
	return r.Method + " /"
}

// token issues access tokens for client credentials, as Entra does.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 8<<10)
	problem := ""
	switch {
	case r.ParseForm() != nil:
		problem = "invalid_request"
	case r.PostForm.Get("grant_type") != "client_credentials":
		problem = "unsupported_grant_type"
	case r.PostForm.Get("client_id") != s.config.ClientID, r.PostForm.Get("client_secret") != s.config.ClientSecret:
		problem = "invalid_client"
	case r.PostForm.Get("scope") != s.config.Scope:
		problem = "invalid_scope"
	}
	if problem != "" {
		status := http.StatusBadRequest
		if problem == "invalid_client" {
			status = http.StatusUnauthorized
		}
		respond(w, status, "application/json", map[string]string{"error": problem})
		return
	}
	token := s.newToken()
	s.mu.Lock()
	s.tokens[token] = s.config.Now().Add(tokenLife)
	s.mu.Unlock()
	respond(w, http.StatusOK, "application/json", map[string]any{
		"token_type": "Bearer", "expires_in": int(tokenLife.Seconds()), "access_token": token,
	})
}

// newToken returns a token of the same form as Entra's, with the roles among its
// claims. Nobody verifies it.
func (s *Server) newToken() string {
	claims, err := json.Marshal(map[string]any{"roles": s.config.Roles})
	if err != nil {
		panic(err) // strings can always be written
	}
	segment := base64.RawURLEncoding.EncodeToString
	return segment([]byte(`{"alg":"none"}`)) + "." + segment(claims) + "." + randomHex()
}

// ExpireTokens expires every token that was issued.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// authorized checks what ALEX checks before each call: the bearer token, the
// role, the facility and the correlation id.
func (s *Server) authorized(role string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		s.mu.Lock()
		until, known := s.tokens[token]
		s.mu.Unlock()
		switch {
		case !ok || !known || !s.config.Now().Before(until):
			refuse(w, http.StatusUnauthorized, "login", "The token is missing or has expired")
		case !slices.Contains(s.config.Roles, role):
			refuse(w, http.StatusForbidden, "forbidden", "Authorization failed")
		case r.Header.Get("mt-facilityid") != s.config.Facility:
			refuse(w, http.StatusForbidden, "forbidden", "The facility is missing or not yours")
		case r.Header.Get("mt-correlationid") == "":
			refuse(w, http.StatusBadRequest, "required", "mt-correlationid is missing")
		default:
			next(w, r)
		}
	}
}

// Inbox returns the filed scans, oldest first.
func (s *Server) Inbox() []Scan {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.inbox)
}

// Empty removes every scan.
func (s *Server) Empty() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inbox = nil
}

// refuse writes an OperationOutcome.
func refuse(w http.ResponseWriter, status int, code, text string) {
	respond(w, status, fhirJSON, map[string]any{
		"resourceType": "OperationOutcome",
		"issue":        []any{map[string]any{"severity": "error", "code": code, "diagnostics": text}},
	})
}

const fhirJSON = "application/fhir+json"

func respond(w http.ResponseWriter, status int, contentType string, body any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client went away
}

func randomHex() string {
	random := make([]byte, 16)
	rand.Read(random)
	return hex.EncodeToString(random)
}

func (s *Server) reference(kind, id string) string {
	return fmt.Sprintf("%s/%s/%s", strings.TrimSuffix(s.config.BaseURL, "/"), kind, id)
}

// Refuse writes the status of an injected fault.
func Refuse(w http.ResponseWriter, _ *http.Request, v fault.Verdict) {
	refuse(w, v.Status, "transient", "Refused (an injected fault)")
}

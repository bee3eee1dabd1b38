// Package smart is a double of a record system with SMART App Launch: an
// authorization server and a small FHIR R4 server behind it.
//
// A well-known OpenID provider for tests signs in and issues tokens. What SMART
// adds is checked here: aud, launch, and the launch context in the response.
package smart

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"github.com/clinicpro/photobridge/local/fault"
)

const (
	// FHIRPath is where the FHIR server is, below the double's origin.
	FHIRPath   = "/fhir"
	launchLife = 5 * time.Minute
	codeLife   = time.Minute
	tokenLife  = time.Hour
)

func init() {
	mockoidc.ScopesSupported = append(mockoidc.ScopesSupported, "launch", "fhirUser",
		"patient/Patient.r", "patient/Media.cu", "patient/DocumentReference.cu", "patient/Consent.cu")
}

// Patient is one invented person with one open encounter.
type Patient struct {
	ID, Encounter, Family, Given, BirthDate string
}

// Config holds the double's identity, its clients and its patients.
type Config struct {
	Origin       string // its own address
	ClientID     string
	ClientSecret string // empty for a public client
	RedirectURL  string
	// ClientKeys holds the keys of a client that uses private_key_jwt instead of a secret.
	ClientKeys func() (jose.JSONWebKeySet, error)
	Patients   []Patient
	Now        func() time.Time
}

// Server is the double. It is safe for concurrent use.
type Server struct {
	config   Config
	provider *mockoidc.MockOIDC
	handler  http.Handler

	mu       sync.Mutex
	launches map[string]launch
	codes    map[string]launch
	tokens   map[string]grant // access token → what it allows
	seen     map[string]bool  // ids of assertions
	stored   []json.RawMessage
	byKey    map[string]string // condition or address → id
	record   http.Handler      // another server that keeps the record; nil for this one
}

// launch is the context of a launch value.
type launch struct {
	patient Patient
	none    bool // the user selected no patient
	scope   string
	until   time.Time
}

// grant is what an access token allows.
type grant struct{ patientID, scope string }

// user is the clinician who is signed in.
type user struct{ *mockoidc.MockUser }

// Claims adds the claims that SMART requires of an id token.
func (u user) Claims(scopes []string, claims *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	return struct {
		*mockoidc.IDTokenClaims
		FHIRUser string `json:"fhirUser"`
		Name     string `json:"name"`
	}{claims, "Practitioner/dr-smart", "Dr Sofia Marsh"}, nil
}

// New returns a double with an empty record.
func New(config Config) (*Server, error) {
	provider, err := mockoidc.NewServer(nil)
	if err != nil {
		return nil, err
	}
	provider.ClientID, provider.ClientSecret = config.ClientID, cmp.Or(config.ClientSecret, rand.Text())
	provider.Server = &http.Server{Addr: strings.TrimPrefix(config.Origin, "http://")} // names the issuer
	s := &Server{
		config: config, provider: provider, launches: map[string]launch{}, codes: map[string]launch{},
		tokens: map[string]grant{}, seen: map[string]bool{}, byKey: map[string]string{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+FHIRPath+"/.well-known/smart-configuration", s.configuration)
	mux.HandleFunc("GET "+mockoidc.AuthorizationEndpoint, s.authorize)
	mux.HandleFunc("POST "+mockoidc.TokenEndpoint, s.token)
	mux.HandleFunc("GET "+mockoidc.JWKSEndpoint, provider.JWKS)
	mux.HandleFunc("GET "+FHIRPath+"/Patient/{id}", s.elsewhere(s.patient))
	mux.HandleFunc("POST "+FHIRPath, s.elsewhere(s.transaction))
	s.handler = mux
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// ISS is the FHIR server's base URL.
func (s *Server) ISS() string { return s.config.Origin + FHIRPath }

// Launch returns a launch value for a patient. With an unknown id, it is a launch
// without a patient.
func (s *Server) Launch(patientID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	value := rand.Text()
	i := slices.IndexFunc(s.config.Patients, func(p Patient) bool { return p.ID == patientID })
	l := launch{none: i < 0, until: s.config.Now().Add(launchLife)}
	if i >= 0 {
		l.patient = s.config.Patients[i]
	}
	s.launches[value] = l
	return value
}

func (s *Server) configuration(w http.ResponseWriter, _ *http.Request) {
	respond(w, http.StatusOK, map[string]any{
		"issuer":                                s.provider.Issuer(),
		"jwks_uri":                              s.provider.JWKSEndpoint(),
		"authorization_endpoint":                s.provider.AuthorizationEndpoint(),
		"token_endpoint":                        s.provider.TokenEndpoint(),
		"grant_types_supported":                 []string{"authorization_code"},
		"code_challenge_methods_supported":      []string{"S256"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "private_key_jwt"},
		"capabilities": []string{
			"launch-ehr",
			"client-confidential-symmetric",
			"client-confidential-asymmetric",
			"sso-openid-connect",
			"context-ehr-patient",
		},
	})
}

// authorize checks what SMART adds to an authorization request.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	value := query.Get("launch")
	l, known := s.launches[value]
	delete(s.launches, value) // once
	problem := ""
	switch {
	case query.Get("redirect_uri") != s.config.RedirectURL:
		respond(w, http.StatusBadRequest, map[string]string{"error": "invalid_request"}) // never redirect elsewhere
		return
	case query.Get("aud") != s.ISS():
		problem = "invalid_request"
	case !known || !s.config.Now().Before(l.until):
		problem = "invalid_request"
	case query.Get("code_challenge_method") != "S256" || len(query.Get("state")) < 22:
		problem = "invalid_request"
	}
	if problem != "" {
		back := url.Values{"error": {problem}, "state": {query.Get("state")}}
		http.Redirect(w, r, s.config.RedirectURL+"?"+back.Encode(), http.StatusFound)
		return
	}
	s.provider.QueueUser(user{&mockoidc.MockUser{Subject: "dr-smart"}})
	recorder := httptest.NewRecorder()
	s.provider.Authorize(recorder, r)
	if to, err := url.Parse(recorder.Header().Get("Location")); err == nil && recorder.Code == http.StatusFound {
		l.until, l.scope = s.config.Now().Add(codeLife), query.Get("scope")
		s.codes[to.Query().Get("code")] = l
	}
	copyResponse(w, recorder)
}

// token adds the launch context to the provider's response.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if id, secret, ok := r.BasicAuth(); ok && r.ParseForm() == nil { // the provider reads the form only
		r.Form.Set("client_id", id)
		r.Form.Set("client_secret", secret)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.config.ClientKeys != nil {
		if err := s.checkAssertion(r); err != nil {
			respond(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
			return
		}
	}
	if s.config.ClientSecret == "" && r.ParseForm() == nil {
		r.Form.Set("client_secret", s.provider.ClientSecret) // the provider knows secrets only
	}
	recorder := httptest.NewRecorder()
	s.provider.Token(recorder, r)
	l, known := s.codes[r.FormValue("code")]
	var body map[string]any
	if recorder.Code != http.StatusOK || json.Unmarshal(recorder.Body.Bytes(), &body) != nil {
		copyResponse(w, recorder)
		return
	}
	if !known || !s.config.Now().Before(l.until) {
		respond(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	body["expires_in"] = int(tokenLife.Seconds())
	body["scope"] = l.scope
	if !l.none {
		body["patient"], body["encounter"] = l.patient.ID, l.patient.Encounter
		body["need_patient_banner"] = true
	}
	access, _ := body["access_token"].(string)
	s.tokens[access] = grant{l.patient.ID, l.scope}
	respond(w, http.StatusOK, body)
}

func copyResponse(w http.ResponseWriter, from *httptest.ResponseRecorder) {
	for name, values := range from.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(from.Code)
	_, _ = w.Write(from.Body.Bytes()) // the client went away
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client went away
}

// SignWith makes the provider sign with a key that it does not publish.
func (s *Server) SignWith(key *mockoidc.Keypair) {
	published := *s.provider
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = withKeys(published.JWKS, s.handler)
	s.provider.Keypair = key
}

// withKeys serves the key set of one provider and everything else of another.
func withKeys(keys http.HandlerFunc, rest http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == mockoidc.JWKSEndpoint {
			keys(w, r)
			return
		}
		rest.ServeHTTP(w, r)
	})
}

// Route names a request for counters and faults, without identifiers.
func Route(r *http.Request) string {
	path := r.URL.Path
	switch {
	case strings.HasPrefix(path, FHIRPath+"/Patient/"):
		path = FHIRPath + "/Patient"
	case strings.HasPrefix(path, "/open/"):
		path = "/open"
	}
	return r.Method + " " + path
}

// Refuse writes the status of an injected fault.
func Refuse(w http.ResponseWriter, _ *http.Request, v fault.Verdict) {
	refuse(w, v.Status, "transient")
}

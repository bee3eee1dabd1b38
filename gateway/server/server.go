// Package server is the gateway's web server: launches, the desk page, launch
// tokens for the edge, and commits into the record.
package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/gateway/alex"
	"github.com/clinicpro/photobridge/gateway/config"
	"github.com/clinicpro/photobridge/gateway/keyring"
	"github.com/clinicpro/photobridge/gateway/once"
	"github.com/clinicpro/photobridge/gateway/record"
	"github.com/clinicpro/photobridge/gateway/smart"
	"github.com/clinicpro/photobridge/shared"
)

// Medtech decodes launches of Evolution and reads patients.
type Medtech interface {
	// DecodeLaunch fails with LaunchInvalid, LaunchExpired, LaunchForeign,
	// NoPatient, Unauthorized, Forbidden or Unavailable.
	DecodeLaunch(ctx context.Context, launchContext, signature string) (alex.Launch, error)
	// Patient fails with NotFound, Forbidden, Unauthorized or Unavailable.
	Patient(ctx context.Context, id string) (record.Patient, error)
}

// SMART performs SMART App Launches.
type SMART interface {
	// Begin fails with LaunchForeign, LaunchInvalid or Unavailable.
	Begin(ctx context.Context, iss, launch string) (redirect string, pending smart.Pending, err error)
	// Finish fails with LaunchExpired, LaunchForeign, LaunchInvalid,
	// LaunchReplayed, NoPatient, Unauthorized or Unavailable.
	Finish(ctx context.Context, pending smart.Pending, query url.Values) (smart.Launch, error)
}

// Server is the gateway. Every field must be set.
type Server struct {
	Config  config.Config
	Keys    *keyring.Keyring
	Used    once.Memory
	Medtech Medtech // nil if Medtech is not configured
	SMART   SMART   // nil if no SMART server is configured
	Records Records
	Log     *slog.Logger
	Now     func() time.Time

	seals  seals
	limits *limits
}

// Records opens the record of a launch's patient.
type Records interface {
	// Writer returns the Writer for the photos of this launch.
	Writer(session Session) record.Writer
	// Patient reads the patient of a SMART launch. It fails with the same codes as
	// Medtech.Patient.
	Patient(ctx context.Context, launch smart.Launch) (record.Patient, error)
}

// Handler returns the gateway's routes.
func (s *Server) Handler() http.Handler {
	hash, block := s.Keys.Sealing()
	s.seals = newSeals(hash, block, s.secure(), s.Now)
	s.limits = newLimits(s.Config.Proxy)

	mux := http.NewServeMux()
	mux.HandleFunc("GET /launch/medtech", s.launchMedtech)
	mux.HandleFunc("GET /launch/smart", s.launchSMART)
	mux.HandleFunc("GET /launch/smart/return", s.returnSMART)
	mux.HandleFunc("GET /desk/{launch}/{$}", s.page)
	mux.HandleFunc("GET /desk/{launch}/launch.json", s.describe)
	mux.HandleFunc("GET /desk/{launch}/token", s.token)
	mux.HandleFunc("POST /desk/{launch}/commit", s.commit)
	mux.HandleFunc("POST /desk/{launch}/earlier", s.earlier)
	mux.Handle("GET /assets/", http.FileServerFS(os.DirFS(s.Config.Pages)))
	mux.HandleFunc("GET /.well-known/jwks.json", s.keySet(s.Keys.Launch))
	mux.HandleFunc("GET /launch/smart/jwks.json", s.keySet(s.Keys.Client))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { s.explain(w, r, codeNoLaunch) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.explain(w, r, codeNotFound) })
	return s.logged(s.guarded(http.NewCrossOriginProtection().Handler(mux)))
}

// secure reports whether browsers reach the gateway over https.
func (s *Server) secure() bool { return strings.HasPrefix(s.Config.PublicURL, "https:") }

// guarded sets the headers of every response, and converts a panic into an error
// page.
func (s *Server) guarded(next http.Handler) http.Handler {
	policy := s.contentSecurityPolicy()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("Content-Security-Policy", policy)
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		if s.secure() {
			header.Set("Strict-Transport-Security", "max-age=31536000")
		}
		defer func() {
			if cause := recover(); cause != nil {
				s.Log.Error("panic", "route", r.Pattern, "cause", shared.Panicked(cause))
				s.explain(w, r, codeInternal)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// contentSecurityPolicy allows the page to connect to the gateway, the edge, the
// photos' storage and Ably only. It allows the edge's frame, which adds photos from
// the computer.
func (s *Server) contentSecurityPolicy() string {
	return "default-src 'none'; script-src 'self'; frame-src " + s.Config.EdgeURL + "; " +
		"style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; connect-src 'self' " +
		strings.Join(append([]string{s.Config.EdgeURL}, s.Config.Connect...), " ") +
		"; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
}

// keySet publishes the keys that verify the signatures of a ring.
func (s *Server) keySet(ring *keyring.Ring) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		set, err := ring.Public()
		if err != nil {
			s.fail(w, r, err)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=300")
		s.respond(w, http.StatusOK, set)
	}
}

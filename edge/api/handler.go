// Package api is the HTTP face of the edge: routes, credentials, JSON, and the
// one table that turns errors into statuses.
package api

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/edge/credential"
	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

// Config is what the handler needs.
type Config struct {
	Service        *session.Service
	Keys           credential.Keys
	BaseURL        string // of the phone page
	AllowedOrigins []string
	MaxImages      int
	MaxImageBytes  int
	Consent        shared.Consent
	Log            func(line []byte)
}

type handler struct{ Config }

// call is one route's work: a status with a body, or an error.
type call func(r *http.Request) (status int, body any, err error)

// New returns the edge as one http.Handler.
func New(config Config) http.Handler {
	h := &handler{config}
	routes := h.routes()
	return h.withOrigin(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		route, ok := find(routes, r)
		if !ok {
			route.pattern, route.call = "unknown", func(*http.Request) (int, any, error) {
				return 0, nil, shared.Errorf(shared.CodeBadRequest, "There is no such call.")
			}
		}
		h.serve(w, r, route)
	}))
}

// serve makes one call: request id, headers, one log line, errors into
// problems, and a panic into one.
func (h *handler) serve(w http.ResponseWriter, r *http.Request, route route) {
	started := time.Now()
	requestID := newRequestID()
	header := w.Header()
	header.Set("X-Request-Id", requestID)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	status, err := h.answer(w, r, route.call, requestID)
	h.log(r, route.pattern, requestID, status, time.Since(started), err)
}

func (h *handler) answer(w http.ResponseWriter, r *http.Request, do call, requestID string) (status int, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
			status = writeError(w, err, requestID)
		}
	}()
	status, body, err := do(r)
	if err != nil {
		return writeError(w, err, requestID), err
	}
	if tagged, ok := body.(tagged); ok {
		w.Header().Set("ETag", tagged.etag)
		w.Header().Set("Cache-Control", "private, no-cache")
		if slices.Contains(strings.Split(strings.ReplaceAll(r.Header.Get("If-None-Match"), " ", ""), ","), tagged.etag) {
			w.WriteHeader(http.StatusNotModified)
			return http.StatusNotModified, nil
		}
		body = tagged.body
	}
	if body == nil {
		w.WriteHeader(status)
		return status, nil
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return writeError(w, err, requestID), err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(encoded)
	return status, nil
}

// tagged is a body with its entity tag (RFC 9110, section 8.8.3).
type tagged struct {
	etag string
	body any
}

// withOrigin answers preflights and lets the configured origins read answers
// (https://fetch.spec.whatwg.org/#http-cors-protocol).
func (h *handler) withOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if origin != "" {
			w.Header().Add("Vary", "Origin")
		}
		if origin != "" && slices.Contains(h.AllowedOrigins, origin) {
			header := w.Header()
			header.Set("Access-Control-Allow-Origin", origin)
			header.Set("Access-Control-Expose-Headers", "ETag, Retry-After, X-Request-Id, Date")
			header.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE")
			header.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-None-Match")
			header.Set("Access-Control-Max-Age", "7200")
		}
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func newRequestID() string {
	random := make([]byte, 8)
	rand.Read(random)
	return hex.EncodeToString(random)
}

// Package api is the HTTP face of the edge: routes, credentials, JSON, and the
// one table that turns errors into statuses.
package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/edge/credential"
	"github.com/clinicpro/photobridge/edge/doctor"
	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/shared/wire"
)

// Config is what the handler needs.
type Config struct {
	Service        *session.Service
	Keys           credential.Keys
	BaseURL        string // of the phone page
	StorageOrigin  string // of the presigned URLs; empty: the edge's own
	AllowedOrigins []string
	Consent        shared.Consent
	Log            func(line []byte)
	Limits         Limits

	// Doctor examines the deployment for the holder of AdminToken; empty means
	// that is switched off.
	Doctor     func(context.Context) doctor.Report
	AdminToken string
}

// TimeLimit limits a call, unless its request already has a deadline. The doctor
// takes longest, because it runs its checks one after the other.
const TimeLimit = 25 * time.Second

// Limits are those of a deployment. Any may be nil: no limit.
type Limits struct {
	Opens        Limiter // launch tokens, by address
	TokenTries   Limiter // QR tokens and typed codes, by address
	DesktopCalls Limiter // of one session's desktops together
	PhoneCalls   Limiter // of one phone
}

// Limiter reports whether one more of what key names is within its rate.
type Limiter func(ctx context.Context, key string) (allowed bool)

type handler struct{ Config }

// call is one route's work: a status with a body, or an error.
type call func(r *http.Request) (status int, body any, err error)

// New returns the edge as one http.Handler.
func New(config Config) http.Handler {
	h := &handler{config}
	routes := h.routes()
	return withOrigin(h.AllowedOrigins, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		h.serve(w, r, find(routes, r))
	}))
}

// serve makes one call: request id, headers, log lines, errors into problems,
// and a panic into one.
func (h *handler) serve(w http.ResponseWriter, r *http.Request, route route) {
	started := time.Now()
	ctx := r.Context()
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, TimeLimit)
		defer cancel()
	}
	rec, ctx := begin(ctx, route.pattern)
	r = r.WithContext(ctx)
	header := w.Header()
	header.Set("X-Request-Id", rec.requestID)
	secure(header)
	status, err := h.respond(w, r, route.call)
	h.log(rec, r.Method, status, time.Since(started), err)
}

// secure sets headers for every response, so that browsers neither treat it as a page
// nor store it.
func secure(header http.Header) {
	maps.Copy(header, security)
}

var security = http.Header{
	"Cache-Control":             {"no-store"},
	"Content-Security-Policy":   {"default-src 'none'; frame-ancestors 'none'"},
	"Permissions-Policy":        {"camera=(), geolocation=(), microphone=()"},
	"Referrer-Policy":           {"no-referrer"},
	"Strict-Transport-Security": {"max-age=31536000; includeSubDomains"},
	"X-Content-Type-Options":    {"nosniff"},
}

func (h *handler) respond(w http.ResponseWriter, r *http.Request, do call) (status int, err error) {
	requestID := recordOf(r).requestID
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %s\n%s", shared.Panicked(cause), debug.Stack())
			status = writeError(w, err, requestID)
		}
	}()
	status, body, err := do(r)
	if err != nil {
		return writeError(w, err, requestID), err
	}
	if tagged, ok := body.(tagged); ok {
		w.Header().Set("ETag", tagged.etag)
		if matchesTag(r.Header.Values("If-None-Match"), tagged.etag) {
			recordOf(r).action = "" // nothing was shown
			w.WriteHeader(http.StatusNotModified)
			return http.StatusNotModified, nil
		}
		body = tagged.body
	}
	if body == nil {
		w.WriteHeader(status)
		return status, nil
	}
	encoded, err := encode(body)
	if err != nil {
		return writeError(w, err, requestID), err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(encoded)
	return status, nil
}

// encode returns the JSON of a body: without reflection for a message, with
// encoding/json for other types.
func encode(body any) ([]byte, error) {
	if message, ok := body.(wire.Message); ok {
		return wire.Marshal(message), nil
	}
	return json.Marshal(body)
}

// matchesTag compares weakly, as If-None-Match does (RFC 9110, section 13.1.2).
// The values may be one list or, as syumai/workers hands them over, many.
func matchesTag(ifNoneMatch []string, etag string) bool {
	for tag := range strings.SplitSeq(strings.Join(ifNoneMatch, ","), ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
			return true
		}
	}
	return false
}

// tagged is a body with its entity tag (RFC 9110, section 8.8.3).
type tagged struct {
	etag string
	body any
}

// withOrigin responds to preflights and lets the allowed origins read responses
// (https://fetch.spec.whatwg.org/#http-cors-protocol).
func withOrigin(allowed []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header, origin := w.Header(), r.Header.Get("Origin")
		preflight := r.Method == http.MethodOptions
		if origin != "" {
			header.Set("Vary", "Origin")
		}
		if origin != "" && slices.Contains(allowed, origin) {
			header.Set("Access-Control-Allow-Origin", origin)
			header.Set("Access-Control-Expose-Headers", "Date, ETag, Retry-After, X-Request-Id")
			if preflight {
				header.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
				header.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match, If-None-Match")
				header.Set("Access-Control-Max-Age", "7200")
			}
		}
		if preflight {
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

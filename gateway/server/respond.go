package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/clinicpro/photobridge/gateway/record"
)

// The gateway's own codes, in addition to those of package record.
const (
	codeNoLaunch   record.Code = "no_launch" // the page was opened without a launch, or the launch is over
	codeNotFound   record.Code = "not_found"
	codeTooMany    record.Code = "too_many_requests"
	codeBadRequest record.Code = "bad_request"
	codeInternal   record.Code = "internal"
)

// statuses maps codes to HTTP statuses. No other code chooses a status.
var statuses = map[record.Code]int{
	record.NoPatient:      http.StatusConflict,
	record.LaunchExpired:  http.StatusGone,
	record.LaunchReplayed: http.StatusGone,
	record.LaunchForeign:  http.StatusForbidden,
	record.LaunchInvalid:  http.StatusBadRequest,
	record.Unavailable:    http.StatusServiceUnavailable,
	record.Unauthorized:   http.StatusBadGateway,
	record.Forbidden:      http.StatusBadGateway,
	record.NotFound:       http.StatusNotFound,
	record.Refused:        http.StatusBadGateway,
	record.TooLarge:       http.StatusRequestEntityTooLarge,
	record.NotWrappable:   http.StatusUnprocessableEntity,
	record.Uncertain:      http.StatusConflict,
	record.WrongPatient:   http.StatusForbidden,
	codeNoLaunch:          http.StatusUnauthorized,
	codeNotFound:          http.StatusNotFound,
	codeTooMany:           http.StatusTooManyRequests,
	codeBadRequest:        http.StatusBadRequest,
	codeInternal:          http.StatusInternalServerError,
}

// problem is the JSON of an error. The desk page has a text for each code.
type problem struct {
	Code      record.Code `json:"code"`
	RequestID string      `json:"requestId"`
}

func (s *Server) respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.Log.Debug("the client went away")
	}
}

// fail responds with err: as a page if a person navigates, and as JSON otherwise.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	code, wait := record.CodeOf(err), time.Duration(0)
	if e, ok := errors.AsType[*record.Error](err); ok {
		wait = e.RetryAfter
	}
	if code == "" {
		code = codeInternal
	}
	entryOf(r).err = err
	if r.Header.Get("Sec-Fetch-Mode") == "navigate" || r.Method == http.MethodGet && isLaunch(r) {
		s.explain(w, r, code)
		return
	}
	s.refuse(w, r, code, wait)
}

func isLaunch(r *http.Request) bool { return len(r.URL.Path) > 7 && r.URL.Path[:8] == "/launch/" }

func (s *Server) refuse(w http.ResponseWriter, r *http.Request, code record.Code, wait time.Duration) {
	entryOf(r).code = code
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	s.respond(w, statuses[code], problem{code, entryOf(r).id})
}

// read reads a small JSON body.
func (s *Server) read(w http.ResponseWriter, r *http.Request, value any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(value); err != nil {
		s.fail(w, r, badRequest("not the JSON of this call"))
		return false
	}
	return true
}

func contextWithin(r *http.Request, limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.Context(), limit)
}

// entry is the log line of one request. It contains no identifier.
type entry struct {
	id   string
	code record.Code
	err  error
}

type entryKey struct{}

func entryOf(r *http.Request) *entry {
	if e, ok := r.Context().Value(entryKey{}).(*entry); ok {
		return e
	}
	return &entry{}
}

// logged writes one log line for each request. It has the route and not the address,
// which may contain an identifier.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := s.Now()
		e := &entry{id: newID()[:12]}
		r = r.WithContext(context.WithValue(r.Context(), entryKey{}, e))
		w.Header().Set("X-Request-Id", e.id)
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		attributes := []any{
			"id", e.id, "method", r.Method, "route", r.Pattern, "status", seen.status,
			"ms", s.Now().Sub(started).Milliseconds(),
		}
		if e.code != "" {
			attributes = append(attributes, "code", string(e.code))
		}
		level := slog.LevelInfo
		if e.err != nil && seen.status >= 500 {
			level = slog.LevelWarn
			attributes = append(attributes, "cause", e.err.Error())
		}
		s.Log.Log(r.Context(), level, "request", attributes...)
	})
}

// statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader records the status and forwards it.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap gives http.ResponseController access to the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

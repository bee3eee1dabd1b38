package fault

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Handler puts an injector in front of a service's HTTP routes.
type Handler struct {
	Service  Service
	Injector *Injector
	Route    func(*http.Request) string
	// Refuse responds with the verdict's status in the service's error shape.
	Refuse func(http.ResponseWriter, *http.Request, Verdict)
	Next   http.Handler
}

// ServeHTTP does what the injector decides, or lets the request pass.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	verdict := h.Injector.Decide(h.Service, h.Route(r))
	if !Sleep(r.Context(), verdict.Delay) {
		panic(http.ErrAbortHandler)
	}
	if verdict.Effect.cuts() && r.Header.Get("Upgrade") != "" {
		panic(http.ErrAbortHandler) // a WebSocket's faults are those of its frames
	}
	switch verdict.Effect {
	case DropBefore:
		panic(http.ErrAbortHandler)
	case DropAfter:
		h.Next.ServeHTTP(newRecorder(), r)
		panic(http.ErrAbortHandler)
	case Status:
		if verdict.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(verdict.RetryAfter))
		}
		h.Refuse(w, r, verdict)
	case Cut:
		h.cut(w, r, verdict)
	case CutUpload:
		_, _ = io.CopyN(io.Discard, r.Body, int64(float64(r.ContentLength)*verdict.Keep))
		panic(http.ErrAbortHandler)
	case Expire:
		h.Next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), expired{}, true)))
	default:
		h.Next.ServeHTTP(w, r)
	}
}

// cut responds with the headers of the whole and a part of the body. A response
// without a body has nothing to cut, so it is dropped.
func (h *Handler) cut(w http.ResponseWriter, r *http.Request, verdict Verdict) {
	answer := newRecorder()
	h.Next.ServeHTTP(answer, r)
	body := answer.body.Bytes()
	part := int(float64(len(body)) * verdict.Keep)
	if len(body) > 0 {
		for name, values := range answer.header {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(answer.status)
		_, _ = w.Write(body[:part])
		_ = http.NewResponseController(w).Flush()
	}
	panic(http.ErrAbortHandler)
}

type expired struct{}

// Expired reports whether the request must be treated as if what it relies on had
// expired.
func Expired(ctx context.Context) bool { return ctx.Value(expired{}) != nil }

// Sleep waits. It returns false if the context ended first.
func Sleep(ctx context.Context, delay time.Duration) bool {
	if delay <= 0 {
		return ctx.Err() == nil
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(delay):
		return true
	}
}

// recorder keeps a response instead of sending it.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newRecorder() *recorder { return &recorder{header: http.Header{}, status: http.StatusOK} }

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

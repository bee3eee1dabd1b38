package fault

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// service responds with ten bytes, counts its requests, and records
// whether it was asked to expire something.
type service struct {
	served int
	body   string
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.served++
	read, _ := io.ReadAll(r.Body)
	s.body = string(read)
	if Expired(r.Context()) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	w.Header().Set("X-Kind", "whole")
	_, _ = io.WriteString(w, "0123456789")
}

func TestEffectsOnTheWire(t *testing.T) {
	tests := []struct {
		name   string
		rule   Rule
		served int    // 1 if the effect took place
		status int    // 0 for a connection cut before a response
		body   string // what arrived of it
		whole  bool
		retry  string
	}{
		{"nothing", Rule{}, 1, 200, "0123456789", true, ""},
		{"drop before", Rule{Effect: DropBefore}, 0, 0, "", false, ""},
		{"drop after", Rule{Effect: DropAfter}, 1, 0, "", false, ""},
		{"status", Rule{Effect: Status}, 0, 503, "refused", true, ""},
		{"status with Retry-After", Rule{Effect: Status, Status: 429, RetryAfter: 3}, 0, 429, "refused", true, "3"},
		{"cut half-way", Rule{Effect: Cut}, 1, 200, "01234", false, ""},
		{"cut late", Rule{Effect: Cut, Keep: 0.9}, 1, 200, "012345678", false, ""},
		{"cut the upload", Rule{Effect: CutUpload}, 0, 0, "", false, ""},
		{"expire", Rule{Effect: Expire}, 1, 403, "", true, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			injector, next := New(1), &service{}
			if test.rule.Effect != "" {
				test.rule.Service = S3
				add(t, injector, test.rule)
			}
			server := httptest.NewServer(faulty(injector, next))
			response, err := http.Post(server.URL, "text/plain", strings.NewReader("sent by a client"))
			var body []byte
			status, retry := 0, ""
			if err == nil {
				status, retry = response.StatusCode, response.Header.Get("Retry-After")
				body, err = io.ReadAll(response.Body)
				response.Body.Close()
			}
			server.Close() // and so next is ours to read
			if whole := err == nil; status != test.status || string(body) != test.body || whole != test.whole ||
				retry != test.retry {
				t.Errorf("%d %q, %v, Retry-After %q", status, body, err, retry)
			}
			if next.served != test.served {
				t.Errorf("the service was asked %d times, want %d", next.served, test.served)
			}
			if test.served == 1 && next.body != "sent by a client" {
				t.Errorf("the service read %q", next.body)
			}
		})
	}
}

func TestAnUpgradeIsCutBeforeItIsMade(t *testing.T) {
	for _, effect := range []Effect{DropBefore, DropAfter, Cut, CutUpload} {
		injector, next := New(1), &service{}
		add(t, injector, Rule{Service: S3, Effect: effect})
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Header.Set("Upgrade", "websocket")
		func() {
			defer func() {
				if recover() != http.ErrAbortHandler {
					t.Errorf("%s: the connection is not cut", effect)
				}
			}()
			faulty(injector, next).ServeHTTP(httptest.NewRecorder(), request)
		}()
		if next.served != 0 {
			t.Errorf("%s: the service was asked", effect)
		}
	}
}

func TestDelayHoldsUpAndEndsWithTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		injector, next := New(1), &service{}
		add(t, injector, Rule{Service: S3, Effect: Delay, DelayMS: 3000})
		began := time.Now()
		faulty(injector, next).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
		if took := time.Since(began); took != 3*time.Second || next.served != 1 {
			t.Errorf("served %d after %s, want 1 after 3s", next.served, took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if Sleep(ctx, time.Minute) || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			t.Error("the wait outlived the client")
		}
	})
}

func faulty(injector *Injector, next http.Handler) http.Handler {
	return &Handler{
		Service: S3, Injector: injector, Next: next,
		Route: func(r *http.Request) string { return r.Method + " object" },
		Refuse: func(w http.ResponseWriter, _ *http.Request, v Verdict) {
			w.WriteHeader(v.Status)
			_, _ = io.WriteString(w, "refused")
		},
	}
}

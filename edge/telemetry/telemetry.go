// Package telemetry counts and times what one request asks of others.
package telemetry

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// Upstream is one service's part in a request.
type Upstream struct {
	Calls int   `json:"calls"`
	MS    int64 `json:"ms"` // of all calls together
}

// Upstreams collects the parts; the zero value is ready.
type Upstreams struct {
	mu     sync.Mutex
	byName map[string]Upstream
}

// ByName is what was collected; nil if nothing was asked of anyone.
func (u *Upstreams) ByName() map[string]Upstream {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.byName
}

func (u *Upstreams) add(name string, took time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.byName == nil {
		u.byName = map[string]Upstream{}
	}
	one := u.byName[name]
	u.byName[name] = Upstream{one.Calls + 1, one.MS + took.Milliseconds()}
}

type contextKey struct{}

// With makes the requests of ctx be collected in u.
func With(ctx context.Context, u *Upstreams) context.Context {
	return context.WithValue(ctx, contextKey{}, u)
}

// Transport collects under a service's name what goes through next.
func Transport(name string, next http.RoundTripper) http.RoundTripper {
	return transport{name, next}
}

type transport struct {
	name string
	next http.RoundTripper
}

func (t transport) RoundTrip(request *http.Request) (*http.Response, error) {
	u, ok := request.Context().Value(contextKey{}).(*Upstreams)
	if !ok {
		return t.next.RoundTrip(request)
	}
	started := time.Now()
	response, err := t.next.RoundTrip(request)
	u.add(t.name, time.Since(started))
	return response, err
}

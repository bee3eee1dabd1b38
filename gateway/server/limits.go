package server

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	launchesPerMinute = 30  // for one address, because a whole practice may share one
	commitsPerMinute  = 240 // for one launch: more than twenty photos and their retries need
	maxKeys           = 10_000
)

// limits limits how often one address may launch and one launch may commit.
type limits struct {
	proxied           bool // a proxy in front sends the browser's address
	mu                sync.Mutex
	launches, commits map[string]*rate.Limiter
}

func newLimits(proxied bool) *limits {
	return &limits{proxied: proxied, launches: map[string]*rate.Limiter{}, commits: map[string]*rate.Limiter{}}
}

func (l *limits) launch(r *http.Request) bool {
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	if l.proxied { // the proxy appends the address that it sees
		chain := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
		address = strings.TrimSpace(chain[len(chain)-1])
	}
	return l.allow(l.launches, address, launchesPerMinute)
}

func (l *limits) commit(launchID string) bool { return l.allow(l.commits, launchID, commitsPerMinute) }

func (l *limits) allow(of map[string]*rate.Limiter, key string, perMinute int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	limiter, ok := of[key]
	if !ok {
		if len(of) >= maxKeys { // start again, so that the map cannot grow without limit
			clear(of)
		}
		limiter = rate.NewLimiter(rate.Every(time.Minute/time.Duration(perMinute)), perMinute/2)
		of[key] = limiter
	}
	return limiter.Allow()
}

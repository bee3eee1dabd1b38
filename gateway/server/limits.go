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
	launchesPerMinute = 30  // of one address: a practice shares one
	commitsPerMinute  = 240 // of one launch: twenty photos and their retries take fewer
	maxKeys           = 10_000
)

// limits bounds how often one address may launch and one launch may commit.
type limits struct {
	proxied           bool // a proxy in front names the browser's address
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
	if l.proxied { // it adds the address that it saw at the end
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
		if len(of) >= maxKeys { // begin again rather than grow
			clear(of)
		}
		limiter = rate.NewLimiter(rate.Every(time.Minute/time.Duration(perMinute)), perMinute/2)
		of[key] = limiter
	}
	return limiter.Allow()
}

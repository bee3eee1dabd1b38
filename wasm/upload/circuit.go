package upload

import (
	"math/rand/v2"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// circuit is a circuit breaker for one server, so that 20 photos do not all retry
// against a server that is down. After tripAfter failures in a row it opens and
// blocks all requests. After a wait it lets a single request try. If that succeeds,
// the circuit closes.
type circuit struct {
	failures int       // in a row
	since    time.Time // of the first of them
	code     shared.Code
	until    time.Time // while open: no try before
	inFlight int
}

const tripAfter = 3

// probing is how long an open circuit waits between tries.
var probing = shared.RetryPolicy{Tries: 1, Base: 2 * time.Second, Max: 30 * time.Second}

func (c *circuit) open() bool { return c.failures >= tripAfter }

// ready reports whether a request may start now.
func (c *circuit) ready(now time.Time) bool {
	return !c.open() || c.inFlight == 0 && !c.until.After(now)
}

func (c *circuit) succeeded() { c.failures = 0 }

func (c *circuit) failed(now time.Time, code shared.Code, retryAfter time.Duration, rng *rand.Rand) {
	c.failures++
	c.code = code
	if c.failures == 1 {
		c.since = now
	}
	if c.open() {
		c.until = now.Add(probing.Wait(c.failures-tripAfter+1, retryAfter, rng))
	}
}

// nudge lets an open circuit try at once. Call it when the reason of the failures may
// be gone, for example when the phone is online again.
func (c *circuit) nudge() { c.until = time.Time{} }

package upload

import (
	"math/rand/v2"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// circuit keeps 20 photos from hammering a server that is not there. After
// tripAfter failures in a row it opens: nothing goes that way until a wait is
// over, then a single try, and only its success lets all others go again.
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

// ready reports whether one more try may begin now.
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

// nudge lets an open circuit try at once: something changed in the world.
func (c *circuit) nudge() { c.until = time.Time{} }

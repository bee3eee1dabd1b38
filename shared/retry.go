package shared

import (
	"math/rand/v2"
	"time"
)

// RetryPolicy says how often a step is tried and how long to wait between.
type RetryPolicy struct {
	Tries int           // in all
	Base  time.Duration // the ceiling of the first wait; it doubles with each
	Max   time.Duration // no wait is longer, unless a server asked for it
}

// PhoneRetry is the policy of every step of an upload.
var PhoneRetry = RetryPolicy{Tries: 3, Base: time.Second, Max: 4 * time.Second}

// Wait is how long to wait after the given failed try (1 is the first): a
// random time up to the ceiling ("full jitter",
// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/),
// and never less than what the server asked for.
func (p RetryPolicy) Wait(try int, retryAfter time.Duration, rng *rand.Rand) time.Duration {
	ceiling := p.Base << max(0, min(try-1, 30))
	if ceiling <= 0 || ceiling > p.Max {
		ceiling = p.Max
	}
	return max(retryAfter, time.Duration(rng.Int64N(int64(ceiling)+1)))
}

// RetryableStatus reports whether an HTTP status means "later, again".
func RetryableStatus(status int) bool {
	return status == 408 || status == 425 || status == 429 || status >= 500
}

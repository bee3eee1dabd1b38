package credential

import (
	"sync"
	"time"
)

// maxVerified limits the memory: a token and its bearer are below 1 KB.
const maxVerified = 200

// Verified remembers session tokens whose signature and claims were right, so
// that a phone's or a desktop's next call need not compute them again. It knows
// nothing of the rest: each call still checks the expiry, and the caller the
// scope, the encounter and the session's id. The zero value is ready. It is for
// one session secret.
type Verified struct {
	mu      sync.Mutex
	byToken map[string]verified
}

type verified struct {
	bearer  Bearer
	expires time.Time
}

// get returns the bearer of a token that has not expired. A nil Verified knows none.
func (v *Verified) get(token string, now time.Time) (Bearer, bool) {
	if v == nil {
		return Bearer{}, false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	known, ok := v.byToken[token]
	if !ok || !now.Before(known.expires) {
		delete(v.byToken, token)
		return Bearer{}, false
	}
	return known.bearer, true
}

// put remembers a token. A full Verified first forgets all.
func (v *Verified) put(token string, bearer Bearer, expires time.Time) {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.byToken == nil || len(v.byToken) >= maxVerified {
		v.byToken = map[string]verified{}
	}
	v.byToken[token] = verified{bearer, expires}
}

package objects

import (
	"sync"
	"time"
)

// maxRemembered limits the memory: a signed URL is below 1 KB.
const maxRemembered = 500

// remembered holds the URLs that were signed last. Preview URLs of the same ten
// minutes are the same, so that browsers find them in their cache, and a
// desktop asks for each of them after every change of its session.
type remembered struct {
	mu    sync.Mutex
	from  period
	byKey map[string]string
}

// period is what a URL depends on besides its key.
type period struct {
	now     time.Time
	expires time.Duration
}

// get returns the URL of a key in a period, and signs it if it is not known.
func (r *remembered) get(key string, in period, sign func() (string, error)) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.from != in || len(r.byKey) >= maxRemembered {
		r.from, r.byKey = in, map[string]string{}
	}
	if url, ok := r.byKey[key]; ok {
		return url, nil
	}
	url, err := sign()
	if err == nil {
		r.byKey[key] = url
	}
	return url, err
}

package upstash

import (
	"context"
	"encoding/json"

	"github.com/clinicpro/photobridge/edge/session"
)

const scanCount = 500 // keys that Redis looks at for one answer

// Sessions lists every live session. It walks all keys, which is work for a
// tool and never for a request. A session that begins meanwhile may be missing.
func (s *Store) Sessions(ctx context.Context) ([]session.Ref, error) {
	var refs []session.Ref
	seen := map[string]bool{} // SCAN may name a key twice
	for cursor := "0"; ; {
		answer, err := s.Redis.Do(ctx, "SCAN", cursor, "MATCH", encounterKey("*"), "COUNT", scanCount)
		if err != nil {
			return nil, err
		}
		page, ok := answer.([]any)
		if !ok || len(page) != 2 {
			return nil, malformed(answer)
		}
		keys, _ := page[1].([]any)
		for _, key := range keys {
			name, _ := key.(string)
			if seen[name] {
				continue
			}
			seen[name] = true
			ref, found, err := s.refOf(ctx, name)
			if err != nil {
				return nil, err
			}
			if found {
				refs = append(refs, ref)
			}
		}
		if cursor, ok = page[0].(string); !ok {
			return nil, malformed(answer)
		}
		if cursor == "0" {
			return refs, nil
		}
	}
}

// refOf reads whose session a key holds; a key that just expired holds none.
func (s *Store) refOf(ctx context.Context, key string) (ref session.Ref, found bool, err error) {
	answer, err := s.Redis.Do(ctx, "HGET", key, "session")
	if err != nil || answer == nil {
		return session.Ref{}, false, err
	}
	text, _ := answer.(string)
	var live session.Session
	if err := json.Unmarshal([]byte(text), &live); err != nil {
		return session.Ref{}, false, malformed(answer)
	}
	return live.Ref(), true, nil
}

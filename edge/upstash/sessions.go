package upstash

import (
	"context"
	"strings"

	"github.com/clinicpro/photobridge/edge/session"
)

const scanCount = 500 // keys that Redis looks at for one reply

// Sessions lists every live session. It walks all keys, which is work for a
// tool and never for a request. A session that begins meanwhile may be missing.
func (s *Store) Sessions(ctx context.Context) ([]session.Ref, error) {
	names, err := s.scan(ctx, encounterKey(""))
	if err != nil {
		return nil, err
	}
	var refs []session.Ref
	for _, name := range names {
		ref, found, err := s.refOf(ctx, name)
		if err != nil {
			return nil, err
		}
		if found {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}

// Unfinished lists the encounters with objects that are still to be deleted.
func (s *Store) Unfinished(ctx context.Context) (encounterIDs []string, err error) {
	names, err := s.scan(ctx, doomedKey(""))
	for _, name := range names {
		encounterIDs = append(encounterIDs, strings.TrimPrefix(name, doomedKey("")))
	}
	return encounterIDs, err
}

// scan lists the keys that begin with prefix.
func (s *Store) scan(ctx context.Context, prefix string) (names []string, err error) {
	seen := map[string]bool{} // SCAN may name a key twice
	for cursor := "0"; ; {
		reply, err := s.Redis.Do(ctx, "SCAN", cursor, "MATCH", prefix+"*", "COUNT", scanCount)
		if err != nil {
			return nil, err
		}
		page, ok := reply.([]any)
		if !ok || len(page) != 2 {
			return nil, malformed(reply)
		}
		keys, _ := page[1].([]any)
		for _, key := range keys {
			if name, _ := key.(string); !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
		if cursor, ok = page[0].(string); !ok {
			return nil, malformed(reply)
		}
		if cursor == "0" {
			return names, nil
		}
	}
}

// refOf reads whose session a key holds; a key that just expired holds none.
func (s *Store) refOf(ctx context.Context, key string) (ref session.Ref, found bool, err error) {
	reply, err := s.Redis.Do(ctx, "HGET", key, "session")
	if err != nil || reply == nil {
		return session.Ref{}, false, err
	}
	text, _ := reply.(string)
	var live storedSession
	if unmarshal(text, &live) != nil {
		return session.Ref{}, false, malformed(reply)
	}
	return session.Session(live).Ref(), true, nil
}

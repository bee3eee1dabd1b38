package upstash

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/clinicpro/photobridge/edge/session"
)

const scanCount = 500 // keys that Redis looks at for one reply

// Sessions lists every live session. It walks all keys, which is work for a
// tool and never for a request. A session that begins meanwhile may be missing.
func (s *Store) Sessions(ctx context.Context) ([]session.Ref, error) {
	sessions, err := s.scan(ctx, encounterKey(""), "session")
	if err != nil {
		return nil, err
	}
	var refs []session.Ref
	for _, name := range slices.Sorted(maps.Keys(sessions)) {
		if sessions[name] == "" { // the key expired meanwhile
			continue
		}
		var live storedSession
		if err := unmarshal(sessions[name], &live); err != nil {
			return nil, unavailable(err)
		}
		refs = append(refs, session.Session(live).Ref())
	}
	return refs, nil
}

// Unfinished lists the encounters with objects that are still to be deleted.
func (s *Store) Unfinished(ctx context.Context) (encounterIDs []string, err error) {
	names, err := s.scan(ctx, doomedKey(""), "")
	for _, name := range slices.Sorted(maps.Keys(names)) {
		encounterIDs = append(encounterIDs, strings.TrimPrefix(name, doomedKey("")))
	}
	return encounterIDs, err
}

// scan returns the keys that begin with prefix, with a field of each one's hash.
func (s *Store) scan(ctx context.Context, prefix, field string) (map[string]string, error) {
	found := map[string]string{} // SCAN may name a key twice
	for cursor := "0"; ; {
		reply, err := s.eval(ctx, scan, []string{scanKey}, cursor, prefix, scanCount, field)
		if err != nil {
			return nil, err
		}
		page, err := stringsAt(reply, 1)
		if err != nil || len(page)%2 != 0 {
			return nil, malformed(reply)
		}
		for i := 0; i < len(page); i += 2 {
			found[page[i]] = page[i+1]
		}
		var ok bool
		if cursor, ok = reply[0].(string); !ok {
			return nil, malformed(reply)
		}
		if cursor == "0" {
			return found, nil
		}
	}
}

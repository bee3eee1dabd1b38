package journal

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/wasm/upload"
)

// Expire implements upload.Journal.
func (j *Journal) Expire(ctx context.Context, left time.Duration) error {
	at := j.clock.server().Add(left)
	if at.Before(j.expires) {
		j.expires = at
	}
	keys, err := j.storage.Keys(ctx)
	if err != nil {
		return err
	}
	var items []Item
	for _, key := range keys {
		if !j.owns(key) || !isRecord(key) {
			continue
		}
		value, err := j.storage.Get(ctx, key)
		if err != nil {
			return err
		}
		if expires, ok := expiryOf(value); ok && at.Before(expires) {
			items = append(items, Item{key, withExpiry(value, at)})
		}
	}
	if len(items) == 0 {
		return nil
	}
	return j.storage.Write(ctx, items, nil)
}

// Sweep implements upload.Journal. A photo's record says when it is over; its
// bytes go with it. Bytes without a record, and values without an expiry, belong
// to no session and are erased too.
func (j *Journal) Sweep(ctx context.Context) ([]upload.Waiting, error) {
	keys, err := j.storage.Keys(ctx)
	if err != nil {
		return nil, err
	}
	live, others := map[string]bool{}, map[string]*upload.Waiting{}
	for _, key := range keys {
		if !isRecord(key) {
			continue
		}
		value, err := j.storage.Get(ctx, key)
		if err != nil {
			return nil, err
		}
		expires, ok := expiryOf(value)
		if !ok || !expires.After(j.clock.server()) {
			continue
		}
		live[photoOf(key)] = true
		if !j.owns(key) {
			count(others, key, j.clock.phone(expires))
		}
	}
	over := slices.DeleteFunc(keys, func(key string) bool { return live[photoOf(key)] })
	return sorted(others), j.erase(ctx, over)
}

// count adds a photo to what its session has.
func count(sessions map[string]*upload.Waiting, key string, expires time.Time) {
	tag, _, _ := strings.Cut(key, "/")
	session := sessions[tag]
	if session == nil {
		session = &upload.Waiting{Session: tag, ExpiresAt: expires}
		sessions[tag] = session
	}
	session.Photos++
	if expires.Before(session.ExpiresAt) {
		session.ExpiresAt = expires
	}
}

func sorted(sessions map[string]*upload.Waiting) []upload.Waiting {
	var all []upload.Waiting
	for _, session := range sessions {
		all = append(all, *session)
	}
	slices.SortFunc(all, func(a, b upload.Waiting) int { return cmp.Compare(a.Session, b.Session) })
	return all
}

func isRecord(key string) bool { return strings.HasSuffix(key, "/"+recordKind) }

// photoOf returns a key without its kind.
func photoOf(key string) string { return key[:max(0, strings.LastIndexByte(key, '/'))] }

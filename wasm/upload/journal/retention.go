package journal

import (
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
	live, others := map[string]bool{}, []upload.Waiting(nil)
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
			others = count(others, key, j.clock.phone(expires))
		}
	}
	over := slices.DeleteFunc(keys, func(key string) bool { return live[photoOf(key)] })
	return others, j.erase(ctx, over)
}

// count adds a photo to what its session has.
func count(sessions []upload.Waiting, key string, expires time.Time) []upload.Waiting {
	tag, _, _ := strings.Cut(key, "/")
	for i := range sessions {
		if known := &sessions[i]; known.Session == tag {
			known.Photos++
			if expires.Before(known.ExpiresAt) {
				known.ExpiresAt = expires
			}
			return sessions
		}
	}
	return append(sessions, upload.Waiting{Session: tag, Photos: 1, ExpiresAt: expires})
}

func isRecord(key string) bool { return strings.HasSuffix(key, "/"+recordKind) }

// photoOf returns a key without its kind.
func photoOf(key string) string { return key[:max(0, strings.LastIndexByte(key, '/'))] }

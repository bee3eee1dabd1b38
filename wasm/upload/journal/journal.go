// Package journal keeps the queue's photos beyond the life of the page, sealed
// with the session's key. What lies on the phone names nobody: its keys are
// hashes and random ids, its values AES-256-GCM. When the session ends, its key
// is gone everywhere and what is left here is noise, which the next session to
// be opened erases.
package journal

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/upload"
	"github.com/clinicpro/photobridge/wasm/upload/wire"
)

// Storage keeps bytes by key on the phone. Every method may fail: storage is
// full, forbidden in private windows, or broken.
type Storage interface {
	// Keys lists every key there is.
	Keys(ctx context.Context) ([]string, error)
	// Get answers nil for an unknown key.
	Get(ctx context.Context, key string) ([]byte, error)
	// Write puts and deletes, all or nothing; when it returns, the change
	// survives a killed browser.
	Write(ctx context.Context, puts []Item, deletes []string) error
}

// Item is a value and its key.
type Item struct {
	Key   string
	Value []byte
}

// Locks are held by pages of this origin; one that ends lets go of its own.
type Locks interface {
	// Acquire waits for a lock until ctx is done. Many can hold it if shared.
	Acquire(ctx context.Context, name string, shared bool) (release func(), err error)
}

// Journal is an upload.Journal for one session.
type Journal struct {
	storage Storage
	locks   Locks // nil: there are none here
	seal    sealer
	tag     string // of the session, in every key
	owner   string // this page
	held    []func()
}

// patience is how long another page of the same session is given to be gone: a
// page that is being reloaded holds its locks a moment longer.
const patience = time.Second

const (
	recordKind = "record"
	jpegKind   = "jpeg"
)

// Open opens the journal of a session and erases what other sessions left,
// except those that are open in another tab. owner is a random name for this
// opening; Close ends it.
func Open(
	ctx context.Context,
	storage Storage,
	locks Locks,
	session shared.TokenResponse,
	owner string,
) (*Journal, error) {
	key, err := base64.StdEncoding.DecodeString(session.JournalKey)
	if err != nil || len(key) != 32 {
		return nil, errors.New("the journal key is not 32 bytes of base64")
	}
	seal, err := newSealer(key)
	if err != nil {
		return nil, err
	}
	j := &Journal{storage: storage, locks: locks, seal: seal, tag: tagOf(key), owner: owner}
	err = j.hold(ctx, lockOfSession(j.tag), true)
	if err == nil {
		err = j.hold(ctx, lockOfPage(owner), false)
	}
	if err == nil {
		err = j.purgeOthers(ctx)
	}
	if err != nil {
		j.Close()
		return nil, err
	}
	return j, nil
}

// hold keeps a lock until Close.
func (j *Journal) hold(ctx context.Context, name string, shared bool) error {
	if j.locks == nil {
		return nil
	}
	release, err := j.locks.Acquire(ctx, name, shared)
	if err == nil {
		j.held = append(j.held, release)
	}
	return err
}

// Close lets other pages have this one's photos.
func (j *Journal) Close() {
	for _, release := range j.held {
		release()
	}
	j.held = nil
}

func lockOfSession(tag string) string { return "photobridge-session-" + tag }
func lockOfPage(owner string) string  { return "photobridge-page-" + owner }

// tagOf names a session without telling which.
func tagOf(key []byte) string {
	sum := sha256.Sum256(append([]byte("photobridge journal\x00"), key...))
	return hex.EncodeToString(sum[:8])
}

// purgeOthers erases the records of sessions that no open page works on.
func (j *Journal) purgeOthers(ctx context.Context) error {
	keys, err := j.storage.Keys(ctx)
	if err != nil {
		return err
	}
	others := map[string][]string{}
	for _, key := range keys {
		if tag, _, _ := strings.Cut(key, "/"); tag != j.tag {
			others[tag] = append(others[tag], key)
		}
	}
	for tag, keys := range others {
		if j.locks != nil {
			release, err := j.within(ctx, lockOfSession(tag))
			if err != nil {
				continue // in use
			}
			defer release()
		}
		if err := j.storage.Write(ctx, nil, keys); err != nil {
			return err
		}
	}
	return nil
}

// within tries a lock for as long as patience lasts.
func (j *Journal) within(ctx context.Context, name string) (func(), error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return j.locks.Acquire(ctx, name, false)
}

// Replay answers the photos that no other open page works on and makes them
// this page's. What cannot be read is erased.
func (j *Journal) Replay(ctx context.Context) ([]upload.Entry, error) {
	owners, err := j.owners(ctx)
	if err != nil {
		return nil, err
	}
	var entries []upload.Entry
	for owner, ids := range owners {
		if owner != j.owner && j.locks != nil {
			release, err := j.within(ctx, lockOfPage(owner))
			if err != nil {
				continue // another tab's
			}
			defer release()
		}
		for _, id := range ids {
			entry, ok, err := j.take(ctx, id, owner)
			if err != nil {
				return nil, err
			}
			if ok {
				entries = append(entries, entry)
			}
		}
	}
	slices.SortFunc(entries, func(a, b upload.Entry) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID))
	})
	return entries, nil
}

// owners groups the session's photos by the page that works on them. Bytes
// without a record, and records that cannot be read, are erased.
func (j *Journal) owners(ctx context.Context) (map[string][]string, error) {
	keys, err := j.storage.Keys(ctx)
	if err != nil {
		return nil, err
	}
	owners, known := map[string][]string{}, map[string]bool{}
	for _, key := range keys {
		id, kind, _ := strings.Cut(strings.TrimPrefix(key, j.tag+"/"), "/")
		if !strings.HasPrefix(key, j.tag+"/") || kind != recordKind {
			continue
		}
		if owner, _, err := j.read(ctx, id); err != nil {
			return nil, err
		} else if owner != "" {
			owners[owner] = append(owners[owner], id)
			known[id] = true
		}
	}
	var orphans []string
	for _, key := range keys {
		id, _, _ := strings.Cut(strings.TrimPrefix(key, j.tag+"/"), "/")
		if strings.HasPrefix(key, j.tag+"/") && !known[id] {
			orphans = append(orphans, key)
		}
	}
	if len(orphans) == 0 {
		return owners, nil
	}
	return owners, j.storage.Write(ctx, nil, orphans)
}

// take makes one photo this page's; ok is false if somebody else took it first.
func (j *Journal) take(ctx context.Context, id, from string) (entry upload.Entry, ok bool, err error) {
	owner, record, err := j.read(ctx, id)
	if err != nil || owner != from {
		return upload.Entry{}, false, err
	}
	key := j.key(id, jpegKind)
	sealed, err := j.storage.Get(ctx, key)
	if err != nil {
		return upload.Entry{}, false, err
	}
	entry.Record = record
	if jpeg, err := j.seal.open(key, sealed); err == nil {
		entry.JPEG = jpeg
	}
	return entry, true, j.Save(ctx, record)
}

// read answers a photo's owner and record; the owner is "" if there is none or
// it cannot be read.
func (j *Journal) read(ctx context.Context, id string) (owner string, record upload.Record, err error) {
	key := j.key(id, recordKind)
	sealed, err := j.storage.Get(ctx, key)
	if err != nil {
		return "", record, err
	}
	plain, err := j.seal.open(key, sealed)
	if err != nil {
		return "", record, nil
	}
	owner, text, _ := strings.Cut(string(plain), "\n")
	record, err = wire.ParseRecord([]byte(text))
	if err != nil || record.ID != id {
		return "", upload.Record{}, nil
	}
	return owner, record, nil
}

func (j *Journal) key(id, kind string) string { return j.tag + "/" + id + "/" + kind }

func (j *Journal) item(id, kind string, plain []byte) Item {
	key := j.key(id, kind)
	return Item{key, j.seal.seal(key, plain)}
}

func (j *Journal) recordItem(record upload.Record) Item {
	return j.item(record.ID, recordKind, append([]byte(j.owner+"\n"), wire.Record(record)...))
}

// Save implements upload.Journal.
func (j *Journal) Save(ctx context.Context, records ...upload.Record) error {
	items := make([]Item, len(records))
	for i, record := range records {
		items[i] = j.recordItem(record)
	}
	return j.storage.Write(ctx, items, nil)
}

// SaveJPEG implements upload.Journal.
func (j *Journal) SaveJPEG(ctx context.Context, record upload.Record, jpeg []byte) error {
	return j.storage.Write(ctx, []Item{j.item(record.ID, jpegKind, jpeg), j.recordItem(record)}, nil)
}

// Remove implements upload.Journal.
func (j *Journal) Remove(ctx context.Context, id string) error {
	return j.storage.Write(ctx, nil, []string{j.key(id, recordKind), j.key(id, jpegKind)})
}

// Clear implements upload.Journal. Another tab's photos of this session go
// with it: the session is over for the phone.
func (j *Journal) Clear(ctx context.Context) error {
	keys, err := j.storage.Keys(ctx)
	if err != nil {
		return err
	}
	return j.storage.Write(
		ctx,
		nil,
		slices.DeleteFunc(keys, func(key string) bool { return !strings.HasPrefix(key, j.tag+"/") }),
	)
}

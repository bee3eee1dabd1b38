// Package journal keeps the queue's photos beyond the life of the page, sealed
// with the session's key. What is stored on the phone identifies no patient: its
// keys are hashes and random ids, its values are AES-256-GCM. Only the time at which a
// photo expires is stored unencrypted. Any page can therefore erase an expired photo,
// and no page has to erase one earlier.
package journal

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/shared/wire"
	"github.com/clinicpro/photobridge/wasm/upload"
)

// Storage keeps bytes by key on the phone. Every method may fail: storage is
// full, forbidden in private windows, or broken.
type Storage interface {
	// Keys lists every key there is.
	Keys(ctx context.Context) ([]string, error)
	// Get returns nil for an unknown key.
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

// Locks are held by pages of this origin. A page that ends releases its own.
type Locks interface {
	// Acquire waits for a lock until ctx is done.
	Acquire(ctx context.Context, name string) (release func(), err error)
}

// Journal is an upload.Journal for one session.
type Journal struct {
	storage Storage
	locks   Locks // nil: there are none here
	clock   Clock
	seal    sealer
	tag     string    // of the session, in every key
	owner   string    // this page
	expires time.Time // of what is saved from now on, on the server's clock

	mu   sync.Mutex
	held []func()
}

// Clock is the phone's clock, and by how much the server's is ahead of it.
type Clock struct {
	Phone func() time.Time
	Ahead time.Duration
}

// server returns the server's time.
func (c Clock) server() time.Time { return c.Phone().Add(c.Ahead) }

// phone returns a time of the server's on the phone's clock.
func (c Clock) phone(server time.Time) time.Time { return server.Add(-c.Ahead) }

// patience is how long another page of the same session is given to end: a page
// that is being reloaded holds its locks a moment longer.
const patience = time.Second

const (
	recordKind = "record"
	jpegKind   = "jpeg"
)

// Open opens the journal of a session. owner is a random name for this opening;
// Close ends it. keep is how long photos may stay on the phone. random fills a
// slice with unpredictable bytes.
func Open(
	ctx context.Context,
	storage Storage,
	locks Locks,
	clock Clock,
	session shared.Grant,
	owner string,
	keep time.Duration,
	random func([]byte),
) (*Journal, error) {
	key, err := base64.StdEncoding.DecodeString(session.JournalKey)
	if err != nil || len(key) != 32 {
		return nil, errors.New("the journal key is not 32 bytes of base64")
	}
	seal, err := newSealer(key, random)
	if err != nil {
		return nil, err
	}
	j := &Journal{
		storage: storage, locks: locks, clock: clock, seal: seal,
		tag: tagOf(key, session), owner: owner, expires: clock.server().Add(keep),
	}
	if err := j.hold(ctx, lockOfPage(owner)); err != nil {
		return nil, err
	}
	return j, nil
}

// hold keeps a lock until Close.
func (j *Journal) hold(ctx context.Context, name string) error {
	if j.locks == nil {
		return nil
	}
	release, err := j.locks.Acquire(ctx, name)
	if err == nil {
		j.held = append(j.held, release)
	}
	return err
}

// Close implements upload.Journal.
func (j *Journal) Close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, release := range j.held {
		release()
	}
	j.held = nil
}

// Name implements upload.Journal.
func (j *Journal) Name() string { return j.tag }

func lockOfPage(owner string) string { return "photobridge-page-" + owner }

// tagOf names a session for a page that has its key and knows its patient; others
// learn nothing from it.
func tagOf(key []byte, session shared.Grant) string {
	hash := sha256.New()
	hash.Write([]byte("photobridge journal\x00"))
	hash.Write(key)
	for _, id := range []string{session.FacilityID, session.PatientID, session.EncounterID} {
		hash.Write([]byte{0})
		hash.Write([]byte(id))
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

// within tries a lock for as long as patience lasts.
func (j *Journal) within(ctx context.Context, name string) (func(), error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return j.locks.Acquire(ctx, name)
}

// Replay returns the photos that no other open page works on and makes them this
// page's. What cannot be read is erased.
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
		if !j.owns(key) || kind != recordKind {
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
		if j.owns(key) && !known[id] {
			orphans = append(orphans, key)
		}
	}
	return owners, j.erase(ctx, orphans)
}

// take makes one photo this page's; ok is false if another
// page took it first.
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

// read returns a photo's owner and record; the owner is "" if there is none or
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
	record, err = shared.Unmarshal[upload.Record]([]byte(text))
	if err != nil || record.ID != id {
		return "", upload.Record{}, nil
	}
	return owner, record, nil
}

func (j *Journal) key(id, kind string) string { return j.tag + "/" + id + "/" + kind }

func (j *Journal) item(id, kind string, plain []byte) Item {
	key := j.key(id, kind)
	return Item{key, j.seal.seal(key, j.expires, plain)}
}

func (j *Journal) recordItem(record upload.Record) Item {
	return j.item(record.ID, recordKind, append([]byte(j.owner+"\n"), wire.Marshal(&record)...))
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
	if jpeg == nil {
		return j.storage.Write(ctx, []Item{j.recordItem(record)}, []string{j.key(record.ID, jpegKind)})
	}
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
	return j.erase(ctx, slices.DeleteFunc(keys, func(key string) bool { return !j.owns(key) }))
}

func (j *Journal) owns(key string) bool { return strings.HasPrefix(key, j.tag+"/") }

func (j *Journal) erase(ctx context.Context, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	return j.storage.Write(ctx, nil, keys)
}

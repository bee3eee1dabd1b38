package upload

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// shelf is one session's part of the storage, encrypted with its key.
type shelf struct {
	records map[string]Entry
	expires time.Time
}

// shelf returns the shelf of a key. The world's lock is held.
func (w *world) shelf(key string) *shelf {
	if w.shelves[key] == nil {
		w.shelves[key] = &shelf{records: map[string]Entry{}}
		if key == testKey {
			w.shelves[key].records = w.records
		}
	}
	return w.shelves[key]
}

// openJournal opens a journal in memory. Like the real one, it keeps other sessions'
// photos until their time limit.
func (w *world) openJournal(_ context.Context, session shared.Grant, ahead time.Duration) (Journal, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.opened++
	w.ahead = append(w.ahead, ahead)
	w.shelf(session.JournalKey).expires = time.Now().Add(KeepAfterJoin)
	return memory{w, session.JournalKey}, w.noJournal
}

type memory struct {
	w   *world
	key string
}

// write makes a write of the journal, unless the page ends first.
func (m memory) write(ctx context.Context, change func(*shelf)) error {
	if m.w.stuck {
		<-ctx.Done()
		return ctx.Err()
	}
	if err := sleep(ctx, m.w.writing); err != nil {
		return err
	}
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	m.w.writes++
	if m.w.noJournal == nil {
		change(m.w.shelf(m.key))
	}
	return m.w.noJournal
}

func (m memory) Replay(context.Context) ([]Entry, error) {
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	entries := slices.Collect(maps.Values(m.w.shelf(m.key).records))
	for i := range entries { // the real journal also returns new copies
		entries[i].Warnings = slices.Clone(entries[i].Warnings)
	}
	slices.SortFunc(entries, func(a, b Entry) int { return int(a.Order - b.Order) })
	return entries, nil
}

func (m memory) Save(ctx context.Context, records ...Record) error {
	return m.write(ctx, func(s *shelf) {
		for _, r := range records {
			s.records[r.ID] = Entry{r, s.records[r.ID].JPEG}
		}
	})
}

func (m memory) SaveJPEG(ctx context.Context, r Record, jpeg []byte) error {
	return m.write(ctx, func(s *shelf) { s.records[r.ID] = Entry{r, jpeg} })
}

func (m memory) Remove(ctx context.Context, id string) error {
	return m.write(ctx, func(s *shelf) { delete(s.records, id) })
}

func (m memory) Clear(ctx context.Context) error {
	return m.write(ctx, func(s *shelf) { clear(s.records) })
}

func (m memory) Expire(ctx context.Context, left time.Duration) error {
	at := time.Now().Add(left)
	return m.write(ctx, func(s *shelf) {
		if at.Before(s.expires) {
			s.expires = at
		}
	})
}

func (m memory) Sweep(context.Context) ([]Waiting, error) {
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	var others []Waiting
	for key, s := range m.w.shelves {
		switch {
		case !s.expires.After(time.Now()):
			clear(s.records)
		case key != m.key && len(s.records) > 0:
			others = append(others, Waiting{Session: key, Photos: len(s.records), ExpiresAt: s.expires.Add(m.w.skew)})
		}
	}
	return others, nil
}

func (m memory) Name() string { return m.key }

func (m memory) Close() {}

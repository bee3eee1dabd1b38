package upload

import (
	"context"
	"maps"
	"slices"

	"github.com/clinicpro/photobridge/shared"
)

// openJournal erases what another session left, as the real one does.
func (w *world) openJournal(_ context.Context, session shared.TokenResponse) (Journal, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sealed != session.JournalKey {
		clear(w.records)
	}
	w.sealed = session.JournalKey
	return memory{w, session.JournalKey}, w.noJournal
}

type memory struct {
	w   *world
	key string
}

// write does a write of the journal, unless the page ends before it is done.
func (m memory) write(ctx context.Context, change func()) error {
	if err := sleep(ctx, m.w.writing); err != nil {
		return err
	}
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	m.w.writes++
	if m.key == m.w.sealed {
		change()
	}
	return m.w.noJournal
}

func (m memory) Replay(context.Context) ([]Entry, error) {
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	entries := slices.Collect(maps.Values(m.w.records))
	for i := range entries { // the real one reads them anew
		entries[i].Warnings = slices.Clone(entries[i].Warnings)
	}
	slices.SortFunc(entries, func(a, b Entry) int { return int(a.Order - b.Order) })
	return entries, nil
}

func (m memory) Save(ctx context.Context, records ...Record) error {
	return m.write(ctx, func() {
		for _, r := range records {
			m.w.records[r.ID] = Entry{r, m.w.records[r.ID].JPEG}
		}
	})
}

func (m memory) SaveJPEG(ctx context.Context, r Record, jpeg []byte) error {
	return m.write(ctx, func() { m.w.records[r.ID] = Entry{r, jpeg} })
}

func (m memory) Remove(ctx context.Context, id string) error {
	return m.write(ctx, func() { delete(m.w.records, id) })
}

func (m memory) Clear(ctx context.Context) error {
	return m.write(ctx, func() { clear(m.w.records) })
}

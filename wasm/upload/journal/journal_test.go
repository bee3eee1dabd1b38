package journal

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/upload"
)

// memory is a Storage; fails is returned by every call.
type memory struct {
	mu     sync.Mutex
	values map[string][]byte
	fails  error
}

func (m *memory) Keys(context.Context) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []string
	for key := range m.values {
		keys = append(keys, key)
	}
	return keys, m.fails
}

func (m *memory) Get(_ context.Context, key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.values[key]), m.fails
}

func (m *memory) Write(_ context.Context, puts []Item, deletes []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails != nil {
		return m.fails
	}
	for _, item := range puts {
		m.values[item.Key] = slices.Clone(item.Value)
	}
	for _, key := range deletes {
		delete(m.values, key)
	}
	return nil
}

// locks are exclusive, as the browser's are.
type locks struct {
	mu   sync.Mutex
	held map[string]chan struct{} // closed when it is released
}

func (l *locks) Acquire(ctx context.Context, name string) (func(), error) {
	for {
		l.mu.Lock()
		taken := l.held[name]
		if taken == nil {
			released := make(chan struct{})
			l.held[name] = released
			l.mu.Unlock()
			return func() {
				l.mu.Lock()
				defer l.mu.Unlock()
				delete(l.held, name)
				close(released)
			}, nil
		}
		l.mu.Unlock()
		select {
		case <-taken:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// phone is one phone's storage, and the pages that use it.
type phone struct {
	t       *testing.T
	storage *memory
	locks   Locks
	skew    time.Duration // how far its clock is ahead of the server's
	pages   int
}

func onPhone(t *testing.T, name string, test func(t *testing.T, p *phone)) {
	t.Helper()
	for kind, l := range map[string]Locks{"": &locks{held: map[string]chan struct{}{}}, ", plain http": nil} {
		t.Run(name+kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				test(t, &phone{t: t, storage: &memory{values: map[string][]byte{}}, locks: l})
			})
		})
	}
}

func grant(key byte) shared.Grant {
	return shared.Grant{
		FacilityID: "fac-1", PatientID: "pat-1", EncounterID: "enc-1",
		JournalKey: base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{key}, 32)),
	}
}

func (p *phone) open(session shared.Grant) *Journal {
	p.t.Helper()
	p.pages++
	clock := Clock{Phone: func() time.Time { return time.Now().Add(p.skew) }, Ahead: -p.skew}
	j, err := Open(p.t.Context(), p.storage, p.locks, clock, session, "page-"+string(rune('a'+p.pages)),
		12*time.Hour, random)
	if err != nil {
		p.t.Fatal(err)
	}
	return j
}

func (p *phone) save(j *Journal, ids ...string) {
	p.t.Helper()
	for _, id := range ids {
		record := upload.Record{ID: id, Name: "name of " + id, Stage: upload.StageCompressed, Asked: id == "asked"}
		if err := j.SaveJPEG(p.t.Context(), record, []byte("bytes of "+id)); err != nil {
			p.t.Fatal(err)
		}
	}
}

func (p *phone) has(j *Journal, want ...string) {
	p.t.Helper()
	entries, err := j.Replay(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	slices.SortFunc(entries, func(a, b upload.Entry) int { return strings.Compare(a.ID, b.ID) })
	var got []string
	for _, entry := range entries {
		got = append(got, entry.ID)
		if string(entry.JPEG) != "bytes of "+entry.ID || entry.Name != "name of "+entry.ID ||
			entry.Asked != (entry.ID == "asked") {
			p.t.Errorf("entry %+v", entry)
		}
	}
	if !slices.Equal(got, want) {
		p.t.Errorf("%v, want %v", got, want)
	}
}

func (p *phone) sweep(j *Journal) []upload.Waiting {
	p.t.Helper()
	others, err := j.Sweep(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return others
}

func TestJournalKeepsPhotos(t *testing.T) {
	onPhone(t, "beyond the page", func(t *testing.T, p *phone) {
		j := p.open(grant(1))
		p.save(j, "a", "asked", "b")
		if err := j.Remove(t.Context(), "b"); err != nil {
			t.Fatal(err)
		}
		j.Close()
		p.has(p.open(grant(1)), "a", "asked")
	})
	onPhone(t, "and contains no name", func(t *testing.T, p *phone) {
		p.save(p.open(grant(1)), "a")
		for key, value := range p.storage.values {
			for _, word := range []string{"name of", "bytes of", "pat-1", "fac-1", "enc-1"} {
				if strings.Contains(key, word) || bytes.Contains(value, []byte(word)) {
					t.Errorf("%q is readable in %q", word, key)
				}
			}
		}
	})
	onPhone(t, "and erases all of the session, and no other", func(t *testing.T, p *phone) {
		j, other := p.open(grant(1)), p.open(grant(2))
		p.save(j, "a", "b")
		p.save(other, "c")
		if err := j.Clear(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.has(j)
		p.has(other, "c")
	})
}

func TestJournalIsOfOnePatient(t *testing.T) {
	changes := map[string]func(*shared.Grant){
		"key":       func(g *shared.Grant) { *g = grant(2) },
		"facility":  func(g *shared.Grant) { g.FacilityID = "fac-2" },
		"patient":   func(g *shared.Grant) { g.PatientID = "pat-2" },
		"encounter": func(g *shared.Grant) { g.EncounterID = "enc-2" },
	}
	for name, change := range changes {
		onPhone(t, "another "+name, func(t *testing.T, p *phone) {
			j := p.open(grant(1))
			p.save(j, "a")
			session := grant(1)
			change(&session)
			p.has(p.open(session))
			j.Close()
			p.has(p.open(grant(1)), "a")
		})
	}
	// The same key, ids whose letters are split elsewhere.
	onPhone(t, "another split", func(t *testing.T, p *phone) {
		j := p.open(grant(1))
		p.save(j, "a")
		session := grant(1)
		session.FacilityID, session.PatientID = "fac-1p", "at-1"
		p.has(p.open(session))
	})
}

// Only what is certainly over is erased.
func TestJournalSweeps(t *testing.T) {
	onPhone(t, "another session's photos stay, and are counted", func(t *testing.T, p *phone) {
		p.save(p.open(grant(1)), "a", "b") // its page ends, or stays open
		j := p.open(grant(2))
		p.save(j, "c")
		want := time.Now().Add(12 * time.Hour).Truncate(time.Second)
		if others := p.sweep(j); len(others) != 1 || others[0].Photos != 2 || !others[0].ExpiresAt.Equal(want) {
			t.Errorf("%+v, want until %s", others, want)
		}
		time.Sleep(11 * time.Hour)
		if others := p.sweep(j); len(others) != 1 {
			t.Errorf("%+v", others)
		}
	})
	onPhone(t, "twelve hours after the session was joined", func(t *testing.T, p *phone) {
		p.save(p.open(grant(1)), "a")
		time.Sleep(6 * time.Hour)
		j := p.open(grant(2))
		p.save(j, "b")
		time.Sleep(6*time.Hour + time.Second)
		if others := p.sweep(j); len(others) != 0 {
			t.Errorf("%+v", others)
		}
		p.has(j, "b")
		if n := len(p.storage.values); n != 2 {
			t.Errorf("%d values are left", n)
		}
	})
	onPhone(t, "when the page asked for it before it ended", func(t *testing.T, p *phone) {
		j := p.open(grant(1))
		p.save(j, "a")
		if err := j.Expire(t.Context(), time.Hour); err != nil {
			t.Fatal(err)
		}
		p.save(j, "b")
		other := p.open(grant(2))
		time.Sleep(59 * time.Minute)
		if others := p.sweep(other); len(others) != 1 || others[0].Photos != 2 {
			t.Errorf("%+v", others)
		}
		time.Sleep(2 * time.Minute)
		p.sweep(other)
		if n := len(p.storage.values); n != 0 {
			t.Errorf("%d values are left", n)
		}
	})
	onPhone(t, "by the server's clock", func(t *testing.T, p *phone) {
		p.save(p.open(grant(1)), "a")
		p.skew = 20 * time.Hour // the phone's clock is set
		j := p.open(grant(2))
		if others := p.sweep(j); len(others) != 1 || !others[0].ExpiresAt.After(time.Now().Add(31*time.Hour)) {
			t.Errorf("%+v", others)
		}
		p.skew = -20 * time.Hour
		j = p.open(grant(2))
		time.Sleep(12*time.Hour + time.Second)
		if others := p.sweep(j); len(others) != 0 {
			t.Errorf("%+v", others)
		}
	})
	onPhone(t, "what belongs to no photo", func(t *testing.T, p *phone) {
		j := p.open(grant(1))
		p.save(j, "a", "b")
		delete(p.storage.values, j.key("b", recordKind))
		for _, key := range []string{"", "x", "x/y/record", "x/y/jpeg", "x/z/record"} {
			p.storage.values[key] = []byte("?")
		}
		p.sweep(j)
		p.has(j, "a")
		if n := len(p.storage.values); n != 2 {
			t.Errorf("%d values are left", n)
		}
	})
}

func TestJournalOfTwoTabs(t *testing.T) {
	onPhone(t, "each has its own photos, until the other ends", func(t *testing.T, p *phone) {
		if p.locks == nil {
			t.Skip("without locks the newest page gets all")
		}
		first := p.open(grant(1))
		p.save(first, "a")
		second := p.open(grant(1))
		p.save(second, "b")
		p.has(second, "b")
		first.Close()
		first.Close()
		p.has(second, "a", "b")
	})
	onPhone(t, "a page that is reloaded ends a moment later", func(t *testing.T, p *phone) {
		first := p.open(grant(1))
		p.save(first, "a")
		time.AfterFunc(patience/2, first.Close)
		p.has(p.open(grant(1)), "a")
	})
}

func TestJournalFails(t *testing.T) {
	onPhone(t, "and nothing is lost", func(t *testing.T, p *phone) {
		j := p.open(grant(1))
		p.save(j, "a")
		p.storage.fails = errors.New("closed")
		_, replay := j.Replay(t.Context())
		_, sweep := j.Sweep(t.Context())
		for name, err := range map[string]error{
			"Replay": replay, "Sweep": sweep,
			"Save":     j.Save(t.Context(), upload.Record{ID: "a"}),
			"SaveJPEG": j.SaveJPEG(t.Context(), upload.Record{ID: "a"}, nil),
			"Remove":   j.Remove(t.Context(), "a"),
			"Clear":    j.Clear(t.Context()),
			"Expire":   j.Expire(t.Context(), 0),
		} {
			if err == nil {
				t.Errorf("%s hides that the storage fails", name)
			}
		}
		p.storage.fails = nil
		p.has(j, "a")
	})
	for _, key := range []string{"", "????", base64.StdEncoding.EncodeToString(make([]byte, 31))} {
		if _, err := Open(t.Context(), nil, nil, Clock{}, shared.Grant{JournalKey: key}, "", 0, random); err == nil {
			t.Errorf("%q is taken for a key", key)
		}
	}
}

func random(b []byte) { rand.Read(b) }

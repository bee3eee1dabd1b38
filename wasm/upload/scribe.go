package upload

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// scribe writes to the journal in order, one write at a time, in its own goroutine.
// When a write fails or hangs, the scribe drops the waiting writes and breaks off, so
// that no photo waits for it. Later the album writes everything once more
// (album.rewrite).
type scribe struct {
	ctx     context.Context
	clock   Clock
	journal Journal // nil: there is none
	report  func(whole bool)

	mu       sync.Mutex
	writes   []write
	last     chan struct{} // closed when all writes so far are done
	busy     bool
	broken   bool
	reopened bool // it broke off, and has not written everything since
}

// write is one transaction of the journal: records, or whatever else do does.
type write struct {
	records []Record
	do      func(context.Context, Journal) error
}

func (w write) to(ctx context.Context, j Journal) error {
	if w.do != nil {
		return w.do(ctx, j)
	}
	return j.Save(ctx, w.records...)
}

const writeLimit = 5 * time.Second

var errJournalHangs = errors.New("the journal does not respond")

var closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// newScribe returns a scribe. It reports when it breaks off, and when everything was
// written again.
func newScribe(ctx context.Context, clock Clock, journal Journal, report func(whole bool)) *scribe {
	return &scribe{ctx: ctx, clock: clock, journal: journal, report: report, last: closed}
}

// save queues records. Waiting records are merged into one write, because typing
// causes a write for each letter and a write takes the disk's time.
func (s *scribe) save(records ...Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if last := len(s.writes) - 1; last >= 0 && s.writes[last].do == nil {
		s.writes[last].records = merged(s.writes[last].records, records)
		return
	}
	s.enqueue(write{records: records})
}

// write queues any other write.
func (s *scribe) write(do func(context.Context, Journal) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enqueue(write{do: do})
}

// mend lets the scribe write again after it broke off.
func (s *scribe) mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken, s.reopened = false, true
}

// whole reports whether the journal has everything that was queued, or will have it
// after the waiting writes.
func (s *scribe) whole() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.journal != nil && !s.broken && !s.reopened
}

// merged returns the newest record of each photo.
func merged(older, newer []Record) []Record {
	replaced := func(r Record) bool {
		return slices.ContainsFunc(newer, func(n Record) bool { return n.ID == r.ID })
	}
	return append(slices.DeleteFunc(older, replaced), newer...)
}

func (s *scribe) enqueue(w write) {
	if s.journal == nil || s.broken {
		return
	}
	s.writes = append(s.writes, w)
	if !s.busy {
		s.busy = true
		s.last = make(chan struct{})
		go s.work(s.last)
	}
}

// written returns a channel that is closed when all queued writes are done.
func (s *scribe) written() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

func (s *scribe) work(done chan struct{}) {
	defer close(done)
	for {
		next, ok := s.next()
		if !ok {
			return
		}
		if err := s.within(next); err != nil && s.ctx.Err() == nil {
			s.breakOff()
			return
		}
	}
}

func (s *scribe) next() (w write, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.writes) == 0 {
		if s.reopened {
			s.reopened = false
			s.report(true)
		}
		s.busy = false
		return write{}, false
	}
	w = s.writes[0]
	s.writes = s.writes[1:]
	return w, true
}

func (s *scribe) breakOff() {
	s.mu.Lock()
	s.broken, s.busy, s.writes = true, false, nil
	s.mu.Unlock()
	s.report(false)
}

// within does one write and fails if it does not return in time: in some browsers
// IndexedDB hangs after the phone slept.
func (s *scribe) within(w write) error {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	result := make(chan error, 1)
	go func() { result <- w.to(ctx, s.journal) }()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.clock.After(writeLimit):
		return errJournalHangs
	}
}

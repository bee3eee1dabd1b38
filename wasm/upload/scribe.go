package upload

import (
	"context"
	"errors"
	"sync"
	"time"
)

// scribe writes the journal in order, one write after the other, off the
// queue's loop. When a write fails it says so once and goes on trying; when
// one hangs it gives the journal up, so that no photo waits for it.
type scribe struct {
	clock   Clock
	journal Journal // nil: there is none
	trouble func(error)

	mu     sync.Mutex
	writes []func(context.Context, Journal) error
	last   chan struct{} // closed when all writes so far are done
	busy   bool
	given  bool // up
}

const writeLimit = 5 * time.Second

var errJournalHangs = errors.New("the journal does not answer")

var closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

func newScribe(clock Clock, journal Journal, trouble func(error)) *scribe {
	return &scribe{clock: clock, journal: journal, trouble: trouble, last: closed}
}

// write adds a write to the line.
func (s *scribe) write(ctx context.Context, op func(context.Context, Journal) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.journal == nil || s.given {
		return
	}
	s.writes = append(s.writes, op)
	if !s.busy {
		s.busy = true
		s.last = make(chan struct{})
		go s.work(ctx, s.last)
	}
}

// written is closed when nothing is in line any more.
func (s *scribe) written() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

func (s *scribe) work(ctx context.Context, done chan struct{}) {
	defer close(done)
	for {
		op := s.next()
		if op == nil {
			return
		}
		if err := s.within(ctx, op); err != nil && ctx.Err() == nil {
			s.trouble(err)
		}
	}
}

func (s *scribe) next() func(context.Context, Journal) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.writes) == 0 || s.given {
		s.busy = false
		return nil
	}
	op := s.writes[0]
	s.writes = s.writes[1:]
	return op
}

// within does one write and gives up the journal if it does not return:
// IndexedDB is known to hang in some browsers after the phone slept.
func (s *scribe) within(ctx context.Context, op func(context.Context, Journal) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	result := make(chan error, 1)
	go func() { result <- op(ctx, s.journal) }()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.clock.After(writeLimit):
		s.mu.Lock()
		s.given = true
		s.mu.Unlock()
		return errJournalHangs
	}
}

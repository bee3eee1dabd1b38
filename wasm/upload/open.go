package upload

import (
	"context"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

const (
	// openLimit is how long the page waits for the journal before it continues
	// without.
	openLimit = 5 * time.Second
	// mendAfter is how long the queue waits before it tries a failing journal
	// again.
	mendAfter = 10 * time.Second
)

// open shows a patient's session. If the queue already has it, its photos continue
// with the new grant. The session that was shown before is kept: photos that were
// asked for are still sent, and the others wait.
func (q *Queue) open(c Command) {
	grant := c.Session
	s := q.bring(identityOf(grant))
	sameRecord := s.grant != nil && s.grant.JournalKey == grant.JournalKey
	s.grant, s.opening = grant, true
	s.ahead = time.Duration(c.AheadMS) * time.Millisecond
	s.retention = retention{expiresAt: q.now.Add(KeepAfterJoin)}
	s.traffic.join(q.world.Dial(c.APIBase, *grant), grant)
	s.album.rejoin(sameRecord, grant.ImageCount)
	q.openJournal(s)
}

// bring returns the session of a patient, or a new one, and makes it the shown one.
func (q *Queue) bring(id identity) *session {
	shown := q.shown()
	if shown != nil && shown.identity == id {
		return shown
	}
	var s *session
	others := make([]*session, 0, len(q.sessions)+1)
	for _, other := range q.sessions {
		if other.identity == id {
			s = other
		} else {
			others = append(others, other)
		}
	}
	if s == nil {
		s = q.newSession(id)
	}
	if shown != nil {
		shown.album.hide()
	}
	s.album.shown = true
	q.sessions = append([]*session{s}, others...)
	return s
}

// openJournal opens the journal of a session's grant and reads it.
func (q *Queue) openJournal(s *session) {
	grant, ahead, earlier, written := s.grant, s.ahead, s.journal, s.album.written()
	open := func(ctx context.Context) (Journal, []Entry, []Waiting, error) {
		<-written
		if earlier != nil {
			earlier.Close()
		}
		return q.world.readJournal(ctx, *grant, ahead)
	}
	ctx, clock := q.ctx, q.world.Clock
	go func() {
		found := within(ctx, clock, open)
		q.mailbox.post(func() { q.opened(s, grant, earlier, found) })
	}()
}

// found is what was read from a journal.
type found struct {
	journal Journal
	entries []Entry
	others  []Waiting
	err     error
}

// readJournal opens a journal, erases what is over, and reads the rest.
func (w *World) readJournal(
	ctx context.Context,
	grant shared.Grant,
	ahead time.Duration,
) (Journal, []Entry, []Waiting, error) {
	journal, err := w.OpenJournal(ctx, grant, ahead)
	if err != nil {
		return nil, nil, nil, err
	}
	others, err := journal.Sweep(ctx)
	var entries []Entry
	if err == nil {
		entries, err = journal.Replay(ctx)
	}
	if err != nil {
		journal.Close()
		return nil, nil, nil, err
	}
	return journal, entries, others, nil
}

// within reads a journal within openLimit.
func within(ctx context.Context, clock Clock, open func(context.Context) (Journal, []Entry, []Waiting, error)) found {
	ctx, cancel := context.WithCancel(ctx)
	result := make(chan found, 1)
	go func() {
		journal, entries, others, err := open(ctx)
		result <- found{journal, entries, others, err}
	}()
	select {
	case f := <-result:
		cancel()
		return f
	case <-clock.After(openLimit):
		cancel()
		go func() { // close a journal that opens after the limit
			if late := <-result; late.journal != nil {
				late.journal.Close()
			}
		}()
		return found{err: errJournalHangs}
	}
}

// opened continues once the journal was read, or could not be.
func (q *Queue) opened(s *session, grant *shared.Grant, earlier Journal, f found) {
	if s.grant != grant {
		if f.journal != nil {
			f.journal.Close()
		}
		return // another session was opened meanwhile
	}
	first := s.opening
	if s.journalKey == grant.JournalKey {
		earlier = nil // both are the same journal, which must not lose its photos
	} else {
		s.album.emptied = false // the album was emptied for the earlier journal
	}
	s.opening, s.journal, s.journalKey, s.others = false, f.journal, grant.JournalKey, f.others
	s.mend(q.now, f.err == nil)
	s.album.keepIn(newScribe(q.ctx, q.world.Clock, f.journal, func(whole bool) {
		q.mailbox.post(func() { s.mend(q.now, whole) })
	}), earlier)
	s.album.adopt(f.entries, q.now)
	if wanted := len(f.entries) > 0 || first && grant.ImageCount > 0; wanted {
		s.album.edge.wanted, s.album.edge.hold = true, true
	} else if first {
		s.album.edge.wanted, s.album.edge.hold = false, false
	}
	deferred := s.deferred
	s.deferred = nil
	for _, c := range deferred {
		q.sessionCommand(s, c)
	}
}

// mend notes whether the journal works, and when to try it again if it does not.
func (s *session) mend(now time.Time, works bool) {
	s.mendAt = time.Time{}
	if !works {
		s.mendAt = now.Add(mendAfter)
	} else if !s.endedAt.IsZero() {
		s.expire(now)
	}
}

// mend tries a failing journal again once it is time. It reports whether
// anything changed.
func (q *Queue) mend(s *session) bool {
	if s.mendAt.IsZero() || s.mendAt.After(q.now) || s.opening || s.erased {
		return false
	}
	s.mendAt = time.Time{}
	if s.journal == nil {
		q.openJournal(s)
	} else {
		s.album.rewrite()
	}
	return true
}

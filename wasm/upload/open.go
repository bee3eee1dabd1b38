package upload

import (
	"context"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// openLimit is how long the page waits for the journal before it goes on
// without.
const openLimit = 5 * time.Second

// open starts a session, or goes on with the photos of this one under a fresh
// token. Photos of another encounter are erased first.
func (q *Queue) open(apiBase string, session shared.TokenResponse) {
	earlier := q.session
	if earlier != nil && earlier.EncounterID != session.EncounterID {
		q.forget()
	}
	sameRecord := earlier != nil && earlier.JournalKey == session.JournalKey
	q.session, q.opening = &session, true
	q.traffic.join(q.world.Dial(apiBase, session), &session)
	q.album.rejoin(sameRecord, session.ImageCount)
	ctx, clock, openJournal, written := q.ctx, q.world.Clock, q.world.OpenJournal, q.album.written()
	go func() {
		journal, entries, err := replay(ctx, clock, written, openJournal, session)
		q.mailbox.post(func() { q.opened(&session, journal, entries, err) })
	}()
}

// replay opens the journal and reads it, within openLimit, once what was to be
// written before is: a photo that was just removed does not come back.
func replay(
	ctx context.Context,
	clock Clock,
	written <-chan struct{},
	open func(context.Context, shared.TokenResponse) (Journal, error),
	session shared.TokenResponse,
) (Journal, []Entry, error) {
	type found struct {
		journal Journal
		entries []Entry
		err     error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	result := make(chan found, 1)
	go func() {
		<-written
		journal, err := open(ctx, session)
		if err != nil {
			result <- found{err: err}
			return
		}
		entries, err := journal.Replay(ctx)
		result <- found{journal, entries, err}
	}()
	select {
	case f := <-result:
		return f.journal, f.entries, f.err
	case <-clock.After(openLimit):
		return nil, nil, errJournalHangs
	}
}

// opened goes on once the journal was read, or could not be.
func (q *Queue) opened(session *shared.TokenResponse, journal Journal, entries []Entry, err error) {
	if q.session != session {
		return // another open came meanwhile
	}
	q.opening = false
	if err != nil {
		journal = nil
	}
	scribe := newScribe(q.ctx, q.world.Clock, journal, func(error) {
		q.mailbox.post(func() { q.album.durable = false })
	})
	q.album.keepIn(scribe, err == nil)
	q.album.adopt(entries)
	wanted := len(entries) > 0 || session.ImageCount > 0
	q.album.edge.wanted, q.album.edge.hold = wanted, wanted
	deferred := q.deferred
	q.deferred = nil
	for _, c := range deferred {
		q.command(c)
	}
}

package upload

import (
	"cmp"
	"context"
	"slices"
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
	for _, p := range q.photos {
		if p.stage == StageChosen {
			continue
		}
		q.abandon(p)
		if p.restsOnly() {
			p.revive()
		}
		q.forgetSlot(p, sameRecord)
		p.refresh()
	}
	for a := range q.attempts { // the earlier session's list is not this one's
		if a.step == probe {
			a.drop()
		}
	}
	q.session = &session
	q.edge = q.world.Dial(apiBase, session)
	q.edgeLink, q.store = circuit{inFlight: q.edgeLink.inFlight}, circuit{inFlight: q.store.inFlight}
	q.stopped, q.stored = nil, map[string]string{}
	q.imageCount = session.ImageCount
	q.aliveUntil = session.SessionExpiresAt
	q.opening = true
	ctx, clock, openJournal, scribe := q.ctx, q.world.Clock, q.world.OpenJournal, q.scribe
	if scribe == nil {
		scribe = newScribe(clock, nil, nil)
	}
	written := scribe.written()
	go func() {
		journal, entries, err := replay(ctx, clock, written, openJournal, session)
		q.mailbox.post(func() { q.opened(&session, journal, entries, err) })
	}()
}

// forgetSlot takes back what only the earlier session's record knew.
func (q *Queue) forgetSlot(p *photo, sameRecord bool) {
	lost := p.stage == StageSigned || p.stage == StageSent && !sameRecord
	if lost {
		p.move(StageCompressed)
	}
	if p.halted() && p.resume == StageSent && !sameRecord {
		p.resume = StageCompressed
	}
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
	q.durable = err == nil
	q.board.dirty = true
	if err != nil {
		journal = nil
	}
	q.scribe = newScribe(q.world.Clock, journal, func(error) {
		q.mailbox.post(func() { q.durable = false; q.board.dirty = true })
	})
	for _, p := range q.photos { // of the same encounter, under an earlier key
		q.noteAll(p)
	}
	q.adopt(entries)
	q.wantList = len(entries) > 0 || session.ImageCount > 0
	q.holdForList = q.wantList
	deferred := q.deferred
	q.deferred = nil
	for _, c := range deferred {
		q.command(c)
	}
}

// adopt brings the journal's photos back.
func (q *Queue) adopt(entries []Entry) {
	for _, entry := range entries {
		if q.find(entry.ID) != nil {
			continue
		}
		p := restored(entry)
		q.photos = append(q.photos, p)
		q.lastOrder = max(q.lastOrder, p.order)
		q.show(p)
	}
	slices.SortStableFunc(q.photos, func(a, b *photo) int { return cmp.Compare(a.order, b.order) })
}

// noteAll has a photo written anew, bytes and all.
func (q *Queue) noteAll(p *photo) {
	if p.jpeg == nil {
		q.note(p)
		return
	}
	record, jpeg := p.record(), p.jpeg
	q.write(func(ctx context.Context, j Journal) error { return j.SaveJPEG(ctx, record, jpeg) })
}

// show gives the photo's picture to the page, once.
func (q *Queue) show(p *photo) {
	if p.jpeg != nil && !p.shown {
		p.shown = true
		q.world.Preview(p.id, p.jpeg)
	}
}

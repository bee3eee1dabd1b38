package upload

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

// Queue uploads photos. It has one session for each patient whose code was opened on
// this page, and shows one of them. Each session's state has three owners. Only the
// loop in Run touches them:
//
//   - album has the photos and their transitions, and writes the journal;
//   - traffic decides when a step starts and what a failure means;
//   - display builds the snapshots.
//
// The album does not know the others. Traffic changes the album. Display only reads
// both.
type Queue struct {
	world   World
	mailbox mailbox
	rng     *rand.Rand

	ctx      context.Context
	now      time.Time
	sessions []*session // the first one is shown
	over     []string   // photos of sessions that were dropped
	online   bool
	visible  bool
}

// New returns a queue. The seed determines the random part of its waits.
func New(world World, seed uint64) *Queue {
	return &Queue{
		world: world, mailbox: mailbox{wake: make(chan struct{}, 1)},
		rng:    rand.New(rand.NewPCG(seed, seed>>1|1)),
		online: true, visible: true,
	}
}

// Do queues a command. It never blocks, and is safe for concurrent use, also before
// Run.
func (q *Queue) Do(command Command) { q.mailbox.post(func() { q.command(command) }) }

// Run runs the queue until ctx is done.
func (q *Queue) Run(ctx context.Context) {
	q.ctx = ctx
	for {
		q.turn()
		var timer <-chan time.Time
		if wait, ok := q.nextWait(); ok {
			timer = q.world.Clock.After(wait)
		}
		select {
		case <-ctx.Done():
			return
		case <-q.mailbox.wake:
		case <-timer:
		}
	}
}

// turn handles the events since the last turn, starts the steps that may start, and
// shows the result.
func (q *Queue) turn() {
	q.now = q.world.Clock.Now()
	for _, s := range q.sessions {
		s.traffic.tick(q.now)
	}
	changed := false
	for _, event := range q.mailbox.take() {
		event()
		changed = true
	}
	for _, s := range q.sessions {
		changed = q.advance(s) || changed
	}
	q.drop()
	s := q.shown()
	if s == nil {
		return
	}
	if changed {
		s.display.changed()
	}
	if !s.opening {
		s.display.publish(q.now)
	}
}

// advance does what a session has to do now. It reports whether anything changed.
func (q *Queue) advance(s *session) (changed bool) {
	s.traffic.observe()
	changed = s.finishRemovals()
	changed = s.retain(q.now) || changed
	changed = q.mend(s) || changed
	if s.opening {
		return changed
	}
	q.sweepOverdue(s)
	return s.traffic.schedule() || changed
}

// shown returns the session that the page shows; nil before the first open.
func (q *Queue) shown() *session {
	if len(q.sessions) == 0 {
		return nil
	}
	return q.sessions[0]
}

func (q *Queue) newSession(id identity) *session {
	album := newAlbum(q.world.Preview)
	traffic := newTraffic(q, album)
	s := &session{identity: id, album: album, traffic: traffic}
	s.display = &display{album: album, traffic: traffic, show: func(snapshot Snapshot) {
		q.complete(s, &snapshot)
		q.world.Show(snapshot)
	}}
	return s
}

// complete adds to a snapshot what the display does not know: the other sessions, what
// is compressed of any, and how long this one may stay.
func (q *Queue) complete(s *session, snapshot *Snapshot) {
	snapshot.PhoneID, snapshot.Erased = s.grant.PhoneID, s.erased
	if at := s.eraseAt(); !s.endedAt.IsZero() && !s.erased {
		snapshot.EraseAt = &at
	}
	ours := map[string]bool{}
	snapshot.Over = slices.Clone(q.over)
	for _, other := range q.sessions {
		if id := other.traffic.compressing(); id != "" {
			snapshot.Compressing = id
		}
		if other != s {
			snapshot.Over = append(snapshot.Over, other.over()...)
		}
		if other.journal != nil {
			ours[other.journal.Name()] = true
		}
		if n := other.waiting(); other != s && n > 0 {
			snapshot.Waiting = append(snapshot.Waiting, Waiting{
				Photos: n, ExpiresAt: other.eraseAt(), PhoneID: other.grant.PhoneID,
			})
		}
	}
	for _, other := range s.others {
		if !ours[other.Session] {
			snapshot.Waiting = append(snapshot.Waiting, other)
		}
	}
}

// drop forgets sessions that are not shown and have nothing left to do.
func (q *Queue) drop() {
	shown := q.shown()
	q.sessions = slices.DeleteFunc(q.sessions, func(s *session) bool {
		if s == shown || !s.finished() {
			return false
		}
		q.over = append(q.over, s.over()...)
		s.close()
		return true
	})
}

// inUse counts the jobs of a step over all sessions.
func (q *Queue) inUse(s step) int {
	n := 0
	for _, session := range q.sessions {
		n += session.traffic.busy(s)
	}
	return n
}

// nextWait returns how long the loop may sleep. ok is false if it may sleep until the
// next event.
func (q *Queue) nextWait() (wait time.Duration, ok bool) {
	next := earliest{after: q.now}
	for i, s := range q.sessions {
		s.wakeups(&next, i == 0)
	}
	return next.at.Sub(q.now), !next.at.IsZero()
}

// earliest finds the first of several moments in the future.
type earliest struct{ after, at time.Time }

func (e *earliest) consider(t time.Time) {
	if t.After(e.after) && (e.at.IsZero() || t.Before(e.at)) {
		e.at = t
	}
}

package upload

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// Queue uploads the photos of one session. Do and Run are its whole surface.
// Its state has three owners, and all of them belong to the loop in Run:
//
//   - album has the photos and their transitions, and writes the journal;
//   - traffic decides when a step starts and what a failure means;
//   - display builds the snapshots.
//
// The album knows neither of the others, traffic knows the album, and display
// reads both.
type Queue struct {
	world   World
	mailbox mailbox

	ctx      context.Context
	now      time.Time
	session  *shared.TokenResponse // nil before the first open
	opening  bool
	deferred []Command // arrived while the journal was being read
	album    *album
	traffic  *traffic
	display  *display
}

// New makes a queue. Its jitter comes from seed.
func New(world World, seed uint64) *Queue {
	q := &Queue{world: world, mailbox: mailbox{wake: make(chan struct{}, 1)}}
	q.album = newAlbum(world.Preview)
	q.traffic = newTraffic(world, q.album, &q.mailbox, rand.New(rand.NewPCG(seed, seed>>1|1)))
	q.display = &display{album: q.album, traffic: q.traffic, show: world.Show}
	return q
}

// Do hands a command to the queue. It never blocks and may be called from
// anywhere, also before Run.
func (q *Queue) Do(command Command) { q.mailbox.post(func() { q.command(command) }) }

// Run works until ctx is done.
func (q *Queue) Run(ctx context.Context) {
	q.ctx, q.traffic.ctx = ctx, ctx
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

// turn handles what has happened since the last turn, starts what may start and
// shows the result.
func (q *Queue) turn() {
	q.now = q.world.Clock.Now()
	q.traffic.tick(q.now)
	for _, event := range q.mailbox.take() {
		event()
		q.display.changed()
	}
	q.traffic.observe()
	if q.session == nil || q.opening {
		return
	}
	if q.traffic.schedule() {
		q.display.changed()
	}
	q.display.publish(q.now)
}

// nextWait returns how long nothing will happen by itself. It returns ok false
// if nothing ever will.
func (q *Queue) nextWait() (wait time.Duration, ok bool) {
	next := earliest{after: q.now}
	q.traffic.wakeups(&next)
	next.consider(q.display.dueAt)
	return next.at.Sub(q.now), !next.at.IsZero()
}

// earliest is the first of several moments in the future.
type earliest struct{ after, at time.Time }

func (e *earliest) consider(t time.Time) {
	if t.After(e.after) && (e.at.IsZero() || t.Before(e.at)) {
		e.at = t
	}
}

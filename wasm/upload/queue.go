package upload

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// Queue owns the photos of one session. Do and Run are its whole surface.
type Queue struct {
	world World
	rng   *rand.Rand

	mailbox mailbox
	// Everything below belongs to the loop.
	ctx       context.Context
	now       time.Time
	session   *shared.TokenResponse
	edge      Edge
	scribe    *scribe
	opening   bool
	deferred  []Command // came while the journal was read
	photos    []*photo
	lastOrder int64

	attempts    map[*attempt]struct{}
	edgeLink    circuit
	store       circuit
	edgeSeen    time.Time // when the edge last answered
	stopped     *Problem
	paused      bool
	online      bool
	visible     bool
	durable     bool
	imageCount  int
	stored      map[string]string // SHA-256 → id of the images that the edge has
	aliveUntil  time.Time         // when an unused session expires
	wantList    bool
	holdForList bool      // photos of an earlier page wait for the list: they may be there already
	listAt      time.Time // no list before
	signCap     int       // most images in the next sign call, when the session is nearly full; 0: no cap
	board       board
}

// attempt is one step in flight, for one photo or, when signing, for several.
type attempt struct {
	step    step
	photos  []*photo // those that still wait for it
	size    int      // how many there were
	cancel  context.CancelCauseFunc
	dropped bool         // nobody waits for it any more
	sent    atomic.Int64 // bytes, written by the transport
	seen    int64
	movedAt time.Time
}

// New makes a queue. Its jitter comes from seed.
func New(world World, seed uint64) *Queue {
	return &Queue{
		world:    world,
		rng:      rand.New(rand.NewPCG(seed, seed>>1|1)),
		mailbox:  mailbox{wake: make(chan struct{}, 1)},
		attempts: map[*attempt]struct{}{},
		online:   true, visible: true,
	}
}

// Do hands a command to the queue. It never blocks and may be called from
// anywhere, also before Run.
func (q *Queue) Do(command Command) { q.mailbox.post(func() { q.command(command) }) }

// Run works until ctx is done.
func (q *Queue) Run(ctx context.Context) {
	q.ctx = ctx
	for {
		q.tick(q.world.Clock.Now())
		for _, event := range q.mailbox.take() {
			event()
		}
		q.observe()
		q.schedule()
		q.publish()
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

// tick takes the time. When the clock was set back, waits that were meant in
// the old time are over.
func (q *Queue) tick(now time.Time) {
	back := now.Before(q.now.Add(-time.Second))
	q.now = now
	if !back {
		return
	}
	for a := range q.attempts {
		a.movedAt = now
	}
	q.wake()
}

// begin starts a step. A photo is in the journal before it is signed; where the
// later steps got to is written while they go on, as they can be repeated.
func (q *Queue) begin(s step, photos []*photo, run func(ctx context.Context, a *attempt) (func(), error)) {
	ctx, cancel := context.WithCancelCause(q.ctx)
	a := &attempt{step: s, photos: photos, size: len(photos), cancel: cancel, movedAt: q.now}
	for _, p := range photos {
		p.attempt = a
	}
	q.attempts[a] = struct{}{}
	if c := q.link(s); c != nil {
		c.inFlight++
	}
	var written <-chan struct{} = closed
	if s == compress || s == sign {
		written = q.scribe.written()
	}
	go func() {
		select {
		case <-written:
		case <-ctx.Done():
		}
		done, err := guarded(ctx, a, run)
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = cause
		}
		cancel(nil)
		q.mailbox.post(func() { q.end(a, done, err) })
	}()
	q.board.dirty = true
}

// guarded keeps a panic of a decoder, say, to the photo that caused it.
func guarded(
	ctx context.Context,
	a *attempt,
	run func(ctx context.Context, a *attempt) (func(), error),
) (done func(), err error) {
	defer func() {
		if r := recover(); r != nil {
			failure, _ := r.(error)
			err = shared.Wrap(failure, shared.CodeInternal, "Something went wrong with this photo.")
		}
	}()
	return run(ctx, a)
}

// errAbandoned ends a step that nobody waits for any more.
var errAbandoned = errors.New("abandoned")

// abandon stops the step in flight for p, if any; its outcome no longer counts.
func (q *Queue) abandon(p *photo) {
	a := p.attempt
	if a == nil {
		return
	}
	p.attempt = nil
	a.photos = slices.DeleteFunc(a.photos, func(other *photo) bool { return other == p })
	if len(a.photos) == 0 {
		a.drop()
	}
}

// drop stops a step whose outcome no longer counts.
func (a *attempt) drop() {
	a.dropped = true
	a.cancel(errAbandoned)
}

// end takes the outcome of a step.
func (q *Queue) end(a *attempt, done func(), err error) {
	delete(q.attempts, a)
	for _, p := range a.photos {
		p.attempt = nil
	}
	q.board.dirty = true
	if c := q.link(a.step); c != nil {
		c.inFlight--
		switch code := shared.CodeOf(err); {
		case a.dropped:
		case unreachable(code) && err != nil:
			c.failed(q.now, code, retryAfter(err), q.rng)
		default:
			q.reached(c)
		}
	}
	if a.dropped {
		return
	}
	if err != nil {
		q.failed(a, err)
		return
	}
	done()
}

// reached notes that the other side answered.
func (q *Queue) reached(c *circuit) {
	if c == &q.edgeLink {
		q.edgeSeen = q.now
	}
	if c.open() {
		for _, p := range q.photos { // those that waited for it need not wait for each other
			if !p.halted() {
				p.refresh()
			}
		}
	}
	c.succeeded()
}

// link is the way that a step goes; nil for one that stays on the phone.
func (q *Queue) link(s step) *circuit {
	switch s {
	case sign, confirm, probe:
		return &q.edgeLink
	case send:
		return &q.store
	default:
		return nil
	}
}

// failed applies the policy to every photo of a step.
func (q *Queue) failed(a *attempt, err error) {
	if a.step == compress {
		for _, p := range a.photos {
			p.halt(StageFailed, problemOf(err, retryableCompression(err)))
			q.note(p)
		}
		return
	}
	code := shared.CodeOf(err)
	decision := judge(a.step, code)
	switch {
	case decision == stop:
		q.stop(code)
		return
	case a.step == probe:
		q.holdForList = q.holdForList && code == shared.CodeNetwork // a broken list does not hold photos up
		q.listAt = q.now.Add(probing.Wait(3, retryAfter(err), q.rng))
		return
	case code == shared.CodeLimitReached && a.size > 1:
		q.signCap = a.size / 2 // some may still fit
		return
	}
	for _, p := range a.photos {
		switch decision {
		case again:
			q.later(p, a.step, err)
		case signAgain:
			if p.stage != StageCompressed {
				p.move(StageCompressed)
			}
			q.later(p, a.step, err)
		case fail:
			p.halt(StageFailed, problemOf(err, code == shared.CodeLimitReached || code == shared.CodeMetadataInvalid))
		}
		if p.cancelling && p.stage != StageFailed {
			q.cancelled(p)
		}
		p.cancelling = false
		q.note(p)
	}
}

func retryableCompression(err error) bool {
	switch shared.CodeOf(err) {
	case shared.CodeTimeout, shared.CodeOutOfMemory, shared.CodeInternal, shared.CodeBlankResult:
		return true
	}
	return false
}

// later lets the photo try again: after a wait, when the circuit closes, or,
// when its tries are used up although others get through, after a rest.
func (q *Queue) later(p *photo, s step, err error) {
	if q.link(s).open() {
		return // the circuit decides when
	}
	p.tries[s]++
	if p.tries[s] < shared.PhoneRetry.Attempts {
		p.notBefore = q.now.Add(shared.PhoneRetry.Wait(p.tries[s], retryAfter(err), q.rng))
		return
	}
	p.rests++
	p.halt(StageFailed, problemOf(err, true))
	p.notBefore = q.now.Add(time.Second + resting.Wait(p.rests, retryAfter(err), q.rng))
}

// stop ends all work for the session: it is over. The photos stay.
func (q *Queue) stop(code shared.Code) {
	p := problem(code, false)
	if code == shared.CodeSessionExpired {
		p.Detail = sentenceEnded
		if q.aliveUntil.Before(q.now) {
			p.Detail = sentenceExpired
		}
	}
	q.stopped = p
	for _, p := range q.photos {
		if p.stage != StageChosen {
			q.abandon(p)
		}
	}
}

// mailbox collects events for the loop. Posting never blocks, so that a
// browser's callback can do it.
type mailbox struct {
	mu     sync.Mutex
	events []func()
	wake   chan struct{}
}

func (m *mailbox) post(event func()) {
	m.mu.Lock()
	m.events = append(m.events, event)
	m.mu.Unlock()
	m.poke()
}

// poke makes the loop look around.
func (m *mailbox) poke() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

func (m *mailbox) take() []func() {
	m.mu.Lock()
	defer m.mu.Unlock()
	events := m.events
	m.events = nil
	return events
}

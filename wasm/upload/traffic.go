package upload

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// traffic starts the steps of the photos, notices when they stall, and decides what
// each failure means. Only the queue's loop touches it.
type traffic struct {
	world   World
	album   *album
	mailbox *mailbox
	rng     *rand.Rand
	inUse   func(step) int // counts the jobs of a step over all sessions

	ctx     context.Context
	now     time.Time
	session *shared.Grant
	edge    Edge

	jobs       map[*job]struct{}
	jobOf      map[*photo]*job
	edgeLink   circuit
	storeLink  circuit
	edgeSeen   time.Time // when the edge last responded
	stopped    *Problem
	paused     bool
	online     bool
	visible    bool
	aliveUntil time.Time // when an unused session expires
	listAt     time.Time // the list is not asked for before
	signCap    int       // the most images in the next sign call, after a refused one; 0: no limit
	started    bool      // something started since the last schedule
	begun      int       // counts the steps
}

// newTraffic returns the traffic of one session. Limits apply to the jobs of all
// sessions, because they share the phone's memory and network.
func newTraffic(q *Queue, album *album) *traffic {
	return &traffic{
		world: q.world, album: album, mailbox: &q.mailbox, rng: q.rng, inUse: q.inUse,
		ctx: q.ctx, now: q.now, online: q.online, visible: q.visible,
		jobs: map[*job]struct{}{}, jobOf: map[*photo]*job{},
	}
}

// job is one step in flight, for one photo or, when signing, for several.
type job struct {
	step    step
	photos  []*photo // the photos that still need the outcome
	size    int      // how many photos it started with
	cancel  context.CancelCauseFunc
	dropped bool         // its outcome no longer counts
	sent    atomic.Int64 // bytes, written by the transport
	seen    int64
	movedAt time.Time
	number  int // gives steps an order, which times cannot when the clock is set
}

// tick sets the current time. If the clock was set back, it ends the waits that were
// computed from the old time, as they would be too long.
func (t *traffic) tick(now time.Time) {
	back := now.Before(t.now.Add(-time.Second))
	t.now = now
	if !back {
		return
	}
	for j := range t.jobs {
		j.movedAt = now
	}
	t.wake()
}

// join switches to another session of the edge. The outcome of steps that are in
// flight no longer counts, except of compressions.
func (t *traffic) join(edge Edge, session *shared.Grant) {
	for _, p := range t.album.photos {
		if p.stage != StageChosen {
			t.release(p)
		}
	}
	for j := range t.jobs { // a list of the earlier session must not be applied
		if j.step == probe {
			j.drop()
		}
	}
	t.edge, t.session = edge, session
	t.edgeLink, t.storeLink = circuit{inFlight: t.edgeLink.inFlight}, circuit{inFlight: t.storeLink.inFlight}
	t.stopped = nil
	t.alive(session.SessionExpiresAt, session.ServerTime)
}

// begin starts a step. A photo is in the journal before it is signed. Later
// progress is written in the background, because those steps can be repeated.
func (t *traffic) begin(s step, photos []*photo, run func(ctx context.Context, j *job) (func(), error)) {
	ctx, cancel := context.WithCancelCause(t.ctx)
	t.begun++
	j := &job{step: s, photos: photos, size: len(photos), cancel: cancel, movedAt: t.now, number: t.begun}
	for _, p := range photos {
		t.jobOf[p] = j
	}
	t.jobs[j] = struct{}{}
	if c := t.link(s); c != nil {
		c.inFlight++
	}
	var written <-chan struct{} = closed
	if s == compress || s == sign {
		written = t.album.written()
	}
	go func() {
		select {
		case <-written:
		case <-ctx.Done():
		}
		done, err := guarded(ctx, j, run)
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = cause
		}
		cancel(nil)
		t.mailbox.post(func() { t.end(j, done, err) })
	}()
	t.started = true
}

// guarded turns a panic, for example of a decoder, into an error of the photo that
// caused it.
func guarded(
	ctx context.Context,
	j *job,
	run func(ctx context.Context, j *job) (func(), error),
) (done func(), err error) {
	defer func() {
		if r := recover(); r != nil {
			failure, _ := r.(error)
			err = &shared.Error{Code: shared.CodeInternal, Err: failure}
		}
	}()
	return run(ctx, j)
}

// errAbandoned is the cause with which the context of an abandoned step ends.
var errAbandoned = errors.New("abandoned")

// abandon stops the step in flight for p, if any; its outcome no longer counts.
func (t *traffic) abandon(p *photo) {
	j := t.jobOf[p]
	if j == nil {
		return
	}
	delete(t.jobOf, p)
	j.photos = slices.DeleteFunc(j.photos, func(other *photo) bool { return other == p })
	if len(j.photos) == 0 {
		j.drop()
	}
}

// release abandons the step of a photo that stays for the person. If the person
// cancelled the photo meanwhile, it is cancelled, because nobody awaits the outcome.
func (t *traffic) release(p *photo) {
	t.abandon(p)
	if p.cancelling {
		p.cancelling = false
		t.album.cancel(p)
	}
}

// abandonAll stops all steps of photos.
func (t *traffic) abandonAll() {
	for _, p := range t.album.photos {
		t.abandon(p)
	}
}

// leave stops everything permanently.
func (t *traffic) leave(code shared.Code) {
	t.abandonAll()
	t.edge = nil
	if t.stopped == nil {
		t.stopped = problem(code, false)
	}
}

// ended reports whether the edge reported the end of the session.
func (t *traffic) ended() bool {
	return t.stopped != nil && t.stopped.Code == shared.CodeSessionExpired
}

// drop stops a step whose outcome no longer counts.
func (j *job) drop() {
	j.dropped = true
	j.cancel(errAbandoned)
}

// end handles the outcome of a step.
func (t *traffic) end(j *job, done func(), err error) {
	delete(t.jobs, j)
	for _, p := range j.photos {
		delete(t.jobOf, p)
	}
	if c := t.link(j.step); c != nil {
		c.inFlight--
		switch code := shared.CodeOf(err); {
		case j.dropped:
		case unreachable(code) && err != nil:
			c.failed(t.now, code, retryAfter(err), t.rng)
		default:
			t.reached(c)
		}
	}
	if j.dropped {
		return
	}
	if err != nil {
		t.failed(j, err)
		return
	}
	done()
}

// reached notes that the other side responded.
func (t *traffic) reached(c *circuit) {
	if c == &t.edgeLink {
		t.edgeSeen = t.now
	}
	if c.open() {
		t.album.refresh() // the server is back, so no photo has to wait any longer
	}
	c.succeeded()
}

// link returns the circuit of a step, or nil for a step on the phone.
func (t *traffic) link(s step) *circuit {
	switch s {
	case sign, confirm, probe:
		return &t.edgeLink
	case send:
		return &t.storeLink
	default:
		return nil
	}
}

// step returns the step that is in flight for p. ok is false if there is none.
func (t *traffic) step(p *photo) (s step, ok bool) {
	j := t.jobOf[p]
	if j == nil {
		return 0, false
	}
	return j.step, true
}

// due reports whether a step may start for p now.
func (t *traffic) due(p *photo) bool { return t.jobOf[p] == nil && !p.notBefore.After(t.now) }

// flows reports whether both circuits are closed.
func (t *traffic) flows() bool { return !t.edgeLink.open() && !t.storeLink.open() }

// halted returns why no photo of this session can be sent, or nil.
func (t *traffic) halted() *Problem { return t.stopped }

// isPaused reports whether the person paused the upload.
func (t *traffic) isPaused() bool { return t.paused }

// obstacle returns what keeps the whole queue waiting, or nil.
func (t *traffic) obstacle() *Problem {
	switch {
	case !t.online:
		return problem(shared.CodeOffline, true)
	case t.edgeLink.open() && t.edgeLink.code == shared.CodeNetwork:
		return problem(shared.CodeOffline, true)
	case t.edgeLink.open():
		return problem(t.edgeLink.code, true)
	case t.storeLink.open() && t.storeLink.code == shared.CodeNetwork && t.edgeSeen.After(t.storeLink.since):
		return problem(shared.CodeStorageBlocked, true)
	case t.storeLink.open():
		return problem(t.storeLink.code, true)
	}
	return nil
}

// nextTry returns when p is tried next, if that waits for a time.
func (t *traffic) nextTry(p *photo) time.Time {
	at := p.notBefore
	if !p.pending() || t.jobOf[p] != nil {
		return at
	}
	for _, c := range []*circuit{&t.edgeLink, &t.storeLink} {
		if c.open() && c.until.After(at) {
			at = c.until
		}
	}
	return at
}

// alive notes when the session expires. It uses only the difference of the server's
// two times, because the phone's clock may be wrong. If they are missing, it assumes
// the full lifetime, because the request has just extended the session.
func (t *traffic) alive(expires, server time.Time) {
	left := shared.SessionTTL
	if !expires.IsZero() && !server.IsZero() {
		left = expires.Sub(server)
	}
	t.aliveUntil = t.now.Add(left)
}

// hurry ends all waits, because a person asked for it or the network has changed.
func (t *traffic) hurry() {
	t.paused = false
	t.signCap = 0
	t.wake()
}

// wake lets everything that waits for a time try at once.
func (t *traffic) wake() {
	t.edgeLink.nudge()
	t.storeLink.nudge()
	t.listAt = t.now
	t.album.wake()
}

// pause stops the steps in flight. A confirm is finished, because the edge may already
// have stored the photo.
func (t *traffic) pause() {
	t.paused = true
	for _, p := range t.album.photos {
		if s, ok := t.step(p); ok && (s == sign || s == send) {
			t.abandon(p)
		}
	}
}

// lifecycle notes whether the page is visible and online. When it becomes visible or
// online, everything is tried at once. "Offline" only selects the message that the
// page shows: browsers report it wrongly at times, and the circuits notice failures
// without it.
func (t *traffic) lifecycle(visible, online bool) {
	better := visible && !t.visible || online && !t.online
	t.visible, t.online = visible, online
	if better {
		t.wake()
	}
}

// cancel stops sending one photo. If its confirm is under way, that is awaited first,
// because the edge may already have stored the photo.
func (t *traffic) cancel(p *photo) {
	if p.settled() || p.stage == StageCancelled {
		return
	}
	if s, ok := t.step(p); ok && s == confirm {
		p.cancelling = true
		return
	}
	t.abandon(p)
	t.album.cancel(p)
}

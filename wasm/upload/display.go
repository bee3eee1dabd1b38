package upload

import (
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// display builds the snapshots. It reads the album and the traffic and changes
// neither. Only the queue's loop touches it.
type display struct {
	board
	album   *album
	traffic trafficView
	show    func(Snapshot)

	dirty    bool      // a state changed since the last snapshot
	dueAt    time.Time // when the next snapshot is due; zero: only after a change
	lastShow time.Time
}

// trafficView is the part of traffic that display reads.
type trafficView interface {
	// step returns the step that is in flight for p. ok is false if there is none.
	step(p *photo) (s step, ok bool)
	// busy counts the jobs of a step.
	busy(s step) int
	// flows reports whether both circuits are closed.
	flows() bool
	// halted returns why no photo of this session can be sent, or nil.
	halted() *Problem
	// isPaused reports whether the person paused the upload.
	isPaused() bool
	// obstacle returns what keeps the whole queue waiting, or nil.
	obstacle() *Problem
	// nextTry returns when p is tried next, if that waits for a time.
	nextTry(p *photo) time.Time
	// maxImageBytes returns the largest size that the session allows.
	maxImageBytes() int
	// maxImages returns how many images the session can hold.
	maxImages() int
}

// changed notes that a state changed.
func (d *display) changed() { d.dirty = true }

// restart starts the progress at zero, for a new upload.
func (d *display) restart() { d.board = board{} }

// publish sends a snapshot to the page. After a change of state it does so at once.
// While only bytes move it waits for showEvery, to spare the page.
func (d *display) publish(now time.Time) {
	if !d.dirty && d.traffic.busy(send) == 0 {
		d.dueAt = time.Time{}
		return
	}
	if next := d.lastShow.Add(showEvery); !d.dirty && next.After(now) {
		d.dueAt = next
		return
	}
	d.count(d.album.photos, int64(d.traffic.maxImageBytes()))
	d.dirty, d.lastShow, d.dueAt = false, now, time.Time{}
	d.show(d.snapshot(now))
}

func (d *display) snapshot(now time.Time) Snapshot {
	photos, phase := d.album.photos, d.phase()
	s := Snapshot{
		Phase: phase, Photos: make([]PhotoSnapshot, len(photos)),
		SentBytes: d.sent, TotalBytes: d.total,
		Problem: d.problem(phase), Durable: d.album.durable(),
		ImageCount: d.album.edge.count, MaxImages: d.traffic.maxImages(),
	}
	for i, p := range photos {
		s.Photos[i] = d.photoSnapshot(p, now)
	}
	if seconds, ok := d.estimate(now, phase == PhaseUploading); ok {
		s.SecondsLeft = &seconds
	}
	return s
}

func (d *display) phase() Phase {
	asked, pending, moving := false, false, false
	for _, p := range d.album.photos {
		_, busy := d.traffic.step(p)
		asked = asked || p.asked && !p.earlier
		pending = pending || p.pending()
		moving = moving || p.pending() && (busy || p.stage == StageChosen)
	}
	switch {
	case d.traffic.halted() != nil:
		return PhaseStopped
	case !asked:
		return PhaseIdle
	case !pending:
		return PhaseDone
	case d.traffic.isPaused():
		return PhasePaused
	case moving && d.traffic.flows():
		return PhaseUploading
	default:
		return PhaseWaiting
	}
}

// problem returns the problem of the whole queue, or nil.
func (d *display) problem(phase Phase) *Problem {
	if halted := d.traffic.halted(); halted != nil {
		return halted
	}
	if phase == PhaseWaiting {
		if obstacle := d.traffic.obstacle(); obstacle != nil {
			return obstacle
		}
	}
	for _, p := range d.album.photos {
		if p.stage == StageFailed && p.problem.Code == shared.CodeLimitReached {
			return p.problem
		}
	}
	return nil
}

func (d *display) photoSnapshot(p *photo, now time.Time) PhotoSnapshot {
	s := PhotoSnapshot{
		ID: p.id, Name: p.name, Source: p.source, State: d.state(p),
		OriginalBytes: p.originalBytes, Bytes: p.bytes, Width: p.width, Height: p.height,
		SentBytes: p.sent, Warnings: append([]Warning{}, p.warnings...),
		Metadata: p.metadata, Problem: p.problem,
	}
	if at := d.traffic.nextTry(p); at.After(now) {
		s.RetryAt = &at
	}
	switch {
	case p.owes:
		s.Correction = CorrectionPending
	case p.overruled:
		s.Correction = CorrectionOverruled
	}
	if p.stage == StageConfirmed {
		at := p.at
		s.ConfirmedAt = &at
	}
	return s
}

// state returns the state that the page shows for a photo.
func (d *display) state(p *photo) PhotoState {
	switch p.stage {
	case StageConfirmed:
		return StateConfirmed // also while a correction is sent
	case StageRemoved:
		return StateRemoved
	}
	if step, ok := d.traffic.step(p); ok {
		switch step {
		case compress:
			return StateCompressing
		case sign:
			return StateSigning
		case send:
			return StateSending
		case confirm:
			return StateConfirming
		}
	}
	switch {
	case p.stage == StageChosen:
		return StateChosen
	case p.stage == StageFailed:
		return StateFailed
	case p.stage == StageCancelled:
		return StateCancelled
	case !p.asked:
		return StateReady
	default:
		return StateQueued
	}
}

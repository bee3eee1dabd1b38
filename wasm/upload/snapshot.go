package upload

import (
	"slices"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// publish shows a snapshot: at once when a state changed, seldom when only
// bytes moved.
func (q *Queue) publish() {
	b := &q.board
	if q.session == nil || q.opening {
		return
	}
	moved := slices.ContainsFunc(q.photos, func(p *photo) bool { return p.attempt != nil && p.attempt.step == send })
	if !b.dirty && !moved {
		b.dueAt = time.Time{}
		return
	}
	if next := b.lastShow.Add(showEvery); !b.dirty && next.After(q.now) {
		b.dueAt = next
		return
	}
	b.count(q.photos, int64(q.maxImageBytes()))
	b.dirty, b.lastShow, b.dueAt = false, q.now, time.Time{}
	q.world.Show(q.snapshot())
}

func (q *Queue) snapshot() Snapshot {
	phase := q.phase()
	s := Snapshot{
		Phase: phase, Photos: make([]PhotoSnapshot, len(q.photos)),
		SentBytes: q.board.sent, TotalBytes: q.board.total,
		Problem: q.problem(phase), Durable: q.durable,
		ImageCount: q.imageCount, MaxImages: q.session.MaxImages,
	}
	for i, p := range q.photos {
		s.Photos[i] = q.photoSnapshot(p)
	}
	if seconds, ok := q.board.estimate(q.now, phase == PhaseUploading); ok {
		s.SecondsLeft = &seconds
	}
	return s
}

func (q *Queue) phase() Phase {
	asked, pending, moving := false, false, false
	for _, p := range q.photos {
		asked = asked || p.asked && !q.board.before[p.id]
		pending = pending || p.pending()
		moving = moving || p.pending() && (p.attempt != nil || p.stage == StageChosen)
	}
	switch {
	case q.stopped != nil:
		return PhaseStopped
	case !asked:
		return PhaseIdle
	case !pending:
		return PhaseDone
	case q.paused:
		return PhasePaused
	case moving && !q.edgeLink.open() && !q.store.open():
		return PhaseUploading
	default:
		return PhaseWaiting
	}
}

// problem is what concerns the whole queue.
func (q *Queue) problem(phase Phase) *Problem {
	switch {
	case q.stopped != nil:
		return q.stopped
	case phase == PhaseWaiting && !q.online:
		return problem(shared.CodeOffline, true)
	case phase == PhaseWaiting && q.edgeLink.open():
		if q.edgeLink.code == shared.CodeNetwork {
			return problem(shared.CodeOffline, true)
		}
		return problem(q.edgeLink.code, true)
	case phase == PhaseWaiting && q.store.open():
		if q.store.code == shared.CodeNetwork && q.edgeSeen.After(q.store.since) {
			return problem(shared.CodeStorageBlocked, true)
		}
		return problem(q.store.code, true)
	}
	for _, p := range q.photos {
		if p.stage == StageFailed && p.problem.Code == shared.CodeLimitReached {
			return p.problem
		}
	}
	return nil
}

func (q *Queue) photoSnapshot(p *photo) PhotoSnapshot {
	s := PhotoSnapshot{
		ID: p.id, Name: p.name, Source: p.source, State: p.state(),
		OriginalBytes: p.originalBytes, Bytes: p.bytes, Width: p.width, Height: p.height,
		SentBytes: p.sent, Warnings: append([]Warning{}, p.warnings...),
		Metadata: p.metadata, Problem: p.problem,
	}
	if at := q.retryAt(p); at.After(q.now) {
		s.RetryAt = &at
	}
	if p.stage == StageConfirmed {
		at := p.at
		s.ConfirmedAt = &at
	}
	return s
}

// retryAt is when the photo is tried next, if that waits for a time.
func (q *Queue) retryAt(p *photo) time.Time {
	at := p.notBefore
	if !p.pending() || p.attempt != nil {
		return at
	}
	for _, c := range []*circuit{&q.edgeLink, &q.store} {
		if c.open() && c.until.After(at) {
			at = c.until
		}
	}
	return at
}

func (p *photo) state() PhotoState {
	if p.attempt != nil {
		switch p.attempt.step {
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
	case p.stage == StageConfirmed:
		return StateConfirmed
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

package upload

import (
	"slices"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// observe reads the progress of what is in flight and ends what has stalled.
func (q *Queue) observe() {
	for a := range q.attempts {
		if a.step == compress {
			continue // has a limit of its own
		}
		if sent := a.sent.Load(); sent > a.seen {
			a.seen, a.movedAt = sent, q.now
			for _, p := range a.photos {
				p.sent = max(p.sent, min(sent, p.bytes))
			}
		}
		if q.now.Sub(a.movedAt) >= stallAfter {
			a.cancel(&shared.Error{Code: shared.CodeNetwork, Detail: "no progress"})
		}
	}
}

// schedule begins every step that may begin. It is called after each event and
// decides from the state alone.
func (q *Queue) schedule() {
	if q.session == nil || q.opening {
		return
	}
	q.startCompress()
	if q.stopped != nil || q.paused {
		return
	}
	q.wakeRested()
	q.startList()
	if q.holdForList && q.wantList {
		return
	}
	q.startConfirms()
	q.startSends()
	q.startSign()
}

// wakeRested lets failed photos try again whose rest is over.
func (q *Queue) wakeRested() {
	for _, p := range q.photos {
		if p.restsOnly() && p.due(q.now) {
			p.revive()
			q.note(p)
			q.board.dirty = true
		}
	}
}

// startCompress works on one photo at a time: pixels are the scarcest memory.
func (q *Queue) startCompress() {
	var next *photo
	for _, p := range q.photos {
		if p.stage != StageChosen {
			continue
		}
		if p.attempt != nil {
			return
		}
		if next == nil || p.asked && !next.asked {
			next = p
		}
	}
	if next != nil && q.busy(compress) == 0 {
		q.compress(next)
	}
}

// startList asks for the edge's list: after a restore, and to tell a blocked
// upload address from a dead network.
func (q *Queue) startList() {
	if !q.wantList && !q.puzzled() {
		return
	}
	if q.busy(probe) == 0 && q.edgeLink.ready(q.now) && !q.listAt.After(q.now) {
		q.list()
	}
}

// puzzled: the store is out of reach and nobody knows whether the edge is.
func (q *Queue) puzzled() bool {
	return q.store.open() && q.store.code == shared.CodeNetwork && !q.edgeLink.open() &&
		!q.edgeSeen.After(q.store.since)
}

func (q *Queue) startConfirms() {
	for _, p := range q.photos {
		if p.asked && p.stage == StageSent && p.due(q.now) && q.edgeLink.ready(q.now) {
			q.confirm(p)
		}
	}
}

func (q *Queue) startSends() {
	free := maxPuts - q.busy(send)
	for _, p := range q.photos {
		if free == 0 || !q.store.ready(q.now) {
			return
		}
		if !p.asked || p.stage != StageSigned || !p.due(q.now) {
			continue
		}
		if !p.lapses.After(q.now) {
			p.move(StageCompressed) // sign again rather than be refused
			continue
		}
		q.send(p)
		free--
	}
}

// startSign signs everything that is ready in one call, as soon as one more PUT
// could begin, no signed photo is left waiting for it and there is enough for a
// call: the other PUTs keep the network busy meanwhile. While the store is out
// of reach, a URL is asked for only when one could be tried.
func (q *Queue) startSign() {
	if q.busy(sign) > 0 || q.busy(send) == maxPuts || !q.edgeLink.ready(q.now) || !q.store.ready(q.now) {
		return
	}
	limit := q.session.Limits.MaxBatch
	if limit <= 0 {
		limit = shared.MaxImages
	}
	if q.signCap > 0 {
		limit = min(limit, q.signCap)
	}
	var batch []*photo
	for _, p := range q.photos {
		if p.asked && p.stage == StageSigned && p.attempt == nil {
			return
		}
		if p.asked && p.stage == StageCompressed && p.due(q.now) && len(batch) < limit {
			batch = append(batch, p)
		}
	}
	if len(batch) > 0 && (len(batch) >= min(q.enoughToSign(), limit) || !holds(batch, q.now)) {
		q.sign(batch)
	}
}

// enoughToSign is how many photos make a call while more are being compressed:
// one for the first and the last, whose bytes leave at once, and signTogether
// for those between. Where compression is no faster than the network, each
// photo would have a call of its own otherwise.
func (q *Queue) enoughToSign() int {
	underWay, coming := 0, 0
	for _, p := range q.photos {
		switch {
		case !p.asked || q.board.before[p.id]:
		case p.stage == StageChosen:
			coming++
		case p.stage == StageSigned, p.stage == StageSent, p.stage == StageConfirmed:
			underWay++
		}
	}
	return min(1+underWay, signTogether, coming)
}

// holds reports whether every photo of the batch can wait for others.
func holds(batch []*photo, now time.Time) bool {
	return !slices.ContainsFunc(batch, func(p *photo) bool { return !p.heldUntil.After(now) })
}

// busy counts the attempts of a step.
func (q *Queue) busy(s step) int {
	n := 0
	for a := range q.attempts {
		if a.step == s && !a.dropped {
			n++
		}
	}
	return n
}

// nextWait is how long nothing will happen by itself; ok is false if nothing
// ever will.
func (q *Queue) nextWait() (wait time.Duration, ok bool) {
	var next time.Time
	consider := func(t time.Time) {
		if t.After(q.now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, p := range q.photos {
		consider(p.notBefore)
		consider(p.heldUntil)
	}
	for a := range q.attempts {
		if a.step != compress {
			consider(a.movedAt.Add(stallAfter))
		}
	}
	for _, c := range []*circuit{&q.edgeLink, &q.store} {
		if c.open() {
			consider(c.until)
		}
	}
	consider(q.listAt)
	consider(q.board.dueAt)
	return next.Sub(q.now), !next.IsZero()
}

package upload

import (
	"slices"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// observe reads the progress of the PUTs in flight and abandons those that stalled.
func (t *traffic) observe() {
	for j := range t.jobs {
		if j.step == compress {
			continue // has its own limit
		}
		if sent := j.sent.Load(); sent > j.seen {
			j.seen, j.movedAt = sent, t.now
			for _, p := range j.photos {
				p.sent = max(p.sent, min(sent, p.bytes))
			}
		}
		if t.now.Sub(j.movedAt) >= stallAfter {
			j.cancel(&shared.Error{Code: shared.CodeNetwork})
		}
	}
}

// schedule starts every step that may start. It depends only on the current state. It
// reports whether anything changed.
func (t *traffic) schedule() (changed bool) {
	t.started = false
	halted := t.stopped != nil || t.paused
	woken := !halted && t.album.wakeRested(t.now)
	t.startCompress()
	if halted {
		return t.started
	}
	t.startList()
	if !t.album.edge.blocks() {
		t.startConfirms()
		t.startSends()
		t.startSign()
	}
	return t.started || woken
}

// startCompress compresses one photo at a time, because decoded pixels need the most
// memory.
func (t *traffic) startCompress() {
	var next *photo
	for _, p := range t.album.photos {
		if p.stage != StageChosen {
			continue
		}
		if t.jobOf[p] != nil {
			return
		}
		if next == nil || p.asked && !next.asked {
			next = p
		}
	}
	if next != nil && t.inUse(compress) == 0 {
		t.compress(next)
	}
}

// startList asks the edge for its list after a restore, and when the store cannot be
// reached, to distinguish a blocked upload address from a dead network.
func (t *traffic) startList() {
	if !t.album.edge.wanted && !t.mustDiagnose() && !t.overdue() {
		return
	}
	if t.busy(probe) == 0 && t.edgeLink.ready(t.now) && !t.listAt.After(t.now) {
		t.list()
	}
}

// mustDiagnose reports whether the store cannot be reached and it is not known whether
// the edge can.
func (t *traffic) mustDiagnose() bool {
	return t.storeLink.open() && t.storeLink.code == shared.CodeNetwork && !t.edgeLink.open() &&
		!t.edgeSeen.After(t.storeLink.since)
}

// overdue reports whether the session should have expired by now. The edge must be
// asked, because a desktop or another phone may have extended it.
func (t *traffic) overdue() bool { return !t.aliveUntil.Add(overdueAfter).After(t.now) }

func (t *traffic) startConfirms() {
	for _, p := range t.album.photos {
		if (p.asked && p.stage == StageSent || p.owes && p.problem == nil) && t.due(p) && t.edgeLink.ready(t.now) {
			t.confirm(p)
		}
	}
}

func (t *traffic) startSends() {
	free := maxPuts - t.inUse(send)
	for _, p := range t.album.photos {
		if free <= 0 || !t.storeLink.ready(t.now) {
			return
		}
		if !p.asked || p.stage != StageSigned || !t.due(p) {
			continue
		}
		if !p.lapses.After(t.now) {
			p.move(StageCompressed) // signing again is cheaper than a refused PUT
			continue
		}
		t.send(p)
		free--
	}
}

// startSign signs everything that is ready in one call, when
//
//   - a PUT slot is free and the store can be tried,
//   - no signed photo is waiting for that slot, and
//   - the batch is full enough (enoughToSign) or has waited holdToSign.
//
// While photos wait to be signed, the other PUTs keep the network busy.
func (t *traffic) startSign() {
	if t.busy(sign) > 0 || t.inUse(send) == maxPuts || !t.edgeLink.ready(t.now) || !t.storeLink.ready(t.now) {
		return
	}
	limit := t.session.Limits.MaxBatch
	if limit <= 0 {
		limit = shared.MaxImages
	}
	if t.signCap > 0 {
		limit = min(limit, t.signCap)
	}
	var batch []*photo
	for _, p := range t.album.photos {
		if p.asked && p.stage == StageSigned && t.jobOf[p] == nil {
			return
		}
		if p.asked && p.stage == StageCompressed && t.due(p) && len(batch) < limit {
			batch = append(batch, p)
		}
	}
	if len(batch) > 0 && (len(batch) >= min(t.enoughToSign(), limit) || !holds(batch, t.now)) {
		t.sign(batch)
	}
}

// enoughToSign returns how many photos to sign in one call while more are being
// compressed: one for the first and the last photo, whose bytes can leave at once, and
// signTogether for the others. Otherwise, if compression is slower than the network,
// each photo would need its own call.
func (t *traffic) enoughToSign() int {
	underWay, coming := 0, 0
	for _, p := range t.album.photos {
		switch {
		case !p.asked || p.earlier:
		case p.stage == StageChosen:
			coming++
		case p.stage == StageSigned, p.stage == StageSent, p.stage == StageConfirmed:
			underWay++
		}
	}
	return min(1+underWay, signTogether, coming)
}

// holds reports whether every photo of the batch may still wait for others.
func holds(batch []*photo, now time.Time) bool {
	return !slices.ContainsFunc(batch, func(p *photo) bool { return !p.heldUntil.After(now) })
}

// busy counts the jobs of a step.
func (t *traffic) busy(s step) int {
	n := 0
	for j := range t.jobs {
		if j.step == s && !j.dropped {
			n++
		}
	}
	return n
}

// compressing returns the photo that is being compressed; "" if there is none.
func (t *traffic) compressing() string {
	for j := range t.jobs {
		if j.step == compress && len(j.photos) > 0 {
			return j.photos[0].id
		}
	}
	return ""
}

// wakeups adds every moment at which the loop may have something to do.
func (t *traffic) wakeups(next *earliest) {
	for _, p := range t.album.photos {
		next.consider(p.notBefore)
		next.consider(p.heldUntil)
	}
	for j := range t.jobs {
		if j.step != compress {
			next.consider(j.movedAt.Add(stallAfter))
		}
	}
	for _, c := range []*circuit{&t.edgeLink, &t.storeLink} {
		if c.open() {
			next.consider(c.until)
		}
	}
	next.consider(t.listAt)
	if t.stopped == nil {
		next.consider(t.aliveUntil.Add(overdueAfter))
	}
}

package upload

import (
	"context"
	"slices"

	"github.com/clinicpro/photobridge/shared"
)

// command carries out what the page asks for. What cannot be done (an unknown
// photo, nothing open) is ignored: the page shows the snapshot, not its wishes.
func (q *Queue) command(c Command) {
	q.board.dirty = true
	switch {
	case c.Type == CommandLifecycle:
		q.lifecycle(c.Visible, c.Online)
	case c.Type == CommandOpen && c.Session != nil:
		q.open(c.APIBase, *c.Session)
	case q.session == nil:
	case q.opening:
		q.deferred = append(q.deferred, c)
	case c.Type == CommandAdd:
		q.add(c)
	case c.Type == CommandUpload:
		q.upload()
	case c.Type == CommandPause:
		q.pause()
	case c.Type == CommandForget:
		q.forget()
	case c.Type == CommandRetry && c.ID == "":
		q.retryAll()
	default:
		if p := q.find(c.ID); p != nil {
			q.photoCommand(p, c)
		}
	}
}

func (q *Queue) photoCommand(p *photo, c Command) {
	switch c.Type {
	case CommandDescribe:
		if c.Metadata != nil {
			q.describe(p, *c.Metadata)
		}
	case CommandRemove:
		q.remove(p)
	case CommandRetry:
		q.hurry()
		q.retry(p)
	case CommandCancel:
		q.cancel(p)
	}
}

func (q *Queue) find(id string) *photo {
	for _, p := range q.photos {
		if p.id == id {
			return p
		}
	}
	return nil
}

// add takes in a chosen file. A photo of an earlier engine whose file did not
// reach the journal gets it back here.
func (q *Queue) add(c Command) {
	if !shared.ValidID(c.ID) || c.File == nil {
		return
	}
	p := q.find(c.ID)
	switch {
	case p == nil:
		p = q.chosen(c)
	case p.stage == StageFailed && p.resume == StageChosen && p.file == nil:
		p.file = c.File
		p.revive()
	default:
		return
	}
	if c.Refused != "" {
		p.halt(StageFailed, problem(c.Refused, false))
	}
	q.note(p)
}

func (q *Queue) chosen(c Command) *photo {
	q.lastOrder = max(q.lastOrder+1, q.now.UnixMilli())
	p := &photo{
		id: c.ID, name: c.Name, source: c.Source, order: q.lastOrder,
		originalBytes: c.File.Size(), file: c.File, stage: StageChosen,
	}
	q.photos = append(q.photos, p)
	return p
}

func (q *Queue) describe(p *photo, metadata shared.Metadata) {
	if p.stage == StageConfirmed {
		return
	}
	if metadata.CapturedAt == nil {
		metadata.CapturedAt = p.metadata.CapturedAt
	}
	p.metadata = metadata
	if p.problem != nil && p.problem.Code == shared.CodeMetadataInvalid {
		p.revive()
	}
	q.note(p)
}

func (q *Queue) remove(p *photo) {
	q.abandon(p)
	q.photos = slices.DeleteFunc(q.photos, func(other *photo) bool { return other == p })
	q.board.leave(p)
	id := p.id
	q.write(func(ctx context.Context, j Journal) error { return j.Remove(ctx, id) })
	q.takenBack(p)
}

// takenBack lets a double of a removed or cancelled photo go in its place, once
// it is certain that the edge has not got this one after all.
func (q *Queue) takenBack(p *photo) {
	if p.stage == StageSent || p.resume == StageSent {
		q.wantList, q.holdForList = true, true
	}
	for _, other := range q.photos {
		if other.stage == StageFailed && other.duplicate() && other.sha256 == p.sha256 && q.double(other) == "" {
			q.single(other)
			return
		}
	}
}

// upload asks for every photo that is here now, and for failed ones again.
func (q *Queue) upload() {
	if !slices.ContainsFunc(q.photos, (*photo).pending) {
		q.board.restart(q.photos)
	}
	q.hurry()
	var records []Record // in one write: all photos wait for it
	for _, p := range q.photos {
		if p.stage == StageCancelled || p.stage == StageConfirmed {
			continue
		}
		p.asked = true
		if p.stage == StageFailed && p.problem.Retryable {
			p.revive()
		}
		records = append(records, p.record())
	}
	q.save(records...)
}

// hurry forgets waits: the person asked, or the world changed.
func (q *Queue) hurry() {
	q.paused = false
	q.signCap = 0
	q.wake()
}

// wake lets everything that waits for a time try at once.
func (q *Queue) wake() {
	q.edgeLink.nudge()
	q.store.nudge()
	q.listAt = q.now
	for _, p := range q.photos {
		if p.restsOnly() {
			p.revive()
			q.note(p)
		} else if !p.halted() {
			p.refresh()
		}
	}
}

func (q *Queue) retryAll() {
	q.hurry()
	for _, p := range q.photos {
		if p.stage == StageFailed {
			q.retry(p)
		}
	}
}

// retry tries a failed or cancelled photo again where it stood.
func (q *Queue) retry(p *photo) {
	switch {
	case p.stage == StageCancelled:
		p.asked = true
	case p.stage != StageFailed || !p.problem.Retryable:
		return
	}
	if p.resume == StageChosen && p.file == nil {
		return
	}
	p.revive()
	if p.sha256 != "" {
		p.unflag()
		q.flagDouble(p)
	}
	q.note(p)
}

// cancel stops sending one photo. Once the edge may have been told of it, that
// is awaited first.
func (q *Queue) cancel(p *photo) {
	if p.stage == StageConfirmed || p.stage == StageCancelled {
		return
	}
	if p.attempt != nil && p.attempt.step == confirm {
		p.cancelling = true
		return
	}
	q.abandon(p)
	q.cancelled(p)
	q.note(p)
}

func (q *Queue) cancelled(p *photo) {
	p.halt(StageCancelled, nil)
	q.takenBack(p)
}

// pause stops what is on its way; what the edge may already know of is
// finished.
func (q *Queue) pause() {
	q.paused = true
	for _, p := range q.photos {
		if p.attempt != nil && (p.attempt.step == sign || p.attempt.step == send) {
			q.abandon(p)
		}
	}
}

// lifecycle notes what the browser says. Coming back into view or online is a
// reason to try at once. "Offline" only chooses the words: it can be wrong, and
// the circuits find out by themselves.
func (q *Queue) lifecycle(visible, online bool) {
	better := visible && !q.visible || online && !q.online
	q.visible, q.online = visible, online
	if better {
		q.wake()
	}
}

func (q *Queue) forget() {
	for _, p := range q.photos {
		q.abandon(p)
	}
	q.photos = nil
	q.board = board{dirty: true}
	q.paused = false
	q.write(func(ctx context.Context, j Journal) error { return j.Clear(ctx) })
}

// note has the photo's record written.
func (q *Queue) note(p *photo) {
	record := p.record()
	if p.stage == StageConfirmed {
		q.write(func(ctx context.Context, j Journal) error { return j.Remove(ctx, record.ID) })
		return
	}
	q.save(record)
}

func (q *Queue) save(records ...Record) {
	if q.scribe != nil {
		q.scribe.save(q.ctx, records...)
	}
}

func (q *Queue) write(do func(context.Context, Journal) error) {
	if q.scribe != nil {
		q.scribe.write(q.ctx, do)
	}
}

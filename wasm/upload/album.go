package upload

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// album has the photos of one session, their transitions, and what the journal
// and the edge have of them. It knows neither the network nor the page. Only
// the queue's loop touches it.
type album struct {
	photos    []*photo // in the order in which they were added
	lastOrder int64
	edge      holdings
	preview   func(id string, jpeg []byte)
	shown     bool // the page shows this album

	scribe  *scribe
	removed []string // photos that the journal must not have
	emptied bool     // the journal must not have any photo that is not here
}

func newAlbum(preview func(id string, jpeg []byte)) *album {
	return &album{
		scribe: newScribe(context.Background(), nil, nil, nil), preview: preview,
		edge: holdings{ids: map[string]string{}},
	}
}

func (a *album) find(id string) *photo {
	for _, p := range a.photos {
		if p.id == id {
			return p
		}
	}
	return nil
}

// add adds a chosen file. If the page adds a photo again after the engine was
// restarted, and the journal has no bytes of it, the photo gets its file back.
func (a *album) add(c Command, now time.Time) {
	if !shared.ValidID(c.ID) || c.File == nil {
		return
	}
	p := a.find(c.ID)
	switch {
	case p == nil:
		p = a.chosen(c, now)
	case p.stage == StageFailed && p.lacksFile():
		p.file = c.File
		p.revive()
	default:
		return
	}
	if c.Refused != "" {
		p.halt(StageFailed, problem(c.Refused, false))
	}
	a.note(p)
}

func (a *album) chosen(c Command, now time.Time) *photo {
	a.lastOrder = max(a.lastOrder+1, now.UnixMilli())
	p := &photo{
		id: c.ID, name: c.Name, source: c.Source, order: a.lastOrder,
		originalBytes: c.File.Size(), file: c.File, stage: StageChosen,
	}
	a.photos = append(a.photos, p)
	return p
}

func (a *album) describe(p *photo, metadata shared.Metadata) {
	if p.describe(metadata) {
		a.note(p)
	}
}

// remove removes a photo from the album and erases it from the journal.
func (a *album) remove(p *photo) {
	a.photos = slices.DeleteFunc(a.photos, func(other *photo) bool { return other == p })
	a.unwrite(p.id)
	a.takenBack(p)
}

// clear removes all photos from the album and erases them from the journal.
func (a *album) clear() {
	a.photos = nil
	a.emptied = true
	a.write(func(ctx context.Context, j Journal) error { return j.Clear(ctx) })
}

// pending reports whether any photo that was asked for has not arrived.
func (a *album) pending() bool { return slices.ContainsFunc(a.photos, (*photo).pending) }

// owing reports whether any correction is not stored yet.
func (a *album) owing() bool {
	return slices.ContainsFunc(a.photos, func(p *photo) bool { return p.owes })
}

// newUpload prepares the counts for the next upload: confirmed photos belong to the
// earlier one, and the others start at zero bytes.
func (a *album) newUpload() {
	for _, p := range a.photos {
		if p.stage == StageConfirmed {
			p.earlier = true
		} else {
			p.sent = 0
		}
	}
}

// ask marks photos as to be sent and lets failed ones try again. Nil ids mean
// every photo that is here.
func (a *album) ask(ids []string) {
	var records []Record // in one write: all photos wait for it
	for _, p := range a.photos {
		if p.stage == StageCancelled || p.settled() || ids != nil && !slices.Contains(ids, p.id) {
			continue
		}
		p.asked = true
		if p.stage == StageFailed && p.problem.Retryable && !p.lacksFile() {
			p.revive()
		}
		records = append(records, p.record())
	}
	a.save(records...)
}

// wake lets photos that wait for a time try at once.
func (a *album) wake() {
	for _, p := range a.photos {
		if p.restsOnly() {
			p.revive()
			a.note(p)
		} else if !p.halted() {
			p.refresh()
		}
	}
}

// wakeRested lets failed photos try again whose rest is over. It reports whether
// there were any.
func (a *album) wakeRested(now time.Time) bool {
	woken := false
	for _, p := range a.photos {
		if p.restsOnly() && !p.notBefore.After(now) {
			p.revive()
			a.note(p)
			woken = true
		}
	}
	return woken
}

// refresh forgets earlier failures of all photos that are being sent, so that they
// are retried at once.
func (a *album) refresh() {
	for _, p := range a.photos {
		if !p.halted() {
			p.refresh()
		}
	}
}

func (a *album) retryAll() {
	for _, p := range a.photos {
		if p.stage == StageFailed {
			a.retry(p)
		}
	}
}

// retry tries a failed or cancelled photo again from the stage that it left. One that is
// still to be cancelled continues.
func (a *album) retry(p *photo) {
	p.cancelling = false
	switch {
	case p.stage == StageCancelled:
		p.asked = true
	case p.stage != StageFailed || !p.problem.Retryable:
		return
	}
	if p.lacksFile() {
		return
	}
	p.revive()
	if p.sha256 != "" {
		p.unflag()
		a.flagDouble(p)
	}
	a.note(p)
}

func (a *album) cancel(p *photo) {
	p.halt(StageCancelled, nil)
	a.takenBack(p)
	a.note(p)
}

func (a *album) fail(p *photo, problem *Problem) {
	p.halt(StageFailed, problem)
	a.note(p)
}

// compressed stores the result of compression in the photo and in the journal.
func (a *album) compressed(p *photo, result Compressed, now time.Time) {
	p.settle(result)
	p.heldUntil = now.Add(holdToSign)
	a.show(p)
	a.flagDouble(p)
	a.noteAll(p)
}

// sent notes that the store has the photo's bytes.
func (a *album) sent(p *photo) {
	p.sent, p.tries[send] = p.bytes, 0
	p.move(StageSent)
	a.note(p)
}

// confirmed notes that the photo is an image of the session, or still is one.
// sent is the version of the metadata that was confirmed, and begun counts the
// steps that have begun.
func (a *album) confirmed(p *photo, image shared.Image, sent int, now time.Time, begun int) {
	if p.stage != StageConfirmed {
		p.confirm(image, now, begun)
	}
	p.reconcile(image, sent)
	if p.sha256 != "" {
		a.edge.ids[p.sha256] = p.id
	}
	a.noteAll(p)
}

// gone notes that a desktop removed the photo.
func (a *album) gone(p *photo) {
	p.removed()
	if a.edge.ids[p.sha256] == p.id {
		delete(a.edge.ids, p.sha256)
	}
	a.note(p)
}

// rejoin prepares the photos for another session of the same encounter.
// sameRecord reports whether the edge still has what it knew.
func (a *album) rejoin(sameRecord bool, imageCount int) {
	for _, p := range a.photos {
		if p.stage == StageChosen {
			continue
		}
		if p.restsOnly() {
			p.revive()
		}
		p.forgetSlot(sameRecord)
		if p.stage == StageConfirmed && !sameRecord {
			p.past, p.owes = true, false
		}
		p.refresh()
	}
	a.edge = holdings{ids: map[string]string{}, count: imageCount, wanted: a.edge.wanted, hold: a.edge.hold}
}

// adopt brings the journal's photos back. One that was removed while the journal
// failed is erased instead.
func (a *album) adopt(entries []Entry, now time.Time) {
	for _, entry := range entries {
		if a.find(entry.ID) != nil {
			continue
		}
		if a.emptied || slices.Contains(a.removed, entry.ID) {
			a.unwrite(entry.ID)
			continue
		}
		p := restored(entry)
		if p.stage == StageConfirmed {
			p.at = now
		}
		a.photos = append(a.photos, p)
		a.lastOrder = max(a.lastOrder, p.order)
		a.show(p)
	}
	slices.SortStableFunc(a.photos, func(x, y *photo) int { return cmp.Compare(x.order, y.order) })
}

// show gives the photo's picture to the page, once while the page shows the
// album.
func (a *album) show(p *photo) {
	if a.shown && p.jpeg != nil && !p.shown {
		p.shown = true
		a.preview(p.id, p.jpeg)
	}
}

// hide notes that the page shows another patient's album.
func (a *album) hide() {
	a.shown = false
	for _, p := range a.photos {
		p.shown = false
	}
}

// keepIn sets the journal, and writes the album's photos to it. It erases them from
// the earlier journal, if there was one.
func (a *album) keepIn(scribe *scribe, earlier Journal) {
	a.scribe = scribe
	for _, p := range a.photos {
		a.noteAll(p)
		if id := p.id; earlier != nil {
			a.write(func(ctx context.Context, _ Journal) error { return earlier.Remove(ctx, id) })
		}
		a.show(p)
	}
}

// rewrite writes everything once more, after the journal failed.
func (a *album) rewrite() {
	a.scribe.mend()
	if a.emptied {
		a.write(func(ctx context.Context, j Journal) error { return j.Clear(ctx) })
	}
	for _, id := range a.removed {
		a.write(func(ctx context.Context, j Journal) error { return j.Remove(ctx, id) })
	}
	a.save()
	for _, p := range a.photos {
		a.noteAll(p)
	}
}

// durable reports whether the journal has everything that the album has.
func (a *album) durable() bool { return a.scribe.whole() }

// written returns a channel that is closed when all writes are done.
func (a *album) written() <-chan struct{} { return a.scribe.written() }

// note writes the photo's record to the journal, in the background.
func (a *album) note(p *photo) {
	if p.settled() && !p.owes {
		a.unwrite(p.id)
		return
	}
	a.save(p.record())
}

// unwrite erases the photo from the journal, in the background.
func (a *album) unwrite(id string) {
	if !slices.Contains(a.removed, id) {
		a.removed = append(a.removed, id)
	}
	a.write(func(ctx context.Context, j Journal) error { return j.Remove(ctx, id) })
}

// noteAll writes the photo's record and bytes to the journal, in the background.
func (a *album) noteAll(p *photo) {
	if p.jpeg == nil && !p.owes {
		a.note(p)
		return
	}
	record, jpeg := p.record(), p.jpeg
	a.write(func(ctx context.Context, j Journal) error { return j.SaveJPEG(ctx, record, jpeg) })
}

func (a *album) save(records ...Record) { a.scribe.save(records...) }

func (a *album) write(do func(context.Context, Journal) error) { a.scribe.write(do) }

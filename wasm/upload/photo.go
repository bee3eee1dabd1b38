package upload

import (
	"encoding/base64"
	"slices"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/shared/wire"
)

// Stage is the last completed step of a photo. It is what the journal keeps; what is
// being done for a photo right now is its job.
type Stage string

// The stages of a photo.
const (
	StageChosen     Stage = "chosen"
	StageCompressed Stage = "compressed"
	StageSigned     Stage = "signed"
	StageSent       Stage = "sent"
	StageConfirmed  Stage = "confirmed"
	StageFailed     Stage = "failed"
	StageCancelled  Stage = "cancelled"
	StageRemoved    Stage = "removed" // on the desktop
)

// moves is the state machine of a photo: the stages that it can move to from each
// stage. Besides the normal order there are these moves:
//
//   - signed → compressed: the URL expired or was refused.
//   - sent → compressed: the edge found no bytes.
//   - failed, cancelled → the stage before: a retry.
//   - compressed, signed, failed, cancelled → confirmed: the edge lists the photo.
//   - compressed, signed, sent, confirmed → removed: a desktop removed the photo. It
//     does not come back.
var moves = map[Stage][]Stage{
	StageChosen:     {StageCompressed, StageFailed, StageCancelled},
	StageCompressed: {StageSigned, StageConfirmed, StageFailed, StageCancelled, StageRemoved},
	StageSigned:     {StageSent, StageCompressed, StageConfirmed, StageFailed, StageCancelled, StageRemoved},
	StageSent:       {StageConfirmed, StageCompressed, StageFailed, StageCancelled, StageRemoved},
	StageFailed:     {StageChosen, StageCompressed, StageSent, StageConfirmed, StageCancelled},
	StageCancelled:  {StageChosen, StageCompressed, StageSent, StageConfirmed},
	StageConfirmed:  {StageRemoved},
	StageRemoved:    {},
}

// photo is one image of the queue. Only the queue's loop touches it.
type photo struct {
	id, name, source string
	order            int64
	originalBytes    int64
	file             Source // nil once compressed, and after a restore

	stage   Stage
	resume  Stage // of a failed or cancelled photo: where it resumes
	asked   bool  // Upload was pressed for it
	problem *Problem

	tries     [steps]int // failed tries of each step, since its last success
	rests     int        // how often all tries were used up
	notBefore time.Time  // the next try starts no earlier; zero for a failed photo: it does not retry by itself
	heldUntil time.Time  // from then on it is signed without waiting for others

	jpeg          []byte // nil before compression and after confirmation
	bytes         int64
	width, height int
	sha256        string // base64
	warnings      []Warning
	metadata      shared.Metadata
	version       int  // counts the changes of the metadata
	nextVersion   int  // the smallest version that the edge has certainly not seen
	owes          bool // a confirmed photo whose newest metadata the edge does not have
	overruled     bool // a desktop corrected the metadata
	past          bool // confirmed in an earlier session, which is over
	untimed       bool // the edge refused the time of capture

	target  shared.PresignedUpload
	lapses  time.Time // from then on no PUT with target is started; phone's clock
	sent    int64     // most bytes that any try got across
	at      time.Time // when the edge confirmed it
	since   int       // how many steps had begun by then
	shown   bool      // the page has its preview
	earlier bool      // confirmed before the current upload
	// cancelling: the person cancelled while the confirm was under way; if that
	// fails, the photo is cancelled.
	cancelling bool
	// removing: the person removed the photo while the confirm was under way; it stays
	// only if the edge has it.
	removing bool
}

// move sets the photo's stage. It panics on a move that is not in the table, which is
// a bug: continuing could lose the photo, while a restart restores it from the
// journal.
func (p *photo) move(to Stage) {
	if !slices.Contains(moves[p.stage], to) {
		panic("upload: a photo cannot go from " + string(p.stage) + " to " + string(to))
	}
	p.stage = to
}

// halt stops the photo and notes where it can resume later. Its URL is dropped,
// because it may have expired by then.
func (p *photo) halt(to Stage, problem *Problem) {
	if p.stage != StageFailed {
		p.resume = p.stage
	}
	if p.resume == StageSigned {
		p.resume = StageCompressed
	}
	p.move(to)
	p.problem = problem
	p.notBefore = time.Time{}
}

// revive lets a failed or cancelled photo continue where it stopped.
func (p *photo) revive() {
	p.move(p.resume)
	p.problem = nil
	p.refresh()
}

// refresh forgets earlier failures: the next try may begin at once.
func (p *photo) refresh() {
	p.tries = [steps]int{}
	p.notBefore, p.heldUntil = time.Time{}, time.Time{}
}

// halted reports whether the photo has failed or was cancelled.
func (p *photo) halted() bool { return p.stage == StageFailed || p.stage == StageCancelled }

// lacksFile reports whether a halted photo cannot continue, because it was not compressed
// and its file is gone.
func (p *photo) lacksFile() bool { return p.halted() && p.resume == StageChosen && p.file == nil }

// restsOnly reports whether a failed photo will try again by itself.
func (p *photo) restsOnly() bool { return p.stage == StageFailed && !p.notBefore.IsZero() }

// pending reports whether the queue still has to send the photo.
func (p *photo) pending() bool {
	return p.asked && !p.settled() && (!p.halted() || p.restsOnly())
}

// unsign moves the photo back to before it was signed.
func (p *photo) unsign() {
	if p.stage != StageCompressed {
		p.move(StageCompressed)
	}
}

// forgetSlot moves a photo back to compressed if the record of the edge no longer
// knows its slot. sameRecord reports whether the edge still has the same record.
func (p *photo) forgetSlot(sameRecord bool) {
	if p.stage == StageSigned || p.stage == StageSent && !sameRecord {
		p.move(StageCompressed)
	}
	if p.halted() && p.resume == StageSent && !sameRecord {
		p.resume = StageCompressed
	}
}

// erase drops the photo's bytes, which are not needed any more.
func (p *photo) erase() { p.jpeg, p.file = nil, nil }

// removed notes that a desktop removed the photo.
func (p *photo) removed() {
	p.move(StageRemoved)
	p.problem = problem(shared.CodeImageRemoved, false)
	p.cancelling, p.owes = false, false
	p.notBefore = time.Time{}
	p.erase()
}

// confirm moves the photo to confirmed and drops its bytes.
func (p *photo) confirm(image shared.Image, now time.Time, begun int) {
	p.move(StageConfirmed)
	p.at, p.sent = image.UploadedAt, p.bytes
	if p.at.IsZero() {
		p.at = now
	}
	p.since = begun
	p.problem, p.cancelling = nil, false
	p.refresh()
	p.erase()
}

// settled reports whether the photo is confirmed or was removed on a desktop.
func (p *photo) settled() bool { return p.stage == StageConfirmed || p.stage == StageRemoved }

func (p *photo) duplicate() bool { return slices.Contains(p.warnings, WarningDuplicate) }

func (p *photo) unflag() {
	p.warnings = slices.DeleteFunc(p.warnings, func(w Warning) bool { return w == WarningDuplicate })
}

// describe stores the details that a person entered. It reports whether they changed
// anything.
func (p *photo) describe(metadata shared.Metadata) bool {
	if p.stage == StageRemoved || p.past || p.overruled {
		return false
	}
	if metadata.Captured == nil || p.untimed {
		metadata.Captured = p.metadata.Captured
	}
	if sameMetadata(metadata, p.metadata) && p.problem == nil {
		return false
	}
	p.version = max(p.version+1, p.nextVersion)
	p.metadata = metadata
	switch p.stage {
	case StageConfirmed:
		p.owes, p.problem = true, nil
		p.refresh()
	case StageFailed:
		if code := p.problem.Code; code == shared.CodeMetadataInvalid || code == shared.CodeConsentRequired {
			p.revive()
		}
	}
	return true
}

// dropTime removes a time of capture that the edge refuses because a clock was ahead.
// Nobody can correct that time on the phone, and it must not keep the photo from
// arriving. It reports whether there was one.
func (p *photo) dropTime(code shared.Code) bool {
	if code != shared.CodeMetadataInvalid || p.metadata.Captured == nil {
		return false
	}
	p.metadata.Captured, p.untimed = nil, true
	return true
}

// reconcile compares the metadata with what the edge stored, after version sent was
// confirmed or listed. The edge's metadata is used if a desktop corrected it, or if it
// has a newer version, which this phone lost.
func (p *photo) reconcile(image shared.Image, sent int) {
	differs := !sameMetadata(image.Metadata, p.metadata)
	lost := image.MetadataVersion > p.version
	switch {
	case image.CorrectedBy == nil && !lost && p.version > sent:
		p.owes = true
		return
	case !lost && differs:
		p.overruled = true
	}
	p.metadata, p.version = image.Metadata, max(p.version, image.MetadataVersion)
	p.owes = false
}

func sameMetadata(a, b shared.Metadata) bool {
	return string(wire.Marshal(&a)) == string(wire.Marshal(&b))
}

// settle stores the result of compression and drops the original file.
func (p *photo) settle(result Compressed) {
	p.jpeg, p.bytes = result.JPEG, int64(len(result.JPEG))
	p.width, p.height = result.Width, result.Height
	p.sha256 = base64.StdEncoding.EncodeToString(result.SHA256[:])
	p.warnings = result.Warnings
	if p.metadata.Captured == nil {
		p.metadata.Captured = result.Captured
	}
	p.file = nil
	p.move(StageCompressed)
}

func (p *photo) presign() shared.PresignImage {
	return shared.PresignImage{ImageID: p.id, ContentType: shared.ContentTypeJPEG, Size: p.bytes, SHA256: p.sha256}
}

func (p *photo) record() Record {
	stage := p.stage
	if stage == StageSigned {
		stage = StageCompressed // URLs are not written: the photo is signed again and gets the same key
	}
	return Record{
		ID: p.id, Order: p.order, Name: p.name, Source: p.source,
		Stage: stage, Resume: p.resume, Asked: p.asked,
		OriginalBytes: p.originalBytes, Width: p.width, Height: p.height, SHA256: p.sha256, S3Key: p.target.S3Key,
		Warnings: slices.Clone(p.warnings), Metadata: p.metadata, MetadataVersion: p.version, Problem: p.problem,
	}
}

// unwritten is larger than the number of metadata changes that a page can make before
// the journal has one of them. The edge may have versions that the journal lost. A
// restored photo skips this many versions, so that its next one is certainly newer.
const unwritten = 1000

func restored(entry Entry) *photo {
	p := &photo{
		id: entry.ID, order: entry.Order, name: entry.Name, source: entry.Source,
		stage: entry.Stage, resume: entry.Resume, asked: entry.Asked,
		originalBytes: entry.OriginalBytes, jpeg: entry.JPEG, bytes: int64(len(entry.JPEG)),
		width: entry.Width, height: entry.Height, sha256: entry.SHA256,
		target:   shared.PresignedUpload{S3Key: entry.S3Key},
		warnings: entry.Warnings, metadata: entry.Metadata, version: entry.MetadataVersion, problem: entry.Problem,
	}
	p.nextVersion = p.version + unwritten
	if p.halted() && !slices.Contains(moves[p.stage], p.resume) {
		p.resume = StageCompressed
	}
	switch {
	case p.stage == StageConfirmed:
		p.owes = true // the journal keeps a confirmed photo only for this
		p.sent = p.bytes
	case p.jpeg == nil && (p.problem == nil || p.problem.Retryable): // the file was in the page that ended
		p.stage, p.resume = StageFailed, StageChosen
		p.problem = problem(shared.CodeFileGone, false)
	case p.stage == StageFailed && p.jpeg != nil && p.problem != nil && p.problem.Retryable:
		p.revive() // a new page is a reason to try again
	case p.stage == StageFailed && p.problem == nil, moves[p.stage] == nil, p.stage == StageSent && entry.S3Key == "":
		p.stage = StageCompressed
	}
	return p
}

package upload

import (
	"errors"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// failed applies the policy to every photo of a step. The edge signs all photos of a batch
// or none, so the photos of a refused one are signed again in smaller ones.
func (t *traffic) failed(j *job, err error) {
	if j.step == compress {
		for _, p := range j.photos {
			t.notCompressed(p, err)
		}
		return
	}
	code := shared.CodeOf(err)
	decision := decide(j.step, code)
	switch {
	case decision == stop:
		t.stop(code)
		return
	case j.step == probe:
		t.album.edge.listFailed(code)
		t.listAt = t.now.Add(probing.Wait(3, retryAfter(err), t.rng))
		return
	case decision == gone && j.size > 1:
		t.oneGone(j, err)
		return
	case code == shared.CodeLimitReached && j.size > 1:
		t.signCap = j.size / 2 // some may still fit
		return
	case decision == fail && j.size > 1:
		t.signCap = 1 // the edge refuses all for one: alone, only that one fails
		return
	}
	for _, p := range j.photos {
		t.photoFailed(p, j.step, decision, err)
	}
}

// notCompressed notes that a photo could not be compressed. If its decoder could not be
// loaded, the photo rests and tries again by itself.
func (t *traffic) notCompressed(p *photo, err error) {
	t.album.fail(p, problemOf(err, retryableCompression(err)))
	if shared.CodeOf(err) == shared.CodeNetwork {
		t.rest(p, err)
	}
}

// rest lets a failed photo try again by itself, after a longer wait each time.
func (t *traffic) rest(p *photo, err error) {
	p.rests++
	p.notBefore = t.now.Add(time.Second + resting.Wait(p.rests, retryAfter(err), t.rng))
}

func (t *traffic) photoFailed(p *photo, s step, decision decision, err error) {
	if decision == gone {
		t.album.gone(p)
		return
	}
	if decision == fail && p.dropTime(shared.CodeOf(err)) {
		decision = repeat
	}
	if p.stage == StageConfirmed {
		t.correctionFailed(p, decision, err)
		return
	}
	switch decision {
	case again:
		t.later(p, s, err)
	case signAgain:
		p.unsign()
		t.later(p, s, err)
	case fail:
		p.halt(StageFailed, problemOf(err, retryableRefusal(err)))
	}
	if p.cancelling && p.stage != StageFailed {
		t.album.cancel(p)
	}
	p.cancelling = false
	t.album.note(p)
}

// oneGone handles that the edge refused a batch because of a removed photo. If the
// edge does not say which photo it is, they are signed one by one to find it.
func (t *traffic) oneGone(j *job, err error) {
	failure, _ := errors.AsType[*shared.Error](err)
	for _, p := range j.photos {
		if failure != nil && p.id == failure.ImageID {
			t.album.gone(p)
			return
		}
	}
	t.signCap = 1
}

// correctionFailed schedules a retry of a correction. If the edge refuses the
// metadata itself, it keeps the problem until the person changes the metadata.
func (t *traffic) correctionFailed(p *photo, decision decision, err error) {
	switch {
	case decision == repeat:
	case decision == fail:
		p.problem = problemOf(err, true)
	case !t.link(confirm).open():
		p.rests++
		wait := shared.PhoneRetry.Wait(p.rests, retryAfter(err), t.rng)
		if p.rests >= shared.PhoneRetry.Tries {
			wait = time.Second + resting.Wait(p.rests, retryAfter(err), t.rng)
		}
		p.notBefore = t.now.Add(wait)
	}
}

func problemOf(err error, retryable bool) *Problem { return problem(shared.CodeOf(err), retryable) }

func problem(code shared.Code, retryable bool) *Problem {
	return &Problem{Code: code, Retryable: retryable}
}

// retryableRefusal reports whether a photo that the edge refused may be accepted
// later: when there is room again, or when its metadata changed.
func retryableRefusal(err error) bool {
	switch shared.CodeOf(err) {
	case shared.CodeLimitReached, shared.CodeMetadataInvalid, shared.CodeConsentRequired:
		return true
	}
	return false
}

func retryableCompression(err error) bool {
	switch shared.CodeOf(err) {
	case shared.CodeTimeout, shared.CodeOutOfMemory, shared.CodeInternal, shared.CodeBlankResult, shared.CodeNetwork,
		shared.CodeFileGone:
		return true
	}
	return false
}

// later schedules the photo's next try. While the circuit is open, the circuit
// decides. Otherwise the photo waits, longer each time, and rests when its tries are
// used up although other photos get through.
func (t *traffic) later(p *photo, s step, err error) {
	if t.link(s).open() {
		return // the circuit decides when
	}
	p.tries[s]++
	if p.tries[s] < shared.PhoneRetry.Tries {
		p.notBefore = t.now.Add(shared.PhoneRetry.Wait(p.tries[s], retryAfter(err), t.rng))
		return
	}
	p.halt(StageFailed, problemOf(err, true))
	t.rest(p, err)
}

// stop ends all work for a session that is over. The photos stay for the person.
func (t *traffic) stop(code shared.Code) {
	t.stopped = problem(code, false)
	for _, p := range t.album.photos {
		if p.stage != StageChosen {
			t.release(p)
		}
	}
}

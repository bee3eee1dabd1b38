package upload

import (
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// failed applies the policy to every photo of a step.
func (t *traffic) failed(j *job, err error) {
	if j.step == compress {
		for _, p := range j.photos {
			t.album.fail(p, problemOf(err, retryableCompression(err)))
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
	case code == shared.CodeLimitReached && j.size > 1:
		t.signCap = j.size / 2 // some may still fit
		return
	}
	for _, p := range j.photos {
		t.photoFailed(p, j.step, decision, err)
	}
}

func (t *traffic) photoFailed(p *photo, s step, decision decision, err error) {
	switch decision {
	case again:
		t.later(p, s, err)
	case signAgain:
		p.unsign()
		t.later(p, s, err)
	case fail:
		code := shared.CodeOf(err)
		p.halt(StageFailed, problemOf(err, code == shared.CodeLimitReached || code == shared.CodeMetadataInvalid))
	}
	if p.cancelling && p.stage != StageFailed {
		t.album.cancel(p)
	}
	p.cancelling = false
	t.album.note(p)
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
func (t *traffic) later(p *photo, s step, err error) {
	if t.link(s).open() {
		return // the circuit decides when
	}
	p.tries[s]++
	if p.tries[s] < shared.PhoneRetry.Attempts {
		p.notBefore = t.now.Add(shared.PhoneRetry.Wait(p.tries[s], retryAfter(err), t.rng))
		return
	}
	p.rests++
	p.halt(StageFailed, problemOf(err, true))
	p.notBefore = t.now.Add(time.Second + resting.Wait(p.rests, retryAfter(err), t.rng))
}

// stop ends all work for the session: it is over. The photos stay.
func (t *traffic) stop(code shared.Code) {
	p := problem(code, false)
	if code == shared.CodeSessionExpired {
		p.Detail = sentenceEnded
		if t.aliveUntil.Before(t.now) {
			p.Detail = sentenceExpired
		}
	}
	t.stopped = p
	for _, p := range t.album.photos {
		if p.stage != StageChosen {
			t.abandon(p)
		}
	}
}

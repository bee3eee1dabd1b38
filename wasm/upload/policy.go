package upload

import (
	"context"
	"errors"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// step is one piece of work for a photo.
type step int

const (
	compress step = iota
	sign
	send
	confirm
	probe // asks the edge for its list: is it there, and what has it got
	steps
)

const (
	maxPuts = 3
	// signTogether halves the sign calls of a slow phone. More would save a few
	// and let the network wait: up to that many photos are left to send when
	// the last one is compressed.
	signTogether = 2
	// holdToSign is how long a photo at most waits for others to be signed with.
	holdToSign = 10 * time.Second
	// stallAfter is how long a step may go without any progress.
	stallAfter = 20 * time.Second
	// lapseMargin is left on a URL when a PUT with it begins.
	lapseMargin = 30 * time.Second
	// overdueAfter is how long after its expected end a session is asked for.
	overdueAfter = time.Minute
	// maxRetryAfter bounds what a server may ask for.
	maxRetryAfter = 2 * time.Minute
)

// resting is how long a photo rests whose tries are used up while others get
// through; after that it tries again by itself.
var resting = shared.RetryPolicy{Tries: 1, Base: 30 * time.Second, Max: 2 * time.Minute}

// decision is what a failure means for the photo.
type decision int

const (
	again     decision = iota // the same, later
	signAgain                 // a new URL, the same key, then later
	repeat                    // at once, with what was wrong taken back
	fail                      // this photo cannot continue automatically
	gone                      // a desktop removed this photo
	stop                      // no photo of this session can
)

// decide is the one policy for the failures of sign, send and confirm.
func decide(s step, code shared.Code) decision {
	switch code {
	case shared.CodeNetwork,
		shared.CodeTimeout,
		shared.CodeRateLimited,
		shared.CodeUpstreamUnavailable,
		shared.CodeInternal:
		return again
	case shared.CodeUnauthorized,
		shared.CodePhoneRemoved,
		shared.CodeSessionExpired,
		shared.CodeTokenInvalid,
		shared.CodeForbidden,
		shared.CodeEncounterMismatch:
		if s == send {
			return signAgain // a lapsed URL
		}
		return stop
	case shared.CodeImageRemoved:
		return gone
	case shared.CodeObjectMissing, shared.CodeImageNotFound:
		return signAgain
	default:
		if s == send {
			return signAgain // no URL of ours is refused for good: its bytes and its key are right
		}
		return fail
	}
}

// unreachable reports whether a failure with this code shows that the other side
// could not be reached, or could not respond.
func unreachable(code shared.Code) bool { return decide(send, code) == again }

// put does one PUT and turns what came of it into nil or an error with a code.
// 412 is success: the bytes arrived in a try whose response was lost.
func put(ctx context.Context, transport Transport, to shared.PresignedUpload, body []byte, progress func(int64)) error {
	result, err := transport.Put(ctx, to, body, progress)
	if err != nil {
		return err
	}
	failed := func(code shared.Code) error {
		return &shared.Error{Code: code, RetryAfter: result.RetryAfter}
	}
	switch status := result.Status; {
	case status >= 200 && status < 300, status == 412:
		return nil
	case status == 429:
		return failed(shared.CodeRateLimited)
	case shared.RetryableStatus(status):
		return failed(shared.CodeUpstreamUnavailable)
	case status == 403:
		return failed(shared.CodeForbidden)
	default:
		return failed(shared.CodeBadRequest)
	}
}

// retryAfter is what the server asked for, within reason.
func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*shared.Error](err); ok {
		return min(e.RetryAfter, maxRetryAfter)
	}
	return 0
}

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
	probe // asks the edge for its list, to know its photos and whether it responds
	steps
)

const (
	maxPuts = 3
	// signTogether halves the sign calls of a slow phone. A larger number would save
	// few calls and let the network wait: up to that many photos are left to send
	// when the last one is compressed.
	signTogether = 2
	// holdToSign is the longest time that a photo waits to be signed with others.
	holdToSign = 10 * time.Second
	// stallAfter is how long a step may make no progress before it is abandoned.
	stallAfter = 20 * time.Second
	// lapseMargin is how long a URL must still be valid when a PUT with it starts.
	lapseMargin = 30 * time.Second
	// overdueAfter is how long after a session's expected end the phone asks the edge
	// whether it was extended.
	overdueAfter = time.Minute
	// maxRetryAfter is the longest Retry-After that the queue obeys.
	maxRetryAfter = 2 * time.Minute
)

// resting is the policy for a photo whose retries are used up while other photos get
// through. After the rest it tries again by itself.
var resting = shared.RetryPolicy{Tries: 1, Base: 30 * time.Second, Max: 2 * time.Minute}

// decision is what a failure means for the photo.
type decision int

const (
	again     decision = iota // repeat the step later
	signAgain                 // get a new URL for the same key, then send again
	repeat                    // repeat the step at once, without the refused time of capture
	fail                      // the photo needs a person
	gone                      // a desktop removed the photo
	stop                      // the session is over for all photos
)

// decide returns what the failure of a sign, send or confirm step means.
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
			return signAgain // the URL expired
		}
		return stop
	case shared.CodeImageRemoved:
		return gone
	case shared.CodeObjectMissing, shared.CodeImageNotFound:
		return signAgain
	default:
		if s == send {
			return signAgain // the bytes match the signature, so only the URL can be wrong
		}
		return fail
	}
}

// unreachable reports whether a failure with this code shows that the other side
// could not be reached, or could not respond.
func unreachable(code shared.Code) bool { return decide(send, code) == again }

// put makes one PUT. It returns nil or an error with a code. 412 is a success: an
// earlier try stored the bytes, and its response was lost.
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

// retryAfter returns the server's Retry-After, up to maxRetryAfter.
func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*shared.Error](err); ok {
		return min(e.RetryAfter, maxRetryAfter)
	}
	return 0
}

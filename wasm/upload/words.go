package upload

import (
	"errors"

	"github.com/clinicpro/photobridge/shared"
)

// sentences are what a person reads; the page may say the same in their own
// language, by the code.
var sentences = map[shared.Code]string{
	shared.CodeOffline: "You are offline. The photos are kept here and go on by themselves when the " +
		"network is back.",
	shared.CodeNetwork: "The network is not working right now. The photos are kept here and will be " +
		"tried again.",
	shared.CodeStorageBlocked: "The practice's network blocks the upload address. Try mobile data, or ask the " +
		"practice's IT to allow it. The photos are kept here.",
	shared.CodeUpstreamUnavailable: "The service is not available right now. The photos are kept here and will be " +
		"tried again.",
	shared.CodeRateLimited: "The service is busy. The photos are kept here and will be tried again in a " +
		"moment.",
	shared.CodeInternal: "Something went wrong. The photos are kept here and will be tried again.",
	shared.CodeUnauthorized: "This phone is no longer connected to the session. Scan the desktop's code " +
		"again; the photos are still here.",
	shared.CodeForbidden: "This phone is not allowed into the session any more. Scan the desktop's code " +
		"again; the photos are still here.",
	shared.CodeTokenInvalid: "This code has expired. Show a new code on the desktop and scan it; the photos " +
		"are still here.",
	shared.CodeEncounterMismatch: "This phone is connected to another patient. Scan the desktop's code again.",
	shared.CodeLimitReached:      "The session is full. Remove photos on the desktop, then try again.",
	shared.CodeObjectMissing:     "The photo did not arrive. It will be sent again.",
	shared.CodeTooLarge:          "This photo is too large to send.",
	shared.CodeUnsupportedType:   "This kind of picture cannot be sent.",
	shared.CodeDuplicate:         "This is the same picture as another one of this session. It is not sent twice.",
	shared.CodeTimeout:           "This photo took too long to prepare. Try again.",
	shared.CodeOutOfMemory:       "The phone ran out of memory for this photo. Close other apps and try again.",
}

// sentenceEnded and sentenceExpired say session_expired: the edge answers both
// alike, the clock tells them apart.
const (
	sentenceEnded   = "The desktop ended this session. The photos that were not sent are still here."
	sentenceExpired = "This session has expired. Show a new code on the desktop and scan it; the photos are still here."
)

// problemOf puts an error into words. An error of the compressor or the edge
// about this very photo brings its own.
func problemOf(err error, retryable bool) *Problem {
	code := shared.CodeOf(err)
	detail, ok := sentences[code]
	if e, isOurs := errors.AsType[*shared.Error](err); isOurs && !ok {
		detail = e.Detail
	}
	return &Problem{Code: code, Detail: detail, Retryable: retryable}
}

func problem(code shared.Code, retryable bool) *Problem {
	return &Problem{Code: code, Detail: sentences[code], Retryable: retryable}
}

func problemInterrupted() *Problem {
	return &Problem{
		Code:   shared.CodeTruncated,
		Detail: "The page closed before this photo was ready. Please choose or take it again.",
	}
}

package api

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"

	"github.com/clinicpro/photobridge/edge/doctor"
	"github.com/clinicpro/photobridge/shared"
)

// problem is what a code means over HTTP: its status, and a sentence for a person
// where no part of the request has its own sentence (sentences.go).
type problem struct {
	status   int
	sentence string
}

// problems is the one table of the API's errors.
var problems = map[shared.Code]problem{
	shared.CodeBadRequest:   {http.StatusBadRequest, "The request is not one that this call takes."},
	shared.CodeUnauthorized: {http.StatusUnauthorized, "This access is no longer valid. Open the session again."},
	shared.CodePhoneRemoved: {
		http.StatusUnauthorized,
		"This phone was removed on the desktop. Show a new code there and scan it.",
	},
	shared.CodeForbidden: {http.StatusForbidden, "This token is not for this call."},
	shared.CodeConsentRequired: {
		http.StatusForbidden,
		"The patient's consent is required before a photo is sent. Ask, and confirm it on the phone.",
	},
	shared.CodeTokenInvalid: {
		http.StatusNotFound,
		"This code is no longer valid. Show a new code on the desktop and scan it.",
	},
	shared.CodeSessionExpired: {
		http.StatusNotFound,
		"This session has ended. Open it again on the desktop and scan the new code.",
	},
	shared.CodeImageNotFound: {http.StatusNotFound, "This photo is not in the session."},
	shared.CodeLimitReached: {
		http.StatusConflict,
		"This session is full. Remove photos on the desktop, or end the session and start another.",
	},
	shared.CodeEncounterMismatch: {
		http.StatusConflict,
		"This token belongs to another encounter. Open the right patient's session.",
	},
	shared.CodeObjectMissing: {http.StatusConflict, "The photo did not arrive in full. Upload it again."},
	shared.CodeUploadsPending: {
		http.StatusConflict,
		"Photos are still on their way from a phone. Wait for them, or end the session without them.",
	},
	shared.CodeImageRemoved: {http.StatusGone, "This photo was removed on the desktop."},
	shared.CodeSessionChanged: {
		http.StatusPreconditionFailed,
		"Something happened in this session meanwhile. Look at what is new, then end it again.",
	},
	shared.CodeTooLarge:        {http.StatusRequestEntityTooLarge, "This is too large."},
	shared.CodeUnsupportedType: {http.StatusUnsupportedMediaType, "This type of content is not taken."},
	shared.CodeMetadataInvalid: {http.StatusUnprocessableEntity, "The photo's details are not valid."},
	shared.CodeRateLimited: {
		http.StatusTooManyRequests, "Too many requests just now. Wait a minute, then try again.",
	},
	shared.CodeUpstreamUnavailable: {
		http.StatusServiceUnavailable,
		"The service is not available just now. Try again in a moment.",
	},
	shared.CodeInternal: {
		http.StatusInternalServerError,
		"Something went wrong on our side. Try again; if it happens again, tell support this request's id.",
	},
}

// writeError writes a problem document (RFC 9457). It never sends the text of an error
// that is not a shared.Error, because that text may contain anything.
func writeError(w http.ResponseWriter, err error, requestID string) int {
	code := shared.CodeOf(err)
	kind := problems[code]
	document := shared.Problem{
		Type:      "about:blank",
		Title:     http.StatusText(kind.status),
		Status:    kind.status,
		Code:      code,
		Detail:    kind.sentence,
		RequestID: requestID,
	}
	if e, ok := asError(err); ok {
		document.Detail = sentence(e)
		document.ImageID = e.ImageID
		document.Ended = e.Ended
		if e.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
		}
	}
	if kind.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(kind.status)
	json.NewEncoder(w).Encode(document)
	return kind.status
}

// Unconfigured returns a handler that refuses every call with the error, and
// gives the doctor's report to the holder of the admin token. Pages of the
// allowed origins may read it.
func Unconfigured(err error, report doctor.Report, adminToken string, allowedOrigins []string) http.Handler {
	return withOrigin(allowedOrigins, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		token, _ := bearer(r)
		if r.URL.Path == doctorPath && sameSecret(token, adminToken) {
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(report)
			return
		}
		requestID := newRequestID()
		w.Header().Set("X-Request-Id", requestID)
		writeError(w, err, requestID)
	}))
}

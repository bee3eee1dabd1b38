package api

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"

	"github.com/clinicpro/photobridge/edge/doctor"
	"github.com/clinicpro/photobridge/shared"
)

// statuses is the one table that maps codes to HTTP.
var statuses = map[shared.Code]int{
	shared.CodeBadRequest:          http.StatusBadRequest,
	shared.CodeUnauthorized:        http.StatusUnauthorized,
	shared.CodeForbidden:           http.StatusForbidden,
	shared.CodeTokenInvalid:        http.StatusNotFound,
	shared.CodeSessionExpired:      http.StatusNotFound,
	shared.CodeImageNotFound:       http.StatusNotFound,
	shared.CodeLimitReached:        http.StatusConflict,
	shared.CodeEncounterMismatch:   http.StatusConflict,
	shared.CodeObjectMissing:       http.StatusConflict,
	shared.CodeTooLarge:            http.StatusRequestEntityTooLarge,
	shared.CodeUnsupportedType:     http.StatusUnsupportedMediaType,
	shared.CodeMetadataInvalid:     http.StatusUnprocessableEntity,
	shared.CodeRateLimited:         http.StatusTooManyRequests,
	shared.CodeUpstreamUnavailable: http.StatusServiceUnavailable,
	shared.CodeInternal:            http.StatusInternalServerError,
}

// writeError answers with a problem document (RFC 9457). What is not an Error
// of ours is internal: its text may say anything, so nobody outside reads it.
func writeError(w http.ResponseWriter, err error, requestID string) int {
	problem := shared.Problem{
		Type:      "about:blank",
		Code:      shared.CodeOf(err),
		Detail:    "Something went wrong on our side. Try again; if it happens again, tell support this request's id.",
		RequestID: requestID,
	}
	if e, ok := asError(err); ok {
		problem.Detail = e.Detail
		if e.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
		}
	}
	problem.Status = statuses[problem.Code]
	problem.Title = http.StatusText(problem.Status)
	if problem.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(problem.Status)
	json.NewEncoder(w).Encode(problem)
	return problem.Status
}

// Unconfigured answers every call with the error, and the doctor's with its
// report for whoever holds the admin token.
func Unconfigured(err error, report doctor.Report, adminToken string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		token, _ := bearer(r)
		if r.URL.Path == doctorPath && sameSecret(token, adminToken) {
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(report)
			return
		}
		writeError(w, err, newRequestID())
	})
}

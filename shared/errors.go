package shared

import (
	"errors"
	"time"
)

// Code names an error for programs. It is stable: clients switch on it.
type Code string

// The codes of the HTTP API; edge/api maps each to its status.
const (
	CodeBadRequest          Code = "bad_request"
	CodeUnauthorized        Code = "unauthorized"
	CodePhoneRemoved        Code = "phone_removed" // a desktop removed the phone that calls
	CodeForbidden           Code = "forbidden"
	CodeConsentRequired     Code = "consent_required"
	CodeTokenInvalid        Code = "token_invalid" // the same response for unknown and expired tokens
	CodeSessionExpired      Code = "session_expired"
	CodeImageNotFound       Code = "image_not_found"
	CodeLimitReached        Code = "limit_reached"
	CodeEncounterMismatch   Code = "encounter_mismatch"
	CodeObjectMissing       Code = "object_missing"
	CodeUploadsPending      Code = "uploads_pending" // photos are on their way
	CodeImageRemoved        Code = "image_removed"   // a desktop removed the photo; it does not come back
	CodeSessionChanged      Code = "session_changed" // something happened since the revision in If-Match
	CodeTooLarge            Code = "too_large"
	CodeUnsupportedType     Code = "unsupported_type"
	CodeMetadataInvalid     Code = "metadata_invalid"
	CodeRateLimited         Code = "rate_limited"
	CodeUpstreamUnavailable Code = "upstream_unavailable"
	CodeInternal            Code = "internal"
)

// EngineCode is a code of the phone engine: one of the API's codes or one that only the engine has.
type EngineCode = Code

// The codes of the phone engine, for what can be wrong with a chosen file.
const (
	CodeEmptyFile     EngineCode = "empty_file"
	CodeNotAnImage    EngineCode = "not_an_image"
	CodeTruncated     EngineCode = "truncated"
	CodeTooManyPixels EngineCode = "too_many_pixels"
	CodeBlankResult   EngineCode = "blank_result"
	CodeTimeout       EngineCode = "timeout"
	CodeOutOfMemory   EngineCode = "out_of_memory"
	CodeCannotDecode  EngineCode = "cannot_decode"
	CodeDuplicate     EngineCode = "duplicate"
	CodeFileGone      EngineCode = "file_gone"   // it was emptied, changed or taken away before its turn
	CodeTooComplex    EngineCode = "too_complex" // decoding it is more work than any photo
	CodeRawPhoto      EngineCode = "raw_photo"   // a sensor's data without a picture of its size
	CodePDF           EngineCode = "pdf_document"

	// Formats that only some browsers know; the last is for any other.
	CodeUnsupportedAVIF   EngineCode = "unsupported_avif"
	CodeUnsupportedJXL    EngineCode = "unsupported_jpeg_xl"
	CodeUnsupportedJP2    EngineCode = "unsupported_jpeg_2000"
	CodeUnsupportedFormat EngineCode = "unsupported_format"
)

// The codes of the phone engine, for what can be wrong on the way.
const (
	CodeOffline        EngineCode = "offline"         // nothing is reachable
	CodeStorageBlocked EngineCode = "storage_blocked" // the edge is reachable, S3 is not
	CodeNetwork        EngineCode = "network"
)

// Error is an error with a code. Each interface has its own text for it. No part
// of it holds a token, a name, a note or a URL, except the cause.
type Error struct {
	Code       Code
	Field      string        // of the request, where one is wrong
	Limit      int           // the most that the field may have, where it has a limit
	RetryAfter time.Duration // zero: not given
	ImageID    string        // of image_removed: which photo of a batch
	Ended      bool          // of session_expired: a desktop ended the session
	Err        error         // the cause, for logs; may be nil
}

func (e *Error) Error() string {
	text := string(e.Code)
	if e.Field != "" {
		text += ": " + e.Field
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first Error in err's chain, CodeInternal if
// there is none, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}

// Problem is the one shape of an error on the wire (RFC 9457,
// application/problem+json).
type Problem struct {
	Type      string `json:"type" schema:"const: 'about:blank'"`
	Title     string `json:"title"`
	Status    int    `json:"status" schema:"minimum: 400, maximum: 599"`
	Code      Code   `json:"code"`
	Detail    string `json:"detail" schema:"minLength: 1"` // what happened and what to do, for a person
	RequestID string `json:"requestId" schema:"minLength: 1"`
	ImageID   ID     `json:"imageId,omitempty"` // of image_removed: which photo
	Ended     bool   `json:"ended,omitempty"`   // of session_expired: a desktop ended the session
}

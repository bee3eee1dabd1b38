// Package record says what the gateway puts into a patient's record, whichever
// system keeps it: the photo, the patient, the launch, and what can go wrong.
package record

import (
	"context"
	"errors"
	"time"
)

// Code names what went wrong. The desk page has a sentence for each.
type Code string

// The codes of a launch.
const (
	NoPatient      Code = "no_patient"      // nobody is selected in the record system
	LaunchExpired  Code = "launch_expired"  // the launch is too old, or from the future
	LaunchReplayed Code = "launch_replayed" // the launch was used before
	LaunchForeign  Code = "launch_foreign"  // the launch is for another facility, issuer or application
	LaunchInvalid  Code = "launch_invalid"  // the launch cannot be read
)

// The codes of reading and writing the record.
const (
	Unavailable  Code = "record_unavailable"  // no response, or "later": trying again can help
	Unauthorized Code = "record_unauthorized" // the gateway's or the user's credentials are refused
	Forbidden    Code = "record_forbidden"    // the gateway lacks a role
	NotFound     Code = "record_not_found"    // the record does not know the patient
	Refused      Code = "record_refused"      // the record does not take this document
	TooLarge     Code = "document_too_large"
	NotWrappable Code = "document_unsupported" // the photo's JPEG cannot be wrapped in this form
	// Uncertain: a response was lost and nothing proves whether the document is
	// in the record. A person has to look before it is sent again.
	Uncertain Code = "document_uncertain"
	// WrongPatient: the photo is of another patient than the launch.
	WrongPatient Code = "wrong_patient"
)

// Error is an error with a code. Its text is for the log and holds no identifier.
type Error struct {
	Code       Code
	RetryAfter time.Duration // zero if the record gave none
	Status     int           // the record's HTTP status; 0 if there was no response
	Err        error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return string(e.Code)
	}
	return string(e.Code) + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first Error in err's chain, or "" if there is none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// Patient is what the gateway shows of a patient.
type Patient struct {
	ID        string // the record's own id
	Name      string
	BirthDate string // 2006-01-02; empty if unknown
	NHI       string // empty if unknown
}

// Photo is one photo on its way into the record.
type Photo struct {
	ImageID string
	JPEG    []byte
	// Title is a file name without its ending: "2026-03-04 left forearm close-up 1".
	Title string
	// Description is what the clinician recorded: site, view, label and notes.
	Description string
	// Taken is the wall-clock time of the photo. Its zone counts only if HasOffset.
	Taken     time.Time
	HasOffset bool
	// Resources is a FHIR R4 transaction about this photo, for records that take one.
	Resources []byte
}

// Writer puts photos into the record of one patient.
type Writer interface {
	// Write files one photo and returns the record's id of it. Writing the same
	// ImageID again returns without a second document. It fails with an Error:
	// Unavailable, Unauthorized, Forbidden, NotFound, Refused, TooLarge,
	// NotWrappable or Uncertain.
	Write(ctx context.Context, photo Photo) (id string, err error)
}

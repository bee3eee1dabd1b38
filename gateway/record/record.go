// Package record defines what all record systems have in common: the photo, the
// patient, the Writer, and the codes of errors.
package record

import (
	"context"
	"errors"
	"time"
)

// Code identifies an error. The desk page has a text for each code.
type Code string

// The codes of a launch.
const (
	NoPatient      Code = "no_patient"      // no patient is selected in the record system
	LaunchExpired  Code = "launch_expired"  // the launch is too old, or from the future
	LaunchReplayed Code = "launch_replayed" // the launch was used before
	LaunchForeign  Code = "launch_foreign"  // the launch is for another facility, issuer or application
	LaunchInvalid  Code = "launch_invalid"  // the launch cannot be read
)

// The codes of reading and writing the record.
const (
	Unavailable  Code = "record_unavailable"  // no response, or "later": a retry can succeed
	Unauthorized Code = "record_unauthorized" // the gateway's or the user's credentials are refused
	Forbidden    Code = "record_forbidden"    // the gateway lacks a role
	NotFound     Code = "record_not_found"    // the record does not know the patient
	Refused      Code = "record_refused"      // the record does not accept this document
	TooLarge     Code = "document_too_large"
	NotWrappable Code = "document_unsupported" // the photo's JPEG cannot be wrapped in this form
	// Uncertain: a response was lost, and it is unknown whether the document is in
	// the record. A person has to check before it is sent again.
	Uncertain Code = "document_uncertain"
	// WrongPatient: the photo belongs to another patient than the launch.
	WrongPatient Code = "wrong_patient"
)

// Error is an error with a code. Its text is for the log and contains no identifier.
type Error struct {
	Code       Code
	RetryAfter time.Duration // 0 if the record sent none
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

// Patient is the data of a patient that the gateway shows.
type Patient struct {
	ID        string // the record's own id
	Name      string
	BirthDate string // 2006-01-02; empty if unknown
	NHI       string // empty if unknown
}

// Photo is one photo that is being written into the record.
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
	// Resources is a FHIR R4 transaction about this photo, for records that accept one.
	// It refers to the encounter by EncounterID, an id that the record does not know.
	Resources   []byte
	EncounterID string
	// Visit is the record's own id of the encounter; empty if the launch named none.
	Visit string
}

// Written says what became of a photo.
type Written struct {
	ID string // the document's id in the record; empty if the record did not name it
	// Existed reports that the record had the photo before, and kept what it had.
	Existed bool
}

// Writer puts photos into the record of one patient.
type Writer interface {
	// Write files one photo. Writing the same ImageID again creates no second
	// document. It fails with an Error:
	// Unavailable, Unauthorized, Forbidden, NotFound, Refused, TooLarge,
	// NotWrappable or Uncertain.
	Write(ctx context.Context, photo Photo) (Written, error)
}

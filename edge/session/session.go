// Package session holds the use cases of a photo session: opening it from the
// desktop, joining it from a phone, reserving, confirming, listing, correcting
// and removing images, and ending it. What it needs of the outside it declares
// here: a Store (Redis), Objects (S3) and a Notifier (Ably).
package session

import (
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// Session is one encounter's session as the Store keeps it.
type Session struct {
	// ID is random. Tokens carry it, so that ending or re-creating a session
	// invalidates every token of the earlier one.
	ID           string
	EncounterID  string
	PatientID    string
	PatientLabel string
	FacilityID   string
	Clinician    shared.Clinician // who opened it
	JournalKey   string           // base64 of 32 bytes, AES-256-GCM
	CreatedAt    time.Time
}

// Ref names a session as a credential does.
type Ref struct {
	EncounterID string
	SessionID   string
}

// Ref names the session.
func (s Session) Ref() Ref { return Ref{s.EncounterID, s.ID} }

// PhoneRef names a phone of a session, as its upload token does. Without a
// PhoneID it is a desktop, on which photos were added.
type PhoneRef struct {
	Ref
	PhoneID string
}

// Invitation is how phones may join a session, as the Store knows it: hashes,
// which are of no use to someone who reads them.
type Invitation struct {
	TokenHash string // of the QR token
	CodeHash  string // of the typed code
}

// QRToken is what the Store remembers of a QR token or of the typed code that
// was made with it. One of an earlier generation than the session's no longer
// works.
type QRToken struct {
	EncounterID string
	SessionID   string
	Generation  int64
}

// Reservation is a slot held for an image that is being uploaded: the only
// bytes it may be confirmed with, and the key they go to.
type Reservation struct {
	ImageID  string
	S3Key    string
	Size     int64
	SHA256   string    // base64
	LapsesAt time.Time // then the slot is free, and its object is deleted
}

// State is a session with all that happened in it.
type State struct {
	Session          Session
	ExpiresAt        time.Time
	Images           []shared.Image // in the order of confirmation
	Revision         int64
	PhoneConnectedAt *time.Time
	Phones           []shared.Phone         // in the order in which they joined
	Expected         []shared.ExpectedImage // in the order in which they were reserved
	GuideOffered     bool
}

// Launch is what a practice system vouches for in a launch token.
type Launch struct {
	Clinician    shared.Clinician
	FacilityID   string
	PatientID    string
	PatientLabel string
	EncounterID  string
}

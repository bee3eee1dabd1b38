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
	// kills every token of the earlier one.
	ID           string    `json:"id"`
	EncounterID  string    `json:"encounterId"`
	PatientID    string    `json:"patientId"`
	PatientLabel string    `json:"patientLabel"`
	FacilityID   string    `json:"facilityId"`
	Clinician    string    `json:"clinician"`  // subject of the launch token
	JournalKey   []byte    `json:"journalKey"` // 32 bytes, AES-256-GCM
	CreatedAt    time.Time `json:"createdAt"`
}

// Ref names a session as a credential does.
type Ref struct {
	EncounterID string
	SessionID   string
}

// Ref names the session.
func (s Session) Ref() Ref { return Ref{s.EncounterID, s.ID} }

// Invitation is how phones may join a session, as the Store knows it: hashes,
// with which nobody who reads them gets in.
type Invitation struct {
	TokenHash string // of the QR token
	CodeHash  string // of the typed code
}

// QRToken is what the Store remembers of a QR token or of the typed code that
// was made with it. One of an earlier generation than the session's no longer
// works.
type QRToken struct {
	EncounterID string `json:"encounterId"`
	SessionID   string `json:"sessionId"`
	Generation  int64  `json:"generation"`
}

// Reservation is a slot held for an image that is being uploaded: the only
// bytes it may be confirmed with, and the key they go to.
type Reservation struct {
	ImageID  string    `json:"imageId"`
	S3Key    string    `json:"s3Key"`
	Size     int64     `json:"size"`
	SHA256   string    `json:"sha256"`   // base64
	LapsesAt time.Time `json:"lapsesAt"` // afterwards another image may take the slot
}

// State is a session with all that happened in it.
type State struct {
	Session          Session
	Images           []shared.Image // in the order of confirmation
	Revision         int64
	PhoneConnectedAt *time.Time
}

// Launch is what a practice system vouches for in a launch token.
type Launch struct {
	Clinician    string
	FacilityID   string
	PatientID    string
	PatientLabel string
	EncounterID  string
}

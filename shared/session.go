package shared

import (
	"time"
	"unicode"
)

// BasePath is the root of every call of the session API.
const BasePath = "/api/medtech/session"

// IDPattern is what ValidID accepts.
const IDPattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"

// ID names an encounter, a patient, a facility or an image.
type ID = string

// IsUnseen reports whether a character changes how text is shown without being seen:
// a control character, a line separator or one that changes the direction. No text of
// a launch token may have one.
func IsUnseen(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// Bytes32 is 32 bytes in standard base64, such as a SHA-256.
type Bytes32 = string

// Bytes32Pattern is the form of Bytes32.
const Bytes32Pattern = "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$"

// ObjectKey is sessions/{encounterId}/{milliseconds}_{imageId}.jpg.
type ObjectKey = string

// ObjectKeyPattern is the form of an ObjectKey.
const ObjectKeyPattern = "^sessions/[A-Za-z0-9][A-Za-z0-9._-]{0,63}/[0-9]+_[A-Za-z0-9][A-Za-z0-9._-]{0,63}\\.jpg$"

// Origin is scheme, host and port of an address.
type Origin = string

// OriginPattern is the form of an Origin.
const OriginPattern = "^https?://[^/]+$"

// ValidID reports whether id may name an encounter, a patient, a facility or
// an image: 1 to 64 letters, digits, dots, underscores and hyphens, the first
// one a letter or digit. Such an id is safe in a path, a Redis key, an object
// key and a channel name without escaping.
func ValidID(id string) bool {
	// Not a regular expression: linking one costs the phone engine 100 KB.
	if len(id) == 0 || len(id) > 64 {
		return false
	}
	for i := range len(id) {
		c := id[i]
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && (i == 0 || c != '.' && c != '_' && c != '-') {
			return false
		}
	}
	return true
}

// TypedCodePattern is the form of a typed code: 40 random bits in Crockford's base 32.
const TypedCodePattern = "^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$"

// CreateResponse is the response to POST /create and POST /{encounterId}/token.
type CreateResponse struct {
	EncounterID ID `json:"encounterId"`
	// the QR token, 128 random bits or more
	Token          string    `json:"token" schema:"minLength: 22, maxLength: 64"`
	TokenExpiresAt time.Time `json:"tokenExpiresAt"`
	// {BASE_URL}/mobile#t={token}
	MobileURL string `json:"mobileUrl" schema:"format: uri, pattern: '/mobile#t='"`
	// For a phone whose camera will not scan; lives as long as the token
	TypedCode        string    `json:"typedCode" schema:"pattern: TypedCodePattern"`
	DesktopToken     string    `json:"desktopToken"` // JWT, scope "desktop"
	SessionExpiresAt time.Time `json:"sessionExpiresAt"`
	ServerTime       time.Time `json:"serverTime"` // remaining times count from here, not from the desktop's clock
	MaxImages        int       `json:"maxImages" schema:"minimum: 1"`
	Clinician        Clinician `json:"clinician"` // whose launch token this desktop has
	// What the edge will accept of photos that are added on the desktop
	Limits  PhoneLimits `json:"limits"`
	Consent Consent     `json:"consent"`
	// Where photos come from: worth a connection ahead. Missing: they come through the edge
	StorageOrigin Origin `json:"storageOrigin,omitempty" schema:"format: uri"`
}

// Clinician is the person whom a launch token names.
type Clinician struct {
	ID             string `json:"id" schema:"minLength: 1, maxLength: 200"` // the launch token's sub
	Name           string `json:"name,omitempty" schema:"maxLength: 100"`
	PractitionerID ID     `json:"practitionerId,omitempty"` // of the practice system's FHIR Practitioner
}

// Phone is one join of a phone: joining again makes another Phone.
type Phone struct {
	PhoneID    ID        `json:"phoneId"`
	Name       string    `json:"name"` // what the browser discloses, such as "iPhone, Safari"
	JoinedAt   time.Time `json:"joinedAt"`
	LastSeenAt time.Time `json:"lastSeenAt"`
	Removed    bool      `json:"removed,omitempty"` // a desktop removed it
	Waiting    bool      `json:"waiting,omitempty"` // until a desktop admits it
}

// Pairing reports whether a phone that joins waits until a desktop admits it.
type Pairing string

// The ways of pairing.
const (
	PairingOpen Pairing = "open"
	PairingAsk  Pairing = "ask"
)

// WaitResponse is the response to a phone that joins and has to wait. It asks for its grant
// with the wait token until the desktop has admitted it.
type WaitResponse struct {
	PhoneID ID `json:"phoneId"`
	// that the phone shows and the desktop asks for
	Number     string    `json:"number" schema:"pattern: '^[1-9][0-9]$'"`
	WaitToken  string    `json:"waitToken"` // JWT, scope "waiting"
	ServerTime time.Time `json:"serverTime"`
}

// AdmitRequest is the body of POST /{encounterId}/phones.
type AdmitRequest struct {
	Number string `json:"number"` // as the phone shows it
}

// Consent reports whether phone and desktop ask for the patient's consent before
// the first photo.
type Consent string

// The settings of consent.
const (
	ConsentOff     Consent = "off"
	ConsentAsk     Consent = "ask"     // one tap, may be skipped
	ConsentRequire Consent = "require" // may not be skipped
)

// PhoneLimits holds what the edge accepts from a sender.
type PhoneLimits struct {
	MaxImageBytes int `json:"maxImageBytes" schema:"minimum: 1"`
	MaxNotes      int `json:"maxNotes" schema:"minimum: 1"` // characters
	MaxBatch      int `json:"maxBatch" schema:"minimum: 1"` // images in one presign call
}

// ExchangeRequest is the body of POST /token.
type ExchangeRequest struct {
	TypedCode string `json:"typedCode"` // as it was typed
}

// Grant is the response to GET /token/{token} and POST /token: all that a phone
// needs to work.
type Grant struct {
	EncounterID      ID          `json:"encounterId"`
	PatientID        ID          `json:"patientId"`
	PatientLabel     string      `json:"patientLabel"` // shown on every screen
	FacilityID       ID          `json:"facilityId"`
	PhoneID          ID          `json:"phoneId"`     // random, of this join
	UploadToken      string      `json:"uploadToken"` // JWT, scope "phone"
	JournalKey       Bytes32     `json:"journalKey"`  // base64 (standard) of 32 bytes, AES-256-GCM
	SessionExpiresAt time.Time   `json:"sessionExpiresAt"`
	ServerTime       time.Time   `json:"serverTime"` // remaining times count from here, not from the phone's clock
	MaxImages        int         `json:"maxImages" schema:"minimum: 1"`
	ImageCount       int         `json:"imageCount" schema:"minimum: 0"`
	Limits           PhoneLimits `json:"limits"`
	Consent          Consent     `json:"consent"`
	// Where photos go: worth a connection ahead. Missing: they go through the edge
	StorageOrigin Origin `json:"storageOrigin,omitempty" schema:"format: uri"`
}

// RealtimeResponse is the response to GET /{encounterId}/realtime.
type RealtimeResponse struct {
	Token     string    `json:"token"` // Ably JWT: subscribe, on Channel only
	ExpiresAt time.Time `json:"expiresAt"`
	Channel   string    `json:"channel" schema:"pattern: ChannelPattern"`
	// RealtimeURL is the origin of a realtime server other than Ably's own,
	// such as the local cloud's; empty means Ably.
	RealtimeURL string `json:"realtimeUrl,omitempty" schema:"format: uri"`
}

// EventName names what happened in a session, for the desktop.
type EventName string

// The events of a session.
const (
	EventPhoneConnected EventName = "phone-connected"
	EventPhoneRemoved   EventName = "phone-removed"
	EventImagesExpected EventName = "images-expected" // slots were reserved
	EventImageUploaded  EventName = "image-uploaded"
	EventImageUpdated   EventName = "image-updated"
	EventImageRemoved   EventName = "image-removed"
	EventSessionEnded   EventName = "session-ended"
)

// Event is the payload of a realtime message. It is a hint, never the data:
// the desktop fetches the list and compares revisions. It holds nothing else,
// and so nothing about a patient.
type Event struct {
	ImageID  ID    `json:"imageId,omitempty" closed:"yes"`
	Revision int64 `json:"revision" schema:"minimum: 0"`
}

// ChannelPattern is the form of a channel's name.
const ChannelPattern = "^session:[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"

// Channel is the realtime channel of an encounter.
func Channel(encounterID string) string { return "session:" + encounterID }

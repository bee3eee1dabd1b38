package shared

import "time"

// BasePath is the root of every call of the session API.
const BasePath = "/api/medtech/session"

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

// CreateResponse answers POST /create and POST /{encounterId}/token.
type CreateResponse struct {
	EncounterID      string    `json:"encounterId"`
	Token            string    `json:"token"` // the QR token, 128 random bits or more
	TokenExpiresAt   time.Time `json:"tokenExpiresAt"`
	MobileURL        string    `json:"mobileUrl"`    // {BASE_URL}/mobile#t={token}
	TypedCode        string    `json:"typedCode"`    // 7K3M-9QTX, for a phone whose camera will not scan; lives as long as Token
	DesktopToken     string    `json:"desktopToken"` // JWT, scope "desktop"
	SessionExpiresAt time.Time `json:"sessionExpiresAt"`
	MaxImages        int       `json:"maxImages"`
}

// Consent says whether the phone asks for the patient's consent before the
// first photo.
type Consent string

const (
	ConsentOff     Consent = "off"
	ConsentAsk     Consent = "ask"     // one tap, may be skipped
	ConsentRequire Consent = "require" // may not be skipped
)

// PhoneLimits tells the phone what the edge will accept.
type PhoneLimits struct {
	MaxImageBytes int `json:"maxImageBytes"`
	MaxNotes      int `json:"maxNotes"` // characters
	MaxBatch      int `json:"maxBatch"` // images in one presign call
}

// ExchangeRequest is the body of POST /token.
type ExchangeRequest struct {
	TypedCode string `json:"typedCode"` // as it was typed
}

// TokenResponse answers GET /token/{token} and POST /token: all that a phone
// needs to work.
type TokenResponse struct {
	EncounterID      string      `json:"encounterId"`
	PatientID        string      `json:"patientId"`
	PatientLabel     string      `json:"patientLabel"` // shown on every screen
	FacilityID       string      `json:"facilityId"`
	UploadToken      string      `json:"uploadToken"` // JWT, scope "phone"
	JournalKey       string      `json:"journalKey"`  // base64 (standard) of 32 bytes, AES-256-GCM
	SessionExpiresAt time.Time   `json:"sessionExpiresAt"`
	MaxImages        int         `json:"maxImages"`
	ImageCount       int         `json:"imageCount"`
	Limits           PhoneLimits `json:"limits"`
	Consent          Consent     `json:"consent"`
}

// RealtimeResponse answers GET /{encounterId}/realtime.
type RealtimeResponse struct {
	Token     string    `json:"token"` // Ably JWT: subscribe, on Channel only
	ExpiresAt time.Time `json:"expiresAt"`
	Channel   string    `json:"channel"`
	// RealtimeURL is the origin of a realtime server other than Ably's own,
	// such as the local cloud's; empty means Ably.
	RealtimeURL string `json:"realtimeUrl,omitempty"`
}

// EventName names what happened in a session, for the desktop.
type EventName string

const (
	EventPhoneConnected EventName = "phone-connected"
	EventImageUploaded  EventName = "image-uploaded"
	EventImageUpdated   EventName = "image-updated"
	EventImageRemoved   EventName = "image-removed"
	EventSessionEnded   EventName = "session-ended"
)

// Event is the payload of a realtime message. It is a hint, never the data:
// the desktop fetches the list and compares revisions.
type Event struct {
	ImageID  string `json:"imageId,omitempty"`
	Revision int64  `json:"revision"`
}

// Channel is the realtime channel of an encounter.
func Channel(encounterID string) string { return "session:" + encounterID }

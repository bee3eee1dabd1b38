package upload

import (
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// Commands of the page; web/src/contract/engine.ts has the same names.
const (
	CommandOpen      = "open"
	CommandAdd       = "add"
	CommandDescribe  = "describe"
	CommandRemove    = "remove"
	CommandUpload    = "upload"
	CommandPause     = "pause"
	CommandRetry     = "retry"
	CommandCancel    = "cancel"
	CommandLifecycle = "lifecycle"
	CommandForget    = "forget"
)

// Command is one thing that the page asks for. Which fields count depends on
// Type.
type Command struct {
	Type    string                `json:"type"`
	APIBase string                `json:"apiBase,omitempty"`
	Session *shared.TokenResponse `json:"session,omitempty"`
	ID      string                `json:"id,omitempty"`
	// IDs are the photos that upload is about. Without them it is about every
	// photo that is here.
	IDs      []string         `json:"ids,omitempty"`
	Name     string           `json:"name,omitempty"`
	Source   string           `json:"source,omitempty"` // "camera" or "gallery"
	Metadata *shared.Metadata `json:"metadata,omitempty"`
	Visible  bool             `json:"visible,omitempty"`
	Online   bool             `json:"online,omitempty"`
	Refused  shared.Code      `json:"refused,omitempty"`
	File     Source           `json:"-"`
}

// PhotoState is what the page shows of a photo.
type PhotoState string

// The states of a photo, in the order of the road.
const (
	StateChosen      PhotoState = "chosen"
	StateCompressing PhotoState = "compressing"
	StateReady       PhotoState = "ready"
	StateQueued      PhotoState = "queued"
	StateSigning     PhotoState = "signing"
	StateSending     PhotoState = "sending"
	StateConfirming  PhotoState = "confirming"
	StateConfirmed   PhotoState = "confirmed"
	StateFailed      PhotoState = "failed"
	StateCancelled   PhotoState = "cancelled"
)

// Phase is what the page shows of the queue.
type Phase string

// The phases of the queue.
const (
	PhaseIdle      Phase = "idle"
	PhaseUploading Phase = "uploading"
	PhaseWaiting   Phase = "waiting"
	PhasePaused    Phase = "paused"
	PhaseDone      Phase = "done"
	PhaseStopped   Phase = "stopped"
)

// Warning is a remark on a photo that does not stop it.
type Warning string

// WarningDuplicate marks a photo whose bytes are in the session already.
const WarningDuplicate Warning = "duplicate"

// Problem is a sentence for a person with a code for the program.
type Problem struct {
	Code      shared.Code `json:"code"`
	Detail    string      `json:"detail"`
	Retryable bool        `json:"retryable"`
}

// PhotoSnapshot is a photo as the page shows it.
type PhotoSnapshot struct {
	ID            string          `json:"id"`
	Name          string          `json:"name"`
	Source        string          `json:"source"`
	State         PhotoState      `json:"state"`
	OriginalBytes int64           `json:"originalBytes"`
	Bytes         int64           `json:"bytes"`
	Width         int             `json:"width"`
	Height        int             `json:"height"`
	SentBytes     int64           `json:"sentBytes"`
	Warnings      []Warning       `json:"warnings"`
	Metadata      shared.Metadata `json:"metadata"`
	Problem       *Problem        `json:"problem,omitempty"`
	RetryAt       *time.Time      `json:"retryAt,omitempty"`
	ConfirmedAt   *time.Time      `json:"confirmedAt,omitempty"`
}

// Waiting is what another session has on this phone. Its photos are sealed, so
// the journal does not know whose they are; the queue does if it left them
// itself.
type Waiting struct {
	Session      string    `json:"session"` // tells sessions apart, and nothing else
	Photos       int       `json:"photos"`
	ExpiresAt    time.Time `json:"expiresAt"` // on the phone's clock
	PatientLabel string    `json:"patientLabel,omitempty"`
}

// Snapshot is all that the page needs to show the queue.
type Snapshot struct {
	Phase       Phase           `json:"phase"`
	Photos      []PhotoSnapshot `json:"photos"`
	SentBytes   int64           `json:"sentBytes"`
	TotalBytes  int64           `json:"totalBytes"`
	SecondsLeft *int            `json:"secondsLeft,omitempty"`
	Problem     *Problem        `json:"problem,omitempty"`
	Durable     bool            `json:"durable"`
	ImageCount  int             `json:"imageCount"`
	MaxImages   int             `json:"maxImages"`
	// Waiting is what other patients' sessions have on this phone.
	Waiting []Waiting `json:"waiting,omitempty"`
	// EraseAt is when everything that is left is erased, once the session is
	// over; on the phone's clock.
	EraseAt *time.Time `json:"eraseAt,omitempty"`
	// Erased reports that the session's time on this phone is over.
	Erased bool `json:"erased,omitempty"`
}

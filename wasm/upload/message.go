package upload

import (
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// CommandType names a command of the page.
type CommandType = string

// The commands.
const (
	// Opens a session. Must be the first command. Restores the encounter's photos from the journal. The session that
	// was open before keeps uploading in the background.
	CommandOpen CommandType = "open"
	// Adds a photo and starts to compress it. The id is 32 random hex digits and becomes the imageId.
	CommandAdd CommandType = "add"
	// Replaces a photo's metadata. If the photo is confirmed, the change is sent to the edge, which keeps it unless a
	// desktop has corrected the photo.
	CommandDescribe CommandType = "describe"
	// Removes the photo from the queue and the journal. A confirm that is under way is awaited: if the edge has the
	// photo by then, it stays and is shown as confirmed.
	CommandRemove CommandType = "remove"
	// Sends these photos as soon as they are compressed, and ends a pause.
	CommandUpload CommandType = "upload"
	CommandPause  CommandType = "pause"
	// Tries failed photos again: one, or all without an id.
	CommandRetry CommandType = "retry"
	// Stops sending one photo. The photo stays in the queue; retry sends it again.
	CommandCancel    CommandType = "cancel"
	CommandLifecycle CommandType = "lifecycle"
	// Erases the session's photos from queue and journal, because the person is done with it.
	CommandForget CommandType = "forget"
)

// Command is a request of the page to the queue.
type Command struct {
	Type    CommandType   `json:"type"`
	APIBase string        `json:"apiBase,omitempty"  of:"open"`
	Session *shared.Grant `json:"session,omitempty"  of:"open"`
	// By how many milliseconds the edge's clock was ahead of the phone's when the grant arrived. Later, the time in
	// the grant does not give the difference any more. Missing: unknown, or none.
	AheadMS int    `json:"aheadMs,omitempty"  of:"open?"`
	ID      string `json:"id,omitempty"       of:"add,describe,remove,retry?,cancel"`
	// The photos to upload. None: every photo of the session.
	IDs      []string         `json:"ids,omitempty"      of:"upload"`
	Name     string           `json:"name,omitempty"     of:"add"`
	Source   PhotoSource      `json:"source,omitempty"   of:"add"`
	Metadata *shared.Metadata `json:"metadata,omitempty" of:"describe"`
	Visible  bool             `json:"visible,omitempty"  of:"lifecycle"`
	Online   bool             `json:"online,omitempty"   of:"lifecycle"`
	// Set only by the engine's client, if the engine died more than once while it worked on this photo.
	Refused shared.EngineCode `json:"refused,omitempty"  of:"add?"`
	File    Source            `json:"-"                  of:"add" ts:"file: Blob"`
}

// MessageType names a message to the page.
type MessageType = string

// The messages.
const (
	// The engine is running. Commands that were sent before were queued.
	MessageReady    MessageType = "ready"
	MessageSnapshot MessageType = "snapshot"
	// The JPEG of a compressed photo, for thumbnails. Sent once per photo, also after a restore.
	MessagePreview MessageType = "preview"
	// The photo being compressed needs a decoder that is still loading. Share is the download's progress, up to 1.
	MessageLoading MessageType = "loading"
)

// Message is a message from the engine to the page.
type Message struct {
	Type     MessageType `json:"type"`
	Version  string      `json:"version,omitempty"  of:"ready"`
	Snapshot *Snapshot   `json:"snapshot,omitempty" of:"snapshot"`
	ID       string      `json:"id,omitempty"       of:"preview"`
	JPEG     []byte      `json:"-"                  of:"preview" ts:"jpeg: Blob"`
	Share    float64     `json:"-"                  of:"loading" ts:"share: number"`
}

// PhotoSource says where a photo came from.
type PhotoSource = string

// The sources of a photo.
const (
	SourceCamera  PhotoSource = "camera"
	SourceGallery PhotoSource = "gallery"
)

// PhotoState is the state of a photo as the page shows it.
type PhotoState string

// The states of a photo, in the order in which it passes through them.
const (
	StateChosen      PhotoState = "chosen" // waits for its turn to be compressed
	StateCompressing PhotoState = "compressing"
	StateReady       PhotoState = "ready"  // compressed; leaves the phone only after upload
	StateQueued      PhotoState = "queued" // waits to be signed or sent
	StateSigning     PhotoState = "signing"
	StateSending     PhotoState = "sending"
	StateConfirming  PhotoState = "confirming"
	StateConfirmed   PhotoState = "confirmed"
	StateFailed      PhotoState = "failed"
	StateCancelled   PhotoState = "cancelled"
	StateRemoved     PhotoState = "removed" // a desktop removed it; it is never sent again
)

// Phase is the state of the queue as the page shows it.
type Phase string

// The phases of the queue.
const (
	PhaseIdle      Phase = "idle" // nothing was asked to be sent
	PhaseUploading Phase = "uploading"
	PhaseWaiting   Phase = "waiting" // for the network or the next try
	PhasePaused    Phase = "paused"
	PhaseDone      Phase = "done"    // every photo that was asked for is confirmed, cancelled or failed for good
	PhaseStopped   Phase = "stopped" // the session is over: see problem
)

// Warning is a remark about a photo that is sent anyway.
type Warning string

// The warnings.
const (
	WarningLowLight  Warning = "low-light"
	WarningBlurred   Warning = "blurred"
	WarningShrunk    Warning = "shrunk"
	WarningDuplicate Warning = "duplicate" // the same bytes are in the session already
)

// Correction is the state of a metadata change that was made after the photo was sent.
type Correction string

const (
	// CorrectionPending means that the change was made here and is not stored yet.
	CorrectionPending Correction = "pending"
	// CorrectionOverruled means that a desktop corrected the photo. The phone shows
	// the desktop's metadata and cannot change it any more.
	CorrectionOverruled Correction = "overruled"
)

// Problem is an error as a code. The page has a text for each code.
type Problem struct {
	Code      shared.EngineCode `json:"code"`
	Retryable bool              `json:"retryable"` // a retry can help; otherwise the photo can only be removed
}

// PhotoSnapshot is a photo as the page shows it.
type PhotoSnapshot struct {
	ID            string          `json:"id"`
	Name          string          `json:"name"`
	Source        PhotoSource     `json:"source"`
	State         PhotoState      `json:"state"`
	OriginalBytes int64           `json:"originalBytes"`
	Bytes         int64           `json:"bytes"` // zero until compressed
	Width         int             `json:"width"`
	Height        int             `json:"height"`
	SentBytes     int64           `json:"sentBytes"` // bytes that are known to have left the phone
	Warnings      []Warning       `json:"warnings"`
	Metadata      shared.Metadata `json:"metadata"`
	Correction    Correction      `json:"correction,omitempty"`
	Problem       *Problem        `json:"problem,omitempty"`
	RetryAt       *time.Time      `json:"retryAt,omitempty"`     // when the next try begins, if one is waiting
	ConfirmedAt   *time.Time      `json:"confirmedAt,omitempty"` // by the edge
}

// Waiting describes the photos that another session has on this phone. They are
// encrypted with that session's key, so the patient is not known here.
type Waiting struct {
	Session   string    `json:"session"` // an opaque name that distinguishes sessions
	Photos    int       `json:"photos"`
	ExpiresAt time.Time `json:"expiresAt"`         // on the phone's clock
	PhoneID   shared.ID `json:"phoneId,omitempty"` // the join whose session it is, if it was left here
}

// Snapshot is everything that the page needs to show the queue.
type Snapshot struct {
	// PhoneID identifies the join, so that a page that has switched to another
	// patient ignores snapshots of the earlier one.
	PhoneID     shared.ID       `json:"phoneId"`
	Phase       Phase           `json:"phase"`
	Photos      []PhotoSnapshot `json:"photos"`
	SentBytes   int64           `json:"sentBytes"` // of the photos to be sent; never falls
	TotalBytes  int64           `json:"totalBytes"`
	SecondsLeft *int            `json:"secondsLeft,omitempty"`
	Problem     *Problem        `json:"problem,omitempty"` // of the whole queue, such as offline or session_expired
	Durable     bool            `json:"durable"`           // photos survive a closed tab
	ImageCount  int             `json:"imageCount"`
	MaxImages   int             `json:"maxImages"`
	// Waiting describes the photos of other sessions on this phone.
	Waiting []Waiting `json:"waiting,omitempty"`
	// Over names the photos of this page's other sessions of which nothing can be lost
	// any more: they have arrived, or were removed on a desktop or erased.
	Over []string `json:"over,omitempty"`
	// Compressing is the photo that is being compressed, of any session.
	Compressing string `json:"compressing,omitempty"`
	// EraseAt is set once the session is over. At that time, by the phone's clock,
	// everything that is left of it is erased.
	EraseAt *time.Time `json:"eraseAt,omitempty"`
	// Erased reports that the session's photos were erased because their time limit
	// was reached.
	Erased bool `json:"erased,omitempty"`
}

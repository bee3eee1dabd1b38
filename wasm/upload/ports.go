package upload

import (
	"context"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// Clock reads the time and waits.
type Clock interface {
	// Now returns the phone's wall clock, without a monotonic part: a phone's
	// monotonic clock stops while the phone sleeps. It may be wrong and it may
	// jump.
	Now() time.Time
	// After returns a channel that receives once d has passed.
	After(d time.Duration) <-chan time.Time
}

// Source is a chosen file. Only the Compressor knows its concrete type.
type Source interface {
	// Size is in bytes.
	Size() int64
}

// Compressed is a photo that is ready to leave the phone.
type Compressed struct {
	JPEG          []byte
	Width, Height int // pixels, upright
	SHA256        [32]byte
	Captured      *shared.Captured // nil if the photo does not say
	Warnings      []Warning
}

// Compressor turns a chosen file into a JPEG that is small enough to send.
type Compressor interface {
	// Compress returns a JPEG of at most maxBytes. It fails with a
	// *shared.Error whose code says what is wrong with the file: empty_file,
	// not_an_image, truncated, too_many_pixels, cannot_decode, blank_result,
	// out_of_memory, timeout.
	Compress(ctx context.Context, source Source, maxBytes int) (Compressed, error)
}

// PutResult is an object store's response to a PUT.
type PutResult struct {
	Status     int
	RetryAfter time.Duration // zero: not given
}

// Transport carries bytes to the object store.
type Transport interface {
	// Put sends body to a presigned URL and calls progress, which does not
	// block, with the bytes that have left so far. Every HTTP response is a
	// PutResult; an error means that there was none.
	Put(ctx context.Context, to shared.PresignedUpload, body []byte, progress func(sent int64)) (PutResult, error)
}

// Signed is the edge's response to Sign.
type Signed struct {
	Uploads []shared.PresignedUpload
	// ServerTime is the edge's clock when it responded; zero if unknown.
	ServerTime time.Time
}

// Edge is the session API for one encounter. Its methods fail with a
// *shared.Error: the edge's own code, or network if the edge did not respond.
type Edge interface {
	// Sign reserves a slot for each image and signs its PUT. Repeated, it
	// returns the same keys.
	Sign(ctx context.Context, images []shared.PresignImage) (Signed, error)
	// Confirm adds an image whose bytes have arrived to the session. Repeated, it
	// stores a newer version of the metadata, unless a desktop has corrected it.
	// It returns the image as it is stored.
	Confirm(ctx context.Context, image shared.ConfirmRequest) (shared.ConfirmResponse, error)
	// List returns the images that are confirmed.
	List(ctx context.Context) (shared.ListResponse, error)
}

// Record is what the journal keeps of a photo beside its bytes.
type Record struct {
	ID            string          `json:"id" ts:"-"` // the page never sees a record
	Order         int64           `json:"order"`     // photos are listed by it
	Name          string          `json:"name"`
	Source        PhotoSource     `json:"source"`
	Stage         Stage           `json:"stage"`
	Resume        Stage           `json:"resume,omitempty"` // where a failed or cancelled photo resumes
	Asked         bool            `json:"asked"`            // Upload was pressed for it
	OriginalBytes int64           `json:"originalBytes"`
	Width         int             `json:"width"`
	Height        int             `json:"height"`
	SHA256        string          `json:"sha256,omitempty"` // base64
	S3Key         string          `json:"s3Key,omitempty"`  // once it was signed
	Warnings      []Warning       `json:"warnings"`
	Metadata      shared.Metadata `json:"metadata"`
	// MetadataVersion counts the changes of Metadata. A confirmed photo is in the
	// journal only while the edge does not have the newest one.
	MetadataVersion int      `json:"metadataVersion,omitempty"`
	Problem         *Problem `json:"problem,omitempty"`
}

// Entry is a photo found in the journal. JPEG is nil if it was not compressed
// yet when the page ended.
type Entry struct {
	Record
	JPEG []byte
}

// Journal keeps photos beyond the life of the page. Every method may fail; the
// queue then works in memory and the snapshot says so.
type Journal interface {
	// Replay returns what earlier pages of this session left behind, in any order.
	Replay(ctx context.Context) ([]Entry, error)
	// Save writes photos' records, all or none.
	Save(ctx context.Context, records ...Record) error
	// SaveJPEG writes a photo's bytes and record, both or neither. Nil bytes erase
	// those that exist.
	SaveJPEG(ctx context.Context, record Record, jpeg []byte) error
	// Remove erases a photo.
	Remove(ctx context.Context, id string) error
	// Clear erases every photo of the session.
	Clear(ctx context.Context) error
	// Expire sets how long the session's photos may stay.
	Expire(ctx context.Context, left time.Duration) error
	// Sweep erases the photos of all sessions that are certainly over, and
	// returns what other sessions have.
	Sweep(ctx context.Context) ([]Waiting, error)
	// Name returns the session's name in Waiting.
	Name() string
	// Close lets other pages open the session's journal. It may be called twice.
	Close()
}

// World is everything outside the queue.
type World struct {
	Clock      Clock
	Compressor Compressor
	Transport  Transport
	// Dial returns a client of the edge for one session.
	Dial func(apiBase string, session shared.Grant) Edge
	// OpenJournal opens the journal of one session. Ahead is by how much the edge's clock is
	// ahead of the phone's.
	OpenJournal func(ctx context.Context, session shared.Grant, ahead time.Duration) (Journal, error)
	// Show receives each snapshot. It must not block or modify it.
	Show func(Snapshot)
	// Preview receives each compressed photo once.
	Preview func(id string, jpeg []byte)
}

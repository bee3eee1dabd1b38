package session

import (
	"context"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// Store keeps sessions. Every method is atomic and fails with
//
//   - session_expired if the session is not there, has expired or has another id,
//   - phone_removed, where a phone calls, if a desktop has removed it,
//   - upstream_unavailable if the store cannot be reached or does not respond.
//
// An error of a Store names no field of a request. A session expires two hours
// after the last act of a person and twelve hours after it began. Methods that
// are acts of a person say so.
//
// A Store also remembers which objects are still to be deleted: at once, and once
// more when the last URL has expired that could store them again. The object of a
// slot that lapsed is deleted again after the same time, since a PUT may end long
// after its URL expired. RemoveImage and DeleteSession return them. Every other
// method reports what an earlier call left behind to the Store's Sweeper, at most
// once in SweepPause.
//
// Package storetest tests every Store for the same behaviour.
type Store interface {
	// CreateSession stores s and an invitation to it. If the encounter has a live
	// session, that is kept, with the patient's label of s, and the invitation is
	// to it. Earlier invitations stop working. If another session has the same
	// typed code, the code opens neither. It fails with encounter_mismatch, and
	// changes nothing, if the live session is of another patient or facility. An
	// act of a person.
	CreateSession(ctx context.Context, s Session, to Invitation, ttl time.Duration) (Live, error)

	// CreateSessionToken remembers a new invitation; earlier ones stop working.
	CreateSessionToken(ctx context.Context, ref Ref, to Invitation, ttl time.Duration) (Live, error)

	// GetSessionToken looks a QR token's hash up. It fails with token_invalid
	// if it is unknown or expired.
	GetSessionToken(ctx context.Context, tokenHash string) (QRToken, error)

	// GetSessionCode looks a typed code's hash up. It fails with token_invalid
	// if it is unknown or expired, and with rate_limited, whether it is or not,
	// once WrongCodes were wrong within WrongCodesWindow.
	GetSessionCode(ctx context.Context, codeHash string) (QRToken, error)

	// ConnectPhone lets a phone join. It fails with token_invalid if the token
	// is of an earlier generation or of another session. If there are more than
	// MaxPhones, the one that called longest ago is forgotten. Unless first is
	// Admitted, the phone waits with a number: the next one from first that no
	// other phone has. Phones that have not called GetGrant for WaitTTL wait no
	// more. It fails with rate_limited if all numbers are taken. An act of a person.
	ConnectPhone(ctx context.Context, token QRToken, phone shared.Phone, first int) (Joined, error)

	// GetGrant returns the session to a phone that was admitted, or the Number of
	// one that still waits. It fails with token_invalid if it was not admitted.
	GetGrant(ctx context.Context, phone PhoneRef) (Joined, error)

	// AdmitPhone admits the phone that waits with a number, which joins as
	// ConnectPhone lets it. It fails with
	// token_invalid if none does; after WrongNumbers of these in a row every
	// invitation and every waiting phone is refused. An act of a person.
	AdmitPhone(ctx context.Context, ref Ref, number string) (revision int64, err error)

	// RemovePhone refuses a phone from now on, frees its slots and invalidates
	// every invitation. Removing it again changes nothing. It fails with
	// bad_request if no such phone has joined. An act of a person.
	RemovePhone(ctx context.Context, ref Ref, phoneID string) (revision int64, err error)

	// SetGuide offers a JPEG to the camera of the session's phones, until the
	// session is over. An empty one removes it. An act of a person.
	SetGuide(ctx context.Context, ref Ref, jpeg []byte) error

	// GetGuide returns the JPEG that is offered, empty if there is none.
	GetGuide(ctx context.Context, phone PhoneRef) (jpeg []byte, err error)

	// GetSession reads a session without its images.
	GetSession(ctx context.Context, ref Ref) (State, error)

	// CheckImage reports why a phone may not send an image: image_removed, or
	// what every method fails with.
	CheckImage(ctx context.Context, phone PhoneRef, imageID string) error

	// Reserve holds a slot for each image, all or none. An image that has a
	// slot or is confirmed keeps its key. It fails with limit_reached if there
	// are not enough slots, with bad_request if an imageId is held for other
	// bytes, and with image_removed. An act of a person.
	Reserve(ctx context.Context, phone PhoneRef, wanted []Reservation, limit int) (Reserved, error)

	// AddImage confirms an image. Confirming it again stores its metadata if
	// MetadataVersion is newer and no desktop has corrected it. It fails with
	// object_missing if there is no reservation with the same key, size and
	// hash, and with image_removed. An act of a person.
	AddImage(ctx context.Context, phone PhoneRef, image shared.Image, limit int) (Added, error)

	// GetImages reads the session with all its images.
	GetImages(ctx context.Context, ref Ref) (State, error)

	// GetImagesAsPhone is GetImages for a phone, which it fails for once removed.
	GetImagesAsPhone(ctx context.Context, phone PhoneRef) (State, error)

	// UpdateImage corrects an image's metadata. It fails with image_not_found.
	// An act of a person.
	UpdateImage(ctx context.Context, ref Ref, imageID string, change MetadataPatch, by shared.Clinician) (
		image shared.Image, revision int64, err error)

	// RemoveImage puts a tombstone in an image's place. Removing it again
	// changes nothing and succeeds. It fails with image_not_found if there never
	// was one. An act of a person.
	RemoveImage(ctx context.Context, ref Ref, imageID string) (Removal, error)

	// DeleteSession forgets the session and all in it. Deleting it again succeeds
	// until Swept has been called. Without force it fails with session_changed
	// if the session's revision is not the given one, and with uploads_pending
	// while a slot is reserved.
	DeleteSession(ctx context.Context, ref Ref, revision int64, force bool) (Removal, error)

	// Doomed returns the keys of an encounter's objects that are to be deleted now.
	Doomed(ctx context.Context, encounterID string) (s3Keys []string, err error)

	// Swept notes that objects are deleted. It returns the revision of the
	// encounter's live session, 0 if it has none.
	Swept(ctx context.Context, encounterID string, s3Keys []string) (revision int64, err error)
}

// Admitted is how ConnectPhone lets a phone join at once.
const Admitted = -1

// Numbers is how many two-digit numbers there are, from 10 on.
const Numbers = 90

// WaitTTL is how long a phone waits that no longer asks. Its number is free then.
const WaitTTL = shared.QRTokenTTL

// WrongNumbers is how many wrong numbers invalidate a code.
const WrongNumbers = 3

// MaxPhones is how many phones a session remembers.
const MaxPhones = 50

// SweepPause is the least time between two reports to a Sweeper.
const SweepPause = 10 * time.Second

// Sweeper deletes objects that an earlier call left behind.
type Sweeper func(ctx context.Context, encounterID string, s3Keys []string)

// Live is a session that has not expired.
type Live struct {
	Session   Session
	ExpiresAt time.Time
}

// Joined is a session as a phone gets it.
type Joined struct {
	Live
	PhoneID    string
	Revision   int64
	ImageCount int
	Number     string // with which the phone waits; empty: it may send
}

// Reserved is what Reserve holds.
type Reserved struct {
	Slots    []Reservation
	Revision int64
	New      bool // a slot was not held before
}

// Added is what AddImage found or made.
type Added struct {
	Image      shared.Image
	ImageCount int
	Revision   int64
	Added      bool // false: it was there already
	Updated    bool // it was there, with older metadata
}

// Removal is what is left to do after an image or a session was removed.
type Removal struct {
	S3Keys   []string // objects to delete
	Revision int64
}

// MetadataPatch is a merge patch (RFC 7396): it changes the named fields to
// their values in Metadata, and removes those that have none there.
type MetadataPatch struct {
	Names    []string
	Metadata shared.Metadata
}

// Objects stores the bytes.
type Objects interface {
	// PresignPut signs a PUT that is good for exactly these bytes, once.
	PresignPut(
		ctx context.Context,
		key string,
		size int64,
		sha256 string,
		now time.Time,
	) (shared.PresignedUpload, error)

	// PresignGet signs a GET that works from now until expires.
	PresignGet(ctx context.Context, key string, now time.Time, expires time.Duration) (url string, err error)

	// Head returns size and hash of a stored object. It fails with
	// object_missing if there is none, upstream_unavailable if S3 does not respond.
	Head(ctx context.Context, key string) (ObjectInfo, error)

	// Delete removes any number of objects; one that is not there counts as
	// removed. It fails with upstream_unavailable, and may be repeated.
	Delete(ctx context.Context, keys ...string) error
}

// ObjectInfo describes a stored object.
type ObjectInfo struct {
	Size   int64
	SHA256 string // base64; empty if the store does not keep it
}

// Notifier notifies desktops that something happened.
type Notifier interface {
	// Publish sends an event without waiting for it: the response to the caller
	// comes first. Publishing the same id again is harmless. A lost event is no
	// error, for an event is only a hint.
	Publish(ctx context.Context, encounterID string, name shared.EventName, event shared.Event, id string)

	// SubscribeToken makes a token that may only subscribe to one encounter.
	SubscribeToken(encounterID string, now time.Time) (shared.RealtimeResponse, error)
}

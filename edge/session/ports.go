package session

import (
	"context"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// Store keeps sessions. Every method is atomic and fails with
//
//   - session_expired if the session does not exist, has expired or has another id,
//   - phone_removed, if the caller is a phone that a desktop has removed,
//   - upstream_unavailable if the store cannot be reached or does not respond.
//
// An error of a Store names no field of a request. A session expires two hours
// after the last act of a person and twelve hours after it began. Methods that
// are acts of a person say so.
//
// A Store also remembers which objects must still be deleted. Each is deleted at
// once, and once more after the last URL has expired that could store it again. The
// same holds for the object of a slot that lapsed, because a PUT may end long after
// its URL expired. RemoveImage and DeleteSession return the objects. Every other
// method reports what an earlier call did not delete to the Store's Sweeper, at most
// once in SweepPause.
//
// Package storetest tests every Store for the same behaviour.
type Store interface {
	// CreateSession stores s and an invitation to it. If the encounter has a live
	// session, it keeps that, sets its patient's label to that of s, and invites to
	// it. Earlier invitations stop working. If another session has the same typed
	// code, the code is deleted, so that it opens neither. It fails with
	// encounter_mismatch, and changes nothing, if the live session is of another
	// patient or facility. An act of a person.
	CreateSession(ctx context.Context, s Session, to Invitation, ttl time.Duration) (Live, error)

	// CreateSessionToken stores a new invitation. Earlier ones stop working.
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
	// MaxPhones, it forgets the one that called longest ago. Unless first is
	// Admitted, the phone waits to be admitted and gets a number: the next one from
	// first that no other phone waits with or was admitted with. A waiting phone
	// that has not called GetGrant for WaitTTL loses its number. It fails with
	// rate_limited if all numbers are taken. An act of a person.
	ConnectPhone(ctx context.Context, token QRToken, phone shared.Phone, first int) (Joined, error)

	// GetGrant returns the session to a phone that was admitted, or the Number of
	// one that still waits. It fails with token_invalid if it was not admitted.
	GetGrant(ctx context.Context, phone PhoneRef) (Joined, error)

	// AdmitPhone admits the phone that waits with a number. The number of a phone
	// that was admitted changes nothing. It fails with token_invalid if no phone has
	// that number. After WrongNumbers such failures in a row, every invitation and
	// every waiting phone is refused. An act of a person.
	AdmitPhone(ctx context.Context, ref Ref, number string) (revision int64, err error)

	// RemovePhone removes a phone: its requests are refused, its slots are freed and
	// every invitation is invalidated. Removing it again changes nothing. It fails
	// with bad_request if no such phone has joined. An act of a person.
	RemovePhone(ctx context.Context, ref Ref, phoneID string) (revision int64, err error)

	// SetGuide offers a JPEG to the camera of the session's phones, until the
	// session is over. An empty one removes it. An act of a person.
	SetGuide(ctx context.Context, ref Ref, jpeg []byte) error

	// GetGuide returns the JPEG that is offered, empty if there is none.
	GetGuide(ctx context.Context, phone PhoneRef) (jpeg []byte, err error)

	// GetSession reads a session without its images.
	GetSession(ctx context.Context, ref Ref) (State, error)

	// CheckImage reports whether a phone may send an image. It fails with
	// image_removed.
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

	// GetImagesAsPhone is GetImages for a phone. It fails if the phone was removed.
	GetImagesAsPhone(ctx context.Context, phone PhoneRef) (State, error)

	// UpdateImage corrects an image's metadata. A change whose ID is among the last
	// RememberedChanges of the image is not made again, because a later one of another
	// desktop may have followed it. It fails with image_not_found. An act of a person.
	UpdateImage(ctx context.Context, ref Ref, imageID string, change MetadataPatch, by shared.Clinician) (
		image shared.Image, revision int64, err error)

	// RemoveImage removes an image and leaves a tombstone, so that a phone cannot
	// send it again. Removing it again succeeds and changes nothing. It fails with
	// image_not_found if there never was one. An act of a person.
	RemoveImage(ctx context.Context, ref Ref, imageID string) (Removal, error)

	// DeleteSession deletes the session with all its images. Deleting it again
	// succeeds until Swept has been called for its objects. After that, and in every
	// other method, session_expired says Ended for SessionMaxTTL, unless a later
	// session of the encounter has expired or was deleted. Without force it fails with
	// session_changed if the session's revision is not the given one, and with
	// uploads_pending while a slot is reserved.
	DeleteSession(ctx context.Context, ref Ref, revision int64, force bool) (Removal, error)

	// Doomed returns the keys of an encounter's objects that are to be deleted now.
	Doomed(ctx context.Context, encounterID string) (s3Keys []string, err error)

	// Swept notes that objects have been deleted. It returns the revision of the
	// encounter's live session, or 0.
	Swept(ctx context.Context, encounterID string, s3Keys []string) (revision int64, err error)
}

// Admitted is the first of ConnectPhone that lets a phone join at once.
const Admitted = -1

// Numbers is how many two-digit numbers there are, beginning with 10.
const Numbers = 90

// WaitTTL is how long the store keeps the number of a waiting phone that no longer
// asks.
const WaitTTL = shared.QRTokenTTL

// RememberedChanges is how many corrections of an image are known by their ids.
const RememberedChanges = 16

// WrongNumbers is how many wrong numbers invalidate a code.
const WrongNumbers = 3

// MaxPhones is how many phones a session remembers.
const MaxPhones = 50

// SweepPause is the shortest time between two reports to a Sweeper.
const SweepPause = 10 * time.Second

// Sweeper deletes objects that an earlier call should have deleted.
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
	Number     string // the number that the phone waits with; empty if it may send
}

// Reserved is the result of Reserve.
type Reserved struct {
	Slots    []Reservation
	Revision int64
	New      bool // at least one of the slots is new
}

// Added is the result of AddImage.
type Added struct {
	Image      shared.Image
	ImageCount int
	Revision   int64
	Added      bool // false if the image had been added before
	Updated    bool // the image had been added before, with older metadata
}

// Removal is the result of removing an image or a session.
type Removal struct {
	S3Keys   []string // objects to delete
	Revision int64
}

// MetadataPatch is a merge patch (RFC 7396). It sets the named fields to their values
// in Metadata, and removes those that Metadata lacks. It may have an id.
type MetadataPatch struct {
	ID       string
	Names    []string
	Metadata shared.Metadata
}

// Objects stores the bytes.
type Objects interface {
	// PresignPut signs a URL with which exactly these bytes can be stored, once.
	PresignPut(
		ctx context.Context,
		key string,
		size int64,
		sha256 string,
		now time.Time,
	) (shared.PresignedUpload, error)

	// PresignGet signs a URL for downloading that works from now until expires.
	PresignGet(ctx context.Context, key string, now time.Time, expires time.Duration) (url string, err error)

	// Head returns size and hash of a stored object. It fails with
	// object_missing if there is none, upstream_unavailable if S3 does not respond.
	Head(ctx context.Context, key string) (ObjectInfo, error)

	// Delete deletes any number of objects. One that does not exist counts as
	// deleted. It fails with upstream_unavailable, and may be repeated.
	Delete(ctx context.Context, keys ...string) error
}

// ObjectInfo describes a stored object.
type ObjectInfo struct {
	Size   int64
	SHA256 string // base64; empty if the store does not keep it
}

// Notifier notifies desktops of changes.
type Notifier interface {
	// Publish sends an event in the background, so that the caller's response need
	// not wait for it. Publishing the same id again is harmless. A lost event is no
	// error, because an event is only a hint.
	Publish(ctx context.Context, encounterID string, name shared.EventName, event shared.Event, id string)

	// SubscribeToken returns a token that can only subscribe to one encounter.
	SubscribeToken(encounterID string, now time.Time) (shared.RealtimeResponse, error)
}

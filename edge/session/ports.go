package session

import (
	"context"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// Store keeps sessions. Every method is atomic, refreshes the session's two
// hours, and fails with
//
//   - session_expired if the session is not there or has another id,
//   - upstream_unavailable if the store cannot be reached or does not answer.
//
// Package storetest holds every Store to the same behaviour.
type Store interface {
	// CreateSession stores s unless its encounter has a live session, which is
	// then kept, and remembers an invitation to whichever it is. A typed code
	// that is there already works for neither from then on.
	CreateSession(ctx context.Context, s Session, to Invitation, ttl time.Duration) (live Session, err error)

	// CreateSessionToken remembers a new invitation, as CreateSession does, and
	// makes those before it worthless.
	CreateSessionToken(ctx context.Context, ref Ref, to Invitation, ttl time.Duration) (Session, error)

	// GetSessionToken looks a QR token's hash up. It fails with token_invalid
	// if it is unknown or expired.
	GetSessionToken(ctx context.Context, tokenHash string) (QRToken, error)

	// GetSessionCode looks a typed code's hash up. It fails with token_invalid
	// if it is unknown or expired, and with rate_limited, whether it is or not,
	// once WrongCodes were within WrongCodesWindow.
	GetSessionCode(ctx context.Context, codeHash string) (QRToken, error)

	// ConnectPhone notes that a phone joined. It fails with token_invalid if
	// the token is of an earlier generation or of another session.
	ConnectPhone(ctx context.Context, token QRToken, now time.Time) (State, error)

	// GetSession reads a session without its images.
	GetSession(ctx context.Context, ref Ref) (State, error)

	// Reserve holds a slot for each image, all or none. An image that has a
	// slot or is confirmed keeps its key; slots that lapsed are freed. It fails
	// with limit_reached if there are not enough slots, and with bad_request
	// if an imageId is held for other bytes.
	Reserve(
		ctx context.Context,
		ref Ref,
		wanted []Reservation,
		limit int,
		now time.Time,
	) (held []Reservation, err error)

	// AddImage confirms an image. Confirming it again changes nothing and
	// returns the stored one with added false. It fails with object_missing
	// if there is no reservation with the same key, size and hash.
	AddImage(ctx context.Context, ref Ref, image shared.Image, limit int) (added Added, err error)

	// GetImages reads the session with all its images.
	GetImages(ctx context.Context, ref Ref) (State, error)

	// UpdateImage replaces an image's metadata. It fails with image_not_found.
	UpdateImage(
		ctx context.Context,
		ref Ref,
		imageID string,
		change MetadataPatch,
		now time.Time,
	) (image shared.Image, revision int64, err error)

	// RemoveImage forgets an image. It fails with image_not_found.
	RemoveImage(ctx context.Context, ref Ref, imageID string) (image shared.Image, revision int64, err error)

	// DeleteSession forgets the session and all in it, and returns the keys of
	// every object that it may have stored.
	DeleteSession(ctx context.Context, ref Ref) (s3Keys []string, revision int64, err error)
}

// Added is what AddImage found or made.
type Added struct {
	Image      shared.Image
	ImageCount int
	Revision   int64
	Added      bool // false: it was there already
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

	// Head tells size and hash of a stored object. It fails with
	// object_missing if there is none, upstream_unavailable if S3 does not answer.
	Head(ctx context.Context, key string) (ObjectInfo, error)

	// Delete removes objects; one that is not there counts as removed.
	Delete(ctx context.Context, keys ...string) error
}

// ObjectInfo describes a stored object.
type ObjectInfo struct {
	Size   int64
	SHA256 string // base64; empty if the store does not keep it
}

// Notifier tells desktops that something happened.
type Notifier interface {
	// Publish sends an event. Publishing the same id again is harmless. It
	// fails with upstream_unavailable when its retries are spent; the caller
	// goes on, for an event is only a hint.
	Publish(ctx context.Context, encounterID string, name shared.EventName, event shared.Event, id string) error

	// SubscribeToken makes a token that may only subscribe to one encounter.
	SubscribeToken(encounterID string, now time.Time) (shared.RealtimeResponse, error)
}

package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

const (
	qrTokenBytes    = 20 // 160 random bits, 27 characters in the QR code
	journalKeyBytes = 32

	// reservationTTL outlives the PUT URL by the skew that S3 may allow it.
	reservationTTL = shared.UploadURLTTL + shared.ClockSkew
)

// Service carries out the use cases.
type Service struct {
	Store    Store
	Objects  Objects
	Notifier Notifier

	CodeKey       []byte // under which typed codes are hashed
	MaxImages     int
	MaxImageBytes int
	Now           func() time.Time
}

// Opened is a session as a desktop gets it.
type Opened struct {
	Session        Session
	QRToken        string
	TypedCode      string
	TokenExpiresAt time.Time // of both
	ExpiresAt      time.Time
}

// Open creates the launch's session, or returns its live one, with a new QR
// token and typed code. It fails with encounter_mismatch if the live session of
// that encounter belongs to another patient or facility.
func (s *Service) Open(ctx context.Context, launch Launch) (Opened, error) {
	now := s.Now()
	token, code, hashes := s.invite()
	journalKey := make([]byte, journalKeyBytes)
	rand.Read(journalKey)
	live, err := s.Store.CreateSession(ctx, Session{
		ID:           randomID(),
		EncounterID:  launch.EncounterID,
		PatientID:    launch.PatientID,
		PatientLabel: launch.PatientLabel,
		FacilityID:   launch.FacilityID,
		Clinician:    launch.Clinician,
		JournalKey:   journalKey,
		CreatedAt:    now,
	}, hashes, shared.QRTokenTTL)
	if err != nil {
		return Opened{}, err
	}
	if live.PatientID != launch.PatientID || live.FacilityID != launch.FacilityID {
		return Opened{}, shared.Errorf(
			shared.CodeEncounterMismatch,
			"This encounter has a session of another patient. Close it on the desktop and open the right record.",
		)
	}
	return s.opened(live, token, code, now), nil
}

// RenewQR makes a new QR token and typed code; the earlier ones stop working.
func (s *Service) RenewQR(ctx context.Context, ref Ref) (Opened, error) {
	now := s.Now()
	token, code, hashes := s.invite()
	live, err := s.Store.CreateSessionToken(ctx, ref, hashes, shared.QRTokenTTL)
	if err != nil {
		return Opened{}, err
	}
	return s.opened(live, token, code, now), nil
}

// invite draws a QR token and a typed code.
func (s *Service) invite() (token, code string, hashes Invitation) {
	token, tokenHash := newQRToken()
	digits := newCode()
	return token, spellCode(digits), Invitation{TokenHash: tokenHash, CodeHash: s.hashCode(digits)}
}

func (s *Service) opened(live Session, token, code string, now time.Time) Opened {
	return Opened{live, token, code, now.Add(shared.QRTokenTTL), now.Add(shared.SessionTTL)}
}

// Join exchanges a QR token for the session's state and tells the desktop.
func (s *Service) Join(ctx context.Context, qrToken string) (State, error) {
	token, err := s.Store.GetSessionToken(ctx, hashToken(qrToken))
	if err != nil {
		return State{}, err
	}
	return s.join(ctx, token)
}

// JoinByCode is Join for what a person typed. It fails with rate_limited while
// too many codes are wrong.
func (s *Service) JoinByCode(ctx context.Context, typed string) (State, error) {
	digits, ok := parseCode(typed)
	if !ok {
		return State{}, codeInvalid()
	}
	token, err := s.Store.GetSessionCode(ctx, s.hashCode(digits))
	var state State
	if err == nil {
		state, err = s.join(ctx, token)
	}
	if shared.CodeOf(err) == shared.CodeTokenInvalid {
		err = codeInvalid() // the Store speaks of scanning
	}
	return state, err
}

func (s *Service) join(ctx context.Context, token QRToken) (State, error) {
	state, err := s.Store.ConnectPhone(ctx, token, s.Now())
	if err != nil {
		return State{}, err
	}
	s.notify(ctx, state.Session.Ref(), shared.EventPhoneConnected, shared.Event{Revision: state.Revision})
	return state, nil
}

// Presign reserves a slot for each image and signs its PUT, all or none.
func (s *Service) Presign(
	ctx context.Context,
	ref Ref,
	images []shared.PresignImage,
) ([]shared.PresignedUpload, error) {
	now := s.Now()
	wanted := make([]Reservation, len(images))
	for i, image := range images {
		wanted[i] = Reservation{
			ImageID:  image.ImageID,
			S3Key:    objectKey(ref.EncounterID, image.ImageID, now),
			Size:     image.Size,
			SHA256:   image.SHA256,
			LapsesAt: now.Add(reservationTTL),
		}
	}
	held, err := s.Store.Reserve(ctx, ref, wanted, s.MaxImages, now)
	if err != nil {
		return nil, err
	}
	uploads := make([]shared.PresignedUpload, len(held))
	for i, slot := range held {
		uploads[i], err = s.Objects.PresignPut(ctx, slot.S3Key, slot.Size, slot.SHA256, now)
		if err != nil {
			return nil, err
		}
		uploads[i].ImageID = slot.ImageID
	}
	return uploads, nil
}

// Confirm takes an uploaded image into the session and tells the desktop.
func (s *Service) Confirm(ctx context.Context, ref Ref, request shared.ConfirmRequest) (shared.ConfirmResponse, error) {
	if !keyBelongsTo(request.S3Key, ref.EncounterID, request.ImageID) {
		return shared.ConfirmResponse{}, shared.Errorf(
			shared.CodeBadRequest,
			"s3Key is not the key that was given to this image.",
		)
	}
	object, err := s.Objects.Head(ctx, request.S3Key)
	if shared.CodeOf(err) == shared.CodeObjectMissing {
		// An ended session has no objects; the phone must hear of the end.
		if _, ended := s.Store.GetSession(ctx, ref); ended != nil {
			err = ended
		}
	}
	if err != nil {
		return shared.ConfirmResponse{}, err
	}
	now := s.Now()
	added, err := s.Store.AddImage(ctx, ref, shared.Image{
		ImageID:     request.ImageID,
		S3Key:       request.S3Key,
		ContentType: shared.ContentTypeJPEG,
		Size:        object.Size,
		SHA256:      object.SHA256,
		Width:       request.Width,
		Height:      request.Height,
		Metadata:    request.Metadata,
		UploadedAt:  now,
		UpdatedAt:   now,
	}, s.MaxImages)
	if err != nil {
		return shared.ConfirmResponse{}, err
	}
	notified := s.notify(
		ctx,
		ref,
		shared.EventImageUploaded,
		shared.Event{ImageID: request.ImageID, Revision: added.Revision},
	)
	return shared.ConfirmResponse{Image: added.Image, ImageCount: added.ImageCount, Notified: notified}, nil
}

// List returns the session with its images. With withURLs each image has a
// presigned GET, and the time when the first of them stops working.
func (s *Service) List(ctx context.Context, ref Ref, withURLs bool) (shared.ListResponse, error) {
	state, err := s.Store.GetImages(ctx, ref)
	if err != nil {
		return shared.ListResponse{}, err
	}
	now := s.Now()
	response := shared.ListResponse{
		EncounterID:      ref.EncounterID,
		Images:           state.Images,
		Revision:         state.Revision,
		SessionExpiresAt: now.Add(shared.SessionTTL),
		PhoneConnectedAt: state.PhoneConnectedAt,
	}
	if !withURLs {
		return response, nil
	}
	window := URLWindow(now)
	for i := range response.Images {
		image := &response.Images[i]
		if image.PreviewURL, err = s.Objects.PresignGet(ctx, image.S3Key, window, shared.PreviewURLTTL); err != nil {
			return shared.ListResponse{}, err
		}
	}
	expires := window.Add(shared.PreviewURLTTL)
	response.URLsExpireAt = &expires
	return response, nil
}

// URLWindow is the time that preview URLs are signed with. It stands still for
// ten minutes, so that a list asked for twice has the same URLs and a browser
// may keep the pictures; each URL is good for 50 minutes at least.
func URLWindow(now time.Time) time.Time { return now.Truncate(10 * time.Minute) }

// Correct changes an image's metadata.
func (s *Service) Correct(ctx context.Context, ref Ref, imageID string, change MetadataPatch) (shared.Image, error) {
	image, revision, err := s.Store.UpdateImage(ctx, ref, imageID, change, s.Now())
	if err != nil {
		return shared.Image{}, err
	}
	s.notify(ctx, ref, shared.EventImageUpdated, shared.Event{ImageID: imageID, Revision: revision})
	return image, nil
}

// Remove takes an image and its object away.
func (s *Service) Remove(ctx context.Context, ref Ref, imageID string) error {
	image, revision, err := s.Store.RemoveImage(ctx, ref, imageID)
	if err != nil {
		return err
	}
	s.notify(ctx, ref, shared.EventImageRemoved, shared.Event{ImageID: imageID, Revision: revision})
	return s.Objects.Delete(ctx, image.S3Key)
}

// SubscribeToken lets a desktop listen to its encounter's channel.
func (s *Service) SubscribeToken(ctx context.Context, ref Ref) (shared.RealtimeResponse, error) {
	if _, err := s.Store.GetSession(ctx, ref); err != nil {
		return shared.RealtimeResponse{}, err
	}
	return s.Notifier.SubscribeToken(ref.EncounterID, s.Now())
}

// End forgets the session, which kills its tokens, and deletes its objects.
func (s *Service) End(ctx context.Context, ref Ref) error {
	keys, revision, err := s.Store.DeleteSession(ctx, ref)
	if err != nil {
		return err
	}
	s.notify(ctx, ref, shared.EventSessionEnded, shared.Event{Revision: revision})
	return s.Objects.Delete(ctx, keys...)
}

// notify publishes a hint. The message id is the same for a repeated request,
// so that the desktop hears of a change once.
func (s *Service) notify(ctx context.Context, ref Ref, name shared.EventName, event shared.Event) bool {
	sum := sha256.Sum256(
		fmt.Appendf(nil, "%s %s %s %s %d", ref.EncounterID, ref.SessionID, name, event.ImageID, event.Revision),
	)
	return s.Notifier.Publish(ctx, ref.EncounterID, name, event, hex.EncodeToString(sum[:12])) == nil
}

func objectKey(encounterID, imageID string, now time.Time) string {
	return "sessions/" + encounterID + "/" + strconv.FormatInt(now.UnixMilli(), 10) + "_" + imageID + ".jpg"
}

func keyBelongsTo(key, encounterID, imageID string) bool {
	prefix, suffix := "sessions/"+encounterID+"/", "_"+imageID+".jpg"
	if len(key) <= len(prefix)+len(suffix) || key[:len(prefix)] != prefix || key[len(key)-len(suffix):] != suffix {
		return false
	}
	_, err := strconv.ParseUint(key[len(prefix):len(key)-len(suffix)], 10, 63)
	return err == nil
}

func newQRToken() (token, hash string) {
	random := make([]byte, qrTokenBytes)
	rand.Read(random)
	token = base64.RawURLEncoding.EncodeToString(random)
	return token, hashToken(token)
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func randomID() string {
	random := make([]byte, 16)
	rand.Read(random)
	return hex.EncodeToString(random)
}

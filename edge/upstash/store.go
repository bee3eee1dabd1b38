package upstash

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"time"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/shared/wire"
)

// Store keeps sessions in Redis.
type Store struct {
	Redis *Client
	Now   func() time.Time
	Sweep session.Sweeper // nil: objects that an earlier call left behind stay
}

var _ session.Store = (*Store)(nil)

func encounterKey(encounterID string) string { return "encounter:" + encounterID }
func doomedKey(encounterID string) string    { return "doomed:" + encounterID }
func tokenKey(hash string) string            { return "token:" + hash }
func codeKey(hash string) string             { return "code:" + hash }

const (
	wrongCodesKey = "codes:wrong"
	scanKey       = "scan"
)

// invitationKeys are the keys of an invitation.
func invitationKeys(to session.Invitation) []string {
	return []string{tokenKey(to.TokenHash), codeKey(to.CodeHash)}
}

// CreateSession stores a session with an invitation, or returns the one that the encounter already has.
func (s *Store) CreateSession(
	ctx context.Context,
	created session.Session,
	to session.Invitation,
	ttl time.Duration,
) (session.Live, error) {
	stored := storedSession(created)
	return live(s.run(ctx, createSession, caller{ref: created.Ref(), acts: true, keys: invitationKeys(to)},
		string(wire.Marshal(&stored)), created.CreatedAt.Add(shared.SessionMaxTTL).UnixMilli(), created.PatientID,
		created.FacilityID, created.EncounterID, ttl.Milliseconds(), created.PatientLabel))
}

// CreateSessionToken replaces the QR token and the typed code of a session.
func (s *Store) CreateSessionToken(
	ctx context.Context,
	ref session.Ref,
	to session.Invitation,
	ttl time.Duration,
) (session.Live, error) {
	return live(s.run(ctx, createSessionToken, caller{ref: ref, keys: invitationKeys(to)},
		ref.EncounterID, ttl.Milliseconds()))
}

// GetSessionToken returns the session that a QR token belongs to.
func (s *Store) GetSessionToken(ctx context.Context, tokenHash string) (session.QRToken, error) {
	reply, err := s.eval(ctx, getSessionToken, []string{tokenKey(tokenHash)})
	if err != nil {
		return session.QRToken{}, err
	}
	var token storedToken
	err = decode(reply, 0, &token)
	return session.QRToken(token), err
}

// GetSessionCode returns the session that a typed code belongs to.
func (s *Store) GetSessionCode(ctx context.Context, codeHash string) (session.QRToken, error) {
	reply, err := s.eval(ctx, getSessionCode, []string{codeKey(codeHash), wrongCodesKey},
		session.WrongCodes, session.WrongCodesWindow.Milliseconds())
	if err != nil {
		return session.QRToken{}, err
	}
	var token storedToken
	err = decode(reply, 0, &token)
	return session.QRToken(token), err
}

// ConnectPhone lets a phone join, or wait.
func (s *Store) ConnectPhone(
	ctx context.Context,
	token session.QRToken,
	phone shared.Phone,
	first int,
) (session.Joined, error) {
	ref := session.Ref{EncounterID: token.EncounterID, SessionID: token.SessionID}
	return joined(phone.PhoneID)(s.run(ctx, connectPhone, caller{ref: ref, acts: true},
		strconv.FormatInt(token.Generation, 10), phone.PhoneID, string(wire.Marshal(&phone)), session.MaxPhones, first))
}

// GetGrant returns what a phone that waited may see.
func (s *Store) GetGrant(ctx context.Context, phone session.PhoneRef) (session.Joined, error) {
	return joined(phone.PhoneID)(s.run(ctx, getGrant, caller{ref: phone.Ref}, phone.PhoneID))
}

// AdmitPhone admits the phone that waits with a number.
func (s *Store) AdmitPhone(ctx context.Context, ref session.Ref, number string) (revision int64, err error) {
	reply, err := s.run(ctx, admitPhone, caller{ref: ref, acts: true}, number, session.WrongNumbers, session.MaxPhones)
	return integer(reply, 0), err
}

// RemovePhone refuses a phone from now on.
func (s *Store) RemovePhone(ctx context.Context, ref session.Ref, phoneID string) (revision int64, err error) {
	reply, err := s.run(ctx, removePhone, caller{ref: ref, acts: true}, phoneID)
	return integer(reply, 0), err
}

// SetGuide stores what the phones' camera shows, or removes it.
func (s *Store) SetGuide(ctx context.Context, ref session.Ref, jpeg []byte) error {
	_, err := s.run(ctx, setGuide, caller{ref: ref, acts: true}, base64.StdEncoding.EncodeToString(jpeg))
	return err
}

// GetGuide returns what the phones' camera shows.
func (s *Store) GetGuide(ctx context.Context, phone session.PhoneRef) (jpeg []byte, err error) {
	reply, err := s.run(ctx, getGuide, caller{ref: phone.Ref, phoneID: phone.PhoneID})
	if err != nil {
		return nil, err
	}
	text, ok := reply[0].(string)
	if jpeg, err = base64.StdEncoding.DecodeString(text); err != nil || !ok {
		return nil, malformed(reply)
	}
	return jpeg, nil
}

// GetSession reads a session without its images.
func (s *Store) GetSession(ctx context.Context, ref session.Ref) (session.State, error) {
	return state(s.run(ctx, checkImage, caller{ref: ref}, ""))
}

// CheckImage reports why a phone may not send an image.
func (s *Store) CheckImage(ctx context.Context, phone session.PhoneRef, imageID string) error {
	_, err := s.run(ctx, checkImage, by(phone), imageID)
	return err
}

// GetImages reads a session with its images.
func (s *Store) GetImages(ctx context.Context, ref session.Ref) (session.State, error) {
	return state(s.run(ctx, getImages, caller{ref: ref}))
}

// GetImagesAsPhone is GetImages for a phone.
func (s *Store) GetImagesAsPhone(ctx context.Context, phone session.PhoneRef) (session.State, error) {
	return state(s.run(ctx, getImages, caller{ref: phone.Ref, phoneID: phone.PhoneID}))
}

// Reserve holds a slot for each image, all or none.
func (s *Store) Reserve(
	ctx context.Context,
	phone session.PhoneRef,
	wanted []session.Reservation,
	limit int,
) (session.Reserved, error) {
	args := []any{limit}
	for _, slot := range wanted {
		args = append(args, slot.ImageID, slot.Size, slot.SHA256, slot.S3Key, slot.LapsesAt.UnixMilli())
	}
	reply, err := s.run(ctx, reserve, by(phone), args...)
	if err != nil {
		return session.Reserved{}, err
	}
	keys, err := stringsAt(reply, 0)
	if err != nil || len(keys) != len(wanted) {
		return session.Reserved{}, malformed(reply)
	}
	held := slices.Clone(wanted)
	for i, key := range keys {
		held[i].S3Key = key
	}
	return session.Reserved{Slots: held, Revision: integer(reply, 1), New: integer(reply, 2) == 1}, nil
}

// AddImage confirms an image, or updates the metadata of a confirmed one.
func (s *Store) AddImage(
	ctx context.Context,
	phone session.PhoneRef,
	image shared.Image,
	limit int,
) (session.Added, error) {
	reply, err := s.run(ctx, addImage, by(phone), image.ImageID, image.S3Key, image.Size, image.SHA256,
		string(wire.Marshal(&image)), image.MetadataVersion, limit)
	if err != nil {
		return session.Added{}, err
	}
	var stored shared.Image
	err = decode(reply, 0, &stored)
	return session.Added{
		Image:      stored,
		ImageCount: int(integer(reply, 1)),
		Revision:   integer(reply, 2),
		Added:      integer(reply, 3) == 1,
		Updated:    integer(reply, 3) == 2,
	}, err
}

// UpdateImage corrects the metadata of an image.
func (s *Store) UpdateImage(
	ctx context.Context,
	ref session.Ref,
	imageID string,
	change session.MetadataPatch,
	by shared.Clinician,
) (shared.Image, int64, error) {
	args := []any{
		imageID, s.Now().UTC().Format(time.RFC3339Nano),
		string(wire.Marshal(&by)), string(wire.Marshal(&change.Metadata)), change.ID, session.RememberedChanges,
	}
	for _, name := range change.Names {
		args = append(args, name)
	}
	reply, err := s.run(ctx, updateImage, caller{ref: ref, acts: true}, args...)
	if err != nil {
		return shared.Image{}, 0, err
	}
	var image shared.Image
	err = decode(reply, 0, &image)
	return image, integer(reply, 1), err
}

// RemoveImage puts a tombstone in the place of an image.
func (s *Store) RemoveImage(ctx context.Context, ref session.Ref, imageID string) (session.Removal, error) {
	return s.remove(ctx, removeImage, caller{ref: ref, acts: true}, imageID)
}

// DeleteSession forgets a session and all in it.
func (s *Store) DeleteSession(
	ctx context.Context, ref session.Ref, revision int64, force bool,
) (session.Removal, error) {
	forced := 0
	if force {
		forced = 1
	}
	return s.remove(ctx, deleteSession, caller{ref: ref}, strconv.FormatInt(revision, 10), forced)
}

func (s *Store) remove(ctx context.Context, script script, who caller, args ...any) (session.Removal, error) {
	keys, reply, err := s.take(ctx, script, who, args...)
	return session.Removal{S3Keys: keys, Revision: integer(reply, 0)}, err
}

// Doomed returns the keys of the objects that are to be deleted.
func (s *Store) Doomed(ctx context.Context, encounterID string) ([]string, error) {
	keys, _, err := s.take(ctx, doomed, caller{ref: session.Ref{EncounterID: encounterID}})
	return keys, err
}

// sweptAtOnce keeps a script's arguments below what Lua and a request can hold.
const sweptAtOnce = 1000

// Swept notes that objects are deleted.
func (s *Store) Swept(ctx context.Context, encounterID string, s3Keys []string) (revision int64, err error) {
	who := caller{ref: session.Ref{EncounterID: encounterID}}
	for {
		part := s3Keys[:min(len(s3Keys), sweptAtOnce)]
		s3Keys = s3Keys[len(part):]
		args := make([]any, len(part))
		for i, key := range part {
			args[i] = key
		}
		_, reply, err := s.take(ctx, swept, who, args...)
		if err != nil || len(s3Keys) == 0 {
			return integer(reply, 0), err
		}
	}
}

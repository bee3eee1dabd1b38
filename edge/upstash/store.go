package upstash

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/shared/wire"
)

// Store keeps sessions in Redis.
type Store struct{ Redis *Client }

var _ session.Store = (*Store)(nil)

func encounterKey(encounterID string) string { return "encounter:" + encounterID }
func tokenKey(hash string) string            { return "token:" + hash }
func codeKey(hash string) string             { return "code:" + hash }

const wrongCodesKey = "codes:wrong"

// invitationKeys are an encounter's key and those of an invitation to it.
func invitationKeys(encounterID string, to session.Invitation) []string {
	return []string{encounterKey(encounterID), tokenKey(to.TokenHash), codeKey(to.CodeHash)}
}

// run runs a script on a session and returns what follows its "ok".
func (s *Store) run(ctx context.Context, script script, ref session.Ref, args ...any) ([]any, error) {
	args = append([]any{ref.SessionID, shared.SessionTTL.Milliseconds()}, args...)
	return s.eval(ctx, script, []string{encounterKey(ref.EncounterID)}, args...)
}

func (s *Store) eval(ctx context.Context, script script, keys []string, args ...any) ([]any, error) {
	result, err := s.Redis.eval(ctx, script, keys, args...)
	if err != nil {
		return nil, err
	}
	answer, ok := result.([]any)
	if !ok || len(answer) == 0 {
		return nil, malformed(result)
	}
	if code, _ := answer[0].(string); code != "ok" {
		return nil, refusal(shared.Code(code))
	}
	return answer[1:], nil
}

// refusal says to a person what a script's code means.
func refusal(code shared.Code) error {
	detail, ok := map[shared.Code]string{
		shared.CodeSessionExpired: "This session has ended. Open it again on the desktop and scan the new code.",
		shared.CodeTokenInvalid:   "This code is no longer valid. Show a new code on the desktop and scan it.",
		shared.CodeLimitReached:   "This session is full. Remove photos on the desktop, or end the session and start another.",
		shared.CodeObjectMissing:  "The photo did not arrive in full. Upload it again.",
		shared.CodeImageNotFound:  "This photo is not in the session any more.",
		shared.CodeBadRequest:     "This imageId is held for another photo. Give each photo an id of its own.",
		shared.CodeRateLimited:    "Too many codes were mistyped just now. Wait a minute, or scan the code.",
	}[code]
	if !ok {
		return malformed(code)
	}
	refused := shared.NewError(code, detail)
	if code == shared.CodeRateLimited {
		refused.RetryAfter = session.WrongCodesWindow
	}
	return refused
}

func malformed(answer any) error {
	return unavailable(fmt.Errorf("unexpected answer of type %T", answer))
}

// CreateSession stores a session with its first invitation, or returns the one that the encounter already has.
func (s *Store) CreateSession(
	ctx context.Context,
	created session.Session,
	to session.Invitation,
	ttl time.Duration,
) (session.Session, error) {
	encoded, err := json.Marshal(created)
	if err != nil {
		return session.Session{}, err
	}
	answer, err := s.eval(ctx, createSession, invitationKeys(created.EncounterID, to),
		string(encoded), created.ID, shared.SessionTTL.Milliseconds(), created.EncounterID, ttl.Milliseconds())
	if err != nil {
		return session.Session{}, err
	}
	return decode[session.Session](answer, 0)
}

// CreateSessionToken replaces the QR token and the typed code of a session.
func (s *Store) CreateSessionToken(
	ctx context.Context,
	ref session.Ref,
	to session.Invitation,
	ttl time.Duration,
) (session.Session, error) {
	answer, err := s.eval(ctx, createSessionToken, invitationKeys(ref.EncounterID, to),
		ref.SessionID, shared.SessionTTL.Milliseconds(), ref.EncounterID, ttl.Milliseconds())
	if err != nil {
		return session.Session{}, err
	}
	return decode[session.Session](answer, 0)
}

// GetSessionToken returns what a QR token stands for.
func (s *Store) GetSessionToken(ctx context.Context, tokenHash string) (session.QRToken, error) {
	result, err := s.Redis.Do(ctx, "GET", tokenKey(tokenHash))
	if err != nil {
		return session.QRToken{}, err
	}
	if result == nil {
		return session.QRToken{}, refusal(shared.CodeTokenInvalid)
	}
	return decode[session.QRToken]([]any{result}, 0)
}

// GetSessionCode returns what a typed code stands for, and counts wrong codes.
func (s *Store) GetSessionCode(ctx context.Context, codeHash string) (session.QRToken, error) {
	answer, err := s.eval(ctx, getSessionCode, []string{codeKey(codeHash), wrongCodesKey},
		session.WrongCodes, session.WrongCodesWindow.Milliseconds())
	if err != nil {
		return session.QRToken{}, err
	}
	return decode[session.QRToken](answer, 0)
}

// ConnectPhone registers a phone with the session of its token.
func (s *Store) ConnectPhone(ctx context.Context, token session.QRToken, now time.Time) (session.State, error) {
	ref := session.Ref{EncounterID: token.EncounterID, SessionID: token.SessionID}
	answer, err := s.run(ctx, connectPhone, ref, strconv.FormatInt(token.Generation, 10), now.UnixMilli())
	return state(answer, err)
}

// GetSession returns the session without its images.
func (s *Store) GetSession(ctx context.Context, ref session.Ref) (session.State, error) {
	answer, err := s.run(ctx, getSession, ref)
	return state(answer, err)
}

// GetImages returns the session with all its images.
func (s *Store) GetImages(ctx context.Context, ref session.Ref) (session.State, error) {
	answer, err := s.run(ctx, getImages, ref)
	return state(answer, err)
}

// Reserve holds a slot for each image. An image that already has one keeps its key.
func (s *Store) Reserve(
	ctx context.Context,
	ref session.Ref,
	wanted []session.Reservation,
	limit int,
	now time.Time,
) ([]session.Reservation, error) {
	args := []any{now.UnixMilli(), limit}
	for _, slot := range wanted {
		args = append(args, slot.ImageID, slot.Size, slot.SHA256, slot.S3Key, slot.LapsesAt.UnixMilli())
	}
	answer, err := s.run(ctx, reserve, ref, args...)
	if err != nil {
		return nil, err
	}
	keys, err := stringsAt(answer, 0)
	if err != nil || len(keys) != len(wanted) {
		return nil, malformed(answer)
	}
	held := slices.Clone(wanted)
	for i, key := range keys {
		held[i].S3Key = key
	}
	return held, nil
}

// AddImage stores a confirmed image in its slot, once.
func (s *Store) AddImage(ctx context.Context, ref session.Ref, image shared.Image, limit int) (session.Added, error) {
	encoded, err := json.Marshal(image)
	if err != nil {
		return session.Added{}, err
	}
	answer, err := s.run(
		ctx,
		addImage,
		ref,
		image.ImageID,
		image.S3Key,
		image.Size,
		image.SHA256,
		string(encoded),
		limit,
	)
	if err != nil {
		return session.Added{}, err
	}
	stored, err := decode[shared.Image](answer, 0)
	return session.Added{
		Image:      stored,
		ImageCount: int(integer(answer, 1)),
		Revision:   integer(answer, 2),
		Added:      integer(answer, 3) == 1,
	}, err
}

// UpdateImage applies a change of metadata.
func (s *Store) UpdateImage(
	ctx context.Context,
	ref session.Ref,
	imageID string,
	change session.MetadataPatch,
	now time.Time,
) (shared.Image, int64, error) {
	args := []any{imageID, now.UTC().Format(time.RFC3339Nano), string(wire.Marshal(&change.Metadata))}
	for _, name := range change.Names {
		args = append(args, name)
	}
	return changed(s.run(ctx, updateImage, ref, args...))
}

// RemoveImage deletes an image and returns what it was.
func (s *Store) RemoveImage(ctx context.Context, ref session.Ref, imageID string) (shared.Image, int64, error) {
	return changed(s.run(ctx, removeImage, ref, imageID))
}

// DeleteSession deletes everything of a session and returns the keys of its objects.
func (s *Store) DeleteSession(ctx context.Context, ref session.Ref) ([]string, int64, error) {
	answer, err := s.run(ctx, deleteSession, ref)
	if err != nil {
		return nil, 0, err
	}
	keys, err := stringsAt(answer, 0)
	return keys, integer(answer, 1), err
}

// changed reads an image and the revision that came with it.
func changed(answer []any, err error) (shared.Image, int64, error) {
	if err != nil {
		return shared.Image{}, 0, err
	}
	image, err := decode[shared.Image](answer, 0)
	return image, integer(answer, 1), err
}

// state reads the fields of an encounter's hash.
func state(answer []any, err error) (session.State, error) {
	if err != nil {
		return session.State{}, err
	}
	fields, err := stringsAt(answer, 0)
	if err != nil || len(fields)%2 != 0 {
		return session.State{}, malformed(answer)
	}
	result := session.State{Images: []shared.Image{}}
	for i := 0; i < len(fields); i += 2 {
		name, value := fields[i], fields[i+1]
		switch {
		case name == "session":
			err = json.Unmarshal([]byte(value), &result.Session)
		case name == "revision":
			result.Revision, err = strconv.ParseInt(value, 10, 64)
		case name == "phone" && value != "0":
			var milliseconds int64
			milliseconds, err = strconv.ParseInt(value, 10, 64)
			at := time.UnixMilli(milliseconds).UTC()
			result.PhoneConnectedAt = &at
		case strings.HasPrefix(name, "image:"):
			var image shared.Image
			err = json.Unmarshal([]byte(value), &image)
			result.Images = append(result.Images, image)
		}
		if err != nil {
			return session.State{}, unavailable(fmt.Errorf("field %q: %w", name, err))
		}
	}
	slices.SortFunc(result.Images, func(a, b shared.Image) int {
		if c := a.UploadedAt.Compare(b.UploadedAt); c != 0 {
			return c
		}
		return strings.Compare(a.ImageID, b.ImageID)
	})
	return result, nil
}

func decode[T any](answer []any, i int) (T, error) {
	var value T
	if i >= len(answer) {
		return value, malformed(answer)
	}
	text, ok := answer[i].(string)
	if !ok {
		return value, malformed(answer[i])
	}
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return value, unavailable(err)
	}
	return value, nil
}

func stringsAt(answer []any, i int) ([]string, error) {
	if i >= len(answer) {
		return nil, malformed(answer)
	}
	list, ok := answer[i].([]any)
	if !ok {
		return nil, malformed(answer[i])
	}
	result := make([]string, len(list))
	for i, item := range list {
		if result[i], ok = item.(string); !ok {
			return nil, malformed(item)
		}
	}
	return result, nil
}

// integer reads a number that Redis may answer as a string.
func integer(answer []any, i int) int64 {
	if i >= len(answer) {
		return 0
	}
	switch value := answer[i].(type) {
	case float64:
		return int64(value)
	case string:
		number, _ := strconv.ParseInt(value, 10, 64)
		return number
	}
	return 0
}

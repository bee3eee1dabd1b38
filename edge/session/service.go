package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	mathrand "math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

const (
	qrTokenBytes    = 20 // 160 random bits, 27 characters in the QR code
	journalKeyBytes = 32

	// ReservationTTL outlives the PUT URL by the skew that S3 may allow it.
	ReservationTTL = shared.UploadURLTTL + shared.ClockSkew
)

// Service carries out the use cases. Its errors name the field of the request that is wrong.
type Service struct {
	Store    Store
	Objects  Objects
	Notifier Notifier

	CodeKey         []byte // under which typed codes are hashed
	MaxImages       int
	MaxImageBytes   int
	ConsentRequired bool
	Pairing         shared.Pairing
	Now             func() time.Time
}

// Opened is a session as a desktop gets it.
type Opened struct {
	Live
	QRToken        string
	TypedCode      string
	TokenExpiresAt time.Time // of both
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
		JournalKey:   base64.StdEncoding.EncodeToString(journalKey),
		CreatedAt:    now,
	}, hashes, shared.QRTokenTTL)
	if err != nil {
		return Opened{}, about(err, shared.CodeEncounterMismatch, "encounterId")
	}
	return Opened{live, token, code, now.Add(shared.QRTokenTTL)}, nil
}

// RenewQR makes a new QR token and typed code; the earlier ones stop working.
func (s *Service) RenewQR(ctx context.Context, ref Ref) (Opened, error) {
	now := s.Now()
	token, code, hashes := s.invite()
	live, err := s.Store.CreateSessionToken(ctx, ref, hashes, shared.QRTokenTTL)
	if err != nil {
		return Opened{}, err
	}
	return Opened{live, token, code, now.Add(shared.QRTokenTTL)}, nil
}

// invite draws a QR token and a typed code.
func (s *Service) invite() (token, code string, hashes Invitation) {
	token, tokenHash := newQRToken()
	digits := newCode()
	return token, spellCode(digits), Invitation{TokenHash: tokenHash, CodeHash: s.hashCode(digits)}
}

// Join exchanges a QR token for the session's state and notifies the desktop.
func (s *Service) Join(ctx context.Context, qrToken, phoneName string) (Joined, error) {
	token, err := s.Store.GetSessionToken(ctx, hashToken(qrToken))
	if err != nil {
		return Joined{}, err
	}
	return s.join(ctx, token, phoneName)
}

// JoinByCode is Join for what a person typed. It fails with rate_limited while
// too many codes are wrong.
func (s *Service) JoinByCode(ctx context.Context, typed, phoneName string) (Joined, error) {
	digits, ok := parseCode(typed)
	if !ok {
		return Joined{}, codeInvalid()
	}
	token, err := s.Store.GetSessionCode(ctx, s.hashCode(digits))
	var joined Joined
	if err == nil {
		joined, err = s.join(ctx, token, phoneName)
	}
	if shared.CodeOf(err) == shared.CodeTokenInvalid {
		err = codeInvalid()
	}
	return joined, err
}

func (s *Service) join(ctx context.Context, token QRToken, phoneName string) (Joined, error) {
	phone := shared.Phone{PhoneID: randomID(), Name: phoneName, JoinedAt: s.Now()}
	first := Admitted
	if s.Pairing == shared.PairingAsk {
		first = mathrand.IntN(Numbers)
	}
	joined, err := s.Store.ConnectPhone(ctx, token, phone, first)
	if err != nil {
		return Joined{}, err
	}
	s.notify(ctx, joined.Session.Ref(), shared.EventPhoneConnected, shared.Event{Revision: joined.Revision})
	return joined, nil
}

// Grant returns the session to a phone that waited, or the number with which it
// still waits.
func (s *Service) Grant(ctx context.Context, phone PhoneRef) (Joined, error) {
	return s.Store.GetGrant(ctx, phone)
}

// Admit lets the phone join that waits with a number.
func (s *Service) Admit(ctx context.Context, ref Ref, number string) error {
	revision, err := s.Store.AdmitPhone(ctx, ref, number)
	if err != nil {
		return about(err, shared.CodeTokenInvalid, "number")
	}
	s.notify(ctx, ref, shared.EventPhoneConnected, shared.Event{Revision: revision})
	return nil
}

// RemovePhone refuses a phone from now on and frees its slots. The code that
// it joined with stops working too.
func (s *Service) RemovePhone(ctx context.Context, ref Ref, phoneID string) error {
	revision, err := s.Store.RemovePhone(ctx, ref, phoneID)
	if err != nil {
		return about(err, shared.CodeBadRequest, "phoneId")
	}
	s.notify(ctx, ref, shared.EventPhoneRemoved, shared.Event{Revision: revision})
	return nil
}

// SubscribeToken lets a desktop listen to its encounter's channel.
func (s *Service) SubscribeToken(ctx context.Context, ref Ref) (shared.RealtimeResponse, error) {
	if _, err := s.Store.GetSession(ctx, ref); err != nil {
		return shared.RealtimeResponse{}, err
	}
	return s.Notifier.SubscribeToken(ref.EncounterID, s.Now())
}

// about names the field that an error of the given code is about.
func about(err error, code shared.Code, field string) error {
	if e, ok := errors.AsType[*shared.Error](err); ok && e.Code == code {
		e.Field = field
	}
	return err
}

// notify publishes a hint. The message id is the same for a repeated request,
// so that the desktop receives a change once.
func (s *Service) notify(ctx context.Context, ref Ref, name shared.EventName, event shared.Event) {
	change := strings.Join([]string{
		ref.EncounterID, ref.SessionID, string(name), event.ImageID, strconv.FormatInt(event.Revision, 10),
	}, " ")
	sum := sha256.Sum256([]byte(change))
	s.Notifier.Publish(ctx, ref.EncounterID, name, event, hex.EncodeToString(sum[:12]))
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

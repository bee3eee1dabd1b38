// Package storetest tests that every session.Store behaves in the same way.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

const limit = 20

var t0 = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// World is what a store under test is made with.
type World struct {
	Now   func() time.Time
	Sweep session.Sweeper
}

// Subject is a store under test and a way to let its server's time pass.
type Subject struct {
	Store   session.Store
	Advance func(time.Duration)
}

// subject is a Subject in the suite's own time, and what it reported to its
// sweeper.
type subject struct {
	Subject
	mu   sync.Mutex
	now  time.Time
	left []string
}

func (s *subject) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *subject) Sweep(_ context.Context, _ string, keys []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = keys
}

// Advance lets time pass, here and at the server.
func (s *subject) Advance(by time.Duration) {
	s.pass(by)
	s.Subject.Advance(by)
}

// pass lets time pass here, and not at the server.
func (s *subject) pass(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(by)
}

var cases = map[string]func(*testing.T, *subject){
	"creating again returns the live session":               createTwice,
	"creating again takes the label of the launch":          createRelabelled,
	"creating for another patient changes nothing":          createMismatch,
	"a QR token is found until it expires":                  tokenExpires,
	"a renewed QR token replaces the earlier ones":          renewal,
	"creating again replaces the earlier codes":             createReplaces,
	"a typed code is found until it expires":                codeExpires,
	"a renewed typed code replaces the earlier ones":        codeRenewal,
	"a typed code ends with its session":                    codeOfEnded,
	"a typed code of two sessions works for neither":        codeTaken,
	"too many wrong typed codes stop all for a while":       codeTries,
	"a phone that joins moves the revision":                 connect,
	"a phone is listed with when it was seen":               phones,
	"only so many phones are remembered":                    manyPhones,
	"a phone that waits is admitted by its number":          waits,
	"three wrong numbers refuse every waiting phone":        wrongNumbers,
	"as many phones wait as there are numbers":              numbers,
	"a phone that asks no more frees its number":            waitsNoMore,
	"an admitted phone takes the place of the idle one":     admittedToMany,
	"a removed phone is refused and its slots are freed":    removePhone,
	"75 phones join while 50 calls end the session":         joinsAndEnds,
	"a guide is offered until it is replaced or removed":    guide,
	"another session's id finds nothing":                    wrongID,
	"a session expires whole, and acts of people keep it":   sessionExpires,
	"a session lives twelve hours at most":                  sessionEnds,
	"what is no act of a person does not keep a session":    idle,
	"reserving again keeps the key":                         reserveTwice,
	"an id held for other bytes is refused":                 reserveOtherBytes,
	"slots are all or none":                                 reserveOverLimit,
	"slots that lapse are removed with their objects":       reserveLapsed,
	"reserved slots are expected until they are confirmed":  expected,
	"confirming needs the reserved bytes":                   confirmMismatch,
	"confirming stops at the limit":                         confirmOverLimit,
	"confirming twice stores once":                          confirmTwice,
	"confirming again stores newer metadata":                confirmNewer,
	"a desktop's correction is not overwritten":             confirmCorrected,
	"images come in the order of confirmation":              order,
	"metadata changes field by field":                       update,
	"a repeated correction is made once":                    updateRepeated,
	"removing frees the slot":                               remove,
	"a removed image does not come back":                    tombstone,
	"what was not deleted is reported until it is":          leftover,
	"what arrives after its deletion is deleted again":      tooLate,
	"the photo of a removed phone stays":                    removedPhonePhoto,
	"ending names every object and invalidates the session": end,
	"ending asks when something happened":                   endChanged,
	"ending asks while photos are on their way":             endPending,
	"ending may be repeated until it is done":               endRepeated,
	"a new session takes over what is left to delete":       recreated,
	"an expired session's objects are deleted":              expiredHere,
	"50 racers for 20 slots get exactly 20":                 race,
	"1000 duplicated confirms store each image once":        duplicates,
}

// Run runs the suite; each case opens its own subject.
func Run(t *testing.T, open func(*testing.T, World) Subject) {
	for name, run := range cases {
		t.Run(name, func(t *testing.T) {
			s := &subject{now: t0}
			s.Subject = open(t, World{s.Now, s.Sweep})
			run(t, s)
		})
	}
}

func newSession(id string) session.Session {
	return session.Session{
		ID: id, EncounterID: "enc-1", PatientID: "pat-1", PatientLabel: "Test Patient A", FacilityID: "fac-1",
		Clinician: gp1, JournalKey: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", CreatedAt: t0,
	}
}

func invitation(name string) session.Invitation {
	return session.Invitation{TokenHash: "token-" + name, CodeHash: "code-" + name}
}

func reservation(i int) session.Reservation {
	id := fmt.Sprintf("img-%02d", i)
	return session.Reservation{
		ImageID: id, S3Key: "sessions/enc-1/1_" + id + ".jpg", Size: int64(1000 + i), SHA256: "hash-" + id,
		LapsesAt: t0.Add(6 * time.Minute),
	}
}

func image(i int) shared.Image {
	slot := reservation(i)
	at := t0.Add(time.Duration(i) * time.Second)
	return shared.Image{
		ImageID:     slot.ImageID,
		S3Key:       slot.S3Key,
		ContentType: shared.ContentTypeJPEG,
		Size:        slot.Size,
		SHA256:      slot.SHA256,
		Width:       300,
		Height:      200,
		Metadata:    shared.Metadata{Laterality: shared.LateralityLeft, Notes: "ā \"quoted\""},
		UploadedAt:  at,
		UpdatedAt:   at,
		PhoneID:     "phone-1",
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func wantCode(t *testing.T, err error, code shared.Code) {
	t.Helper()
	if e, ok := errors.AsType[*shared.Error](err); !ok || e.Code != code || e.Field != "" {
		t.Fatalf("error is %v, want %s without a field", err, code)
	}
}

// begin opens session s1, lets a phone join and reserves n slots.
func begin(t *testing.T, s *subject, n int) session.PhoneRef {
	t.Helper()
	must[session.Live](t)(s.Store.CreateSession(t.Context(), newSession("s1"), invitation("1"), time.Minute))
	phone := joined(t, s, "token-1", "phone-1")
	if n > 0 {
		reserve(t, s, phone, n)
	}
	return phone
}

// joined lets a phone join with a QR token.
func joined(t *testing.T, s *subject, tokenHash, phoneID string) session.PhoneRef {
	t.Helper()
	token := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), tokenHash))
	joined := must[session.Joined](t)(s.Store.ConnectPhone(
		t.Context(), token, phoneNamed(s, phoneID), session.Admitted,
	))
	return session.PhoneRef{Ref: joined.Session.Ref(), PhoneID: joined.PhoneID}
}

func phoneNamed(s *subject, phoneID string) shared.Phone {
	return shared.Phone{PhoneID: phoneID, Name: "iPhone, Safari", JoinedAt: s.Now()}
}

func reserve(t *testing.T, s *subject, phone session.PhoneRef, n int) session.Reserved {
	t.Helper()
	wanted := make([]session.Reservation, n)
	for i := range wanted {
		wanted[i] = reservation(i)
	}
	return reserved(t, s, phone, wanted...)
}

func reserved(t *testing.T, s *subject, phone session.PhoneRef, wanted ...session.Reservation) session.Reserved {
	t.Helper()
	return must[session.Reserved](t)(s.Store.Reserve(t.Context(), phone, wanted, limit))
}

func add(t *testing.T, s *subject, phone session.PhoneRef, image shared.Image) session.Added {
	t.Helper()
	return must[session.Added](t)(s.Store.AddImage(t.Context(), phone, image, limit))
}

func list(t *testing.T, s *subject, ref session.Ref) session.State {
	t.Helper()
	return must[session.State](t)(s.Store.GetImages(t.Context(), ref))
}

func race(t *testing.T, s *subject) {
	phone := begin(t, s, 0)
	var won, lost int
	var mutex sync.Mutex
	parallel(50, func(i int) {
		_, err := s.Store.Reserve(context.Background(), phone, []session.Reservation{reservation(i)}, limit)
		mutex.Lock()
		defer mutex.Unlock()
		if err == nil {
			won++
		} else if shared.CodeOf(err) == shared.CodeLimitReached {
			lost++
		}
	})
	if won != limit || lost != 50-limit {
		t.Errorf("%d won, %d heard that the session is full", won, lost)
	}
}

func duplicates(t *testing.T, s *subject) {
	phone := begin(t, s, limit)
	var added int
	var mutex sync.Mutex
	parallel(1000, func(i int) {
		result, err := s.Store.AddImage(context.Background(), phone, image(i%limit), limit)
		mutex.Lock()
		defer mutex.Unlock()
		if err != nil {
			t.Error(err)
		} else if result.Added {
			added++
		}
	})
	state := list(t, s, phone.Ref)
	if added != limit || len(state.Images) != limit {
		t.Errorf("%d added, %d stored", added, len(state.Images))
	}
}

// parallel runs n jobs, 50 at a time.
func parallel(n int, job func(i int)) {
	var group sync.WaitGroup
	gate := make(chan struct{}, 50)
	for i := range n {
		gate <- struct{}{}
		group.Go(func() {
			defer func() { <-gate }()
			job(i)
		})
	}
	group.Wait()
}

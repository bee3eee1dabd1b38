// Package storetest holds every session.Store to one behaviour.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

const limit = 20

var t0 = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// Subject is a store under test and a way to let its time pass.
type Subject struct {
	Store   session.Store
	Advance func(time.Duration)
}

// Run runs the suite; each case opens a subject of its own.
func Run(t *testing.T, open func(*testing.T) Subject) {
	cases := map[string]func(*testing.T, Subject){
		"creating again returns the live session":         createTwice,
		"a QR token is found until it expires":            tokenExpires,
		"a renewed QR token kills the earlier ones":       renewal,
		"a typed code is found until it expires":          codeExpires,
		"a renewed typed code kills the earlier ones":     codeRenewal,
		"a typed code ends with its session":              codeOfEnded,
		"a typed code of two sessions is nobody's":        codeTaken,
		"too many wrong typed codes stop all for a while": codeTries,
		"a phone that joins moves the revision":           connect,
		"another session's id finds nothing":              wrongID,
		"a session expires whole, and activity keeps it":  sessionExpires,
		"reserving again keeps the key":                   reserveTwice,
		"an id held for other bytes is refused":           reserveOtherBytes,
		"slots are all or none":                           reserveOverLimit,
		"slots that lapse are freed":                      reserveLapsed,
		"confirming needs the reserved bytes":             confirmMismatch,
		"confirming twice stores once":                    confirmTwice,
		"images come in the order of confirmation":        order,
		"metadata changes field by field":                 update,
		"removing frees the slot":                         remove,
		"ending names every object and kills the session": end,
		"50 racers for 20 slots get exactly 20":           race,
		"1000 duplicated confirms store each image once":  duplicates,
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) { run(t, open(t)) })
	}
}

func newSession(id string) session.Session {
	return session.Session{
		ID: id, EncounterID: "enc-1", PatientID: "pat-1", PatientLabel: "Test Patient A", FacilityID: "fac-1",
		Clinician: "gp-1", JournalKey: []byte("0123456789abcdef0123456789abcdef"), CreatedAt: t0,
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
	if e, ok := errors.AsType[*shared.Error](err); !ok || e.Code != code || e.Detail == "" {
		t.Fatalf("error is %v, want %s with a sentence", err, code)
	}
}

// begin opens session s1 and reserves n slots.
func begin(t *testing.T, s Subject, n int) session.Ref {
	t.Helper()
	live := must[session.Session](t)(s.Store.CreateSession(t.Context(), newSession("s1"), invitation("1"), time.Minute))
	if n > 0 {
		reserve(t, s, live.Ref(), n)
	}
	return live.Ref()
}

func reserve(t *testing.T, s Subject, ref session.Ref, n int) []session.Reservation {
	t.Helper()
	wanted := make([]session.Reservation, n)
	for i := range wanted {
		wanted[i] = reservation(i)
	}
	return must[[]session.Reservation](t)(s.Store.Reserve(t.Context(), ref, wanted, limit, t0))
}

func createTwice(t *testing.T, s Subject) {
	first := must[session.Session](
		t,
	)(
		s.Store.CreateSession(t.Context(), newSession("s1"), invitation("1"), time.Minute),
	)
	second := must[session.Session](
		t,
	)(
		s.Store.CreateSession(t.Context(), newSession("s2"), invitation("2"), time.Minute),
	)
	if diff := cmp.Diff(newSession("s1"), first); diff != "" {
		t.Errorf("stored session (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("second create (-first +second):\n%s", diff)
	}
	for _, hash := range []string{"token-1", "token-2"} {
		token := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), hash))
		if token.SessionID != "s1" || token.EncounterID != "enc-1" {
			t.Errorf("token %s is of %+v", hash, token)
		}
		if _, err := s.Store.ConnectPhone(t.Context(), token, t0); err != nil {
			t.Errorf("token %s: %v", hash, err)
		}
	}
}

func tokenExpires(t *testing.T, s Subject) {
	begin(t, s, 0)
	must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-1"))
	s.Advance(61 * time.Second)
	_, err := s.Store.GetSessionToken(t.Context(), "token-1")
	wantCode(t, err, shared.CodeTokenInvalid)
	_, err = s.Store.GetSessionToken(t.Context(), "never-minted")
	wantCode(t, err, shared.CodeTokenInvalid)
}

func renewal(t *testing.T, s Subject) {
	ref := begin(t, s, 0)
	old := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-1"))
	must[session.Session](t)(s.Store.CreateSessionToken(t.Context(), ref, invitation("2"), time.Minute))
	_, err := s.Store.ConnectPhone(t.Context(), old, t0)
	wantCode(t, err, shared.CodeTokenInvalid)
	fresh := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-2"))
	must[session.State](t)(s.Store.ConnectPhone(t.Context(), fresh, t0))
}

func connect(t *testing.T, s Subject) {
	ref := begin(t, s, 0)
	before := must[session.State](t)(s.Store.GetSession(t.Context(), ref))
	if before.PhoneConnectedAt != nil {
		t.Errorf("a phone before any joined: %v", before.PhoneConnectedAt)
	}
	token := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-1"))
	state := must[session.State](t)(s.Store.ConnectPhone(t.Context(), token, t0))
	if state.Session.PatientLabel != "Test Patient A" || len(state.Images) != 0 {
		t.Errorf("joined %+v", state)
	}
	after := must[session.State](t)(s.Store.GetSession(t.Context(), ref))
	if after.Revision <= before.Revision || after.PhoneConnectedAt == nil || !after.PhoneConnectedAt.Equal(t0) {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

func wrongID(t *testing.T, s Subject) {
	begin(t, s, 1)
	for _, ref := range []session.Ref{{EncounterID: "enc-1", SessionID: "s2"}, {EncounterID: "enc-2", SessionID: "s1"}} {
		for name, call := range calls(t.Context(), s.Store, ref) {
			t.Run(name, func(t *testing.T) { wantCode(t, call(), shared.CodeSessionExpired) })
		}
	}
}

// calls is every operation on a session, for what all must refuse.
func calls(ctx context.Context, store session.Store, ref session.Ref) map[string]func() error {
	return map[string]func() error{
		"CreateSessionToken": func() error { _, err := store.CreateSessionToken(ctx, ref, invitation("9"), time.Minute); return err },
		"GetSession":         func() error { _, err := store.GetSession(ctx, ref); return err },
		"GetImages":          func() error { _, err := store.GetImages(ctx, ref); return err },
		"Reserve": func() error {
			_, err := store.Reserve(ctx, ref, []session.Reservation{reservation(0)}, limit, t0)
			return err
		},
		"AddImage": func() error { _, err := store.AddImage(ctx, ref, image(0), limit); return err },
		"UpdateImage": func() error {
			_, _, err := store.UpdateImage(ctx, ref, "img-00", session.MetadataPatch{Names: []string{"notes"}}, t0)
			return err
		},
		"RemoveImage":   func() error { _, _, err := store.RemoveImage(ctx, ref, "img-00"); return err },
		"DeleteSession": func() error { _, _, err := store.DeleteSession(ctx, ref); return err },
	}
}

func sessionExpires(t *testing.T, s Subject) {
	ref := begin(t, s, 1)
	must[session.Added](t)(s.Store.AddImage(t.Context(), ref, image(0), limit))
	for range 3 {
		s.Advance(shared.SessionTTL - time.Minute)
		must[session.State](t)(s.Store.GetImages(t.Context(), ref))
	}
	s.Advance(shared.SessionTTL + time.Second)
	for name, call := range calls(t.Context(), s.Store, ref) {
		t.Run(name, func(t *testing.T) { wantCode(t, call(), shared.CodeSessionExpired) })
	}
	live := must[session.Session](t)(s.Store.CreateSession(t.Context(), newSession("s2"), invitation("3"), time.Minute))
	state := must[session.State](t)(s.Store.GetImages(t.Context(), live.Ref()))
	if live.ID != "s2" || len(state.Images) != 0 {
		t.Errorf("after expiry: session %s with %d images", live.ID, len(state.Images))
	}
}

func end(t *testing.T, s Subject) {
	ref := begin(t, s, 3)
	must[session.Added](t)(s.Store.AddImage(t.Context(), ref, image(0), limit))
	keys, _, err := s.Store.DeleteSession(t.Context(), ref)
	slices.Sort(keys)
	want := []string{reservation(0).S3Key, reservation(1).S3Key, reservation(2).S3Key}
	if err != nil || !slices.Equal(keys, want) {
		t.Fatalf("keys %q, %v", keys, err)
	}
	for name, call := range calls(t.Context(), s.Store, ref) {
		t.Run(name, func(t *testing.T) { wantCode(t, call(), shared.CodeSessionExpired) })
	}
}

func race(t *testing.T, s Subject) {
	ref := begin(t, s, 0)
	var won, lost int
	var mutex sync.Mutex
	parallel(50, func(i int) {
		_, err := s.Store.Reserve(context.Background(), ref, []session.Reservation{reservation(i)}, limit, t0)
		mutex.Lock()
		defer mutex.Unlock()
		if err == nil {
			won++
		} else if shared.CodeOf(err) == shared.CodeLimitReached {
			lost++
		}
	})
	if won != limit || lost != 50-limit {
		t.Errorf("%d won, %d were told the session is full", won, lost)
	}
}

func duplicates(t *testing.T, s Subject) {
	ref := begin(t, s, limit)
	var added int
	var mutex sync.Mutex
	parallel(1000, func(i int) {
		result, err := s.Store.AddImage(context.Background(), ref, image(i%limit), limit)
		mutex.Lock()
		defer mutex.Unlock()
		if err != nil {
			t.Error(err)
		} else if result.Added {
			added++
		}
	})
	state := must[session.State](t)(s.Store.GetImages(t.Context(), ref))
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

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
		ImageID: slot.ImageID, S3Key: slot.S3Key, ContentType: shared.ContentTypeJPEG, Size: slot.Size, SHA256: slot.SHA256,
		Width: 300, Height: 200, Metadata: shared.Metadata{Laterality: shared.LateralityLeft, Notes: "ā \"quoted\""}, UploadedAt: at, UpdatedAt: at,
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
	first := must[session.Session](t)(s.Store.CreateSession(t.Context(), newSession("s1"), invitation("1"), time.Minute))
	second := must[session.Session](t)(s.Store.CreateSession(t.Context(), newSession("s2"), invitation("2"), time.Minute))
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

// join is what a phone does with a typed code.
func join(t *testing.T, s Subject, codeHash string) error {
	code, err := s.Store.GetSessionCode(t.Context(), codeHash)
	if err == nil {
		_, err = s.Store.ConnectPhone(t.Context(), code, t0)
	}
	return err
}

func codeExpires(t *testing.T, s Subject) {
	begin(t, s, 0)
	code := must[session.QRToken](t)(s.Store.GetSessionCode(t.Context(), "code-1"))
	if token := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-1")); code != token {
		t.Errorf("the code is of %+v, the token of %+v", code, token)
	}
	for _, hash := range []string{"token-1", "never-made"} {
		wantCode(t, join(t, s, hash), shared.CodeTokenInvalid)
	}
	_, err := s.Store.GetSessionToken(t.Context(), "code-1")
	wantCode(t, err, shared.CodeTokenInvalid)
	s.Advance(61 * time.Second)
	wantCode(t, join(t, s, "code-1"), shared.CodeTokenInvalid)
}

func codeRenewal(t *testing.T, s Subject) {
	ref := begin(t, s, 0)
	must[session.Session](t)(s.Store.CreateSession(t.Context(), newSession("s2"), invitation("2"), time.Minute))
	for _, hash := range []string{"code-1", "code-2"} {
		if err := join(t, s, hash); err != nil {
			t.Errorf("%s: %v", hash, err)
		}
	}
	must[session.Session](t)(s.Store.CreateSessionToken(t.Context(), ref, invitation("3"), time.Minute))
	for _, hash := range []string{"code-1", "code-2"} {
		wantCode(t, join(t, s, hash), shared.CodeTokenInvalid)
	}
	if err := join(t, s, "code-3"); err != nil {
		t.Error(err)
	}
}

func codeOfEnded(t *testing.T, s Subject) {
	ref := begin(t, s, 0)
	if _, _, err := s.Store.DeleteSession(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	wantCode(t, join(t, s, "code-1"), shared.CodeTokenInvalid)
	must[session.Session](t)(s.Store.CreateSession(t.Context(), newSession("s2"), invitation("2"), time.Minute))
	wantCode(t, join(t, s, "code-1"), shared.CodeTokenInvalid)
}

func codeTaken(t *testing.T, s Subject) {
	begin(t, s, 0)
	other := newSession("s2")
	other.EncounterID = "enc-2"
	same := session.Invitation{TokenHash: "token-2", CodeHash: "code-1"}
	must[session.Session](t)(s.Store.CreateSession(t.Context(), other, same, time.Minute))
	wantCode(t, join(t, s, "code-1"), shared.CodeTokenInvalid)
	must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-2"))
}

func codeTries(t *testing.T, s Subject) {
	must[session.Session](t)(s.Store.CreateSession(t.Context(), newSession("s1"), invitation("1"), 5*time.Minute))
	for range session.WrongCodes {
		wantCode(t, join(t, s, "never-made"), shared.CodeTokenInvalid)
	}
	err := join(t, s, "code-1")
	wantCode(t, err, shared.CodeRateLimited)
	if e, _ := errors.AsType[*shared.Error](err); e.RetryAfter != session.WrongCodesWindow {
		t.Errorf("it says to wait %s", e.RetryAfter)
	}
	must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-1"))
	s.Advance(session.WrongCodesWindow + time.Second)
	if err := join(t, s, "code-1"); err != nil {
		t.Errorf("after the window: %v", err)
	}
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
			_, _, err := store.UpdateImage(ctx, ref, "img-00", session.MetadataPatch{"notes": "n"}, t0)
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

func reserveTwice(t *testing.T, s Subject) {
	ref := begin(t, s, 2)
	again := reservation(1)
	again.S3Key = "sessions/enc-1/2_img-01.jpg"
	held := must[[]session.Reservation](t)(s.Store.Reserve(t.Context(), ref, []session.Reservation{again, reservation(2)}, limit, t0))
	if held[0].S3Key != reservation(1).S3Key || held[1].S3Key != reservation(2).S3Key {
		t.Errorf("keys %q and %q", held[0].S3Key, held[1].S3Key)
	}
	must[session.Added](t)(s.Store.AddImage(t.Context(), ref, image(1), limit))
	held = must[[]session.Reservation](t)(s.Store.Reserve(t.Context(), ref, []session.Reservation{again}, limit, t0))
	if held[0].S3Key != reservation(1).S3Key {
		t.Errorf("a confirmed image got another key: %q", held[0].S3Key)
	}
}

func reserveOtherBytes(t *testing.T, s Subject) {
	ref := begin(t, s, 1)
	other := reservation(0)
	other.SHA256 = "other"
	other.S3Key = "sessions/enc-1/2_img-00.jpg"
	_, err := s.Store.Reserve(t.Context(), ref, []session.Reservation{other}, limit, t0)
	wantCode(t, err, shared.CodeBadRequest)
	held := must[[]session.Reservation](t)(s.Store.Reserve(t.Context(), ref, []session.Reservation{other}, limit, t0.Add(7*time.Minute)))
	if held[0].S3Key != other.S3Key {
		t.Errorf("after the slot lapsed other bytes got its old key %q", held[0].S3Key)
	}
}

func reserveOverLimit(t *testing.T, s Subject) {
	ref := begin(t, s, limit-1)
	_, err := s.Store.Reserve(t.Context(), ref, []session.Reservation{reservation(90), reservation(91)}, limit, t0)
	wantCode(t, err, shared.CodeLimitReached)
	must[[]session.Reservation](t)(s.Store.Reserve(t.Context(), ref, []session.Reservation{reservation(92)}, limit, t0))
	_, err = s.Store.Reserve(t.Context(), ref, []session.Reservation{reservation(93)}, limit, t0)
	wantCode(t, err, shared.CodeLimitReached)
}

func reserveLapsed(t *testing.T, s Subject) {
	ref := begin(t, s, limit)
	late := reservation(90)
	late.LapsesAt = t0.Add(20 * time.Minute)
	_, err := s.Store.Reserve(t.Context(), ref, []session.Reservation{late}, limit, t0.Add(5*time.Minute))
	wantCode(t, err, shared.CodeLimitReached)
	must[[]session.Reservation](t)(s.Store.Reserve(t.Context(), ref, []session.Reservation{late}, limit, t0.Add(7*time.Minute)))
}

func confirmMismatch(t *testing.T, s Subject) {
	ref := begin(t, s, 1)
	for name, spoil := range map[string]func(*shared.Image){
		"size":       func(i *shared.Image) { i.Size++ },
		"hash":       func(i *shared.Image) { i.SHA256 = "other" },
		"key":        func(i *shared.Image) { i.S3Key = "sessions/enc-1/2_img-00.jpg" },
		"unreserved": func(i *shared.Image) { i.ImageID = "img-77" },
	} {
		wrong := image(0)
		spoil(&wrong)
		_, err := s.Store.AddImage(t.Context(), ref, wrong, limit)
		t.Run(name, func(t *testing.T) { wantCode(t, err, shared.CodeObjectMissing) })
	}
}

func confirmTwice(t *testing.T, s Subject) {
	ref := begin(t, s, 2)
	first := must[session.Added](t)(s.Store.AddImage(t.Context(), ref, image(0), limit))
	if !first.Added || first.ImageCount != 1 {
		t.Errorf("first confirm: %+v", first)
	}
	other := image(0)
	other.Metadata.Notes = "another try"
	second := must[session.Added](t)(s.Store.AddImage(t.Context(), ref, other, limit))
	if second.Added || second.ImageCount != 1 || second.Revision != first.Revision {
		t.Errorf("second confirm: %+v after %+v", second, first)
	}
	if diff := cmp.Diff(image(0), second.Image); diff != "" {
		t.Errorf("stored image (-want +got):\n%s", diff)
	}
}

func order(t *testing.T, s Subject) {
	ref := begin(t, s, 5)
	for _, i := range []int{3, 0, 4, 1} {
		confirmed := image(i)
		confirmed.UploadedAt = t0.Add(time.Duration((i*7)%5) * time.Second)
		must[session.Added](t)(s.Store.AddImage(t.Context(), ref, confirmed, limit))
	}
	state := must[session.State](t)(s.Store.GetImages(t.Context(), ref))
	if len(state.Images) != 4 || !slices.IsSortedFunc(state.Images, func(a, b shared.Image) int { return a.UploadedAt.Compare(b.UploadedAt) }) {
		t.Errorf("images %+v", state.Images)
	}
}

func update(t *testing.T, s Subject) {
	ref := begin(t, s, 1)
	added := must[session.Added](t)(s.Store.AddImage(t.Context(), ref, image(0), limit))
	later := t0.Add(time.Hour)
	changed, revision, err := s.Store.UpdateImage(t.Context(), ref, "img-00", session.MetadataPatch{"bodySite": "forearm", "laterality": ""}, later)
	if err != nil {
		t.Fatal(err)
	}
	want := image(0)
	want.Metadata = shared.Metadata{BodySite: "forearm", Notes: want.Metadata.Notes}
	want.UpdatedAt = later
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if revision <= added.Revision {
		t.Errorf("revision %d after %d", revision, added.Revision)
	}
	// With its last field gone the metadata is still an object.
	if changed, _, err = s.Store.UpdateImage(t.Context(), ref, "img-00", session.MetadataPatch{"bodySite": "", "notes": ""}, later); err != nil || changed.Metadata != (shared.Metadata{}) {
		t.Errorf("emptied: %+v, %v", changed.Metadata, err)
	}
	state := must[session.State](t)(s.Store.GetImages(t.Context(), ref))
	if len(state.Images) != 1 || state.Images[0].Size != 1000 {
		t.Errorf("stored %+v", state.Images)
	}
	_, _, err = s.Store.UpdateImage(t.Context(), ref, "img-77", session.MetadataPatch{"notes": "n"}, later)
	wantCode(t, err, shared.CodeImageNotFound)
}

func remove(t *testing.T, s Subject) {
	ref := begin(t, s, limit)
	added := must[session.Added](t)(s.Store.AddImage(t.Context(), ref, image(0), limit))
	removed, revision, err := s.Store.RemoveImage(t.Context(), ref, "img-00")
	if err != nil || removed.S3Key != image(0).S3Key || revision <= added.Revision {
		t.Fatalf("removed %+v at revision %d: %v", removed, revision, err)
	}
	_, _, err = s.Store.RemoveImage(t.Context(), ref, "img-00")
	wantCode(t, err, shared.CodeImageNotFound)
	must[[]session.Reservation](t)(s.Store.Reserve(t.Context(), ref, []session.Reservation{reservation(90)}, limit, t0))
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

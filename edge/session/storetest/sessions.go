package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

var gp1 = shared.Clinician{ID: "gp-1", Name: "Dr Test", PractitionerID: "hpi-1"}

func createTwice(t *testing.T, s *subject) {
	first := must[session.Live](t)(s.Store.CreateSession(t.Context(), newSession("s1"), invitation("1"), time.Minute))
	second := must[session.Live](t)(s.Store.CreateSession(t.Context(), newSession("s2"), invitation("2"), time.Minute))
	want := session.Live{Session: newSession("s1"), ExpiresAt: t0.Add(shared.SessionTTL)}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("stored session (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("second create (-first +second):\n%s", diff)
	}
}

func createRelabelled(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	before := list(t, s, phone.Ref)
	for _, label := range []string{"Test Patient B", ""} {
		again := newSession("s2")
		again.PatientLabel = label
		live := must[session.Live](t)(s.Store.CreateSession(t.Context(), again, invitation("2"), time.Minute))
		want := newSession("s1")
		want.PatientLabel = label
		if diff := cmp.Diff(want, live.Session); diff != "" {
			t.Errorf("opened (-want +got):\n%s", diff)
		}
		token := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-2"))
		joined := must[session.Joined](t)(
			s.Store.ConnectPhone(t.Context(), token, phoneNamed(s, "phone-2"), session.Admitted))
		if diff := cmp.Diff(want, joined.Session); diff != "" {
			t.Errorf("joined (-want +got):\n%s", diff)
		}
	}
	if after := list(t, s, phone.Ref); len(after.Expected) != len(before.Expected) {
		t.Errorf("slots: %+v, then %+v", before.Expected, after.Expected)
	}
}

func createMismatch(t *testing.T, s *subject) {
	phone := begin(t, s, 0)
	before := list(t, s, phone.Ref)
	s.Advance(30 * time.Second)
	for _, spoil := range []func(*session.Session){
		func(other *session.Session) { other.PatientID = "pat-2" },
		func(other *session.Session) { other.FacilityID = "fac-2" },
	} {
		other := newSession("s2")
		spoil(&other)
		_, err := s.Store.CreateSession(t.Context(), other, invitation("2"), time.Minute)
		wantCode(t, err, shared.CodeEncounterMismatch)
	}
	if diff := cmp.Diff(before, list(t, s, phone.Ref)); diff != "" {
		t.Error(diff)
	}
	joined(t, s, "token-1", "phone-2") // its code still works
}

func createReplaces(t *testing.T, s *subject) {
	begin(t, s, 0)
	old := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-1"))
	must[session.Live](t)(s.Store.CreateSession(t.Context(), newSession("s2"), invitation("2"), time.Minute))
	_, err := s.Store.ConnectPhone(t.Context(), old, phoneNamed(s, "phone-2"), session.Admitted)
	wantCode(t, err, shared.CodeTokenInvalid)
	joined(t, s, "token-2", "phone-2")
}

func tokenExpires(t *testing.T, s *subject) {
	begin(t, s, 0)
	must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-1"))
	s.Advance(61 * time.Second)
	_, err := s.Store.GetSessionToken(t.Context(), "token-1")
	wantCode(t, err, shared.CodeTokenInvalid)
	_, err = s.Store.GetSessionToken(t.Context(), "never-minted")
	wantCode(t, err, shared.CodeTokenInvalid)
}

func renewal(t *testing.T, s *subject) {
	phone := begin(t, s, 0)
	old := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-1"))
	must[session.Live](t)(s.Store.CreateSessionToken(t.Context(), phone.Ref, invitation("2"), time.Minute))
	_, err := s.Store.ConnectPhone(t.Context(), old, phoneNamed(s, "phone-2"), session.Admitted)
	wantCode(t, err, shared.CodeTokenInvalid)
	joined(t, s, "token-2", "phone-2")
}

func connect(t *testing.T, s *subject) {
	must[session.Live](t)(s.Store.CreateSession(t.Context(), newSession("s1"), invitation("1"), time.Minute))
	ref := newSession("s1").Ref()
	before := must[session.State](t)(s.Store.GetSession(t.Context(), ref))
	if before.PhoneConnectedAt != nil {
		t.Errorf("a phone before any joined: %v", before.PhoneConnectedAt)
	}
	token := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-1"))
	joined := must[session.Joined](t)(s.Store.ConnectPhone(
		t.Context(), token, phoneNamed(s, "phone-1"), session.Admitted,
	))
	want := session.Joined{
		Live:    session.Live{Session: newSession("s1"), ExpiresAt: t0.Add(shared.SessionTTL)},
		PhoneID: "phone-1", Revision: before.Revision + 1,
	}
	if diff := cmp.Diff(want, joined); diff != "" {
		t.Error(diff)
	}
	after := must[session.State](t)(s.Store.GetSession(t.Context(), ref))
	if after.Revision <= before.Revision || after.PhoneConnectedAt == nil || !after.PhoneConnectedAt.Equal(t0) {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

func wrongID(t *testing.T, s *subject) {
	begin(t, s, 1)
	for _, ref := range []session.Ref{
		{EncounterID: "enc-1", SessionID: "s2"}, {EncounterID: "enc-2", SessionID: "s1"},
	} {
		for name, call := range calls(t.Context(), s.Store, ref) {
			t.Run(name, func(t *testing.T) { wantCode(t, call(), shared.CodeSessionExpired) })
		}
	}
}

// calls is every operation on a session, for what all must refuse.
func calls(ctx context.Context, store session.Store, ref session.Ref) map[string]func() error {
	phone := session.PhoneRef{Ref: ref, PhoneID: "phone-1"}
	all := phoneCalls(ctx, store, phone)
	maps.Copy(all, map[string]func() error{
		"CreateSessionToken": func() error {
			_, err := store.CreateSessionToken(ctx, ref, invitation("9"), time.Minute)
			return err
		},
		"GetSession": func() error { _, err := store.GetSession(ctx, ref); return err },
		"GetImages":  func() error { _, err := store.GetImages(ctx, ref); return err },
		"UpdateImage": func() error {
			_, _, err := store.UpdateImage(ctx, ref, "img-00", session.MetadataPatch{Names: []string{"notes"}}, gp1)
			return err
		},
		"RemoveImage":   func() error { _, err := store.RemoveImage(ctx, ref, "img-00"); return err },
		"SetGuide":      func() error { return store.SetGuide(ctx, ref, []byte("jpeg")) },
		"AdmitPhone":    func() error { _, err := store.AdmitPhone(ctx, ref, "10"); return err },
		"GetGrant":      func() error { _, err := store.GetGrant(ctx, phone); return err },
		"RemovePhone":   func() error { _, err := store.RemovePhone(ctx, ref, "phone-1"); return err },
		"DeleteSession": func() error { _, err := store.DeleteSession(ctx, ref, 0, true); return err },
	})
	return all
}

// phoneCalls is every operation of a phone.
func phoneCalls(ctx context.Context, store session.Store, phone session.PhoneRef) map[string]func() error {
	return map[string]func() error{
		"CheckImage":       func() error { return store.CheckImage(ctx, phone, "img-00") },
		"GetGuide":         func() error { _, err := store.GetGuide(ctx, phone); return err },
		"GetImagesAsPhone": func() error { _, err := store.GetImagesAsPhone(ctx, phone); return err },
		"Reserve": func() error {
			_, err := store.Reserve(ctx, phone, []session.Reservation{reservation(0)}, limit)
			return err
		},
		"AddImage": func() error { _, err := store.AddImage(ctx, phone, image(0), limit); return err },
	}
}

func sessionExpires(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	add(t, s, phone, image(0))
	for range 3 {
		s.Advance(shared.SessionTTL - time.Minute)
		s.Store.UpdateImage(t.Context(), phone.Ref, "img-00", session.MetadataPatch{Names: []string{"notes"}}, gp1)
		if state := list(t, s, phone.Ref); !state.ExpiresAt.Equal(s.Now().Add(shared.SessionTTL)) {
			t.Errorf("it expires at %v", state.ExpiresAt)
		}
	}
	s.Advance(shared.SessionTTL)
	over(t, s, phone.Ref, false)
	live := must[session.Live](t)(s.Store.CreateSession(t.Context(), newSession("s2"), invitation("3"), time.Minute))
	if state := list(t, s, live.Session.Ref()); live.Session.ID != "s2" || len(state.Images) != 0 {
		t.Errorf("after expiry: session %s with %d images", live.Session.ID, len(state.Images))
	}
}

// over checks that nothing works on a session any more, and that the errors say
// whether a desktop ended it.
func over(t *testing.T, s *subject, ref session.Ref, ended bool) {
	t.Helper()
	for name, call := range calls(t.Context(), s.Store, ref) {
		t.Run(name, func(t *testing.T) {
			err := call()
			wantCode(t, err, shared.CodeSessionExpired)
			if e, _ := errors.AsType[*shared.Error](err); e.Ended != ended {
				t.Errorf("ended: %t, want %t", e.Ended, ended)
			}
		})
	}
}

func sessionEnds(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	add(t, s, phone, image(0))
	for s.Now().Before(t0.Add(shared.SessionMaxTTL - time.Hour)) {
		s.Advance(time.Hour)
		must[session.Live](t)(s.Store.CreateSession(t.Context(), newSession("s2"), invitation("2"), time.Minute))
		_, _, err := s.Store.UpdateImage(
			t.Context(),
			phone.Ref,
			"img-00",
			session.MetadataPatch{Names: []string{"notes"}},
			gp1,
		)
		if err != nil {
			t.Fatal(err)
		}
	}
	s.Advance(time.Hour - time.Second)
	if state := list(t, s, phone.Ref); !state.ExpiresAt.Equal(t0.Add(shared.SessionMaxTTL)) {
		t.Errorf("it expires at %v", state.ExpiresAt)
	}
	s.Advance(time.Second)
	over(t, s, phone.Ref, false)
}

// idle also lets the time pass here alone: a session's end must not wait for
// Redis to age its keys.
func idle(t *testing.T, s *subject) {
	phone := begin(t, s, 0)
	for range 3 {
		s.pass(30 * time.Minute)
		list(t, s, phone.Ref)
		must[session.State](t)(s.Store.GetImagesAsPhone(t.Context(), phone))
		must[session.State](t)(s.Store.GetSession(t.Context(), phone.Ref))
		must[session.Live](t)(s.Store.CreateSessionToken(t.Context(), phone.Ref, invitation("2"), time.Minute))
	}
	s.pass(30 * time.Minute)
	over(t, s, phone.Ref, false)
}

func joinsAndEnds(t *testing.T, s *subject) {
	ref := begin(t, s, 0).Ref
	token := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-1"))
	const before = 25 // joins that meet no end yet
	parallel(before+100, func(i int) {
		if i > before && i%2 == 0 {
			if _, err := s.Store.DeleteSession(context.Background(), ref, 0, true); err != nil {
				t.Error(err)
			}
			return
		}
		phone := phoneNamed(s, fmt.Sprintf("phone-%d", i+2))
		_, err := s.Store.ConnectPhone(context.Background(), token, phone, session.Admitted)
		if code := shared.CodeOf(err); err != nil && code != shared.CodeTokenInvalid {
			t.Error(err)
		}
	})
	_, err := s.Store.GetImages(t.Context(), ref)
	wantCode(t, err, shared.CodeSessionExpired)
}

package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

func phones(t *testing.T, s *subject) {
	phone := begin(t, s, 0)
	s.Advance(30 * time.Second)
	joined(t, s, "token-1", "phone-2")
	s.Advance(time.Second)
	reserve(t, s, phone, 1)
	want := []shared.Phone{
		{PhoneID: "phone-1", Name: "iPhone, Safari", JoinedAt: t0, LastSeenAt: t0.Add(31 * time.Second)},
		{
			PhoneID: "phone-2", Name: "iPhone, Safari",
			JoinedAt: t0.Add(30 * time.Second), LastSeenAt: t0.Add(30 * time.Second),
		},
	}
	if diff := cmp.Diff(want, list(t, s, phone.Ref).Phones); diff != "" {
		t.Error(diff)
	}
}

func manyPhones(t *testing.T, s *subject) {
	first := begin(t, s, 1)
	add(t, s, first, image(0))
	for i := range session.MaxPhones - 1 {
		s.Advance(time.Millisecond)
		joined(t, s, "token-1", fmt.Sprintf("phone-%d", i+2))
	}
	s.Advance(time.Millisecond)
	reserve(t, s, first, 1) // the first calls, so that the second is idle
	last := joined(t, s, "token-1", "phone-99")
	state := list(t, s, first.Ref)
	if len(state.Phones) != session.MaxPhones || state.Phones[0].PhoneID != "phone-1" ||
		state.Phones[1].PhoneID != "phone-3" {
		t.Errorf("%d phones: %+v", len(state.Phones), state.Phones)
	}
	reserve(t, s, last, 1)
}

func removePhone(t *testing.T, s *subject) {
	phone := begin(t, s, 2)
	add(t, s, phone, image(0))
	other := joined(t, s, "token-1", "phone-2")
	reserved(t, s, other, reservation(2))
	before := list(t, s, phone.Ref)
	remove := func() int64 {
		return must[int64](t)(s.Store.RemovePhone(t.Context(), phone.Ref, "phone-1"))
	}
	revision := remove()
	if revision <= before.Revision || remove() != revision {
		t.Errorf("the revision is %d after %d, then another", revision, before.Revision)
	}
	for name, call := range phoneCalls(t.Context(), s.Store, phone) {
		t.Run(name, func(t *testing.T) { wantCode(t, call(), shared.CodePhoneRemoved) })
	}
	reserved(t, s, other, reservation(3)) // the other phone continues
	after := list(t, s, phone.Ref)
	if len(after.Images) != 1 || len(after.Expected) != 2 || !after.Phones[0].Removed || after.Phones[1].Removed {
		t.Errorf("left: %+v", after)
	}
	if !slices.Contains(s.left, reservation(1).S3Key) || slices.Contains(s.left, reservation(0).S3Key) {
		t.Errorf("objects to delete: %q", s.left)
	}
	token := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-1"))
	_, err := s.Store.ConnectPhone(t.Context(), token, phoneNamed(s, "phone-3"), session.Admitted)
	wantCode(t, err, shared.CodeTokenInvalid)
	_, err = s.Store.RemovePhone(t.Context(), phone.Ref, "phone-77")
	wantCode(t, err, shared.CodeBadRequest)
}

func remove(t *testing.T, s *subject) {
	phone := begin(t, s, limit)
	added := add(t, s, phone, image(0))
	removal := must[session.Removal](t)(s.Store.RemoveImage(t.Context(), phone.Ref, "img-00"))
	if !slices.Equal(removal.S3Keys, []string{image(0).S3Key}) || removal.Revision <= added.Revision {
		t.Fatalf("removed: %+v", removal)
	}
	if len(list(t, s, phone.Ref).Images) != 0 {
		t.Error("it is still listed")
	}
	_, err := s.Store.RemoveImage(t.Context(), phone.Ref, "img-77")
	wantCode(t, err, shared.CodeImageNotFound)
	reserved(t, s, phone, reservation(90))
}

func tombstone(t *testing.T, s *subject) {
	phone := begin(t, s, 2)
	add(t, s, phone, image(0))
	first := must[session.Removal](t)(s.Store.RemoveImage(t.Context(), phone.Ref, "img-00"))
	must[int64](t)(s.Store.Swept(t.Context(), "enc-1", first.S3Keys))
	again := must[session.Removal](t)(s.Store.RemoveImage(t.Context(), phone.Ref, "img-00"))
	if len(again.S3Keys) != 0 || again.Revision != first.Revision {
		t.Errorf("removed again: %+v after %+v", again, first)
	}
	s.Advance(time.Hour)
	for name, call := range phoneCalls(t.Context(), s.Store, phone) {
		if name == "GetImagesAsPhone" || name == "GetGuide" {
			continue
		}
		t.Run(name, func(t *testing.T) { wantCode(t, call(), shared.CodeImageRemoved) })
	}
	batch := []session.Reservation{reservation(5), reservation(0)}
	_, err := s.Store.Reserve(t.Context(), phone, batch, limit)
	if e, ok := err.(*shared.Error); !ok || e.Code != shared.CodeImageRemoved || e.ImageID != "img-00" {
		t.Errorf("a batch with it: %+v", err)
	}
	if state := list(t, s, phone.Ref); len(state.Images) != 0 || len(state.Expected) != 0 {
		t.Errorf("it came back: %+v", state)
	}
}

func leftover(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	add(t, s, phone, image(0))
	want := must[session.Removal](t)(s.Store.RemoveImage(t.Context(), phone.Ref, "img-00")).S3Keys
	reported := func() []string {
		s.left = nil
		list(t, s, phone.Ref)
		return s.left
	}
	if got := reported(); !slices.Equal(got, want) {
		t.Errorf("the next call reports %q", got)
	}
	if got := reported(); got != nil {
		t.Errorf("the call after it reports %q at once", got)
	}
	s.Advance(session.SweepPause)
	if got := reported(); !slices.Equal(got, want) {
		t.Errorf("a later call reports %q", got)
	}
	if got := must[[]string](t)(s.Store.Doomed(t.Context(), "enc-1")); !slices.Equal(got, want) {
		t.Errorf("still to delete: %q", got)
	}
	swept := func() []string {
		must[int64](t)(s.Store.Swept(t.Context(), "enc-1", want))
		s.Advance(session.SweepPause)
		return reported()
	}
	if got := swept(); got != nil {
		t.Errorf("what was deleted is reported: %q", got)
	}
	// A URL from before the removal may have stored it again.
	s.Advance(session.ReservationTTL)
	if got := reported(); !slices.Equal(got, want) {
		t.Errorf("when its last URL has expired, a call reports %q", got)
	}
	if got := swept(); got != nil {
		t.Errorf("what was deleted twice is reported: %q", got)
	}
}

func end(t *testing.T, s *subject) {
	phone := begin(t, s, 3)
	add(t, s, phone, image(0))
	removal := must[session.Removal](t)(s.Store.DeleteSession(t.Context(), phone.Ref, 0, true))
	slices.Sort(removal.S3Keys)
	want := []string{reservation(0).S3Key, reservation(1).S3Key, reservation(2).S3Key}
	if !slices.Equal(removal.S3Keys, want) {
		t.Fatalf("keys %q", removal.S3Keys)
	}
	swept := func() []string {
		must[int64](t)(s.Store.Swept(t.Context(), "enc-1", want))
		return must[[]string](t)(s.Store.Doomed(t.Context(), "enc-1"))
	}
	if left := swept(); len(left) != 0 {
		t.Errorf("after the first sweep: %q", left)
	}
	over(t, s, phone.Ref, true)
	// Each of them can be stored again while its URL works.
	s.Advance(7 * time.Minute)
	left := must[[]string](t)(s.Store.Doomed(t.Context(), "enc-1"))
	slices.Sort(left)
	if !slices.Equal(left, want) {
		t.Errorf("when the URLs have expired: %q", left)
	}
	if left = swept(); len(left) != 0 {
		t.Errorf("after the last sweep: %q", left)
	}
	over(t, s, phone.Ref, true)
}

// tooLate confirms photos whose PUT ended after their object was deleted: they
// are to be deleted again, as nothing names them.
func tooLate(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	late := func(n int, from session.PhoneRef, want shared.Code) {
		t.Helper()
		must[int64](t)(s.Store.Swept(t.Context(), "enc-1", []string{image(n).S3Key}))
		s.left = nil
		_, err := s.Store.AddImage(t.Context(), from, image(n), limit)
		wantCode(t, err, want)
		if !slices.Contains(s.left, image(n).S3Key) {
			t.Errorf("after %s, objects to delete: %q", want, s.left)
		}
	}
	other := joined(t, s, "token-1", "phone-2")
	reserved(t, s, other, reservation(1))
	must[int64](t)(s.Store.RemovePhone(t.Context(), other.Ref, other.PhoneID))
	late(1, other, shared.CodePhoneRemoved)
	s.Advance(session.ReservationTTL)
	list(t, s, phone.Ref) // the slot has lapsed
	late(0, phone, shared.CodeObjectMissing)
	held := reservation(2)
	held.LapsesAt = s.Now().Add(session.ReservationTTL)
	reserved(t, s, phone, held)
	must[session.Removal](t)(s.Store.DeleteSession(t.Context(), phone.Ref, 0, true))
	late(2, phone, shared.CodeSessionExpired)
}

// removedPhonePhoto confirms a stored photo again from a phone that was removed
// since: its object stays.
func removedPhonePhoto(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	add(t, s, phone, image(0))
	must[int64](t)(s.Store.RemovePhone(t.Context(), phone.Ref, phone.PhoneID))
	_, err := s.Store.AddImage(t.Context(), phone, image(0), limit)
	wantCode(t, err, shared.CodePhoneRemoved)
	if slices.Contains(s.left, image(0).S3Key) {
		t.Errorf("objects to delete: %q", s.left)
	}
}

func endChanged(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	seen := list(t, s, phone.Ref)
	add(t, s, phone, image(0))
	_, err := s.Store.DeleteSession(t.Context(), phone.Ref, seen.Revision, false)
	wantCode(t, err, shared.CodeSessionChanged)
	seen = list(t, s, phone.Ref)
	if len(seen.Images) != 1 {
		t.Fatalf("the photo is gone: %+v", seen)
	}
	removal := must[session.Removal](t)(s.Store.DeleteSession(t.Context(), phone.Ref, seen.Revision, false))
	if removal.Revision <= seen.Revision {
		t.Errorf("the revision went from %d to %d", seen.Revision, removal.Revision)
	}
}

func endPending(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	_, err := s.Store.DeleteSession(t.Context(), phone.Ref, list(t, s, phone.Ref).Revision, false)
	wantCode(t, err, shared.CodeUploadsPending)
	s.Advance(7 * time.Minute)
	revision := list(t, s, phone.Ref).Revision // the slot has lapsed
	must[session.Removal](t)(s.Store.DeleteSession(t.Context(), phone.Ref, revision, false))
}

func endRepeated(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	add(t, s, phone, image(0))
	revision := list(t, s, phone.Ref).Revision
	first := must[session.Removal](t)(s.Store.DeleteSession(t.Context(), phone.Ref, revision, false))
	again := must[session.Removal](t)(s.Store.DeleteSession(t.Context(), phone.Ref, revision, false))
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error(diff)
	}
	must[int64](t)(s.Store.Swept(t.Context(), "enc-1", again.S3Keys))
	over(t, s, phone.Ref, true)
	live := must[session.Live](t)(s.Store.CreateSession(t.Context(), newSession("s2"), invitation("2"), time.Minute))
	over(t, s, phone.Ref, true)
	again = must[session.Removal](t)(s.Store.DeleteSession(t.Context(), live.Session.Ref(), 0, true))
	must[int64](t)(s.Store.Swept(t.Context(), "enc-1", again.S3Keys))
	over(t, s, live.Session.Ref(), true)
	s.Advance(shared.SessionMaxTTL)
	over(t, s, live.Session.Ref(), false)
}

func recreated(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	add(t, s, phone, image(0))
	want := must[session.Removal](t)(s.Store.DeleteSession(t.Context(), phone.Ref, 0, true)).S3Keys
	live := must[session.Live](t)(s.Store.CreateSession(t.Context(), newSession("s2"), invitation("2"), time.Minute))
	if !slices.Equal(s.left, want) {
		t.Errorf("creating reported %q", s.left)
	}
	if state := list(t, s, live.Session.Ref()); len(state.Images) != 0 || live.Session.ID != "s2" {
		t.Errorf("the new session has %+v", state)
	}
	again := must[session.Removal](t)(s.Store.DeleteSession(t.Context(), phone.Ref, 0, true))
	if !slices.Equal(again.S3Keys, want) {
		t.Errorf("ending the first again returned %q", again.S3Keys)
	}
}

// expiredHere opens a session again whose record Redis still has: another clock
// than Redis's says that it is over.
func expiredHere(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	add(t, s, phone, image(0))
	s.pass(shared.SessionTTL)
	live := must[session.Live](t)(s.Store.CreateSession(t.Context(), newSession("s2"), invitation("2"), time.Minute))
	if live.Session.ID != "s2" || !slices.Equal(s.left, []string{image(0).S3Key}) {
		t.Errorf("session %s; objects to delete: %q", live.Session.ID, s.left)
	}
}

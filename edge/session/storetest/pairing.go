package storetest

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

// waiting lets a phone ask to join.
func waiting(t *testing.T, s *subject, phoneID string, first int) session.Joined {
	t.Helper()
	token := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-1"))
	return must[session.Joined](t)(s.Store.ConnectPhone(t.Context(), token, phoneNamed(s, phoneID), first))
}

func waits(t *testing.T, s *subject) {
	ref := begin(t, s, 0).Ref
	second, third := waiting(t, s, "phone-2", 32), waiting(t, s, "phone-3", 32)
	if second.Number != "42" || third.Number != "43" {
		t.Errorf("they wait with %q and %q", second.Number, third.Number)
	}
	phone := session.PhoneRef{Ref: ref, PhoneID: "phone-3"}
	for name, call := range phoneCalls(t.Context(), s.Store, phone) {
		t.Run(name, func(t *testing.T) { wantCode(t, call(), shared.CodePhoneRemoved) })
	}
	if grant := must[session.Joined](t)(s.Store.GetGrant(t.Context(), phone)); grant.Number != "43" {
		t.Errorf("while it waits: %+v", grant)
	}
	listed := list(t, s, ref)
	if phones := listed.Phones; len(phones) != 3 || phones[0].Waiting || !phones[1].Waiting || !phones[2].Waiting {
		t.Errorf("phones are %+v", phones)
	}
	if revision := must[int64](t)(s.Store.AdmitPhone(t.Context(), ref, "43")); revision <= listed.Revision {
		t.Errorf("the revision is %d after %d", revision, listed.Revision)
	}
	if grant := must[session.Joined](t)(s.Store.GetGrant(t.Context(), phone)); grant.Number != "" {
		t.Errorf("once admitted: %+v", grant)
	}
	admitAgain(t, s, ref)
	reserve(t, s, phone, 1)
	if phones := list(t, s, ref).Phones; !phones[1].Waiting || phones[2].Waiting || phones[2].Removed {
		t.Errorf("phones are %+v", phones)
	}
	must[int64](t)(s.Store.RemovePhone(t.Context(), ref, "phone-2"))
	_, err := s.Store.GetGrant(t.Context(), session.PhoneRef{Ref: ref, PhoneID: "phone-2"})
	wantCode(t, err, shared.CodePhoneRemoved)
	_, err = s.Store.AdmitPhone(t.Context(), ref, "42")
	wantCode(t, err, shared.CodeTokenInvalid)
}

// admitAgain repeats the number 43, whose response was lost, more often than numbers
// may be wrong. Only the phone that has joined with it had it, and no other phone gets it.
func admitAgain(t *testing.T, s *subject, ref session.Ref) {
	t.Helper()
	before := list(t, s, ref)
	for range session.WrongNumbers + 1 {
		must[int64](t)(s.Store.AdmitPhone(t.Context(), ref, "43"))
	}
	if after := list(t, s, ref); !reflect.DeepEqual(after, before) {
		t.Errorf("a repeated number changed %+v to %+v", before, after)
	}
	if next := waiting(t, s, "phone-4", 33); next.Number != "44" {
		t.Errorf("the next phone waits with %q", next.Number)
	}
	must[int64](t)(s.Store.RemovePhone(t.Context(), ref, "phone-4"))
}

func wrongNumbers(t *testing.T, s *subject) {
	first := begin(t, s, 0)
	waiting(t, s, "phone-2", 0)
	token := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-1"))
	for i := range session.WrongNumbers {
		must[session.Joined](t)(s.Store.GetGrant(t.Context(), session.PhoneRef{Ref: first.Ref, PhoneID: "phone-2"}))
		_, err := s.Store.AdmitPhone(t.Context(), first.Ref, fmt.Sprint(50+i))
		wantCode(t, err, shared.CodeTokenInvalid)
	}
	_, err := s.Store.GetGrant(t.Context(), session.PhoneRef{Ref: first.Ref, PhoneID: "phone-2"})
	wantCode(t, err, shared.CodeTokenInvalid)
	_, err = s.Store.ConnectPhone(t.Context(), token, phoneNamed(s, "phone-3"), 0)
	wantCode(t, err, shared.CodeTokenInvalid)
	_, err = s.Store.AdmitPhone(t.Context(), first.Ref, "10")
	wantCode(t, err, shared.CodeTokenInvalid)
	reserve(t, s, first, 1) // who had joined stays
}

func numbers(t *testing.T, s *subject) {
	ref := begin(t, s, 0).Ref
	token := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-1"))
	var mutex sync.Mutex
	taken := map[string]bool{}
	refused := 0
	parallel(session.Numbers+5, func(i int) {
		phone := phoneNamed(s, fmt.Sprintf("phone-%d", i+2))
		joined, err := s.Store.ConnectPhone(context.Background(), token, phone, i%7)
		mutex.Lock()
		defer mutex.Unlock()
		switch {
		case shared.CodeOf(err) == shared.CodeRateLimited:
			refused++
		case err != nil:
			t.Error(err)
		default:
			taken[joined.Number] = true
		}
	})
	if len(taken) != session.Numbers || refused != 5 {
		t.Errorf("%d numbers, %d refused", len(taken), refused)
	}
	must[int64](t)(s.Store.AdmitPhone(t.Context(), ref, "10"))
	admitted := 0
	for _, phone := range list(t, s, ref).Phones {
		if !phone.Waiting {
			admitted++
		}
	}
	if admitted != 2 {
		t.Errorf("%d phones are admitted", admitted)
	}
}

// waitsNoMore fills all numbers; one phone still asks, and the others have left.
func waitsNoMore(t *testing.T, s *subject) {
	ref := begin(t, s, 0).Ref
	token := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-1"))
	join := func(phoneID string) (session.Joined, error) {
		return s.Store.ConnectPhone(t.Context(), token, phoneNamed(s, phoneID), 0)
	}
	for i := range session.Numbers {
		must[session.Joined](t)(join(fmt.Sprintf("phone-%d", i+2)))
	}
	asks, left := session.PhoneRef{Ref: ref, PhoneID: "phone-2"}, session.PhoneRef{Ref: ref, PhoneID: "phone-3"}
	s.Advance(session.WaitTTL - time.Millisecond)
	must[session.Joined](t)(s.Store.GetGrant(t.Context(), asks))
	_, err := join("phone-98")
	wantCode(t, err, shared.CodeRateLimited)
	s.Advance(time.Millisecond)
	if next := must[session.Joined](t)(join("phone-99")); next.Number != "11" {
		t.Errorf("the next phone waits with %q", next.Number)
	}
	if grant := must[session.Joined](t)(s.Store.GetGrant(t.Context(), asks)); grant.Number != "10" {
		t.Errorf("the phone that asks waits with %q", grant.Number)
	}
	_, err = s.Store.GetGrant(t.Context(), left)
	wantCode(t, err, shared.CodeTokenInvalid)
	if phones := list(t, s, ref).Phones; len(phones) != 3 {
		t.Errorf("phones are %+v", phones)
	}
}

func admittedToMany(t *testing.T, s *subject) {
	first := begin(t, s, 0)
	for i := range session.MaxPhones - 1 {
		s.Advance(time.Millisecond)
		joined(t, s, "token-1", fmt.Sprintf("phone-%d", i+2))
	}
	number := waiting(t, s, "phone-99", 0).Number
	s.Advance(time.Millisecond)
	reserve(t, s, first, 1) // the first calls, so that the second is idle
	must[int64](t)(s.Store.AdmitPhone(t.Context(), first.Ref, number))
	phones := list(t, s, first.Ref).Phones
	if len(phones) != session.MaxPhones || phones[0].PhoneID != "phone-1" || phones[1].PhoneID != "phone-3" {
		t.Errorf("%d phones: %+v", len(phones), phones)
	}
	reserve(t, s, session.PhoneRef{Ref: first.Ref, PhoneID: "phone-99"}, 1)
}

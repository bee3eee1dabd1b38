package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

// join is what a phone does with a typed code.
func join(t *testing.T, s *subject, codeHash string) error {
	code, err := s.Store.GetSessionCode(t.Context(), codeHash)
	if err == nil {
		_, err = s.Store.ConnectPhone(t.Context(), code, phoneNamed(s, "phone-9"), session.Admitted)
	}
	return err
}

func codeExpires(t *testing.T, s *subject) {
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

func codeRenewal(t *testing.T, s *subject) {
	ref := begin(t, s, 0).Ref
	if err := join(t, s, "code-1"); err != nil {
		t.Error(err)
	}
	must[session.Live](t)(s.Store.CreateSession(t.Context(), newSession("s2"), invitation("2"), time.Minute))
	wantCode(t, join(t, s, "code-1"), shared.CodeTokenInvalid)
	if err := join(t, s, "code-2"); err != nil {
		t.Error(err)
	}
	must[session.Live](t)(s.Store.CreateSessionToken(t.Context(), ref, invitation("3"), time.Minute))
	for _, hash := range []string{"code-1", "code-2"} {
		wantCode(t, join(t, s, hash), shared.CodeTokenInvalid)
	}
	if err := join(t, s, "code-3"); err != nil {
		t.Error(err)
	}
}

func codeOfEnded(t *testing.T, s *subject) {
	ref := begin(t, s, 0).Ref
	if _, err := s.Store.DeleteSession(t.Context(), ref, 0, true); err != nil {
		t.Fatal(err)
	}
	wantCode(t, join(t, s, "code-1"), shared.CodeTokenInvalid)
	must[session.Live](t)(s.Store.CreateSession(t.Context(), newSession("s2"), invitation("2"), time.Minute))
	wantCode(t, join(t, s, "code-1"), shared.CodeTokenInvalid)
}

func codeTaken(t *testing.T, s *subject) {
	begin(t, s, 0)
	other := newSession("s2")
	other.EncounterID = "enc-2"
	same := session.Invitation{TokenHash: "token-2", CodeHash: "code-1"}
	must[session.Live](t)(s.Store.CreateSession(t.Context(), other, same, time.Minute))
	wantCode(t, join(t, s, "code-1"), shared.CodeTokenInvalid)
	must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-2"))
}

func codeTries(t *testing.T, s *subject) {
	must[session.Live](t)(s.Store.CreateSession(t.Context(), newSession("s1"), invitation("1"), 5*time.Minute))
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

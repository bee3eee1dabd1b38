package credential

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

func TestVerifiedTokens(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	keys := Keys{
		Session: []byte(strings.Repeat("s", 32)), Verified: &Verified{}, Now: func() time.Time { return now },
	}
	phone := session.PhoneRef{Ref: session.Ref{EncounterID: "e1", SessionID: "s1"}, PhoneID: "p1"}
	token, err := keys.IssuePhone(phone)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		bearer, err := keys.Verify(token)
		if err != nil || bearer.Scope != ScopePhone || bearer.Phone() != phone {
			t.Errorf("call %d: %+v, %v", i, bearer, err)
		}
	}
	if len(keys.Verified.byToken) != 1 {
		t.Errorf("%d tokens are remembered, want 1", len(keys.Verified.byToken))
	}

	// What resembles a remembered token is verified, and refused.
	for _, other := range []string{token[:len(token)-2], token + "A", strings.ToUpper(token), " " + token} {
		if _, err := keys.Verify(other); shared.CodeOf(err) != shared.CodeUnauthorized {
			t.Errorf("%q: %v", other, err)
		}
	}
	if len(keys.Verified.byToken) != 1 {
		t.Error("a refused token is remembered")
	}

	// A remembered token expires as it would otherwise.
	now = now.Add(shared.SessionMaxTTL + shared.ClockSkew - time.Second)
	if _, err := keys.Verify(token); err != nil {
		t.Errorf("within the leeway: %v", err)
	}
	now = now.Add(time.Second)
	if _, err := keys.Verify(token); shared.CodeOf(err) != shared.CodeUnauthorized {
		t.Errorf("expired: %v", err)
	}
	if len(keys.Verified.byToken) != 0 {
		t.Error("an expired token is remembered")
	}
}

func TestVerifiedIsBounded(t *testing.T) {
	var known Verified
	now := time.Now()
	for i := range 3*maxVerified + 1 {
		token := fmt.Sprint(i)
		known.put(token, Bearer{PhoneID: token}, now.Add(time.Hour))
		if bearer, ok := known.get(token, now); !ok || bearer.PhoneID != token {
			t.Fatalf("%s is not remembered", token)
		}
		if len(known.byToken) > maxVerified {
			t.Fatalf("%d tokens are remembered", len(known.byToken))
		}
	}
}

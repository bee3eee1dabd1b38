package credential

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

var (
	t0     = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	secret = []byte("0123456789abcdef0123456789abcdef")
)

func keysAt(now time.Time) Keys {
	return Keys{
		Session: secret,
		Launch:  []byte("fedcba9876543210fedcba9876543210"),
		Now:     func() time.Time { return now },
	}
}

func TestSessionTokens(t *testing.T) {
	ref := session.Ref{EncounterID: "enc-1", SessionID: "s1"}
	clinician := shared.Clinician{ID: "gp-1", Name: "Dr Test"}
	keys := keysAt(t0)
	phone, err := keys.IssuePhone(session.PhoneRef{Ref: ref, PhoneID: "phone-1"})
	if err != nil {
		t.Fatal(err)
	}
	desktop, err := keys.IssueDesktop(ref, clinician)
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string]Bearer{
		phone:   {Ref: ref, Scope: ScopePhone, PhoneID: "phone-1"},
		desktop: {Ref: ref, Scope: ScopeDesktop, Clinician: clinician},
	}
	for token, want := range tokens {
		for _, test := range []struct {
			name  string
			after time.Duration
			ok    bool
		}{
			{"at once", 0, true},
			{"on a clock that is a little behind", -50 * time.Second, true},
			{"within the skew of its end", shared.SessionMaxTTL + 50*time.Second, true},
			{"past its end", shared.SessionMaxTTL + 2*time.Minute, false},
		} {
			t.Run(string(want.Scope)+" "+test.name, func(t *testing.T) {
				got, err := keysAt(t0.Add(test.after)).Verify(token)
				if test.ok && (err != nil || got != want) {
					t.Errorf("got %+v, %v", got, err)
				}
				if !test.ok && shared.CodeOf(err) != shared.CodeUnauthorized {
					t.Errorf("error is %v", err)
				}
			})
		}
	}
}

func TestSessionTokensThatDoNotSayWhose(t *testing.T) {
	keys, ref := keysAt(t0), session.Ref{EncounterID: "enc-1", SessionID: "s1"}
	for name, claims := range map[string]sessionClaims{
		"a phone without an id":       {Scope: ScopePhone},
		"a desktop without a person":  {Scope: ScopeDesktop},
		"a clinician without an id":   {Scope: ScopeDesktop, Clinician: &shared.Clinician{Name: "x"}},
		"a phone's id with a colon":   {Scope: ScopePhone, PhoneID: "a:b"},
		"a scope that is not known":   {Scope: "admin", PhoneID: "phone-1"},
		"neither scope nor clinician": {},
	} {
		token, err := keys.issue(ref, claims)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := keys.Verify(token); shared.CodeOf(err) != shared.CodeUnauthorized {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLaunchClaims(t *testing.T) {
	tests := []struct {
		name   string
		change func(jwt.MapClaims)
		code   shared.Code
	}{
		{"a name and a practitioner", func(c jwt.MapClaims) { c["name"], c["practitionerId"] = "Dr Ā", "hpi-1" }, ""},
		{"a label with accents, in Arabic", func(c jwt.MapClaims) { c["patientLabel"] = "Māia, مريم" }, ""},
		{"this deployment's aud", func(c jwt.MapClaims) { c["aud"] = []string{"x", "https://photos.example"} }, ""},
		{"photobridge as aud", func(c jwt.MapClaims) { c["aud"] = "photobridge" }, ""},
		{"another aud", func(c jwt.MapClaims) { c["aud"] = "https://other.example" }, shared.CodeUnauthorized},
		{"a control character", func(c jwt.MapClaims) { c["patientLabel"] = "a\x07b" }, shared.CodeBadRequest},
		{"a line break", func(c jwt.MapClaims) { c["patientLabel"] = "a\nb" }, shared.CodeBadRequest},
		{"an override", func(c jwt.MapClaims) { c["patientLabel"] = "a\u202eb" }, shared.CodeBadRequest},
		{"an isolate", func(c jwt.MapClaims) { c["patientLabel"] = "a\u2066b" }, shared.CodeBadRequest},
		{"a direction mark", func(c jwt.MapClaims) { c["patientLabel"] = "a\u200fb" }, shared.CodeBadRequest},
		{"a line separator", func(c jwt.MapClaims) { c["patientLabel"] = "a\u2028b" }, shared.CodeBadRequest},
		{"a name with an override", func(c jwt.MapClaims) { c["name"] = "a\u202eb" }, shared.CodeBadRequest},
		{"an encounter named token", func(c jwt.MapClaims) { c["encounterId"] = "token" }, shared.CodeBadRequest},
		{"an encounter named images", func(c jwt.MapClaims) { c["encounterId"] = "images" }, shared.CodeBadRequest},
		{"a practitioner with a slash", func(c jwt.MapClaims) { c["practitionerId"] = "a/b" }, shared.CodeUnauthorized},
	}
	keys := keysAt(t0)
	keys.Audiences = []string{"https://photos.example"}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			claims := launchClaimsAt(t0)
			test.change(claims)
			token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(keys.Launch)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := keys.VerifyLaunch(t.Context(), token); shared.CodeOf(err) != test.code {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func launchClaimsAt(now time.Time) jwt.MapClaims {
	return jwt.MapClaims{
		"sub":         "gp-1",
		"facilityId":  "fac-1",
		"patientId":   "pat-1",
		"encounterId": "enc-1",
		"exp":         now.Add(time.Hour).Unix(),
	}
}

func sign(t *testing.T, method jwt.SigningMethod, kid string, key any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, launchClaimsAt(t0))
	if kid != "" {
		token.Header["kid"] = kid
	}
	signed, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// keySet is a practice system's published keys, and how often it was asked.
type keySet struct {
	keys  map[string]any
	down  bool
	asked int
}

func (s *keySet) RoundTrip(*http.Request) (*http.Response, error) {
	s.asked++
	if s.down {
		return nil, errors.New("no route")
	}
	set := jwkset.JWKSMarshal{}
	for kid, key := range s.keys {
		encoded, err := jwkset.NewJWKFromKey(key, jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: kid}})
		if err != nil {
			return nil, err
		}
		set.Keys = append(set.Keys, encoded.Marshal())
	}
	body, err := json.Marshal(set)
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(body))}, err
}

func TestKeySet(t *testing.T) {
	ec, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	strange, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	rs, _ := rsa.GenerateKey(rand.Reader, 2048)
	weak, _ := rsa.GenerateKey(rand.Reader, 1024)
	other, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	public, err := json.Marshal(rs.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	set := &keySet{
		keys: map[string]any{"ec": ec.Public(), "p384": strange.Public(), "rsa": rs.Public(), "weak": weak.Public()},
	}
	keys := keysAt(t0)
	keys.JWKS = &JWKS{URL: "https://practice.example/jwks", HTTP: set, Now: keys.Now}
	tests := []struct {
		name  string
		token string
		ok    bool
	}{
		{"ES256", sign(t, jwt.SigningMethodES256, "ec", ec), true},
		{"RS256", sign(t, jwt.SigningMethodRS256, "rsa", rs), true},
		{"an unknown kid", sign(t, jwt.SigningMethodES256, "nobody", ec), false},
		{"no kid", sign(t, jwt.SigningMethodES256, "", ec), false},
		{"another key under that kid", sign(t, jwt.SigningMethodES256, "ec", other), false},
		{"a kid of another kind of key", sign(t, jwt.SigningMethodES256, "rsa", ec), false},
		{"another curve", sign(t, jwt.SigningMethodES384, "p384", strange), false},
		{"an RSA key that is too short", sign(t, jwt.SigningMethodRS256, "weak", weak), false},
		{"another RSA method", sign(t, jwt.SigningMethodPS256, "rsa", rs), false},
		{"the public key as a shared secret", sign(t, jwt.SigningMethodHS256, "rsa", public), false},
		{"the launch secret, which is not in use", sign(t, jwt.SigningMethodHS256, "ec", keys.Launch), false},
		{"none", sign(t, jwt.SigningMethodNone, "ec", jwt.UnsafeAllowNoneSignatureType), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			launch, err := keys.VerifyLaunch(t.Context(), test.token)
			want := session.Launch{
				Clinician: shared.Clinician{ID: "gp-1"}, FacilityID: "fac-1", PatientID: "pat-1", EncounterID: "enc-1",
			}
			if test.ok && (err != nil || !cmp.Equal(launch, want)) {
				t.Errorf("got %+v, %v", launch, err)
			}
			if !test.ok && shared.CodeOf(err) != shared.CodeUnauthorized {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestKeySetIsCached(t *testing.T) {
	ec, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	next, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	now := t0
	set := &keySet{keys: map[string]any{"a": ec.Public()}}
	jwks := &JWKS{URL: "https://practice.example/jwks", HTTP: set, Now: func() time.Time { return now }}
	keys := Keys{JWKS: jwks, Now: func() time.Time { return t0 }} // the clock that checks tokens does not move
	verify := func(kid string, key *ecdsa.PrivateKey) shared.Code {
		_, err := keys.VerifyLaunch(t.Context(), sign(t, jwt.SigningMethodES256, kid, key))
		return shared.CodeOf(err)
	}
	steps := []struct {
		name  string
		wait  time.Duration
		kid   string
		key   *ecdsa.PrivateKey
		down  bool
		code  shared.Code
		asked int
	}{
		{"nothing known and the practice is down", 0, "a", ec, true, shared.CodeUpstreamUnavailable, 1},
		{"it is tried again at once", 0, "a", ec, false, "", 2},
		{"known keys need no asking", time.Minute, "a", ec, true, "", 2},
		{"a new kid makes it ask", 0, "b", next, false, shared.CodeUnauthorized, 3},
		{"and not again for a while", 5 * time.Second, "b", next, false, shared.CodeUnauthorized, 3},
		{"a rotated key is found then", time.Minute, "b", next, false, "", 4},
		{"old keys serve while it is down", time.Hour, "b", next, true, "", 5},
		{"for half a day", 13 * time.Hour, "b", next, true, shared.CodeUpstreamUnavailable, 6},
		{"and not between two tries either", time.Second, "b", next, true, shared.CodeUpstreamUnavailable, 6},
		{"until it is back", time.Minute, "b", next, false, "", 7},
	}
	for _, step := range steps {
		now = now.Add(step.wait)
		set.down = step.down
		if step.name == "a rotated key is found then" {
			set.keys = map[string]any{"b": next.Public()}
		}
		if code := verify(step.kid, step.key); code != step.code || set.asked != step.asked {
			t.Errorf(
				"%s: code %q, wanted %q; asked %d times, wanted %d",
				step.name,
				code,
				step.code,
				set.asked,
				step.asked,
			)
		}
	}
}

func FuzzTokens(f *testing.F) {
	keys := keysAt(t0)
	ref := session.Ref{EncounterID: "enc-1", SessionID: "s1"}
	good, err := keys.IssuePhone(session.PhoneRef{Ref: ref, PhoneID: "phone-1"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{good, "", "..", "a.b.c", good[:len(good)-1], "eyJhbGciOiJub25lIn0.e30."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if got, err := keys.Verify(token); err == nil && (got.Ref != ref || got.Scope != ScopePhone) {
			t.Errorf("%q is accepted as %+v", token, got)
		}
		if _, err := keys.VerifyLaunch(t.Context(), token); err == nil {
			t.Errorf("%q is accepted as a launch token", token)
		}
	})
}

func FuzzKeySet(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"AA","y":"AA"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"},null,{"kty":"oct","k":"AA"}]}`))
	f.Add([]byte(`{"keys":{}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		keys, err := parseKeySet(body)
		if err == nil && len(keys) == 0 {
			t.Error("an empty set is accepted")
		}
	})
}

// Package credential checks launch tokens and issues and checks the tokens of
// a session's phones and desktops. All are JWTs (RFC 7519); each verifies one
// algorithm only, so that a token cannot choose how it is checked (RFC 8725,
// section 3.1).
package credential

import (
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

// Scope is what the bearer of a session token is.
type Scope string

// The scopes of session tokens.
const (
	ScopePhone   Scope = "phone"
	ScopeDesktop Scope = "desktop"
	ScopeWaiting Scope = "waiting" // a phone until a desktop admits it
)

const issuer = "photobridge"

// Keys signs and checks.
type Keys struct {
	Session []byte // SESSION_SECRET
	Launch  []byte // LAUNCH_SECRET; empty if the practice system has a key set
	JWKS    *JWKS  // LAUNCH_JWKS_URL; nil if it shares a secret
	// Audiences are what a launch token's aud may name, if it has one.
	Audiences []string
	Verified  *Verified // nil: each session token is verified each time
	Now       func() time.Time
}

// Bearer is whose session token a call comes with.
type Bearer struct {
	session.Ref
	Scope     Scope
	PhoneID   string           // of a phone
	Clinician shared.Clinician // of a desktop
}

// Phone is the phone that calls.
func (b Bearer) Phone() session.PhoneRef { return session.PhoneRef{Ref: b.Ref, PhoneID: b.PhoneID} }

type sessionClaims struct {
	jwt.RegisteredClaims
	Scope     Scope             `json:"scope"`
	SessionID string            `json:"sid"`
	PhoneID   string            `json:"phone,omitempty"`
	Clinician *shared.Clinician `json:"clinician,omitempty"`
}

// IssuePhone makes the upload token of a phone.
func (k Keys) IssuePhone(phone session.PhoneRef) (string, error) {
	return k.issue(phone.Ref, sessionClaims{Scope: ScopePhone, PhoneID: phone.PhoneID})
}

// IssueWaiting makes the token with which a phone asks whether it is admitted.
func (k Keys) IssueWaiting(phone session.PhoneRef) (string, error) {
	return k.issue(phone.Ref, sessionClaims{Scope: ScopeWaiting, PhoneID: phone.PhoneID})
}

// IssueDesktop makes the desktop token of a clinician.
func (k Keys) IssueDesktop(ref session.Ref, clinician shared.Clinician) (string, error) {
	return k.issue(ref, sessionClaims{Scope: ScopeDesktop, Clinician: &clinician})
}

// issue makes a token for a session. It outlives any session: the end of a
// session is that its id is gone from the store.
func (k Keys) issue(ref session.Ref, claims sessionClaims) (string, error) {
	now := k.Now()
	claims.RegisteredClaims = jwt.RegisteredClaims{
		Issuer:    issuer,
		Audience:  jwt.ClaimStrings{issuer},
		Subject:   ref.EncounterID,
		IssuedAt:  jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(now.Add(shared.SessionMaxTTL)),
	}
	claims.SessionID = ref.SessionID
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(k.Session)
}

// Verify checks a session token and says whose it is. It fails with
// unauthorized.
func (k Keys) Verify(token string) (Bearer, error) {
	if known, ok := k.Verified.get(token, k.Now()); ok {
		return known, nil
	}
	var claims sessionClaims
	_, err := jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return k.Session, nil },
		jwt.WithValidMethods([]string{"HS256"}),
		jwt.WithIssuer(issuer), jwt.WithAudience(issuer),
		jwt.WithExpirationRequired(), jwt.WithLeeway(shared.ClockSkew), jwt.WithTimeFunc(k.Now))
	if err != nil || !claims.complete() {
		return Bearer{}, &shared.Error{Code: shared.CodeUnauthorized, Err: err}
	}
	bearer := Bearer{
		Ref:     session.Ref{EncounterID: claims.Subject, SessionID: claims.SessionID},
		Scope:   claims.Scope,
		PhoneID: claims.PhoneID,
	}
	if claims.Clinician != nil {
		bearer.Clinician = *claims.Clinician
	}
	if claims.NotBefore == nil {
		k.Verified.put(token, bearer, claims.ExpiresAt.Add(shared.ClockSkew))
	}
	return bearer, nil
}

// complete reports whether the claims say whose token it is.
func (c sessionClaims) complete() bool {
	switch {
	case !shared.ValidID(c.Subject) || c.SessionID == "":
		return false
	case c.Scope == ScopePhone, c.Scope == ScopeWaiting:
		return shared.ValidID(c.PhoneID)
	default:
		return c.Scope == ScopeDesktop && c.Clinician != nil && c.Clinician.ID != ""
	}
}

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
)

const issuer = "photobridge"

// Keys signs and checks.
type Keys struct {
	Session []byte // SESSION_SECRET
	Launch  []byte // LAUNCH_SECRET; empty if the practice system has a key set
	JWKS    *JWKS  // LAUNCH_JWKS_URL; nil if it shares a secret
	Now     func() time.Time
}

type sessionClaims struct {
	jwt.RegisteredClaims
	Scope     Scope  `json:"scope"`
	SessionID string `json:"sid"`
}

// Issue makes a token for a session. It outlives any session: what ends it is
// that the session's id is gone from the store.
func (k Keys) Issue(scope Scope, ref session.Ref) (string, error) {
	now := k.Now()
	claims := sessionClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    issuer,
			Audience:  jwt.ClaimStrings{issuer},
			Subject:   ref.EncounterID,
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(shared.LaunchMaxTTL)),
		},
		Scope:     scope,
		SessionID: ref.SessionID,
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(k.Session)
}

// Verify checks a session token and says whose it is. It fails with
// unauthorized.
func (k Keys) Verify(token string) (session.Ref, Scope, error) {
	var claims sessionClaims
	_, err := jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return k.Session, nil },
		jwt.WithValidMethods([]string{"HS256"}),
		jwt.WithIssuer(issuer), jwt.WithAudience(issuer),
		jwt.WithExpirationRequired(), jwt.WithLeeway(shared.ClockSkew), jwt.WithTimeFunc(k.Now))
	known := claims.Scope == ScopePhone || claims.Scope == ScopeDesktop
	if err != nil || !known || !shared.ValidID(claims.Subject) || claims.SessionID == "" {
		return session.Ref{}, "", shared.Wrap(
			err,
			shared.CodeUnauthorized,
			"This session's access is no longer valid. Open the session again on the desktop.",
		)
	}
	return session.Ref{EncounterID: claims.Subject, SessionID: claims.SessionID}, claims.Scope, nil
}

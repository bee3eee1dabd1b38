// Package credential checks launch tokens and issues and checks the tokens of
// a session's phones and desktops. All are JWTs (RFC 7519); each verifies one
// algorithm only, so that a token cannot choose how it is checked (RFC 8725,
// section 3.1).
package credential

import (
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

// Scope is what the bearer of a session token is.
type Scope string

const (
	ScopePhone   Scope = "phone"
	ScopeDesktop Scope = "desktop"
)

const (
	issuer          = "photobridge"
	maxPatientLabel = 100 // characters
)

// Keys signs and checks.
type Keys struct {
	Session []byte // SESSION_SECRET
	Launch  []byte // LAUNCH_SECRET
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
		return session.Ref{}, "", shared.Wrap(err, shared.CodeUnauthorized, "This session's access is no longer valid. Open the session again on the desktop.")
	}
	return session.Ref{EncounterID: claims.Subject, SessionID: claims.SessionID}, claims.Scope, nil
}

type launchClaims struct {
	jwt.RegisteredClaims
	FacilityID   string `json:"facilityId"`
	PatientID    string `json:"patientId"`
	EncounterID  string `json:"encounterId"`
	PatientLabel string `json:"patientLabel"`
}

// VerifyLaunch checks a practice system's launch token. It fails with
// unauthorized, and says which claim is missing or malformed: its reader is
// the developer of that system.
func (k Keys) VerifyLaunch(token string) (session.Launch, error) {
	var claims launchClaims
	_, err := jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return k.Launch, nil },
		jwt.WithValidMethods([]string{"HS256"}),
		jwt.WithExpirationRequired(), jwt.WithLeeway(shared.ClockSkew), jwt.WithTimeFunc(k.Now))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return session.Launch{}, shared.Wrap(err, shared.CodeUnauthorized, "The launch token has expired. Open the patient's record again.")
	case err != nil:
		return session.Launch{}, shared.Wrap(err, shared.CodeUnauthorized, "The launch token is not valid. Ask whoever runs the practice system to check its signing key.")
	case claims.ExpiresAt.After(k.Now().Add(shared.LaunchMaxTTL + shared.ClockSkew)):
		return session.Launch{}, shared.Errorf(shared.CodeUnauthorized, "The launch token lives too long: exp may be at most 12 hours away.")
	case claims.Subject == "" || len(claims.Subject) > 200:
		return session.Launch{}, shared.Errorf(shared.CodeUnauthorized, "The launch token needs sub, the clinician's id.")
	case len([]rune(claims.PatientLabel)) > maxPatientLabel:
		return session.Launch{}, shared.Errorf(shared.CodeUnauthorized, "The launch token's patientLabel may have %d characters.", maxPatientLabel)
	}
	for name, id := range map[string]string{"facilityId": claims.FacilityID, "patientId": claims.PatientID, "encounterId": claims.EncounterID} {
		if !shared.ValidID(id) {
			return session.Launch{}, shared.Errorf(shared.CodeUnauthorized, "The launch token needs %s: 1 to 64 letters, digits, dots, underscores or hyphens.", name)
		}
	}
	return session.Launch{
		Clinician:    claims.Subject,
		FacilityID:   claims.FacilityID,
		PatientID:    claims.PatientID,
		PatientLabel: claims.PatientLabel,
		EncounterID:  claims.EncounterID,
	}, nil
}

package credential

import (
	"context"
	"errors"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

const maxPatientLabel = 100 // characters

type launchClaims struct {
	jwt.RegisteredClaims
	FacilityID   string `json:"facilityId"`
	PatientID    string `json:"patientId"`
	EncounterID  string `json:"encounterId"`
	PatientLabel string `json:"patientLabel"`
}

// VerifyLaunch checks a practice system's launch token. It fails with
// unauthorized, and says which claim is missing or malformed: its reader is
// the developer of that system. It fails with upstream_unavailable if the key
// set is needed and cannot be had.
func (k Keys) VerifyLaunch(ctx context.Context, token string) (session.Launch, error) {
	var claims launchClaims
	key, methods := k.launchKey(ctx)
	_, err := jwt.ParseWithClaims(token, &claims, key, jwt.WithValidMethods(methods),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(shared.ClockSkew), jwt.WithTimeFunc(k.Now))
	if upstream, ok := errors.AsType[*shared.Error](err); ok {
		return session.Launch{}, upstream
	}
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return session.Launch{}, shared.Wrap(
			err,
			shared.CodeUnauthorized,
			"The launch token has expired. Open the patient's record again.",
		)
	case err != nil:
		return session.Launch{}, shared.Wrap(
			err,
			shared.CodeUnauthorized,
			"The launch token is not valid. Ask whoever runs the practice system to check its signing key.",
		)
	case claims.ExpiresAt.After(k.Now().Add(shared.LaunchMaxTTL + shared.ClockSkew)):
		return session.Launch{}, shared.Errorf(
			shared.CodeUnauthorized,
			"The launch token lives too long: exp may be at most 12 hours away.",
		)
	case claims.Subject == "" || len(claims.Subject) > 200:
		return session.Launch{}, shared.Errorf(
			shared.CodeUnauthorized,
			"The launch token needs sub, the clinician's id.",
		)
	case len([]rune(claims.PatientLabel)) > maxPatientLabel:
		return session.Launch{}, shared.Errorf(
			shared.CodeUnauthorized,
			"The launch token's patientLabel may have %d characters.",
			maxPatientLabel,
		)
	}
	for _, claim := range []struct{ name, id string }{{"facilityId", claims.FacilityID}, {"patientId", claims.PatientID}, {"encounterId", claims.EncounterID}} {
		if !shared.ValidID(claim.id) {
			return session.Launch{}, shared.Errorf(
				shared.CodeUnauthorized,
				"The launch token needs %s: 1 to 64 letters, digits, dots, underscores or hyphens.",
				claim.name,
			)
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

// launchKey is how launch tokens are checked: with the shared secret or with
// the practice system's public keys, never with whichever the token names.
func (k Keys) launchKey(ctx context.Context) (jwt.Keyfunc, []string) {
	if k.JWKS != nil {
		return func(token *jwt.Token) (any, error) { return k.JWKS.key(ctx, token) }, []string{"ES256", "RS256"}
	}
	return func(*jwt.Token) (any, error) { return k.Launch, nil }, []string{"HS256"}
}

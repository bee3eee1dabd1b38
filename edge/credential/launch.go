package credential

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

const (
	maxSubject = 200 // bytes
)

// reservedEncounters are parts of the API's own paths: an encounter of such a
// name could not be distinguished from a call.
var reservedEncounters = []string{"create", "grant", "images", "phones", "presigned-url", "realtime", "token"}

type launchClaims struct {
	jwt.RegisteredClaims
	Name           string `json:"name"`
	PractitionerID string `json:"practitionerId"`
	FacilityID     string `json:"facilityId"`
	PatientID      string `json:"patientId"`
	EncounterID    string `json:"encounterId"`
	PatientLabel   string `json:"patientLabel"`
}

// VerifyLaunch checks a practice system's launch token. The error names the claim
// that is wrong, for the developer of that system. It fails with unauthorized. It
// fails with bad_request if a text has control or direction characters, or if the
// encounter id is reserved. It fails with upstream_unavailable if the key set is
// needed and cannot be read.
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
		return session.Launch{}, &shared.Error{Code: shared.CodeUnauthorized, Field: "expired", Err: err}
	case err != nil:
		return session.Launch{}, &shared.Error{Code: shared.CodeUnauthorized, Field: "signature", Err: err}
	case claims.ExpiresAt.After(k.Now().Add(shared.LaunchMaxTTL + shared.ClockSkew)):
		return session.Launch{}, &shared.Error{Code: shared.CodeUnauthorized, Field: "exp"}
	case len(claims.Audience) > 0 && !slices.ContainsFunc(claims.Audience, k.isAudience):
		return session.Launch{}, &shared.Error{Code: shared.CodeUnauthorized, Field: "aud"}
	}
	if err := claims.check(); err != nil {
		return session.Launch{}, err
	}
	return session.Launch{
		Clinician: shared.Clinician{
			ID: claims.Subject, Name: claims.Name, PractitionerID: claims.PractitionerID,
		},
		FacilityID:   claims.FacilityID,
		PatientID:    claims.PatientID,
		PatientLabel: claims.PatientLabel,
		EncounterID:  claims.EncounterID,
	}, nil
}

func (k Keys) isAudience(name string) bool {
	return name == issuer || slices.Contains(k.Audiences, name)
}

// check reports the first claim that is wrong.
func (c launchClaims) check() error {
	if c.Subject == "" || len(c.Subject) > maxSubject {
		return &shared.Error{Code: shared.CodeUnauthorized, Field: "sub"}
	}
	for _, claim := range []struct {
		name, id string
		required bool
	}{
		{"facilityId", c.FacilityID, true},
		{"patientId", c.PatientID, true},
		{"encounterId", c.EncounterID, true},
		{"practitionerId", c.PractitionerID, false},
	} {
		if (claim.required || claim.id != "") && !shared.ValidID(claim.id) {
			return &shared.Error{Code: shared.CodeUnauthorized, Field: claim.name}
		}
	}
	if slices.Contains(reservedEncounters, c.EncounterID) {
		return &shared.Error{Code: shared.CodeBadRequest, Field: "encounterId"}
	}
	if err := checkText("patientLabel", c.PatientLabel); err != nil {
		return err
	}
	return checkText("name", c.Name)
}

// checkText refuses text that is too long, or that a screen would show as other than
// it is.
func checkText(claim, text string) error {
	switch {
	case utf8.RuneCountInString(text) > shared.MaxLaunchText:
		return &shared.Error{Code: shared.CodeUnauthorized, Field: claim, Limit: shared.MaxLaunchText}
	case strings.ContainsFunc(text, shared.IsUnseen):
		return &shared.Error{Code: shared.CodeBadRequest, Field: claim}
	}
	return nil
}

// launchKey is how launch tokens are checked: with the shared secret or with
// the practice system's public keys, never with whichever the token names.
func (k Keys) launchKey(ctx context.Context) (jwt.Keyfunc, []string) {
	if k.JWKS != nil {
		return func(token *jwt.Token) (any, error) { return k.JWKS.key(ctx, token) }, []string{"ES256", "RS256"}
	}
	return func(*jwt.Token) (any, error) { return k.Launch, nil }, []string{"HS256"}
}

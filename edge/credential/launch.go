package credential

import (
	"context"
	"errors"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

const (
	maxPatientLabel  = 100 // characters
	maxClinicianName = 100 // characters
	maxSubject       = 200 // bytes
)

// reservedEncounters are parts of the API's own paths: an encounter of such a
// name could not be told from a call.
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

// VerifyLaunch checks a practice system's launch token. It fails with
// unauthorized, and with bad_request for a claim that a person would read
// wrongly, and says which claim it is: its reader is the developer of that
// system. It fails with upstream_unavailable if the key set is needed and cannot
// be had.
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
		return session.Launch{}, shared.Wrap(err, shared.CodeUnauthorized,
			"The launch token has expired. Open the patient's record again.")
	case err != nil:
		return session.Launch{}, shared.Wrap(err, shared.CodeUnauthorized,
			"The launch token is not valid. Ask whoever runs the practice system to check its signing key.")
	case claims.ExpiresAt.After(k.Now().Add(shared.LaunchMaxTTL + shared.ClockSkew)):
		return session.Launch{}, shared.Errorf(shared.CodeUnauthorized,
			"The launch token lives too long: exp may be at most 12 hours away.")
	case len(claims.Audience) > 0 && !slices.ContainsFunc(claims.Audience, k.isAudience):
		return session.Launch{}, shared.Errorf(shared.CodeUnauthorized,
			"The launch token is for another service: aud must name this deployment's BASE_URL or photobridge.")
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
		return shared.Errorf(shared.CodeUnauthorized, "The launch token needs sub, the clinician's id.")
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
			return shared.Errorf(shared.CodeUnauthorized,
				"The launch token needs %s: 1 to 64 letters, digits, dots, underscores or hyphens.", claim.name)
		}
	}
	if slices.Contains(reservedEncounters, c.EncounterID) {
		return shared.Errorf(shared.CodeBadRequest,
			"The launch token's encounterId is a word of the API's own paths. Give the encounter another id.")
	}
	if err := checkText("patientLabel", c.PatientLabel, maxPatientLabel); err != nil {
		return err
	}
	return checkText("name", c.Name, maxClinicianName)
}

// checkText refuses text that a screen would show as other than it is.
func checkText(claim, text string, most int) error {
	if utf8.RuneCountInString(text) > most {
		return shared.Errorf(shared.CodeUnauthorized, "The launch token's %s may have %d characters.", claim, most)
	}
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return shared.Errorf(shared.CodeBadRequest,
				"The launch token's %s must not contain control or text direction characters.", claim)
		}
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

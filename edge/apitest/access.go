package apitest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/shared"
)

// credential is one that does not open the route it is tried on.
type credential struct {
	name  string
	token string
	// refusals are the statuses that refuse it. A session that ended is reported
	// apart from a bad token, for the sentence that a person reads.
	refusals []int
}

// access tries every documented call with every wrong credential.
func access(t *testing.T, a *api) {
	s, other, ended := a.open(t), a.open(t), a.open(t)
	image := a.upload(t, s, shared.Metadata{})
	a.call(t, "DELETE", base+"/"+ended.EncounterID+"?force=1", ended.DesktopToken, nil).expect(t, 204, "")
	reopened := decode[shared.CreateResponse](
		t,
		a.call(t, "POST", base+"/create", a.launchToken(t, ended.EncounterID), nil).expect(t, 201, ""),
	)
	tried := 0
	for path, item := range a.document.Paths.Map() {
		for method, operation := range item.Operations() {
			if operation.Security == nil || len(*operation.Security) == 0 {
				tried += a.exchanges(t, method+" "+path, s, ended)
				continue
			}
			opens := schemes(operation.Security)
			for _, wrong := range a.wrongCredentials(t, opens, s, other) {
				tried++
				t.Run(method+" "+path+" with "+wrong.name, func(t *testing.T) {
					a.refuse(t, method, fill(path, s, image.ImageID), body(method, path, s, image), wrong)
				})
			}
			if slices.ContainsFunc(
				opens, func(name string) bool { return name != "desktopToken" && name != "uploadToken" },
			) {
				continue
			}
			for scope, token := range map[string]string{
				"desktop": ended.DesktopToken, "phone": ended.phone.UploadToken,
			} {
				if slices.Contains(opens, scopeScheme[scope]) {
					tried++
					t.Run(method+" "+path+" with the ended session's "+scope+" token", func(t *testing.T) {
						earlier := opened{CreateResponse: reopened}
						a.refuse(
							t,
							method,
							fill(path, ended, image.ImageID),
							body(method, path, earlier, image),
							credential{"", token, []int{http.StatusNotFound}},
						)
					})
				}
			}
		}
	}
	if tried < 80 {
		t.Errorf("only %d combinations were tried: is the document read?", tried)
	}
	a.call(t, "GET", base+"/images/"+s.EncounterID, s.DesktopToken, nil).expect(t, 200, "")
}

// exchanges tries a call that has its credential in itself with every other
// one, and says how many there were.
func (a *api) exchanges(t *testing.T, operation string, s, ended opened) (tried int) {
	var exchange func(secret string) response
	switch operation {
	case "GET /healthz":
		return 0 // has none
	case "GET " + base + "/token/{token}":
		exchange = func(secret string) response { return a.call(t, "GET", base+"/token/"+escape(secret), "", nil) }
	case "POST " + base + "/token":
		exchange = func(secret string) response {
			return a.call(t, "POST", base+"/token", s.DesktopToken, shared.ExchangeRequest{TypedCode: secret})
		}
	default:
		t.Errorf("%s is open to everybody", operation)
		return 0
	}
	secrets := map[string]string{
		"a desktop token":                s.DesktopToken,
		"an upload token":                s.phone.UploadToken,
		"a launch token":                 a.launchToken(t, s.EncounterID),
		"an encounter":                   s.EncounterID,
		"the ended session's QR token":   ended.Token,
		"the ended session's typed code": ended.TypedCode,
	}
	if operation == "POST "+base+"/token" {
		secrets["a QR token"] = s.Token
	} else {
		secrets["a typed code"] = s.TypedCode
	}
	for name, secret := range secrets {
		t.Run(operation+" with "+name, func(t *testing.T) {
			exchange(secret).expect(t, http.StatusNotFound, shared.CodeTokenInvalid)
		})
	}
	return len(secrets)
}

var scopeScheme = map[string]string{"desktop": "desktopToken", "phone": "uploadToken"}

func (a *api) refuse(t *testing.T, method, path string, body any, wrong credential) {
	t.Helper()
	got := a.call(t, method, path, wrong.token, body)
	if !slices.Contains(wrong.refusals, got.Status) {
		t.Errorf("returned %d: %s", got.Status, got.Body)
	}
}

// wrongCredentials are all that must not open a route of s.
func (a *api) wrongCredentials(t *testing.T, opens []string, s, other opened) []credential {
	unauthorized, forbidden, mismatch := []int{
		http.StatusUnauthorized,
	}, []int{
		http.StatusForbidden,
	}, []int{
		http.StatusConflict,
	}
	list := []credential{
		{"no token", "", unauthorized},
		{"no JWT", "x", unauthorized},
		{"a tampered token", tamper(s.DesktopToken), unauthorized},
		{
			"alg none",
			a.resign(t, s.DesktopToken, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil),
			unauthorized,
		},
		{"another algorithm", a.resign(t, s.DesktopToken, jwt.SigningMethodHS512, a.SessionSecret, nil), unauthorized},
		{
			"another secret",
			a.resign(t, s.DesktopToken, jwt.SigningMethodHS256, []byte("another secret of thirty-two bytes"), nil),
			unauthorized,
		},
		{"the launch secret", a.resign(t, s.DesktopToken, jwt.SigningMethodHS256, a.LaunchSecret, nil), unauthorized},
		{
			"an expired token",
			a.resign(
				t,
				s.DesktopToken,
				jwt.SigningMethodHS256,
				a.SessionSecret,
				jwt.MapClaims{"exp": time.Now().Add(-2 * time.Minute).Unix()},
			),
			unauthorized,
		},
		{
			"no phone and no clinician",
			a.resign(
				t,
				s.DesktopToken,
				jwt.SigningMethodHS256,
				a.SessionSecret,
				jwt.MapClaims{"phone": nil, "clinician": nil},
			),
			unauthorized,
		},
		{
			"no expiry",
			a.resign(t, s.DesktopToken, jwt.SigningMethodHS256, a.SessionSecret, jwt.MapClaims{"exp": nil}),
			unauthorized,
		},
		{
			"another audience",
			a.resign(t, s.DesktopToken, jwt.SigningMethodHS256, a.SessionSecret, jwt.MapClaims{"aud": "elsewhere"}),
			unauthorized,
		},
		{
			"an unknown scope",
			a.resign(t, s.DesktopToken, jwt.SigningMethodHS256, a.SessionSecret, jwt.MapClaims{"scope": "admin"}),
			unauthorized,
		},
		{"the QR token", s.Token, unauthorized},
	}
	if !slices.Contains(opens, "launchToken") {
		list = append(list, credential{"a launch token", a.launchToken(t, s.EncounterID), unauthorized})
	}
	for scope, tokens := range map[string][2]string{
		"desktop": {s.DesktopToken, other.DesktopToken}, "phone": {s.phone.UploadToken, other.phone.UploadToken},
	} {
		switch {
		case slices.Contains(opens, "launchToken"), slices.Contains(opens, "adminToken"):
			list = append(list, credential{"a " + scope + " token", tokens[0], unauthorized})
		case slices.Contains(opens, scopeScheme[scope]):
			list = append(list, credential{"another encounter's " + scope + " token", tokens[1], mismatch})
		default:
			list = append(list, credential{"a " + scope + " token", tokens[0], forbidden})
		}
	}
	return list
}

// resign makes a token with a session token's claims, some changed, nil removing one.
func (a *api) resign(t *testing.T, token string, method jwt.SigningMethod, key any, changes jwt.MapClaims) string {
	t.Helper()
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil {
		t.Fatal(err)
	}
	for name, value := range changes {
		if value == nil {
			delete(claims, name)
		} else {
			claims[name] = value
		}
	}
	signed, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// tamper changes one character of the claims.
func tamper(token string) string {
	at := strings.Index(token, ".") + 10
	replacement := "A"
	if token[at] == 'A' {
		replacement = "B"
	}
	return token[:at] + replacement + token[at+1:]
}

// schemes are the names of the credentials that open an operation.
func schemes(requirements *openapi3.SecurityRequirements) []string {
	var names []string
	for _, requirement := range *requirements {
		names = slices.AppendSeq(names, maps.Keys(requirement))
	}
	return names
}

// fill puts ids into a documented path, with force for the call that asks.
func fill(path string, s opened, imageID string) string {
	filled := strings.NewReplacer(
		"{encounterId}", s.EncounterID, "{imageId}", imageID, "{phoneId}", s.phone.PhoneID,
	).Replace(path)
	if path == base+"/{encounterId}" {
		filled += "?force=1"
	}
	return filled
}

// body is a right body for a call, so that only the credential is wrong.
func body(method, path string, s opened, image shared.Image) any {
	switch {
	case method == "PATCH":
		return map[string]any{"metadata": map[string]any{"laterality": "left"}}
	case method == "PUT" && strings.HasSuffix(path, "/guide"):
		return guideOf([]byte{0xFF, 0xD8, 0xFF, 0xD9})
	case strings.HasSuffix(path, "/phones"):
		return shared.AdmitRequest{Number: "10"}
	case strings.HasSuffix(path, "/presigned-url"):
		_, wanted := picture(1000)
		return shared.PresignRequest{EncounterID: s.EncounterID, Images: []shared.PresignImage{wanted}}
	case method == "POST" && strings.HasSuffix(path, "/images"):
		return shared.ConfirmRequest{
			EncounterID: s.EncounterID,
			ImageID:     image.ImageID,
			S3Key:       "sessions/" + s.EncounterID + "/1_" + image.ImageID + ".jpg",
			Width:       1,
			Height:      1,
		}
	}
	return nil
}

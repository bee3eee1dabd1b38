//go:build !js

package main

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/edge/api"
	"github.com/clinicpro/photobridge/edge/realtime"
	"github.com/clinicpro/photobridge/shared"
)

// TestRateLimits spends each limit and looks at what still works: a phone must
// not use up what a desktop may ask, nor one session another's.
func TestRateLimits(t *testing.T) {
	spent := map[string]bool{} // limits that refuse, by name and key
	asked := map[string]bool{}
	limit := func(name string) api.Limiter {
		return func(_ context.Context, key string) bool {
			asked[name+" "+key] = true
			return !spent[name] && !spent[name+" "+key]
		}
	}
	values := deployment(t, nil)
	handler := newApp(platform{
		getenv:    func(name string) string { return values[name] },
		transport: http.DefaultTransport,
		outbox:    &realtime.Outgoing{HTTP: http.DefaultTransport},
		log:       func([]byte) {},
		limits: api.Limits{
			Opens: limit("opens"), TokenTries: limit("tries"),
			DesktopCalls: limit("desktop"), PhoneCalls: limit("phone"),
		},
	})
	ask := func(method, path, token string) *httptest.ResponseRecorder {
		request := httptest.NewRequest(method, shared.BasePath+path, nil)
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("CF-Connecting-IP", "203.0.113.7")
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		return recorder
	}
	launch, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": "gp-1", "facilityId": "fac-1", "patientId": "pat-1", "encounterId": "enc-1",
		"exp": time.Now().Add(time.Hour).Unix(),
	}).SignedString([]byte(values["LAUNCH_SECRET"]))
	if err != nil {
		t.Fatal(err)
	}
	var created shared.CreateResponse
	var phone shared.Grant
	if err := json.Unmarshal(ask("POST", "/create", launch).Body.Bytes(), &created); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(ask("GET", "/token/"+created.Token, "").Body.Bytes(), &phone); err != nil {
		t.Fatal(err)
	}
	calls := map[string]func() *httptest.ResponseRecorder{
		"opens":   func() *httptest.ResponseRecorder { return ask("POST", "/create", "x") },
		"tries":   func() *httptest.ResponseRecorder { return ask("GET", "/token/x", "") },
		"desktop": func() *httptest.ResponseRecorder { return ask("GET", "/images/enc-1", created.DesktopToken) },
		"phone":   func() *httptest.ResponseRecorder { return ask("GET", "/images/enc-1", phone.UploadToken) },
	}
	for name := range calls {
		clear(spent)
		spent[name] = true
		for other, call := range calls {
			refused := call()
			if (refused.Code == http.StatusTooManyRequests) != (other == name) {
				t.Errorf("with %s spent %s returns %d", name, other, refused.Code)
			}
			if other == name && refused.Header().Get("Retry-After") == "" {
				t.Errorf("%s does not say when to try again", name)
			}
		}
	}
	keys := slices.Sorted(maps.Keys(asked))
	if len(keys) != 4 || keys[1] != "opens 203.0.113.7" || keys[3] != "tries 203.0.113.7" ||
		!strings.HasPrefix(keys[0], "desktop ") || keys[2] != "phone "+keys[0][len("desktop "):]+" "+phone.PhoneID {
		t.Errorf("limits were asked for %q", keys)
	}
}

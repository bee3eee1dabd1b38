package practice

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/local/fault"
)

const secret = "a secret between the practice system and the edge"

func call(h http.Handler, method, target, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, strings.NewReader(body)))
	return w
}

func TestRoutes(t *testing.T) {
	built := t.TempDir()
	if err := os.WriteFile(filepath.Join(built, "index.html"), []byte("host page"), 0o600); err != nil {
		t.Fatal(err)
	}
	there := New(Config{Edge: "http://edge.test", LaunchSecret: secret, Page: built})
	missing := New(Config{LaunchSecret: secret, Page: filepath.Join(built, "none")})
	tests := []struct {
		name                 string
		handler              http.Handler
		method, target, body string
		status               int
		want                 string // part of the response
	}{
		{
			"the patients",
			there,
			"GET",
			"/practice.json",
			``,
			200,
			`"edge":"http://edge.test","patients":[{"patientId":"pat-2001"`,
		},
		{"the page", there, "GET", "/", ``, 200, "host page"},
		{"a page that is not built", missing, "GET", "/", ``, 404, "make build"},
		{"a launch", there, "POST", "/launch", `{"encounterId":"enc-1001"}`, 200, `"launchToken"`},
		{
			"a launch without a clinician",
			there,
			"POST",
			"/launch",
			`{"encounterId":"enc-9"}`,
			404,
			`No patient has the encounter`,
		},
		{"a launch of what?", there, "POST", "/launch", `enc-1001`, 400, `Send {`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := call(test.handler, test.method, test.target, test.body)
			if text := strings.ReplaceAll(
				w.Body.String(),
				`\"`,
				`"`,
			); w.Code != test.status ||
				!strings.Contains(text, test.want) {
				t.Errorf("%d %s", w.Code, text)
			}
		})
	}
}

func TestTheLaunchTokenSaysWhoAndForHowLong(t *testing.T) {
	w := call(New(Config{LaunchSecret: secret}), "POST", "/launch", `{"encounterId":"enc-1002"}`)
	var answer struct{ LaunchToken string }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	claims := jwt.MapClaims{}
	if _, err := jwt.ParseWithClaims(
		answer.LaunchToken,
		claims,
		func(*jwt.Token) (any, error) { return []byte(secret), nil },
	); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"sub": "dr-demo", "name": "Dr Demo",
		"encounterId": "enc-1002", "patientId": "pat-2002", "facilityId": "fac-001",
		"patientLabel": Patients[1].PatientLabel,
	} {
		if claims[name] != want {
			t.Errorf("%s is %v, want %v", name, claims[name], want)
		}
	}
	expires, err := claims.GetExpirationTime()
	if err != nil || time.Until(expires.Time) > launchLife || time.Until(expires.Time) < launchLife-time.Minute {
		t.Errorf("expires %v, %v", expires, err)
	}
}

func TestRoutesHaveNames(t *testing.T) {
	for target, want := range map[string]string{
		"/": "GET /", "/host.js": "GET /", "/practice.json": "GET /practice.json",
	} {
		if got := Route(httptest.NewRequest("GET", target, nil)); got != want {
			t.Errorf("%s is %q, want %q", target, got, want)
		}
	}
	w := httptest.NewRecorder()
	Refuse(w, nil, fault.Verdict{Status: 503})
	if w.Code != 503 {
		t.Errorf("a fault returns %d", w.Code)
	}
}

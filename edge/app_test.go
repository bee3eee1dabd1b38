//go:build !js

package main

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/edge/apitest"
	"github.com/clinicpro/photobridge/edge/fakes"
	"github.com/clinicpro/photobridge/edge/realtime"
	"github.com/clinicpro/photobridge/shared"
)

// deployment is a deployment on fakes; changes override what it holds.
func deployment(t testing.TB, changes map[string]string) map[string]string {
	t.Helper()
	values := map[string]string{
		"UPSTASH_REDIS_REST_URL":   fakes.Redis(t),
		"UPSTASH_REDIS_REST_TOKEN": fakes.RedisToken,
		"AWS_REGION":               "us-east-1",
		"AWS_ACCESS_KEY_ID":        "AKIDEXAMPLE",
		"AWS_SECRET_ACCESS_KEY":    "secret",
		"S3_BUCKET_NAME":           "photos",
		"S3_ENDPOINT":              fakes.S3(t),
		"ABLY_API_KEY":             "app.key:secret",
		"ABLY_REST_URL":            fakes.Ably(t),
		"BASE_URL":                 "https://photobridge.example",
		"ALLOWED_ORIGINS":          "https://practice.example",
		"SESSION_SECRET": strings.Repeat(
			"s",
			32,
		),
		"LAUNCH_SECRET": strings.Repeat("l", 32),
		"ADMIN_TOKEN":   strings.Repeat("a", 32),
	}
	maps.Copy(values, changes)
	return values
}

// start serves the edge and returns it with what it logs.
func start(t *testing.T, values map[string]string) (*httptest.Server, *lines) {
	t.Helper()
	log := &lines{}
	server := httptest.NewServer(newApp(platform{
		getenv:    func(name string) string { return values[name] },
		transport: http.DefaultTransport,
		outbox:    &realtime.Outgoing{HTTP: http.DefaultTransport},
		log:       log.add,
	}))
	t.Cleanup(server.Close)
	return server, log
}

// lines is a log.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) add(line []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(append(line, '\n'))
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestEdgeOnFakes(t *testing.T) {
	values := deployment(t, nil)
	server, log := start(t, values)
	apitest.Run(t, apitest.Subject{
		URL:          server.URL,
		LaunchSecret: []byte(values["LAUNCH_SECRET"]), SessionSecret: []byte(values["SESSION_SECRET"]),
		AdminToken: values["ADMIN_TOKEN"], Origin: values["ALLOWED_ORIGINS"],
	})
	t.Run("the log", func(t *testing.T) { checkLog(t, log.String()) })
}

// checkLog looks for what must not be in a log. The suite's ids begin with
// enc-, its people are called Test Patient, its notes begin with of or Ōtaki.
func checkLog(t *testing.T, log string) {
	for _, secret := range []string{
		"enc-",
		"pat-1",
		"gp-1",
		"Test Patient",
		"Ōtaki",
		"of enc",
		"eyJ",
		"X-Amz",
		"http://",
		".jpg",
		"sss",
		"lll",
		"aaaaaa",
	} {
		if at := strings.Index(log, secret); at >= 0 {
			t.Errorf("the log holds %q: …%s…", secret, log[max(0, at-100):min(len(log), at+100)])
		}
	}
	if code := typedCode.FindString(log); code != "" {
		t.Errorf("the log holds what may be a typed code: %s", code)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(log) {
		var entry struct {
			Audit, RequestID, Route string
			Status                  int
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.RequestID == "" {
			t.Errorf("no log line: %s", line)
		}
		seen[entry.Audit] = true
	}
	for _, audit := range []string{
		"issued", "scanned", "uploaded", "viewed", "changed", "removed", "phone-removed", "ended",
	} {
		if !seen[audit] {
			t.Errorf("nothing was audited as %s", audit)
		}
	}
}

var typedCode = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}`)

func TestMisconfigured(t *testing.T) {
	tests := []struct {
		name    string
		changes map[string]string
		want    string
	}{
		{"nothing set", map[string]string{"SESSION_SECRET": "", "AWS_REGION": ""}, "SESSION_SECRET is not set"},
		{"a short secret", map[string]string{"LAUNCH_SECRET": "qq7"}, "LAUNCH_SECRET is shorter than 32"},
		{
			"both ways to check a launch",
			map[string]string{"LAUNCH_JWKS_URL": "https://practice.example/jwks"},
			"both set",
		},
		{
			"no URL",
			map[string]string{"UPSTASH_REDIS_REST_URL": "redis:6379"},
			"UPSTASH_REDIS_REST_URL is not an http(s) URL",
		},
		{"an origin with a path", map[string]string{"ALLOWED_ORIGINS": "https://practice.example/"}, "not an origin"},
		{"no number", map[string]string{"MAX_IMAGES_PER_SESSION": "many"}, "MAX_IMAGES_PER_SESSION must be a number"},
		{"an unknown pairing", map[string]string{"PAIRING": "maybe"}, "PAIRING must be open or ask"},
		{"an unknown way to the bucket", map[string]string{"STORAGE_VIA": "s3"}, "STORAGE_VIA must be direct or edge"},
		{"an unknown consent", map[string]string{"CONSENT": "maybe"}, "CONSENT must be off, ask or require"},
		{
			"equal secrets",
			map[string]string{"LAUNCH_SECRET": strings.Repeat("s", 32)},
			"SESSION_SECRET and LAUNCH_SECRET are the same",
		},
		{
			"an admin token that is a secret",
			map[string]string{"ADMIN_TOKEN": strings.Repeat("l", 32)},
			"LAUNCH_SECRET and ADMIN_TOKEN are the same",
		},
		{
			"a store without TLS",
			map[string]string{"S3_ENDPOINT": "http://s3.example"},
			"S3_ENDPOINT must begin with https:",
		},
		{
			"a page without TLS",
			map[string]string{"BASE_URL": "http://photobridge.example"},
			"BASE_URL must begin with https:",
		},
		{
			"a store on the local network of a page with TLS",
			map[string]string{"S3_ENDPOINT": "http://192.168.1.7:9000"},
			"S3_ENDPOINT must begin with https:",
		},
		{"no Ably key", map[string]string{"ABLY_API_KEY": "qq7"}, "ABLY_API_KEY"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			values := deployment(t, test.changes)
			server, _ := start(t, values)
			for path, token := range map[string]string{
				"/api/medtech/session/create": "", "/api/medtech/doctor": values["ADMIN_TOKEN"],
			} {
				request, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("Authorization", "Bearer "+token)
				request.Header.Set("Origin", "https://practice.example")
				response, err := server.Client().Do(request)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(response.Body)
				response.Body.Close()
				if err != nil || !strings.Contains(string(body), test.want) || strings.Contains(string(body), "sss") {
					t.Errorf("%s returned %d: %s", path, response.StatusCode, body)
				}
				allowed := response.Header.Get("Access-Control-Allow-Origin")
				if allowed != "https://practice.example" && test.changes["ALLOWED_ORIGINS"] == "" {
					t.Errorf("%s may be read by %q", path, allowed)
				}
				for _, value := range test.changes {
					if value != "" && strings.Contains(string(body), value) {
						t.Errorf("%s reveals a value: %s", path, body)
					}
				}
				if wanted := map[bool]int{true: 503, false: 200}[token == ""]; response.StatusCode != wanted {
					t.Errorf("%s returned %d, not %d", path, response.StatusCode, wanted)
				}
			}
		})
	}
}

func TestPairing(t *testing.T) {
	values := deployment(t, map[string]string{"PAIRING": "ask"})
	server, _ := start(t, values)
	apitest.Pairing(t, apitest.Subject{URL: server.URL, LaunchSecret: []byte(values["LAUNCH_SECRET"])})
}

// TestConsentIsRequired uploads a photo to a deployment that requires consent.
func TestConsentIsRequired(t *testing.T) {
	for consent, statuses := range map[string][2]int{"require": {403, 200}, "ask": {200, 200}} {
		t.Run(consent, func(t *testing.T) {
			values := deployment(t, map[string]string{"CONSENT": consent})
			server, _ := start(t, values)
			subject := apitest.Subject{URL: server.URL, LaunchSecret: []byte(values["LAUNCH_SECRET"])}
			now := time.Now().UTC()
			for i, metadata := range []shared.Metadata{{}, {ConsentAt: &now}} {
				status, code := apitest.ConfirmWith(t, subject, metadata)
				if status != statuses[i] || status == 403 && code != shared.CodeConsentRequired {
					t.Errorf("consent at %v: %d %s", metadata.ConsentAt, status, code)
				}
			}
		})
	}
}

package alex_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/local/alex"
)

// takes is the section of docs/medtech.md with ALEX's rules and their sources.
func takes(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/medtech.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "## 4. What ALEX takes")
	section, _, found := strings.Cut(section, "\n## ")
	if !found {
		t.Fatal("docs/medtech.md has no such section")
	}
	return section
}

// Rules of that section, by their words there.
const (
	headerRule     = "`mt-correlationid` on every request; `application/fhir+json` for writes"
	identifierRule = "exactly one `identifier` with a value"
	typeRule       = "`type` is LOINC `72170-4` with the display `Photographic image`"
	referenceRule  = "`subject` and `author` are absolute references"
	dateRule       = "`date` is local time with its offset"
	attachmentRule = "one attachment, inline, `image/tiff` or `application/pdf`, with a title"
)

// TestRules sends what ALEX refuses. Each case quotes the rule that it breaks
// from docs/medtech.md, where its source is.
func TestRules(t *testing.T) {
	tests := []struct {
		name, rule string
		change     func(*http.Request, map[string]any)
		status     int
	}{
		{"as it must be", "`status` is `current`", func(*http.Request, map[string]any) {}, 201},
		{"no token", "by client credentials", header("Authorization", ""), 401},
		{"another token", "by client credentials", header("Authorization", "Bearer x"), 401},
		{"no facility", "a facility and a role", header("mt-facilityid", ""), 403},
		{"another facility", "a facility and a role", header("mt-facilityid", "F1Z111-A"), 403},
		{"no correlation id", headerRule, header("mt-correlationid", ""), 400},
		{"plain JSON", headerRule, header("Content-Type", "application/json"), 415},
		{"a Binary", "no JPEG, no `Binary`", path("/FHIR/Binary"), 404},
		{"a transaction", "no transactions", path("/FHIR"), 404},
		{"a Media", "no `Media`", path("/FHIR/Media"), 404},
		{"two identifiers", identifierRule, set("identifier", []any{value("a"), value("b")}), 400},
		{"no identifier", identifierRule, set("identifier", []any{}), 400},
		{
			"an identifier without value",
			identifierRule,
			set("identifier", []any{map[string]any{"system": "urn:x"}}),
			400,
		},
		{"superseded", "`status` is `current`", set("status", "superseded"), 400},
		{"another type", typeRule, set("type", map[string]any{"coding": []any{}}), 400},
		{"LOINC's own long name", typeRule, set("type", map[string]any{"coding": []any{
			map[string]any{
				"system":  "http://loinc.org",
				"code":    "72170-4",
				"display": "Photographic image Unspecified body region Document",
			},
		}}), 400},
		{"a relative subject", referenceRule, set("subject", map[string]any{"reference": "Patient/" + patient}), 400},
		{"another patient", referenceRule, set("subject", map[string]any{"reference": base + "/Patient/x"}), 400},
		{"a date in UTC", dateRule, set("date", "2026-03-03T19:15:00Z"), 400},
		{"a day alone", dateRule, set("date", "2026-03-04"), 400},
		{"no author", "the author is there", set("author", nil), 400},
		{"a JPEG", "no JPEG", attach("image/jpeg", []byte("\xff\xd8\xff")), 400},
		{"a JPEG that says TIFF", attachmentRule, attach("image/tiff", []byte("\xff\xd8\xff")), 400},
		{"no title", attachmentRule, func(r *http.Request, d map[string]any) {
			attach("image/tiff", []byte("II*\x00"))(r, d)
			delete(attachmentOf(d), "title")
		}, 400},
		{
			"7 999 996 characters",
			"below 8 MB",
			attach("image/tiff", append([]byte("II*\x00"), make([]byte, 5_999_993)...)),
			201,
		},
		{
			"8 000 000 characters",
			"below 8 MB",
			attach("image/tiff", append([]byte("II*\x00"), make([]byte, 5_999_996)...)),
			413,
		},
		{"an element that the profile has not", "no element that the profile lacks", set("bodySite", "arm"), 400},
	}
	rules := takes(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(rules, test.rule) {
				t.Errorf("docs/medtech.md has no rule %q", test.rule)
			}
			double, token := rulesWorld(t)
			if got := post(t, double, token, test.change); got != test.status {
				t.Errorf("status %d, want %d: %s", got, test.status, test.rule)
			}
			if filed := len(double.Inbox()); (filed == 1) != (test.status == 201) {
				t.Errorf("%d scans", filed)
			}
		})
	}
	t.Run("the same identifier twice", func(t *testing.T) {
		double, token := rulesWorld(t)
		post(t, double, token, func(*http.Request, map[string]any) {})
		if got := post(t, double, token, set("description", "again")); got != 409 {
			t.Errorf("status %d, want 409: a value, unique for each document", got)
		}
	})
}

// TestSearches allows the searches that were seen to work, and no other.
func TestSearches(t *testing.T) {
	nhi := url.QueryEscape("https://standards.digital.health.nz/ns/nhi-id|ZZZ0016")
	for query, want := range map[string]int{
		"/FHIR/Patient?identifier=" + nhi:       200,
		"/FHIR/Patient?name=Example":            403,
		"/FHIR/Media?patient.identifier=" + nhi: 200,
		"/FHIR/Media?patient=" + patient:        403,
		"/FHIR/Media?subject=" + patient:        403,
	} {
		double, token := rulesWorld(t)
		r := httptest.NewRequest("GET", query, nil)
		headers(r, token)
		w := httptest.NewRecorder()
		double.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%s: %d", query, w.Code)
		}
	}
}

func rulesWorld(t *testing.T) (*alex.Server, string) {
	t.Helper()
	double := alex.New(alex.Config{
		BaseURL: base, ClientID: "client", ClientSecret: "secret", Scope: "s", Facility: "F9Z999-Z",
		Roles:     []string{alex.RoleReadPatient, alex.RoleWriteScan},
		Patients:  []alex.Patient{{patient, "Example", []string{"Jane"}, "1957-03-14", "ZZZ0016"}},
		Providers: []string{provider}, Now: time.Now,
	})
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {"client"},
		"client_secret": {"secret"},
		"scope":         {"s"},
	}
	r := httptest.NewRequest("POST", "/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	double.ServeHTTP(w, r)
	var got struct {
		Token string `json:"access_token"`
		Life  int    `json:"expires_in"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Life != 3599 {
		t.Fatal(w.Code, w.Body)
	}
	return double, got.Token
}

func headers(r *http.Request, token string) {
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("mt-facilityid", "F9Z999-Z")
	r.Header.Set("mt-correlationid", "6f1c2a34-0000-4000-8000-000000000000")
	r.Header.Set("Content-Type", "application/fhir+json")
}

// post sends the document of docs/medtech.md with one change.
func post(t *testing.T, double *alex.Server, token string, change func(*http.Request, map[string]any)) int {
	t.Helper()
	document := map[string]any{
		"resourceType": "DocumentReference",
		"identifier":   []any{value("photobridge-2b9f0c55a1e84f1f9c1f5e7a6d3b8c21")},
		"status":       "current",
		"type": map[string]any{"coding": []any{map[string]any{
			"system": "http://loinc.org", "code": "72170-4", "display": "Photographic image",
		}}},
		"subject": map[string]any{"reference": base + "/Patient/" + patient},
		"date":    "2026-03-04T08:21:07+13:00",
		"author":  []any{map[string]any{"reference": base + "/Practitioner/" + provider}},
		"content": []any{map[string]any{"attachment": map[string]any{
			"contentType": "image/tiff",
			"data":        base64.StdEncoding.EncodeToString([]byte("II*\x00")),
			"title":       "a.tiff",
		}}},
	}
	r := httptest.NewRequest("POST", "/FHIR/DocumentReference", nil)
	headers(r, token)
	change(r, document)
	body, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	sent := httptest.NewRequest("POST", r.URL.Path, strings.NewReader(string(body)))
	sent.Header = r.Header
	w := httptest.NewRecorder()
	double.ServeHTTP(w, sent)
	return w.Code
}

func header(name, value string) func(*http.Request, map[string]any) {
	return func(r *http.Request, _ map[string]any) { r.Header.Set(name, value) }
}

func path(path string) func(*http.Request, map[string]any) {
	return func(r *http.Request, _ map[string]any) { r.URL.Path = path }
}

func set(name string, content any) func(*http.Request, map[string]any) {
	return func(_ *http.Request, document map[string]any) { document[name] = content }
}

func value(text string) map[string]any { return map[string]any{"value": text} }

func attachmentOf(document map[string]any) map[string]any {
	return document["content"].([]any)[0].(map[string]any)["attachment"].(map[string]any)
}

func attach(contentType string, file []byte) func(*http.Request, map[string]any) {
	return func(_ *http.Request, document map[string]any) {
		attachmentOf(document)["contentType"] = contentType
		attachmentOf(document)["data"] = base64.StdEncoding.EncodeToString(file)
	}
}

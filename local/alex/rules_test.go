package alex_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/local/alex"
)

// TestRules sends what ALEX refuses. Each case names the section of
// docs/medtech.md, "What ALEX takes", that it comes from.
func TestRules(t *testing.T) {
	tests := []struct {
		name, source string
		change       func(*http.Request, map[string]any)
		status       int
	}{
		{"as it must be", "4", func(*http.Request, map[string]any) {}, 201},
		{"no token", "2", header("Authorization", ""), 401},
		{"another token", "2", header("Authorization", "Bearer x"), 401},
		{"no facility", "2", header("mt-facilityid", ""), 403},
		{"another facility", "2", header("mt-facilityid", "F1Z111-A"), 403},
		{"no correlation id", "2", header("mt-correlationid", ""), 400},
		{"plain JSON", "2", header("Content-Type", "application/json"), 415},
		{"a Binary", "4, no POST /Binary", path("/FHIR/Binary"), 404},
		{"a transaction", "4, no transactions", path("/FHIR"), 404},
		{"a Media", "4, why not Media", path("/FHIR/Media"), 404},
		{"two identifiers", "4, identifier", set("identifier", []any{value("a"), value("b")}), 400},
		{"no identifier", "4, identifier", set("identifier", []any{}), 400},
		{
			"an identifier without value",
			"4, identifier",
			set("identifier", []any{map[string]any{"system": "urn:x"}}),
			400,
		},
		{"superseded", "4, status", set("status", "superseded"), 400},
		{"another type", "4, type.coding", set("type", map[string]any{"coding": []any{}}), 400},
		{"LOINC's own long name", "4, type.coding", set("type", map[string]any{"coding": []any{
			map[string]any{
				"system":  "http://loinc.org",
				"code":    "72170-4",
				"display": "Photographic image Unspecified body region Document",
			},
		}}), 400},
		{"a relative subject", "4, subject", set("subject", map[string]any{"reference": "Patient/" + patient}), 400},
		{"another patient", "4, subject", set("subject", map[string]any{"reference": base + "/Patient/x"}), 400},
		{"a date in UTC", "4, date", set("date", "2026-03-03T19:15:00Z"), 400},
		{"a day alone", "4, date", set("date", "2026-03-04"), 400},
		{"no author", "4, author", set("author", nil), 400},
		{"a JPEG", "4, JPEG is refused in inbox scans", attach("image/jpeg", []byte("\xff\xd8\xff")), 400},
		{"a JPEG that says TIFF", "4, content", attach("image/tiff", []byte("\xff\xd8\xff")), 400},
		{"no title", "4, content", func(r *http.Request, d map[string]any) {
			attach("image/tiff", []byte("II*\x00"))(r, d)
			delete(attachmentOf(d), "title")
		}, 400},
		{
			"8 000 000 characters",
			"4, size",
			attach("image/tiff", append([]byte("II*\x00"), make([]byte, 5_999_996)...)),
			413,
		},
		{"an element that the profile has not", "4, profile", set("bodySite", "arm"), 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			double, token := rulesWorld(t)
			if got := post(t, double, token, test.change); got != test.status {
				t.Errorf("status %d, want %d (section %s)", got, test.status, test.source)
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
			t.Errorf("status %d, want 409 (section 4, duplicates)", got)
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

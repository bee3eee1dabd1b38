package fhir

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clinicpro/photobridge/gateway/record"
)

// entryOf returns a transaction that creates one resource.
func entryOf(kind, elements string) string {
	return fmt.Sprintf(`{"resourceType":"Bundle","type":"transaction","entry":[{
		"resource":{"resourceType":%q,%s},"request":{"method":"POST","url":%q,"ifNoneExist":"identifier=x|img1"}}]}`,
		kind, elements, kind)
}

// TestEncounter: the record gets its own encounter, or none, and never another.
func TestEncounter(t *testing.T) {
	const (
		subject = `"subject":{"reference":"Patient/pat-1"}`
		ours    = `{"reference":"Encounter/sm-1"}`
		theirs  = `{"reference":"Encounter/enc-1"}`
	)
	for _, test := range []struct {
		name, kind, visit, sent, want string // want: what the record gets; empty: the code is Refused
	}{
		{"of Media", "Media", "enc-1", subject + `,"encounter":` + ours, subject + `,"encounter":` + theirs},
		{"of Media, unknown", "Media", "", subject + `,"encounter":` + ours, subject},
		{"that FHIR cannot name", "Media", "enc/1", subject + `,"encounter":` + ours, subject},
		{
			"of a DocumentReference", "DocumentReference", "enc-1",
			subject + `,"context":{"encounter":[` + ours + `]}`, subject + `,"context":{"encounter":[` + theirs + `]}`,
		},
		{
			"of a DocumentReference, unknown", "DocumentReference", "",
			subject + `,"context":{"encounter":[` + ours + `]}`, subject,
		},
		{
			"beside a period, unknown", "DocumentReference", "",
			subject + `,"context":{"encounter":[` + ours + `],"period":{"start":"2026"}}`,
			subject + `,"context":{"period":{"start":"2026"}}`,
		},
		{
			"as text", "Media", "enc-1",
			subject + `,"note":[{"text":"Encounter/sm-1 <5 mm"}]`,
			subject + `,"note":[{"text":"Encounter/sm-1 <5 mm"}]`,
		},
		{"another", "Media", "enc-1", subject + `,"encounter":{"reference":"Encounter/enc-2"}`, ""},
		{"another, unknown", "Media", "", subject + `,"encounter":{"reference":"Encounter/enc-2"}`, ""},
		{"another server's", "Media", "enc-1", subject + `,"encounter":{"reference":"http://x/Encounter/enc-1"}`, ""},
		{"a conditional one", "Media", "enc-1", subject + `,"encounter":{"reference":"Encounter?identifier=1"}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			sent, err := Server{Base: "http://fhir.test/r4", PatientID: "pat-1"}.transaction(record.Photo{
				ImageID: "img1", EncounterID: "sm-1", Visit: test.visit,
				Resources: []byte(entryOf(test.kind, test.sent)),
			})
			switch {
			case test.want == "" && record.CodeOf(err) != record.Refused:
				t.Errorf("%v, %s", err, sent)
			case test.want != "" && (err != nil || !sameJSON(sent, entryOf(test.kind, test.want))):
				t.Errorf("%v, %s", err, sent)
			}
		})
	}
}

// TestNumbers: a number is sent with the digits with which it came.
func TestNumbers(t *testing.T) {
	const digits = `"duration":12345678901234567.10`
	sent, err := Server{PatientID: "pat-1"}.transaction(record.Photo{
		Resources: []byte(entryOf("Media", `"subject":{"reference":"Patient/pat-1"},`+digits)),
	})
	if err != nil || !strings.Contains(string(sent), digits) {
		t.Errorf("%v, %s", err, sent)
	}
}

// TestPatient: every resource is about the launch's patient, and says so by the id.
func TestPatient(t *testing.T) {
	const mine = `{"reference":"Patient/pat-1"}`
	for _, test := range []struct {
		name, kind, elements string
		want                 record.Code
	}{
		{"Media", "Media", `"subject":` + mine, ""},
		{"with the server's address", "Media", `"subject":{"reference":"http://fhir.test/r4/Patient/pat-1"}`, ""},
		{"DocumentReference", "DocumentReference", `"subject":` + mine, ""},
		{"Consent", "Consent", `"patient":` + mine + `,"performer":[` + mine + `]`, ""},
		{"a clinician", "Media", `"subject":` + mine + `,"operator":{"reference":"Practitioner/dr_1"}`, ""},
		{"no subject", "Media", `"status":"completed"`, record.WrongPatient},
		{"no patient", "Consent", `"status":"active"`, record.WrongPatient},
		{"no securityContext", "Binary", `"data":""`, record.WrongPatient},
		{"a subject of two", "Media", `"subject":[` + mine + `]`, record.WrongPatient},
		{"a search", "Media", `"subject":{"reference":"Patient?identifier=nhi|BBB"}`, record.WrongPatient},
		{"a version", "Media", `"subject":{"reference":"Patient/pat-1/_history/1"}`, record.WrongPatient},
		{
			"an identifier", "Media",
			`"subject":{"type":"Patient","identifier":{"system":"nhi","value":"BBB"}}`, record.WrongPatient,
		},
		{"only an identifier", "Media", `"subject":{"identifier":{"value":"BBB"}}`, record.WrongPatient},
		{"another server's", "Media", `"subject":{"reference":"https://x.test/Patient/pat-1"}`, record.WrongPatient},
		{
			"beside a good one", "Consent",
			`"patient":` + mine + `,"performer":[{"reference":"Patient?identifier=nhi|BBB"}]`, record.WrongPatient,
		},
		{
			"an identifier beside a good one", "Consent",
			`"patient":` + mine + `,"performer":[{"type":"Patient","identifier":{"value":"BBB"}}]`, record.WrongPatient,
		},
		{
			"a contained one", "Consent",
			`"patient":` + mine + `,"contained":[{"resourceType":"Patient","id":"p"}]`, record.WrongPatient,
		},
		{"another name of the element", "Media", `"Subject":` + mine, record.WrongPatient},
		{"a relative", "Media", `"subject":` + mine + `,"operator":{"reference":"RelatedPerson/1"}`, record.Refused},
		{"a foreign page", "Media", `"subject":` + mine + `,"operator":{"reference":"http://x/a"}`, record.Refused},
	} {
		_, err := Server{Base: "http://fhir.test/r4/", PatientID: "pat-1"}.transaction(record.Photo{
			Resources: []byte(entryOf(test.kind, test.elements)),
		})
		if record.CodeOf(err) != test.want || (err == nil) != (test.want == "") {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// TestUpdates: only what has no identifier is updated, and only under the photo's id.
func TestUpdates(t *testing.T) {
	const binary = `{"resourceType":"Binary","id":"a.-b..c","securityContext":{"reference":"Patient/pat-1"}}`
	for _, test := range []struct {
		name, resource, url string
		want                record.Code
	}{
		{"the photo's Binary", binary, "Binary/a.-b..c", ""},
		{"its Provenance", `{"resourceType":"Provenance","id":"a.-b..c"}`, "Provenance/a.-b..c", ""},
		{"another Binary", binary, "Binary/7", record.Refused},
		{"a Binary with another id inside", strings.Replace(binary, "..", ".", 1), "Binary/a.-b..c", record.Refused},
		{"a version", binary, "Binary/a.-b..c/_history/1", record.Refused},
		{
			"Media", `{"resourceType":"Media","id":"7","subject":{"reference":"Patient/pat-1"}}`, "Media/7",
			record.Refused,
		},
		{
			"Media with the photo's id",
			`{"resourceType":"Media","id":"a.-b..c","subject":{"reference":"Patient/pat-1"}}`, "Media/a.-b..c",
			record.Refused,
		},
	} {
		body := fmt.Sprintf(`{"resourceType":"Bundle","type":"transaction","entry":[
			{"resource":%s,"request":{"method":"PUT","url":%q}}]}`, test.resource, test.url)
		_, err := Server{PatientID: "pat-1"}.transaction(record.Photo{ImageID: "a_b.c", Resources: []byte(body)})
		if record.CodeOf(err) != test.want || (err == nil) != (test.want == "") {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// TestResourceID has the cases of the widget's test (transaction.test.ts).
func TestResourceID(t *testing.T) {
	for imageID, want := range map[string]string{
		"a": "a", "a_b": "a.-b", "a.b": "a..b", strings.Repeat("a", 63) + "_": strings.Repeat("a", 62) + ".-",
	} {
		if got := resourceID(imageID); got != want {
			t.Errorf("%s: %s", imageID, got)
		}
	}
}

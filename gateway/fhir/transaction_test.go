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

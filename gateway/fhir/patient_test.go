package fhir

import (
	"testing"
	"time"

	"github.com/clinicpro/photobridge/gateway/record"
)

func TestParsePatient(t *testing.T) {
	now := time.Date(2026, 3, 4, 8, 15, 0, 0, time.UTC)
	const nhi = `"system":"` + NHISystem + `","value":`
	tests := []struct{ name, fields, wantName, wantNHI string }{
		{"official before usual", `"name":[{"use":"usual","text":"B"},{"use":"official","text":"A"}]`, "A", ""},
		{"usual before others", `"name":[{"use":"nickname","text":"B"},{"use":"usual","text":"A"}]`, "A", ""},
		{"former names are left out", `"name":[{"use":"old","text":"B"},{"use":"maiden","text":"C"},{"text":"A"}]`,
			"A", ""},
		{"a former name is better than none", `"name":[{"use":"old","text":"B"}]`, "B", ""},
		{
			"a name that ended",
			`"name":[{"use":"official","text":"B","period":{"end":"2026-03-03"}},{"use":"nickname","text":"A"}]`,
			"A", "",
		},
		{"a name that ends today", `"name":[{"text":"A","period":{"end":"2026-03-04"}},{"text":"B"}]`, "A", ""},
		{"ended today", `"name":[{"text":"B","period":{"end":"2026-03-04T08:15:00Z"}},{"text":"A"}]`, "A", ""},
		{"a year that is not over", `"name":[{"text":"A","period":{"end":"2026"}},{"text":"B"}]`, "A", ""},
		{"a month that is over", `"name":[{"text":"B","period":{"end":"2026-02"}},{"text":"A"}]`, "A", ""},
		{"parts of a name", `"name":[{"given":["Jane","Ngaio"],"family":"Example"}]`, "Jane Ngaio Example", ""},
		{"a retired NHI", `"identifier":[{"use":"official",` + nhi + `"ZZZ0016"},{"use":"old",` + nhi + `"ZAC5361"}]`,
			"", "ZZZ0016"},
		{"only a retired NHI", `"identifier":[{"use":"old",` + nhi + `"ZAC5361"}]`, "", ""},
		{"another system", `"identifier":[{"system":"urn:other","value":"X"},{` + nhi + `"ZZZ0016"}]`, "", "ZZZ0016"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParsePatient("p1", []byte(`{"resourceType":"Patient","id":"p1",`+test.fields+`}`), now)
			if err != nil || got.Name != test.wantName || got.NHI != test.wantNHI {
				t.Errorf("%+v, %v; want %q, %q", got, err, test.wantName, test.wantNHI)
			}
		})
	}
	for name, body := range map[string]string{
		"another patient":  `{"resourceType":"Patient","id":"p2"}`,
		"another resource": `{"resourceType":"Person","id":"p1"}`,
		"no JSON":          `<html>`,
	} {
		if _, err := ParsePatient("p1", []byte(body), now); record.CodeOf(err) != record.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

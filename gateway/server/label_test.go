package server

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clinicpro/photobridge/gateway/record"
	"github.com/clinicpro/photobridge/shared"
)

// TestLabel makes labels that the edge accepts: it refuses longer ones, and characters
// that are not seen.
func TestLabel(t *testing.T) {
	all := []string{"name", "birthDate", "nhi"}
	long := strings.Repeat("Anahera ", 20)
	tests := []struct {
		name    string
		patient record.Patient
		want    string
	}{
		{"short", record.Patient{Name: "Jane Example", BirthDate: "1957-03-14", NHI: "ZZZ0016"},
			"Jane Example, 14.03.1957, ZZZ0016"},
		{"long", record.Patient{Name: long, BirthDate: "1957-03-14", NHI: "ZZZ0016"},
			strings.TrimSpace(long[:78]) + "…, 14.03.1957, ZZZ0016"},
		{"macrons", record.Patient{Name: strings.Repeat("ā", 101)}, strings.Repeat("ā", 99) + "…"},
		{"exactly as long as allowed", record.Patient{Name: strings.Repeat("ā", 100)}, strings.Repeat("ā", 100)},
		{"control and direction", record.Patient{Name: "Jane\t\u202eElp\u2028m\x00 axE"}, "Jane Elp m axE"},
		{"a long number", record.Patient{Name: "Jane", NHI: strings.Repeat("9", 200)},
			"…, " + strings.Repeat("9", 96) + "…"},
		{"nothing", record.Patient{}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := label(test.patient, all)
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			if utf8.RuneCountInString(got) > shared.MaxLaunchText || strings.ContainsFunc(got, shared.IsUnseen) {
				t.Errorf("the edge refuses %q", got)
			}
		})
	}
}

package record

import (
	"testing"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

func TestDescribe(t *testing.T) {
	consent := time.Date(2026, 3, 3, 19, 10, 0, 0, time.UTC)
	tests := []struct {
		name               string
		metadata           shared.Metadata
		title, description string
	}{
		{"nothing", shared.Metadata{}, "1", ""},
		{
			"everything",
			shared.Metadata{
				BodySite: "forearm", Laterality: shared.LateralityLeft, View: shared.ViewCloseUp, Label: "Mole A",
				Kind: shared.KindLesion, Notes: "Two weeks after the graft.", ConsentAt: &consent,
				Captured: &shared.Captured{
					Local: "2026-03-04T08:15:00", Offset: "+13:00", Source: shared.CapturedByCamera,
				},
			},
			"2026-03-04 left forearm close-up mole a 1",
			"Left forearm, close-up, Mole A, lesion. Two weeks after the graft. Patient consented to photos.",
		},
		{
			"both sides, no offset",
			shared.Metadata{
				BodySite: "hand", Laterality: shared.LateralityBilateral,
				Captured: &shared.Captured{Local: "2026-03-04T08:15:00", Source: shared.CapturedInFile},
			},
			"2026-03-04 hand both sides 1", "Hand, both sides.",
		},
		{
			"characters that file systems refuse",
			shared.Metadata{BodySite: "nose", Laterality: shared.LateralityNA, Label: `a/b:"c"`},
			"nose a b c 1", `Nose, a/b:"c".`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Describe(test.metadata, 1)
			if got.Title != test.title || got.Description != test.description {
				t.Errorf("%q, %q", got.Title, got.Description)
			}
		})
	}
}

// TestTaken keeps the wall-clock time, whatever the offset.
func TestTaken(t *testing.T) {
	for _, offset := range []string{"", "-12:00", "-08:00", "+00:00", "+05:45", "+13:00", "+14:00"} {
		captured := &shared.Captured{Local: "2026-03-04T08:15:00", Offset: offset, Source: shared.CapturedInFile}
		got := Describe(shared.Metadata{Captured: captured}, 1)
		if got.Taken.Format("2006-01-02T15:04:05") != captured.Local || got.HasOffset != (offset != "") {
			t.Errorf("%s: %v, %v", offset, got.Taken, got.HasOffset)
		}
	}
}

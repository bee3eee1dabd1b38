package apitest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/shared"
)

// captures sends photos of every offset from -12:00 to +14:00, of New Zealand's nights with a change of clocks and
// without an offset, and reads each time back as it was said.
func captures(t *testing.T, a *api) {
	for times := range slices.Chunk(timesOfCapture(), shared.MaxImages) {
		s := a.open(t)
		want := map[string]shared.Captured{}
		for _, captured := range times {
			want[a.upload(t, s, shared.Metadata{Captured: &captured}).ImageID] = captured
		}
		got := map[string]shared.Captured{}
		for _, image := range a.list(t, s).Images {
			if image.Metadata.Captured != nil {
				got[image.ImageID] = *image.Metadata.Captured
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func timesOfCapture() []shared.Captured {
	times := []shared.Captured{
		// The clocks go back at three, so that this hour comes twice.
		{Local: "2026-04-05T02:30:00", Offset: "+13:00", Source: shared.CapturedByCamera},
		{Local: "2026-04-05T02:30:00", Offset: "+12:00", Source: shared.CapturedByCamera},
		// They go forward at two: this hour is missing, and a camera that was not told has it.
		{Local: "2025-09-28T02:30:00", Offset: "+12:00", Source: shared.CapturedInFile},
		{Local: "2025-09-28T03:00:00", Offset: "+13:00", Source: shared.CapturedByCamera},
		{Local: "2026-03-04T08:15:00", Source: shared.CapturedInFile},
	}
	for minutes := -12 * 60; minutes <= 14*60; minutes += 15 {
		sign := '+'
		if minutes < 0 {
			sign = '-'
		}
		offset := fmt.Sprintf("%c%02d:%02d", sign, max(minutes, -minutes)/60, max(minutes, -minutes)%60)
		times = append(times, shared.Captured{
			Local: "2026-03-04T00:15:00", Offset: offset, Source: shared.CapturedByCamera,
		})
	}
	return times
}

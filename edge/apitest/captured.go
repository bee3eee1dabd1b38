package apitest

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/shared"
)

// captures has a phone say every offset from -12:00 to +14:00, New Zealand's nights with a change of clocks and a time
// without an offset of one photo, one after the other, and reads each back from the desktop's list unchanged.
func captures(t *testing.T, a *api) {
	s := a.open(t)
	content, image := picture(2000)
	slot := a.presign(t, s, image)[0]
	put(t, slot, content, http.StatusOK)
	for version, captured := range timesOfCapture() {
		confirmed := confirmation(s, slot, shared.Metadata{Captured: &captured})
		confirmed.MetadataVersion = version + 1
		a.call(t, "POST", base+"/images", s.phone.UploadToken, confirmed).expect(t, 200, "")
		if diff := cmp.Diff(&captured, a.list(t, s).Images[0].Metadata.Captured); diff != "" {
			t.Error(diff)
		}
	}
}

func timesOfCapture() []shared.Captured {
	times := []shared.Captured{
		// The clocks go back at three, so that this hour comes twice.
		{Local: "2026-04-05T02:30:00", Offset: "+13:00", Source: shared.CapturedByCamera},
		{Local: "2026-04-05T02:30:00", Offset: "+12:00", Source: shared.CapturedByCamera},
		// They go forward at two: this hour does not exist, but a camera whose clock was not changed has it.
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

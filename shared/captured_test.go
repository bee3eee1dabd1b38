package shared

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestCapturedValidate(t *testing.T) {
	now := time.Date(2026, 3, 3, 19, 15, 0, 0, time.UTC) // 08:15 on 4 March in New Zealand
	tests := []struct {
		name string
		in   Captured
		ok   bool
	}{
		{"local alone", Captured{"2026-03-04T08:15:00", "", CapturedInFile}, true},
		{"with its offset", Captured{"2026-03-04T08:15:00", "+13:00", CapturedByCamera}, true},
		{"by the clinician, now", Captured{"2026-03-04T08:15:00", "+13:00", CapturedByClinician}, true},
		{"by the clinician, in an hour", Captured{"2026-03-04T09:15:00", "+13:00", CapturedByClinician}, false},
		{"by the clinician, tomorrow there", Captured{"2026-03-04T08:15:00", "-12:00", CapturedByClinician}, false},
		{"a phone's clock that is fast", Captured{"2026-03-04T09:15:00", "+13:00", CapturedByCamera}, true},
		{"later than anywhere", Captured{"2026-03-04T09:15:01", "", CapturedInFile}, false},
		{"a leap day", Captured{"2024-02-29T00:00:00", "", CapturedInFile}, true},
		{"no leap day", Captured{"2026-02-29T00:00:00", "", CapturedInFile}, false},
		{"hour 24", Captured{"2026-03-01T24:00:00", "", CapturedInFile}, false},
		{"hour of one digit", Captured{"2026-03-01T8:00:00", "", CapturedInFile}, false},
		{"a fraction", Captured{"2026-03-01T08:00:00.5", "", CapturedInFile}, false},
		{"an offset in local", Captured{"2026-03-01T08:00:00Z", "", CapturedInFile}, false},
		{"no local", Captured{"", "", CapturedInFile}, false},
		{"no source", Captured{"2026-03-01T08:00:00", "", ""}, false},
		{"unknown source", Captured{"2026-03-01T08:00:00", "", "scanner"}, false},
		{"offset below", Captured{"2026-03-01T08:00:00", "-12:01", CapturedInFile}, false},
		{"offset above", Captured{"2026-03-01T08:00:00", "+14:01", CapturedInFile}, false},
		{"offset without a sign", Captured{"2026-03-01T08:00:00", "13:00", CapturedInFile}, false},
		{"offset without a colon", Captured{"2026-03-01T08:00:00", "+1300", CapturedInFile}, false},
		{"offset Z", Captured{"2026-03-01T08:00:00", "Z", CapturedInFile}, false},
	}
	for _, test := range tests {
		err := Metadata{Captured: &test.in}.Validate(now)
		if (err == nil) != test.ok || err != nil && CodeOf(err) != CodeMetadataInvalid {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// TestCapturedEveryOffset checks that every moment of the past is accepted at
// every offset, and a clinician's future at none.
func TestCapturedEveryOffset(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(rapid.Int64Range(1e9, 4e9).Draw(t, "now"), 0).UTC()
		minutes := rapid.IntRange(-12*60, 14*60).Draw(t, "offset")
		sign := "+"
		if minutes < 0 {
			sign = "-"
		}
		offset := fmt.Sprintf("%s%02d:%02d", sign, max(minutes, -minutes)/60, max(minutes, -minutes)%60)
		here := now.Add(time.Duration(minutes) * time.Minute)
		ago := time.Duration(rapid.Int64Range(0, 1e6).Draw(t, "seconds")) * time.Second
		past := Captured{here.Add(-ago).Format(capturedLayout), offset, CapturedByClinician}
		if wrong := past.validate(now); wrong != "" {
			t.Fatalf("%+v at %s: %s", past, now, wrong)
		}
		future := Captured{here.Add(ClockSkew + time.Second + ago).Format(capturedLayout), offset, CapturedByClinician}
		if future.validate(now) == "" {
			t.Fatalf("%+v at %s is accepted", future, now)
		}
	})
}

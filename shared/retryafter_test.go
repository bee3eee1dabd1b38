package shared

import (
	"testing"
	"time"
)

func TestParseRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 4, 8, 15, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"":                              0,
		"7":                             7 * time.Second,
		"-7":                            0,
		"7.5":                           0,
		"soon":                          0,
		"9223372036854775807":           24 * time.Hour,
		"99999999999999999999":          0,
		"Wed, 04 Mar 2026 08:15:30 GMT": 30 * time.Second,
		"Wed, 04 Mar 2026 08:14:30 GMT": 0,
	} {
		if got := ParseRetryAfter(header, now); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
	if got := ParseRetryAfter("Wed, 04 Mar 2026 08:15:30 GMT", time.Time{}); got != 0 {
		t.Errorf("a date without a clock: %s", got)
	}
}

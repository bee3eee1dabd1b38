package shared

import (
	"strings"
	"time"
)

// CapturedSource says how the time of a capture is known.
type CapturedSource string

// The sources of a time of capture.
const (
	CapturedByCamera    CapturedSource = "camera"    // the phone page's own camera, at the shutter
	CapturedInFile      CapturedSource = "file"      // written in the photo's file
	CapturedByClinician CapturedSource = "clinician" // corrected on the desktop
)

// CapturedPattern and OffsetPattern are the forms of Captured's fields.
const (
	CapturedPattern = `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$`
	OffsetPattern   = `^[+-](0[0-9]|1[0-4]):[0-5][0-9]$`
)

const capturedLayout = "2006-01-02T15:04:05"

// The offsets of the world's clocks: Baker Island's and Kiribati's.
const (
	minOffset = -12 * time.Hour
	maxOffset = 14 * time.Hour
)

// Captured is when a photo was taken: the time on the wall, and its offset from
// UTC where that is known. It is never converted to UTC, because an offset that
// was guessed moves a morning to the day before.
type Captured struct {
	Local  string         `json:"local" schema:"pattern: CapturedPattern"`          // such as 2026-03-04T08:15:00
	Offset string         `json:"offset,omitempty" schema:"pattern: OffsetPattern"` // such as +13:00
	Source CapturedSource `json:"source"`
}

// validate returns the field that is wrong, "" if none is. No photo was taken later
// than now; without an offset that means now where clocks are furthest ahead.
func (c Captured) validate(now time.Time) string {
	switch c.Source {
	case CapturedByCamera, CapturedInFile, CapturedByClinician:
	default:
		return "captured.source"
	}
	local, err := time.Parse(capturedLayout, c.Local)
	if err != nil || local.Format(capturedLayout) != c.Local {
		return "captured.local"
	}
	offset, ok := parseOffset(c.Offset)
	if !ok {
		return "captured.offset"
	}
	latest := now.UTC().Add(maxOffset)
	if c.Source == CapturedByClinician && c.Offset != "" {
		latest = now.UTC().Add(offset + ClockSkew)
	}
	if local.After(latest) {
		return "captured"
	}
	return ""
}

// parseOffset reads an offset of a clock in the world, or none.
func parseOffset(text string) (time.Duration, bool) {
	if text == "" {
		return 0, true
	}
	if len(text) != len("+13:00") || !strings.Contains("+-", text[:1]) {
		return 0, false
	}
	clock, err := time.Parse("15:04", text[1:])
	offset := time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute
	if text[0] == '-' {
		offset = -offset
	}
	return offset, err == nil && offset >= minOffset && offset <= maxOffset
}

package record

import (
	"strconv"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// Describe returns a photo's title, description and time in the words that people
// use for filing. number distinguishes photos of the same place.
func Describe(m shared.Metadata, number int) Photo {
	photo := taken(m.Captured)
	place, view := placeOf(m), string(m.View)
	var title []string
	if !photo.Taken.IsZero() {
		title = append(title, photo.Taken.Format(time.DateOnly))
	}
	title = append(title, strings.ToLower(place), view, strings.ToLower(m.Label), strconv.Itoa(number))
	photo.Title = fileName(strings.Join(title, " "))
	photo.Description = sentence(place, view, m.Label, string(m.Kind))
	if m.Notes != "" {
		photo.Description = strings.TrimSpace(photo.Description + " " + m.Notes)
	}
	if m.ConsentAt != nil {
		photo.Description = strings.TrimSpace(photo.Description + " Patient consented to photos.")
	}
	return photo
}

// taken reads the time of capture. The zone of a time without an offset has no meaning.
func taken(captured *shared.Captured) Photo {
	if captured == nil {
		return Photo{}
	}
	if at, err := time.Parse("2006-01-02T15:04:05-07:00", captured.Local+captured.Offset); err == nil {
		return Photo{Taken: at, HasOffset: true}
	}
	at, err := time.Parse("2006-01-02T15:04:05", captured.Local)
	if err != nil {
		return Photo{}
	}
	return Photo{Taken: at}
}

// placeOf returns "Left forearm", or the part of it that was recorded.
func placeOf(m shared.Metadata) string {
	site, known := shared.FindBodySite(m.BodySite)
	switch {
	case !known:
		return ""
	case m.Laterality == shared.LateralityLeft:
		return "Left " + strings.ToLower(site.Label)
	case m.Laterality == shared.LateralityRight:
		return "Right " + strings.ToLower(site.Label)
	case m.Laterality == shared.LateralityBilateral:
		return site.Label + ", both sides"
	}
	return site.Label
}

// sentence joins what was recorded: "Left forearm, close-up, mole A, lesion."
func sentence(parts ...string) string {
	var recorded []string
	for _, part := range parts {
		if part != "" {
			recorded = append(recorded, part)
		}
	}
	if len(recorded) == 0 {
		return ""
	}
	return strings.Join(recorded, ", ") + "."
}

// fileName leaves out characters that file systems refuse, and repeated spaces.
func fileName(text string) string {
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|,`, r) {
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

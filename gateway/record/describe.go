package record

import (
	"strconv"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// Describe returns a photo's title and description in the words that people
// file them under. number tells photos of one place apart.
func Describe(m shared.Metadata, number int) Photo {
	var photo Photo
	return photo.titled(m, number)
}

func (p Photo) titled(m shared.Metadata, number int) Photo {
	place := placeOf(m)
	var title []string
	if !p.Taken.IsZero() {
		title = append(title, p.Taken.Format(time.DateOnly))
	}
	title = append(title, lower(place), string(m.View), strconv.Itoa(number))
	p.Title = strings.Join(strings.Fields(strings.Join(title, " ")), " ")
	p.Description = describe(place, m)
	return p
}

func placeOf(m shared.Metadata) string {
	site, known := shared.FindBodySite(m.BodySite)
	switch {
	case !known:
		return ""
	case m.Laterality == shared.LateralityLeft:
		return "Left " + lower(site.Label)
	case m.Laterality == shared.LateralityRight:
		return "Right " + lower(site.Label)
	case m.Laterality == shared.LateralityBilateral:
		return lower(site.Label) + ", both sides"
	}
	return site.Label
}

func describe(place string, m shared.Metadata) string {
	var parts []string
	for _, part := range []string{place, string(m.View)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	text := strings.Join(parts, ", ")
	if text != "" {
		text += "."
	}
	return strings.TrimSpace(text + " " + m.Notes)
}

func lower(text string) string { return strings.ToLower(text) }

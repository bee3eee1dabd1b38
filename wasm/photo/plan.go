package photo

import (
	"math"

	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// Plan is what is to be done with a photo.
type Plan struct {
	Road          Road
	Width, Height int // of the first try, upright; 0: as decoded
}

// plan picks the cheapest road. It is a pure function of what is known before
// a pixel is decoded. An oriented photo is encoded anew even if it is small:
// its orientation lives in the metadata that must go.
func plan(header container.Header, strippedBytes int, native bool, limits Limits) Plan {
	width, height := header.Upright()
	if header.Type == container.TypeJPEG && header.Orientation == 1 && strippedBytes <= limits.MaxBytes &&
		max(width, height) <= limits.MaxEdge && (header.Components == 1 || header.Components == 3) {
		return Plan{RoadPass, width, height}
	}
	if native {
		return Plan{RoadNative, width, height}.within(limits)
	}
	return Plan{RoadPure, width, height}.within(limits)
}

// within fits the size to the longest edge.
func (p Plan) within(limits Limits) Plan {
	p.Width, p.Height = fit(p.Width, p.Height, limits.MaxEdge)
	return p
}

// fit scales a size down so that its longer side is at most edge.
func fit(width, height, edge int) (int, int) {
	longer := max(width, height)
	if longer <= edge {
		return width, height
	}
	return scaled(width, height, float64(edge)/float64(longer))
}

func scaled(width, height int, by float64) (int, int) {
	return max(1, int(math.Round(float64(width)*by))), max(1, int(math.Round(float64(height)*by)))
}

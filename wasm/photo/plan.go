package photo

import (
	"math"

	"github.com/clinicpro/photobridge/wasm/photo/container"
)

const (
	// A picture more than this many times as long as it is wide is a panorama or
	// a long screenshot. Scaled to the usual edge, its shorter side would be too small.
	panoramaRatio  = 2.5
	panoramaPixels = 6_500_000
	panoramaEdge   = 8192
)

// Plan is how a photo will be compressed.
type Plan struct {
	Road          Road
	Width, Height int // of the first attempt, upright; 0: as decoded
}

// plan chooses the cheapest road. It is a pure function of the header, so the
// decision is made before a pixel is decoded, and tests need no browser.
func plan(header container.Header, rebuiltBytes int, native bool, limits Limits) Plan {
	width, height := header.Upright()
	if rebuiltBytes > 0 && rebuiltBytes <= limits.MaxBytes && passes(header, limits) {
		return Plan{RoadPass, width, height}
	}
	road := RoadPure
	if native && browserKnows(header) {
		road = RoadNative
	}
	return Plan{road, width, height}.within(limits)
}

// browserKnows reports whether all browsers that decode the file show it correctly.
// A RAW file is a TIFF. A browser may show its thumbnail instead of the photo. WebKitGTK does
// not turn a PNG by its eXIf chunk.
func browserKnows(header container.Header) bool {
	switch header.Type {
	case container.TypeTIFF, container.TypeRAW:
		return false
	case container.TypePNG:
		return header.Orientation == 1
	}
	return true
}

// passes reports whether the compressed pixels of a JPEG may stay unchanged. A
// photo that must be turned is encoded again even if it is small, because its
// orientation is in the metadata, which is removed.
func passes(header container.Header, limits Limits) bool {
	width, height := limits.fit(header.Width, header.Height)
	return header.Type == container.TypeJPEG && header.Orientation == 1 && header.Refusal == "" &&
		width == header.Width && height == header.Height
}

// within reduces the size to the limits.
func (p Plan) within(limits Limits) Plan {
	p.Width, p.Height = limits.fit(p.Width, p.Height)
	return p
}

// edge returns the longer side, so that a codec decodes no more than necessary.
func (p Plan) edge(limits Limits) int {
	if p.Width == 0 || p.Height == 0 {
		return limits.MaxEdge
	}
	return max(p.Width, p.Height)
}

// fit reduces a size to the longest edge. A panorama keeps its shorter edge
// instead, up to panoramaPixels and panoramaEdge.
func (l Limits) fit(width, height int) (int, int) {
	longer, shorter := max(width, height), min(width, height)
	if longer <= l.MaxEdge {
		return width, height
	}
	by := float64(l.MaxEdge) / float64(longer)
	if float64(longer) > panoramaRatio*float64(shorter) {
		whole := math.Min(
			math.Sqrt(panoramaPixels/(float64(width)*float64(height))),
			panoramaEdge/float64(longer),
		)
		if by = math.Max(by, whole); by >= 1 {
			return width, height
		}
	}
	return scaled(width, height, by)
}

// fit reduces a size so that its longer side is at most edge.
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

package photo

import (
	"context"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/photo/container"
)

const (
	sampleEdge = 384 // pixels of the longer side

	// Photos of skin under a ceiling lamp have a mean above 70 and a Laplacian
	// variance above 60, with plain and with busy backgrounds.
	lowLightMean    = 38 // of 255
	blurredVariance = 6
)

// inspect examines a small sample of the decoded pixels. It finds a blank picture,
// which a browser without memory returns without an error. And it returns warnings,
// so that the person can take another photo while the patient is still there.
func (w *work) inspect(ctx context.Context, bitmap Bitmap) ([]Warning, error) {
	width, height := bitmap.Size()
	width, height = fit(width, height, sampleEdge)
	rgba, err := bitmap.Sample(ctx, width, height)
	if err != nil {
		return nil, cannotEncode(ctx, err)
	}
	defer w.done("inspect")
	if len(rgba) != 4*width*height || transparent(rgba) {
		return nil, refuse(nil, shared.CodeBlankResult)
	}
	if oneColour(rgba) {
		original, err := bitmap.Original(ctx, width, height)
		if err != nil {
			return nil, cannotEncode(ctx, err)
		}
		if !similar(rgba, original) {
			return nil, refuse(nil, shared.CodeBlankResult)
		}
	}
	if w.header.Type == container.TypeJPEG && greyEdge(rgba, width, height) {
		if err := w.whole(ctx); err != nil {
			return nil, err
		}
	}
	luma := lumaOf(rgba)
	var warnings []Warning
	mean := meanOf(luma)
	if mean < lowLightMean {
		warnings = append(warnings, WarningLowLight)
	}
	if mean >= lowLightMean && laplacianVariance(luma, width, height) < blurredVariance {
		warnings = append(warnings, WarningBlurred)
	}
	return warnings, nil
}

// whole reads the file again, and fails with truncated if much of it is missing. It
// takes about as long as decoding, so it runs only for a photo with a grey edge.
func (w *work) whole(ctx context.Context) error {
	file, err := w.source.Read(ctx, 0, w.source.Size())
	if err != nil {
		return refuse(err, shared.CodeFileGone)
	}
	return container.WholeJPEG(file)
}

// greyEdge reports whether one of the outermost rows or columns has the grey that
// decoders show for missing data. Any edge may have it, because photos are turned.
func greyEdge(rgba []byte, width, height int) bool {
	grey := func(from, step, count int) bool {
		for i := range count {
			for _, value := range rgba[4*(from+i*step):][:3] {
				if value < 126 || value > 130 {
					return false
				}
			}
		}
		return true
	}
	return grey(0, 1, width) || grey((height-1)*width, 1, width) ||
		grey(0, width, height) || grey(width-1, width, height)
}

// oneColour reports whether all pixels are equal, apart from rounding.
func oneColour(rgba []byte) bool {
	for i, value := range rgba {
		if first := rgba[i%4]; max(value, first)-min(value, first) > 2 {
			return false
		}
	}
	return true
}

// similar reports whether two samples show the same picture. It separates a blank
// result from a photo that really has one colour.
func similar(a, b []byte) bool {
	const near = 3 // of 255, on average
	if len(a) != len(b) {
		return false
	}
	sum := 0
	for i := range a {
		sum += int(max(a[i], b[i]) - min(a[i], b[i]))
	}
	return sum <= near*len(a)
}

// transparent reports whether all pixels are transparent: the browser painted nothing.
// The pure codec puts a picture on white, so it accepts one that really is transparent.
func transparent(rgba []byte) bool {
	for i := 3; i < len(rgba); i += 4 {
		if rgba[i] != 0 {
			return false
		}
	}
	return true
}

// lumaOf returns Rec. 601 luma in steps of 1/256.
func lumaOf(rgba []byte) []uint8 {
	luma := make([]uint8, len(rgba)/4)
	for i := range luma {
		p := rgba[4*i : 4*i+3 : 4*i+3]
		luma[i] = uint8((77*int(p[0]) + 150*int(p[1]) + 29*int(p[2])) >> 8)
	}
	return luma
}

func meanOf(luma []uint8) float64 {
	sum := 0
	for _, v := range luma {
		sum += int(v)
	}
	return float64(sum) / float64(max(1, len(luma)))
}

// laplacianVariance measures how sharp edges are (Pech-Pacheco et al., "Diatom
// autofocusing in brightfield microscopy", ICPR 2000).
func laplacianVariance(luma []uint8, width, height int) float64 {
	var sum, squares float64
	count := 0
	for y := 1; y < height-1; y++ {
		for x := 1; x < width-1; x++ {
			i := y*width + x
			v := float64(int(luma[i-1]) + int(luma[i+1]) + int(luma[i-width]) + int(luma[i+width]) - 4*int(luma[i]))
			sum += v
			squares += v * v
			count++
		}
	}
	if count == 0 {
		return blurredVariance
	}
	mean := sum / float64(count)
	return squares/float64(count) - mean*mean
}

package pure

import (
	"image"
	"image/color"
)

// plane is one component of a picture, one byte a sample.
type plane struct {
	samples       []byte
	width, height int
	stride        int
}

func newPlane(width, height int) plane {
	return plane{make([]byte, width*height), width, height, width}
}

func (p plane) row(y int) []byte { return p.samples[y*p.stride:][:p.width:p.width] }

// planesIn views a picture as luma, blue and red difference.
func planesIn(m *image.YCbCr) [3]plane {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	across, down := subsampling(m.SubsampleRatio)
	chromaWidth, chromaHeight := (width+across-1)/across, (height+down-1)/down
	return [3]plane{
		{m.Y, width, height, m.YStride},
		{m.Cb, chromaWidth, chromaHeight, m.CStride},
		{m.Cr, chromaWidth, chromaHeight, m.CStride},
	}
}

// subsampling is how many luma samples there are to a chroma sample.
func subsampling(ratio image.YCbCrSubsampleRatio) (across, down int) {
	switch ratio {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}

// planesOf keeps a JPEG's planes as they were decoded. Every other picture is
// painted on white, as JPEG has no transparency, and converted.
func planesOf(m image.Image) *image.YCbCr {
	switch m := m.(type) {
	case *image.YCbCr:
		if m.Rect.Min == (image.Point{}) {
			return m
		}
	case *image.Gray:
		return grey(m)
	}
	return converted(m)
}

func converted(m image.Image) *image.YCbCr {
	bounds := m.Bounds()
	planes := image.NewYCbCr(image.Rect(0, 0, bounds.Dx(), bounds.Dy()), image.YCbCrSubsampleRatio444)
	pixels := m.(image.RGBA64Image) // every image type of image is one
	for y := range bounds.Dy() {
		at := y * planes.YStride
		for x := range bounds.Dx() {
			c := pixels.RGBA64At(bounds.Min.X+x, bounds.Min.Y+y)
			white := 0xffff - c.A // c is premultiplied
			planes.Y[at+x], planes.Cb[at+x], planes.Cr[at+x] = color.RGBToYCbCr(uint8((c.R+white)>>8), uint8((c.G+white)>>8), uint8((c.B+white)>>8))
		}
	}
	return planes
}

// grey lends a grey picture the chroma planes of no colour.
func grey(m *image.Gray) *image.YCbCr {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	chroma := make([]byte, ((width+1)/2)*((height+1)/2))
	for i := range chroma {
		chroma[i] = 128
	}
	return &image.YCbCr{
		Y: m.Pix, Cb: chroma, Cr: chroma, YStride: m.Stride, CStride: (width + 1) / 2,
		SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, width, height),
	}
}

// rgbaOf answers four bytes a pixel.
func rgbaOf(m *image.YCbCr) []byte {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	rgba := make([]byte, 0, 4*width*height)
	for y := range height {
		for x := range width {
			p := m.YCbCrAt(x, y)
			r, g, b := color.YCbCrToRGB(p.Y, p.Cb, p.Cr)
			rgba = append(rgba, r, g, b, 0xff)
		}
	}
	return rgba
}

// someRows copies every eighth row of 16 by 16 blocks of a 4:2:0 picture into a
// picture of its own, and says what share it is.
func someRows(m *image.YCbCr) (some *image.YCbCr, share float64) {
	const block, every = 16, 8
	width, height := m.Rect.Dx(), m.Rect.Dy()
	if height < 2*block*every {
		return m, 1
	}
	some = &image.YCbCr{YStride: m.YStride, CStride: m.CStride, SubsampleRatio: m.SubsampleRatio}
	rows := 0
	for top := block * every / 2; top+block <= height; top += block * every {
		some.Y = append(some.Y, m.Y[top*m.YStride:][:block*m.YStride]...)
		some.Cb = append(some.Cb, m.Cb[top/2*m.CStride:][:block/2*m.CStride]...)
		some.Cr = append(some.Cr, m.Cr[top/2*m.CStride:][:block/2*m.CStride]...)
		rows += block
	}
	some.Rect = image.Rect(0, 0, width, rows)
	return some, float64(rows) / float64(height)
}

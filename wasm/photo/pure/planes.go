package pure

import (
	"image"
	"image/color"

	"github.com/clinicpro/photobridge/wasm/jpeg"
)

// raster is a picture in planes: luma, blue and red difference.
type raster struct {
	width, height int // pixels
	planes        [3]plane
}

// plane is one component of a picture, one byte a sample.
type plane struct {
	samples            []byte
	width, height      int
	stride             int
	densityX, densityY float64 // samples per pixel of the picture
}

func newPlane(width, height int) plane {
	return plane{make([]byte, width*height), width, height, width, 1, 1}
}

func (p plane) row(y int) []byte { return p.samples[y*p.stride:][:p.width:p.width] }

// rasterOf views a picture as its planes.
func rasterOf(m *image.YCbCr) raster {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	across, down := subsampling(m.SubsampleRatio)
	chroma := plane{
		width: (width + across - 1) / across, height: (height + down - 1) / down, stride: m.CStride,
		densityX: 1 / float64(across), densityY: 1 / float64(down),
	}
	blue, red := chroma, chroma
	blue.samples, red.samples = m.Cb, m.Cr
	return raster{width, height, [3]plane{{m.Y, width, height, m.YStride, 1, 1}, blue, red}}
}

// rasterOfJPEG returns the planes of a JPEG. It adds neutral chroma to a grey
// picture, and converts components other than Y, Cb and Cr.
func rasterOfJPEG(m *jpeg.Image, decoded []jpeg.Plane) raster {
	if m.Colours == jpeg.RGB {
		return rasterOfRGB(m, decoded, nil)
	}
	r := raster{width: m.Width, height: m.Height}
	for i := range r.planes {
		if i >= len(decoded) {
			r.planes[i] = plane{[]byte{128}, 1, 1, 1, 1 / float64(m.Width), 1 / float64(m.Height)}
			continue
		}
		p := decoded[i]
		r.planes[i] = plane{p.Samples, p.Width, p.Height, p.Stride, p.DensityX, p.DensityY}
	}
	return r
}

// rasterOfRGB converts RGB, CMYK and YCCK at the decoded size. It converts inks with
// the grid of their profile, if there is one.
func rasterOfRGB(m *jpeg.Image, decoded []jpeg.Plane, grid *lut) raster {
	first := decoded[0]
	converted := rasterOf(planesOfRows(first.Width, first.Height, func(y int, rgba []byte) {
		for x := range first.Width {
			var s [4]uint8
			for i, p := range decoded {
				atX := min(int((float64(x)+0.5)*p.DensityX/first.DensityX), p.Width-1)
				atY := min(int((float64(y)+0.5)*p.DensityY/first.DensityY), p.Height-1)
				s[i] = p.Samples[atY*p.Stride+atX]
			}
			r, g, b := s[0], s[1], s[2]
			if m.Colours == jpeg.YCCK {
				r, g, b = color.YCbCrToRGB(r, g, b)
				r, g, b = 0xff-r, 0xff-g, 0xff-b
			}
			switch {
			case grid != nil:
				c := grid.at([inks]uint8{0xff - r, 0xff - g, 0xff - b, 0xff - s[3]})
				r, g, b = c[0], c[1], c[2]
			case len(decoded) == inks:
				r, g, b = darker(r, s[3]), darker(g, s[3]), darker(b, s[3])
			}
			copy(rgba[4*x:], []byte{r, g, b, 0xff})
		}
	}))
	converted.width, converted.height = m.Width, m.Height
	for i := range converted.planes {
		converted.planes[i].densityX *= first.DensityX
		converted.planes[i].densityY *= first.DensityY
	}
	return converted
}

// darker applies black ink, which is stored inverted, to a channel.
func darker(channel, black uint8) uint8 { return uint8((int(channel)*int(black) + 127) / 255) }

// subsampling returns how many luma samples share a chroma sample.
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

// planesOf returns the planes of a decoded JPEG unchanged, and converts any other
// picture.
func planesOf(m image.Image) *image.YCbCr {
	switch m := m.(type) {
	case *image.YCbCr:
		if m.Rect.Min == (image.Point{}) {
			return m
		}
	case *image.Gray:
		return grey(m)
	case *image.NRGBA:
		return planesOfRows(m.Rect.Dx(), m.Rect.Dy(), func(y int, rgba []byte) { copy(rgba, m.Pix[y*m.Stride:]) })
	case *image.Paletted:
		return planesOfPalette(m)
	}
	bounds := m.Bounds()
	at := m.(image.RGBA64Image).RGBA64At // all of Go's images have it; At would allocate for each pixel
	return planesOfRows(bounds.Dx(), bounds.Dy(), func(y int, rgba []byte) {
		for x := range bounds.Dx() {
			p := rgba[4*x : 4*x+4 : 4*x+4]
			c := at(bounds.Min.X+x, bounds.Min.Y+y)
			p[3] = uint8(c.A >> 8)
			for i, value := range [3]uint16{c.R, c.G, c.B} {
				if c.A != 0 && c.A != 0xffff {
					value = uint16(min(0xffff, uint32(value)*0xffff/uint32(c.A)))
				}
				p[i] = uint8(value >> 8)
			}
		}
	})
}

// planesOfPalette looks up the colour of each pixel. A pixel with an index outside
// the palette is black.
func planesOfPalette(m *image.Paletted) *image.YCbCr {
	var colours [256][4]byte
	for i := range colours {
		c := color.NRGBA{A: 0xff}
		if i < len(m.Palette) {
			c = color.NRGBAModel.Convert(m.Palette[i]).(color.NRGBA)
		}
		colours[i] = [4]byte{c.R, c.G, c.B, c.A}
	}
	width, height := m.Rect.Dx(), m.Rect.Dy()
	return planesOfRows(width, height, func(y int, rgba []byte) {
		for x, index := range m.Pix[y*m.Stride:][:width] {
			copy(rgba[4*x:], colours[index][:])
		}
	})
}

// planesOfRows converts RGBA, not premultiplied, to 4:2:0. Transparent pixels become
// white, because JPEG has no transparency.
func planesOfRows(width, height int, row func(y int, rgba []byte)) *image.YCbCr {
	planes := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	upper, lower := make([]byte, 4*width), make([]byte, 4*width)
	for y := 0; y < height; y += 2 {
		row(y, upper)
		flatten(upper)
		lumaOf(planes.Y[y*planes.YStride:], upper)
		if y+1 < height {
			row(y+1, lower)
			flatten(lower)
			lumaOf(planes.Y[(y+1)*planes.YStride:], lower)
		} else {
			copy(lower, upper)
		}
		at := y / 2 * planes.CStride
		chromaOf(planes.Cb[at:][:(width+1)/2], planes.Cr[at:][:(width+1)/2], upper, lower)
	}
	return planes
}

// flatten blends a row with white.
func flatten(rgba []byte) {
	for i := 0; i+4 <= len(rgba); i += 4 {
		p := rgba[i : i+4 : i+4]
		if alpha := uint32(p[3]); alpha != 0xff {
			for c := range 3 {
				p[c] = uint8((uint32(p[c])*alpha + 0xff*(0xff-alpha) + 0x7f) / 0xff)
			}
		}
	}
}

// divideByAlpha undoes the multiplication of colours by alpha in a row.
func divideByAlpha(rgba []byte) {
	for i := 0; i+4 <= len(rgba); i += 4 {
		p := rgba[i : i+4 : i+4]
		if alpha := uint32(p[3]); alpha != 0 && alpha != 0xff {
			for c := range 3 {
				p[c] = uint8(min(0xff, (0xff*uint32(p[c])+alpha/2)/alpha))
			}
		}
	}
}

func lumaOf(to, rgba []byte) {
	for x := range len(rgba) / 4 {
		p := rgba[4*x : 4*x+3 : 4*x+3]
		to[x], _, _ = color.RGBToYCbCr(p[0], p[1], p[2])
	}
}

// chromaOf computes the mean of two by two pixels. A single last column counts twice.
func chromaOf(cb, cr, upper, lower []byte) {
	for x := range cb {
		left, right := 8*x, min(8*x+4, len(upper)-4)
		mean := func(c int) uint8 {
			return uint8(
				(uint32(upper[left+c]) + uint32(upper[right+c]) +
					uint32(lower[left+c]) + uint32(lower[right+c]) + 2) / 4,
			)
		}
		_, cb[x], cr[x] = color.RGBToYCbCr(mean(0), mean(1), mean(2))
	}
}

// grey adds neutral chroma planes to a grey picture.
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

// rgbaOf returns four bytes a pixel.
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

// someRows copies every eighth row of 16 by 16 blocks of a 4:2:0 picture into a new
// picture. It returns the share of rows that it copied.
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

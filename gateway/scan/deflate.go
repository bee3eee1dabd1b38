package scan

import (
	"bytes"
	"compress/zlib"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"math"

	xdraw "golang.org/x/image/draw"
)

const (
	stripRows = 64
	// minEdge is the smallest long side that is still worth filing, in pixels.
	minEdge = 800
	// maxPixels limits the memory that a small file can require. Phones send at most
	// 6.5 million pixels.
	maxPixels = 30_000_000
)

// Deflate stores a photo as a TIFF with Deflate compression, for viewers that
// cannot read a JPEG inside a TIFF. A document of more than limit bytes is
// scaled down until it fits. It fails with ErrNotJPEG, ErrCoding, ErrColour, or
// ErrTooLarge if even a long side of 800 pixels does not fit.
func Deflate(photo []byte, caption Caption, limit int) ([]byte, error) {
	f, err := readFrame(photo)
	if err != nil {
		return nil, err
	}
	if f.width*f.height > maxPixels {
		return nil, ErrTooLarge
	}
	decoded, err := jpeg.Decode(bytes.NewReader(photo))
	if _, unknown := errors.AsType[jpeg.UnsupportedError](err); unknown {
		return nil, ErrCoding
	}
	if err != nil {
		return nil, ErrNotJPEG
	}
	if f.colours == cmyk { // it is stored as RGB, and its profile is for CMYK
		f.components, f.profile = f.components[:3], nil
	}
	picture := upright(decoded, f.orientation)
	for {
		size := picture.Bounds().Size()
		f.width, f.height = size.X, size.Y
		out, err := deflated(f, picture, caption)
		if err != nil || len(out) <= limit {
			return out, err
		}
		// The size is roughly proportional to the area. 0.95 is a margin.
		by := 0.95 * math.Sqrt(float64(limit)/float64(len(out)))
		if float64(max(size.X, size.Y))*by < minEdge {
			return nil, ErrTooLarge
		}
		smaller := image.NewRGBA(image.Rect(0, 0, scale(size.X, by), scale(size.Y, by)))
		xdraw.CatmullRom.Scale(smaller, smaller.Bounds(), picture, picture.Bounds(), draw.Src, nil)
		picture = smaller
	}
}

// upright copies a picture and applies EXIF's orientation.
func upright(picture image.Image, orientation uint16) *image.RGBA {
	bounds := picture.Bounds()
	out := image.NewRGBA(bounds)
	draw.Draw(out, bounds, picture, bounds.Min, draw.Src)
	if orientation == 1 {
		return out
	}
	last := bounds.Size().Sub(image.Pt(1, 1))
	size := bounds.Size()
	if orientation >= sideways {
		size = image.Pt(size.Y, size.X)
	}
	turned := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			from := [...]image.Point{
				2: {last.X - x, y}, 3: {last.X - x, last.Y - y}, 4: {x, last.Y - y},
				5: {y, x}, 6: {y, last.Y - x}, 7: {last.X - y, last.Y - x}, 8: {last.X - y, x},
			}[orientation]
			turned.SetRGBA(x, y, out.RGBAAt(from.X, from.Y))
		}
	}
	return turned
}

func scale(side int, by float64) int { return max(1, int(float64(side)*by)) }

func deflated(f frame, picture *image.RGBA, caption Caption) ([]byte, error) {
	d := newDirectory(f, caption)
	d.shorts(tagCompression, compressionDeflate)
	d.shorts(tagPredictor, 2)
	d.longs(tagRowsPerStrip, stripRows)
	if f.colours == grey {
		d.shorts(tagPhotometric, photometricBlackIsZero)
	} else {
		d.shorts(tagPhotometric, photometricRGB)
	}
	var strips [][]byte
	for top := 0; top < f.height; top += stripRows {
		strip, err := compressRows(picture, top, min(top+stripRows, f.height), len(f.components))
		if err != nil {
			return nil, err
		}
		strips = append(strips, strip)
	}
	return d.file(strips...), nil
}

// compressRows replaces each sample by its difference from the pixel to the left
// (TIFF 6.0, section 14), which compresses better, and compresses the rows.
func compressRows(picture *image.RGBA, top, bottom, components int) ([]byte, error) {
	var out bytes.Buffer
	// Higher levels make photos 4% smaller, but take five times as long.
	w, err := zlib.NewWriterLevel(&out, zlib.BestSpeed)
	if err != nil {
		return nil, err
	}
	width := picture.Bounds().Dx()
	row := make([]byte, width*components)
	for y := top; y < bottom; y++ {
		line := picture.Pix[y*picture.Stride:]
		for x := range width {
			for c := range components {
				left := byte(0)
				if x > 0 {
					left = line[4*(x-1)+c]
				}
				row[x*components+c] = line[4*x+c] - left
			}
		}
		if _, err := w.Write(row); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

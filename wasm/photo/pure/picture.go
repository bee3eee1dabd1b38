// Package pure decodes, scales, turns and encodes photos in Go, without the
// browser's codecs. It is for browsers that have no codecs or falsify pixels, and
// for formats that the browser does not know. In the browser it is a separate
// program (wasm/purecodec), which is loaded only when it is needed.
package pure

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	_ "image/gif" // decoders register themselves
	_ "image/png"

	"golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/jpeg"
	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// Picture is a decoded photo. It satisfies photo.Bitmap.
type Picture struct {
	source      raster
	orientation int          // EXIF, 1 to 8
	colours     colours      // the source's
	upright     *image.YCbCr // in the size of the last encode, 4:2:0
}

// Decode decodes a complete file. Edge is the longer side of the largest picture
// that will be encoded. Decode fails like container.ReadHeader, with the header's
// refusal, or with truncated, too_complex, unsupported_format or cannot_decode.
func Decode(file []byte, maxPixels, edge int) (*Picture, error) {
	header, err := container.ReadHeader(file, maxPixels)
	switch {
	case err != nil:
		return nil, err
	case header.Refusal != "":
		return nil, refuse(nil, header.Refusal)
	}
	switch header.Type {
	case container.TypeJPEG:
		return decodeJPEG(file, header.Orientation, maxPixels, edge)
	case container.TypeTIFF:
		return decodeTIFF(file, header, maxPixels, edge)
	}
	source, err := decodeAny(file, header.Type, maxPixels)
	if err != nil {
		return nil, err
	}
	return &Picture{source: source, orientation: header.Orientation, colours: readColours(file, header.Type)}, nil
}

// decodeTIFF decodes a TIFF. For a RAW file it decodes the JPEG of the whole picture
// that the file contains. That JPEG may have its own orientation.
func decodeTIFF(file []byte, header container.Header, maxPixels, edge int) (*Picture, error) {
	whole, err := preview(file)
	if err != nil {
		return nil, err
	}
	if whole == nil {
		source, err := decodeAny(file, container.TypeTIFF, maxPixels)
		if err != nil && isOtherTIFF(file) {
			err = refuse(err, shared.CodeUnsupportedFormat)
		}
		if err != nil {
			return nil, err
		}
		return &Picture{source: source, orientation: header.Orientation, colours: tiffColours(file)}, nil
	}
	if own, err := container.ReadHeader(whole, maxPixels); err == nil && own.Orientation > 1 {
		header.Orientation = own.Orientation
	}
	return decodeJPEG(whole, header.Orientation, maxPixels, edge)
}

// decodeJPEG decodes a JPEG to the smallest size that is large enough.
func decodeJPEG(file []byte, orientation, maxPixels, edge int) (*Picture, error) {
	m, err := jpeg.Parse(file)
	if err != nil {
		return nil, container.JPEGError(err)
	}
	if m.Width*m.Height > maxPixels {
		return nil, refuse(nil, shared.CodeTooManyPixels)
	}
	longer := max(m.Width, m.Height)
	planes, err := m.Decode(pointsFor(longer, edge), pointsFor(longer, edge*max(m.Subsampling())/2))
	if err != nil {
		return nil, container.JPEGError(err)
	}
	colours := coloursOf(jpegProfile(file), len(planes))
	if len(planes) == inks {
		return &Picture{source: rasterOfRGB(m, planes, colours.grid), orientation: orientation}, nil
	}
	return &Picture{source: rasterOfJPEG(m, planes), orientation: orientation, colours: colours}, nil
}

// pointsFor returns the fewest samples per eight that give at least needed samples.
func pointsFor(length, needed int) int {
	for _, points := range []int{1, 2, 3, 4, 5, 6} {
		if length*points >= 8*needed {
			return points
		}
	}
	return 8
}

// share divides the limit of pixels for formats other than JPEG, because decoding a
// pixel of them takes so many times longer.
var share = map[container.Type]int{
	container.TypePNG: 2, container.TypeTIFF: 2, container.TypeBMP: 2, container.TypeGIF: 3, container.TypeWebP: 4,
}

func decodeAny(file []byte, kind container.Type, maxPixels int) (raster, error) {
	maxPixels /= max(1, share[kind])
	s := still{file: file}
	switch kind {
	case container.TypeBMP:
		return decodeBMP(file, maxPixels)
	case container.TypePNG:
		s.file = plainPNG(file)
	case container.TypeWebP:
		s = plainWebP(file)
	case container.TypeGIF:
		s.file, s.canvas = plainGIF(file)
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(s.file))
	if err != nil {
		return raster{}, cannotDecode(err)
	}
	if err := bounded(config, s.canvas, len(s.file), maxPixels); err != nil {
		return raster{}, err
	}
	decoded, _, err := image.Decode(bytes.NewReader(s.file))
	if err != nil || decoded.Bounds().Empty() {
		return raster{}, cannotDecode(err)
	}
	if kind == container.TypeWebP {
		widen(decoded)
	}
	if s.opaque {
		clearAlpha(decoded)
	}
	return rasterOf(planesOf(place(decoded, s.canvas, s.at))), nil
}

const (
	// A picture of more than freePixels must have at least one byte per so many
	// pixels. A file with fewer bytes was made to keep its reader busy.
	freePixels    = 12_000_000
	pixelsForByte = 256
)

// bounded fails with too_many_pixels or too_complex if a picture, or the canvas
// of its animation, takes too long to decode.
func bounded(config image.Config, canvas image.Rectangle, bytes, maxPixels int) error {
	switch config.ColorModel {
	case color.RGBA64Model, color.NRGBA64Model, color.Gray16Model:
		maxPixels /= 2
	}
	switch pixels := max(config.Width*config.Height, canvas.Dx()*canvas.Dy()); {
	case pixels > maxPixels:
		return refuse(nil, shared.CodeTooManyPixels)
	case pixels > freePixels && pixels > pixelsForByte*bytes:
		return refuse(nil, shared.CodeTooComplex)
	}
	return nil
}

// cannotDecode converts an error of another package into one with a code.
func cannotDecode(err error) error {
	if _, other := errors.AsType[tiff.UnsupportedError](err); other {
		return refuse(err, shared.CodeUnsupportedFormat)
	}
	return refuse(err, shared.CodeCannotDecode)
}

// FromRGBA returns a picture of pixels that another decoder has decoded from a HEIF
// file and turned upright. Row copies one row, four bytes a pixel, as stored: colours
// that the file has multiplied by alpha still are. FromRGBA fails with
// too_many_pixels or cannot_decode.
func FromRGBA(file []byte, width, height, maxPixels int, row func(y int, rgba []byte)) (*Picture, error) {
	if width <= 0 || height <= 0 {
		return nil, refuse(nil, shared.CodeCannotDecode)
	}
	if width*height > maxPixels {
		return nil, refuse(nil, shared.CodeTooManyPixels)
	}
	straight := row
	if container.ReadHEIF(file).Premultiplied {
		straight = func(y int, rgba []byte) {
			row(y, rgba)
			divideByAlpha(rgba)
		}
	}
	source := rasterOf(planesOfRows(width, height, straight))
	return &Picture{source: source, orientation: 1, colours: readColours(file, container.TypeHEIF)}, nil
}

// refuse returns an error with a code and its cause, which may be nil.
func refuse(cause error, code shared.Code) error { return &shared.Error{Code: code, Err: cause} }

// Size returns the size in pixels, upright.
func (p *Picture) Size() (width, height int) {
	return turnedSize(p.source.width, p.source.height, p.orientation)
}

// Encode scales to the given upright size and encodes a JPEG that carries the
// photo's colour profile. Repeated calls with one size scale once.
func (p *Picture) Encode(ctx context.Context, width, height int, quality float64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p.resize(width, height)
	return withProfile(encode(p.upright, quality), p.colours.profile), nil
}

// Estimate encodes every eighth row of blocks.
func (p *Picture) Estimate(ctx context.Context, width, height int, quality float64) (bytes int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	p.resize(width, height)
	some, share := someRows(p.upright)
	return int(float64(len(encode(some, quality)))/share) + len(p.colours.profile), nil
}

func (p *Picture) resize(width, height int) {
	if p.upright == nil || p.upright.Rect.Dx() != width || p.upright.Rect.Dy() != height {
		p.upright = p.at(width, height)
	}
}

func encode(m *image.YCbCr, quality float64) []byte {
	var planes [3]jpeg.Plane
	for i, p := range rasterOf(m).planes {
		planes[i] = jpeg.Plane{Samples: p.samples, Width: p.width, Height: p.height, Stride: p.stride}
	}
	return jpeg.Encode(planes, int(100*quality+0.5))
}

// Sample scales to the given upright size and returns RGBA, four bytes a pixel.
func (p *Picture) Sample(_ context.Context, width, height int) ([]byte, error) {
	if p.upright != nil {
		return rgbaOf(scale(rasterOf(p.upright), width, height)), nil
	}
	return rgbaOf(p.at(width, height)), nil
}

// Original is Sample, because this codec uses no canvas that could lose the picture after it was
// decoded.
func (p *Picture) Original(ctx context.Context, width, height int) ([]byte, error) {
	return p.Sample(ctx, width, height)
}

// Close releases the pixels.
func (p *Picture) Close() { *p = Picture{} }

func (p *Picture) at(width, height int) *image.YCbCr {
	width, height = turnedSize(width, height, p.orientation)
	upright := turn(scale(p.source, width, height), p.orientation)
	if p.colours.grid != nil {
		return p.colours.grid.convert(upright)
	}
	return upright
}

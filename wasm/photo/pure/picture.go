// Package pure decodes, scales, turns and encodes photos in Go, without the
// browser's codecs: for browsers that have none or falsify their pixels, and for
// formats that the browser does not know. It is a program of its own in the
// browser (wasm/purecodec), fetched only when it is needed.
package pure

import (
	"bytes"
	"context"
	"errors"
	"image"
	_ "image/gif" // decoders register themselves
	_ "image/png"

	"golang.org/x/image/bmp"
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
	profile     []byte       // ICC, nil for sRGB
	colours     *lut         // to sRGB, where no profile can say it; may be nil
	upright     *image.YCbCr // at the size of the last encode, 4:2:0
}

// Decode decodes a file given whole, for pictures whose longer side is at most
// edge. It fails as container.ReadHeader does, and with the header's refusal,
// truncated, too_complex, unsupported_format or cannot_decode.
func Decode(file []byte, maxPixels, edge int) (*Picture, error) {
	header, err := container.ReadHeader(file, maxPixels)
	switch {
	case err != nil:
		return nil, err
	case header.Refusal != "":
		return nil, refuse(nil, header.Refusal)
	}
	var source raster
	profile := readProfile(file, header.Type)
	switch header.Type {
	case container.TypeJPEG:
		source, err = decodeJPEG(file, maxPixels, edge)
	case container.TypeTIFF:
		source, err = decodeTIFF(file, &header, maxPixels, edge)
	default:
		source, err = decodeAny(file, header.Type, maxPixels)
	}
	if err != nil {
		return nil, err
	}
	return newPicture(source, header.Orientation, profile), nil
}

// decodeTIFF decodes a TIFF or, of a RAW file, its JPEG of the whole picture,
// which may say its own orientation.
func decodeTIFF(file []byte, header *container.Header, maxPixels, edge int) (raster, error) {
	whole, err := preview(file)
	if err != nil {
		return raster{}, err
	}
	if whole == nil {
		return decodeAny(file, container.TypeTIFF, maxPixels)
	}
	if own, err := container.ReadHeader(whole, maxPixels); err == nil && own.Orientation > 1 {
		header.Orientation = own.Orientation
	}
	return decodeJPEG(whole, maxPixels, edge)
}

// decodeJPEG decodes a JPEG to the least size that serves.
func decodeJPEG(file []byte, maxPixels, edge int) (raster, error) {
	m, err := jpeg.Parse(file)
	if err != nil {
		return raster{}, container.JPEGError(err)
	}
	if m.Width*m.Height > maxPixels {
		return raster{}, refuse(nil, shared.CodeTooManyPixels)
	}
	longer := max(m.Width, m.Height)
	planes, err := m.Decode(pointsFor(longer, edge), pointsFor(longer, edge*max(m.Subsampling())/2))
	if err != nil {
		return raster{}, container.JPEGError(err)
	}
	return rasterOfJPEG(m, planes), nil
}

// pointsFor is how many samples in eight it takes to have no fewer than needed.
func pointsFor(length, needed int) int {
	for _, points := range []int{1, 2, 3, 4, 5, 6} {
		if length*points >= 8*needed {
			return points
		}
	}
	return 8
}

func decodeAny(file []byte, kind container.Type, maxPixels int) (raster, error) {
	switch kind {
	case container.TypePNG:
		file = plainPNG(file)
	case container.TypeWebP:
		file = stillWebP(file)
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return raster{}, cannotDecode(err)
	}
	if config.Width*config.Height > maxPixels {
		return raster{}, refuse(nil, shared.CodeTooManyPixels)
	}
	decoded, _, err := image.Decode(bytes.NewReader(file))
	if err != nil || decoded.Bounds().Empty() {
		return raster{}, cannotDecode(err)
	}
	if kind == container.TypeWebP {
		widen(decoded)
	}
	return rasterOf(planesOf(decoded)), nil
}

// cannotDecode gives an error of another package its code.
func cannotDecode(err error) error {
	if _, other := errors.AsType[tiff.UnsupportedError](err); other || errors.Is(err, bmp.ErrUnsupported) {
		return refuse(err, shared.CodeUnsupportedFormat)
	}
	return refuse(err, shared.CodeCannotDecode)
}

// FromRGBA takes the pixels of a HEIF file that another decoder has decoded and
// turned upright. Row copies one row, four bytes a pixel, not premultiplied. It
// fails with too_many_pixels or cannot_decode.
func FromRGBA(file []byte, width, height, maxPixels int, row func(y int, rgba []byte)) (*Picture, error) {
	if width <= 0 || height <= 0 {
		return nil, refuse(nil, shared.CodeCannotDecode)
	}
	if width*height > maxPixels {
		return nil, refuse(nil, shared.CodeTooManyPixels)
	}
	return newPicture(rasterOf(planesOfRows(width, height, row)), 1, readProfile(file, container.TypeHEIF)), nil
}

// newPicture keeps of a profile what primaries and curves can say; by any other
// it converts the pixels.
func newPicture(source raster, orientation int, profile []byte) *Picture {
	p := &Picture{source: source, orientation: orientation}
	plain, ok := container.PlainProfile(profile)
	if p.profile = plain; !ok {
		p.colours = newLUT(profile)
	}
	return p
}

// refuse makes an error of a code and its cause, which may be nil.
func refuse(cause error, code shared.Code) error { return &shared.Error{Code: code, Err: cause} }

// Size is in pixels, upright.
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
	return withProfile(encode(p.upright, quality), p.profile), nil
}

// Estimate encodes every eighth row of blocks.
func (p *Picture) Estimate(ctx context.Context, width, height int, quality float64) (bytes int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	p.resize(width, height)
	some, share := someRows(p.upright)
	return int(float64(len(encode(some, quality)))/share) + len(p.profile), nil
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

// Original is Sample: nothing is lost in between.
func (p *Picture) Original(ctx context.Context, width, height int) ([]byte, error) {
	return p.Sample(ctx, width, height)
}

// Close lets the pixels go.
func (p *Picture) Close() { *p = Picture{} }

func (p *Picture) at(width, height int) *image.YCbCr {
	width, height = turnedSize(width, height, p.orientation)
	upright := turn(scale(p.source, width, height), p.orientation)
	if p.colours != nil {
		return p.colours.convert(upright)
	}
	return upright
}

// Package pure decodes, scales, turns and encodes photos in Go, without the
// browser's codecs: for browsers that have none or falsify their pixels, and for
// formats that the browser does not know. It is a program of its own in the
// browser (wasm/purecodec), fetched only when it is needed.
package pure

import (
	"bytes"
	"context"
	"image"
	_ "image/gif" // decoders register themselves
	_ "image/jpeg"
	_ "image/png"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
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
	upright     *image.YCbCr // at the size of the last encode, 4:2:0
}

// Decode decodes a file given whole, for pictures whose longer side is at most
// edge. Pixels are not converted: they keep their profile. It fails as
// container.ReadHeader does, and with cannot_decode.
func Decode(file []byte, maxPixels, edge int) (*Picture, error) {
	header, err := container.ReadHeader(file, maxPixels)
	if err != nil {
		return nil, err
	}
	source, ok := decodeJPEG(file, maxPixels, edge)
	if !ok {
		if source, err = decodeAny(file, maxPixels); err != nil {
			return nil, err
		}
	}
	return newPicture(source, header.Orientation, readProfile(file, header.Type)), nil
}

// decodeJPEG decodes a JPEG as cameras write it, to the least size that serves.
func decodeJPEG(file []byte, maxPixels, edge int) (raster, bool) {
	m, err := jpeg.Parse(file)
	if err != nil || m.Width*m.Height > maxPixels {
		return raster{}, false
	}
	longer := max(m.Width, m.Height)
	planes, err := m.Decode(pointsFor(longer, edge), pointsFor(longer, edge*max(m.Subsampling())/2))
	if err != nil {
		return raster{}, false
	}
	return rasterOfPlanes(m.Width, m.Height, planes), true
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

func decodeAny(file []byte, maxPixels int) (raster, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return raster{}, cannotDecode(err)
	}
	if config.Width*config.Height > maxPixels {
		return raster{}, tooManyPixels()
	}
	decoded, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return raster{}, cannotDecode(err)
	}
	if decoded.Bounds().Empty() {
		return raster{}, cannotDecode(nil)
	}
	return rasterOf(planesOf(decoded)), nil
}

// FromRGBA takes the pixels of a HEIF file that another decoder has decoded and
// turned upright. Row copies one row, four bytes a pixel, not premultiplied. It
// fails with too_many_pixels or cannot_decode.
func FromRGBA(file []byte, width, height, maxPixels int, row func(y int, rgba []byte)) (*Picture, error) {
	if width <= 0 || height <= 0 {
		return nil, cannotDecode(nil)
	}
	if width*height > maxPixels {
		return nil, tooManyPixels()
	}
	return newPicture(rasterOf(planesOfRows(width, height, row)), 1, readProfile(file, container.TypeHEIF)), nil
}

func newPicture(source raster, orientation int, profile []byte) *Picture {
	if !describesRGB(profile) {
		profile = nil
	}
	return &Picture{source: source, orientation: orientation, profile: profile}
}

func tooManyPixels() error {
	return shared.NewError(
		shared.CodeTooManyPixels,
		"This picture has more pixels than a phone can work on. Take it again with the camera's ordinary setting.",
	)
}

func cannotDecode(err error) error {
	return shared.Wrap(
		err,
		shared.CodeCannotDecode,
		"This photo cannot be read: it is damaged, or of a kind that is not known here. Take it again.",
	)
}

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
	return jpeg.Encode(m, int(100*quality+0.5))
}

// Sample scales to the given upright size and answers RGBA, four bytes a pixel.
func (p *Picture) Sample(_ context.Context, width, height int) ([]byte, error) {
	if p.upright != nil {
		return rgbaOf(scale(rasterOf(p.upright), width, height)), nil
	}
	return rgbaOf(p.at(width, height)), nil
}

// Close lets the pixels go.
func (p *Picture) Close() { *p = Picture{} }

func (p *Picture) at(width, height int) *image.YCbCr {
	width, height = turnedSize(width, height, p.orientation)
	return turn(scale(p.source, width, height), p.orientation)
}

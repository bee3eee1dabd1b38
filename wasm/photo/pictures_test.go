package photo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"testing"

	codec "github.com/clinicpro/photobridge/wasm/jpeg"
	"github.com/clinicpro/photobridge/wasm/photo/container"
	"github.com/clinicpro/photobridge/wasm/photo/pure"
)

// picture returns a picture with a coloured square in each corner, clockwise from
// the top left, over grain that compresses about as well as a photo.
func picture(width, height int, grain uint32) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	rng := rand.New(rand.NewPCG(1, 2))
	for y := range height {
		for x := range width {
			noise := uint8(rng.Uint32N(grain + 1))
			img.SetRGBA(x, y, color.RGBA{120 + noise, 110 + noise, 100 + noise, 255})
		}
	}
	side := min(width, height) / 4
	for i, at := range []image.Point{{0, 0}, {width - side, 0}, {width - side, height - side}, {0, height - side}} {
		for y := range side {
			for x := range side {
				img.SetRGBA(at.X+x, at.Y+y, corners[i])
			}
		}
	}
	return img
}

var corners = [4]color.RGBA{{200, 40, 40, 255}, {40, 160, 40, 255}, {40, 60, 200, 255}, {230, 200, 40, 255}}

// stored returns an upright picture the way a camera with that orientation stores
// it (EXIF 2.32, section 4.6.4).
func stored(upright *image.RGBA, orientation int) *image.RGBA {
	width, height := upright.Rect.Dx(), upright.Rect.Dy()
	if orientation >= 5 {
		width, height = height, width
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			fromRight, fromBottom := width-1-x, height-1-y
			at := map[int]image.Point{
				1: {x, y}, 2: {fromRight, y}, 3: {fromRight, fromBottom}, 4: {x, fromBottom},
				5: {y, x}, 6: {fromBottom, x}, 7: {fromBottom, fromRight}, 8: {y, fromRight},
			}[orientation]
			img.SetRGBA(x, y, upright.RGBAAt(at.X, at.Y))
		}
	}
	return img
}

// goCodec is the pure codec without a worker around it.
type goCodec struct{}

func (goCodec) Decode(ctx context.Context, source Source, edge int) (Bitmap, error) {
	file, err := source.Read(ctx, 0, source.Size())
	if err != nil {
		return nil, err
	}
	return pure.Decode(file, DefaultLimits().MaxPixels, edge)
}

func encodeJPEG(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var buffer bytes.Buffer
	if err := jpeg.Encode(&buffer, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// withSegment inserts a marker segment directly after SOI.
func withSegment(file []byte, marker byte, body []byte) []byte {
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xff, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), file[2:]...)
}

// exifSegment returns an APP1 body with an orientation and a time (EXIF 2.32).
func exifSegment(orientation uint16) []byte {
	const orientationTag, exifIFD, dateTimeOriginal = 0x0112, 0x8769, 0x9003
	const ascii, short, long = 2, 3, 4
	le := binary.LittleEndian
	tiff := []byte("II*\x00\x08\x00\x00\x00")
	entry := func(tag, kind uint16, count, value uint32) {
		tiff = le.AppendUint16(tiff, tag)
		tiff = le.AppendUint16(tiff, kind)
		tiff = le.AppendUint32(tiff, count)
		tiff = le.AppendUint32(tiff, value)
	}
	tiff = le.AppendUint16(tiff, 2)
	entry(orientationTag, short, 1, uint32(orientation))
	entry(exifIFD, long, 1, 38)
	tiff = le.AppendUint32(tiff, 0)
	tiff = le.AppendUint16(tiff, 1)
	entry(dateTimeOriginal, ascii, 20, 56)
	tiff = le.AppendUint32(tiff, 0)
	tiff = append(tiff, "2026:03:01 09:30:00\x00"...)
	return append([]byte("Exif\x00\x00"), tiff...)
}

func compress(t testing.TB, file []byte, limits Limits) *Result {
	t.Helper()
	result, err := New(nil, goCodec{}, GoDigest).Compress(t.Context(), Memory(file), limits)
	if err != nil {
		t.Fatal(err)
	}
	check(t, result, limits)
	return result
}

// check fails the test if a result breaks a promise that holds for every result.
func check(t testing.TB, result *Result, limits Limits) image.Image {
	t.Helper()
	if len(result.JPEG) > limits.MaxBytes {
		t.Errorf("%d bytes, over %d", len(result.JPEG), limits.MaxBytes)
	}
	if result.SHA256 != sha256.Sum256(result.JPEG) {
		t.Error("hash is not that of the bytes")
	}
	img, err := jpeg.Decode(bytes.NewReader(result.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size.X != result.Width || size.Y != result.Height {
		t.Errorf("size %v, reported %d×%d", size, result.Width, result.Height)
	}
	if width, height := limits.fit(result.Width, result.Height); width != result.Width || height != result.Height {
		t.Errorf("%d×%d is more than the limits", result.Width, result.Height)
	}
	for _, s := range segmentsOf(t, result.JPEG) {
		_, _, _, icc := container.ICC(s)
		known := icc || string(s.Body) == "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" ||
			bytes.HasPrefix(s.Body, []byte("Adobe\x00\x64\x00\x00\x00\x00"))
		if s.Marker >= 0xe0 && !known {
			t.Errorf("segment %x is left", s.Marker)
		}
	}
	if end, proper, err := container.EndOfJPEG(result.JPEG); err != nil || !proper || end != len(result.JPEG) {
		t.Errorf("the picture ends at %d of %d bytes: %v", end, len(result.JPEG), err)
	}
	return img
}

func segmentsOf(t testing.TB, file []byte) (all []codec.Segment) {
	t.Helper()
	if err := codec.EachSegment(file, func(s codec.Segment) { all = append(all, s) }); err != nil {
		t.Fatal(err)
	}
	return all
}

func wantCorners(t *testing.T, img image.Image) {
	t.Helper()
	width, height := img.Bounds().Dx(), img.Bounds().Dy()
	inset := min(width, height) / 8
	for i, at := range []image.Point{
		{inset, inset}, {width - inset, inset}, {width - inset, height - inset}, {inset, height - inset},
	} {
		r, g, b, _ := img.At(at.X, at.Y).RGBA()
		far := func(a uint32, b uint8) bool { d := int(a>>8) - int(b); return d > 24 || d < -24 }
		if far(r, corners[i].R) || far(g, corners[i].G) || far(b, corners[i].B) {
			t.Errorf("corner %d is %d,%d,%d, want %v", i, r>>8, g>>8, b>>8, corners[i])
		}
	}
}

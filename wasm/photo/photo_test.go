package photo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/photo/container"
	"github.com/clinicpro/photobridge/wasm/photo/pure"
)

// memory is a Source over bytes.
type memory []byte

func (m memory) Size() int64 { return int64(len(m)) }
func (m memory) Read(_ context.Context, offset, length int64) ([]byte, error) {
	return m[offset:min(offset+length, int64(len(m)))], nil
}

// picture paints a coloured square in each corner, clockwise from top left,
// over grain that compresses no better than a photo does.
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

// stored is how a camera with that orientation stores an upright picture
// (EXIF 2.32, section 4.6.4: which side the 0th row and the 0th column are).
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

// withSegment puts a marker segment right after SOI.
func withSegment(file []byte, marker byte, body []byte) []byte {
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xff, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), file[2:]...)
}

// exifSegment is an APP1 body with an orientation and a time (EXIF 2.32).
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
	result, err := New(nil, goCodec{}).Compress(t.Context(), memory(file), limits)
	if err != nil {
		t.Fatal(err)
	}
	check(t, result, limits)
	return result
}

// check holds what is promised of every result.
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
	if size := img.Bounds().Size(); size.X != result.Width || size.Y != result.Height || max(size.X, size.Y) > limits.MaxEdge {
		t.Errorf("size %v, said %d×%d", size, result.Width, result.Height)
	}
	if clean, err := container.Strip(result.JPEG); err != nil || !bytes.Equal(clean, result.JPEG) {
		t.Errorf("metadata is left, or the end is missing: %v", err)
	}
	return img
}

func wantCorners(t *testing.T, img image.Image) {
	t.Helper()
	width, height := img.Bounds().Dx(), img.Bounds().Dy()
	inset := min(width, height) / 8
	for i, at := range []image.Point{{inset, inset}, {width - inset, inset}, {width - inset, height - inset}, {inset, height - inset}} {
		r, g, b, _ := img.At(at.X, at.Y).RGBA()
		far := func(a uint32, b uint8) bool { d := int(a>>8) - int(b); return d > 24 || d < -24 }
		if far(r, corners[i].R) || far(g, corners[i].G) || far(b, corners[i].B) {
			t.Errorf("corner %d is %d,%d,%d, want %v", i, r>>8, g>>8, b>>8, corners[i])
		}
	}
}

func TestOrientationIsBakedInOnce(t *testing.T) {
	upright := picture(240, 160, 20)
	for orientation := 1; orientation <= 8; orientation++ {
		t.Run(string(rune('0'+orientation)), func(t *testing.T) {
			file := withSegment(encodeJPEG(t, stored(upright, orientation), 90), 0xe1, exifSegment(uint16(orientation)))
			result := compress(t, file, DefaultLimits())
			if result.Width != 240 || result.Height != 160 {
				t.Errorf("size %d×%d", result.Width, result.Height)
			}
			wantCorners(t, check(t, result, DefaultLimits()))
			if want := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC); result.CapturedAt == nil || !result.CapturedAt.Equal(want) {
				t.Errorf("captured at %v", result.CapturedAt)
			}
		})
	}
}

func TestPassKeepsThePixelsBitForBit(t *testing.T) {
	plain := encodeJPEG(t, picture(300, 200, 20), 90)
	file := withSegment(plain, 0xe1, exifSegment(1))
	file = withSegment(file, 0xfe, []byte("a comment"))
	file = withSegment(file, 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x/>"))
	file = append(file, "a maker's trailer"...)
	result := compress(t, file, DefaultLimits())
	if result.Road != RoadPass || !bytes.Equal(result.JPEG, plain) {
		t.Errorf("road %s, %d bytes, want the %d of the plain file", result.Road, len(result.JPEG), len(plain))
	}
}

func TestColourProfileSurvives(t *testing.T) {
	profile := make([]byte, 200)
	copy(profile[16:], "RGB ")
	segment := append([]byte("ICC_PROFILE\x00\x01\x01"), profile...)
	for name, size := range map[string][2]int{"pass": {300, 200}, "pure": {1600, 1200}} {
		t.Run(name, func(t *testing.T) {
			limits := DefaultLimits()
			limits.MaxEdge = 1000
			result := compress(t, withSegment(encodeJPEG(t, picture(size[0], size[1], 20), 90), 0xe2, segment), limits)
			if string(result.Road) != name || !bytes.Contains(result.JPEG, segment) {
				t.Errorf("road %s, profile kept: %v", result.Road, bytes.Contains(result.JPEG, segment))
			}
		})
	}
}

func TestBudgetHolds(t *testing.T) {
	file := encodeJPEG(t, picture(1200, 900, 135), 95)
	for _, budget := range []int{400_000, 120_000, 30_000} {
		limits := DefaultLimits()
		limits.MaxBytes = budget
		result := compress(t, file, limits)
		t.Logf("%d: %d bytes at %.2f, %d×%d, %d encodes", budget, len(result.JPEG), result.Quality, result.Width, result.Height, result.Encodes)
		if len(result.JPEG) < budget/2 {
			t.Errorf("%d bytes leave half of %d unused", len(result.JPEG), budget)
		}
	}
}

func TestOtherFormats(t *testing.T) {
	upright := picture(96, 72, 20)
	colours := color.Palette{corners[0], corners[1], corners[2], corners[3], color.RGBA{120, 110, 100, 255}}
	first, second := image.NewPaletted(upright.Rect, colours), image.NewPaletted(upright.Rect, colours)
	draw.Draw(first, first.Rect, upright, image.Point{}, draw.Src)
	deep := image.NewNRGBA64(upright.Rect)
	draw.Draw(deep, deep.Rect, upright, image.Point{}, draw.Src)
	encoded := func(encode func(io.Writer) error) []byte {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	stored := func(name string) []byte {
		file, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	tests := []struct {
		name string
		file []byte
	}{
		{"PNG of 16 bits", encoded(func(w io.Writer) error { return png.Encode(w, deep) })},
		{"BMP", encoded(func(w io.Writer) error { return bmp.Encode(w, upright) })},
		{"TIFF", encoded(func(w io.Writer) error { return tiff.Encode(w, upright, nil) })},
		{"GIF", encoded(func(w io.Writer) error { return gif.Encode(w, first, nil) })},
		{"GIF that moves", encoded(func(w io.Writer) error {
			return gif.EncodeAll(w, &gif.GIF{Image: []*image.Paletted{first, second}, Delay: []int{10, 10}})
		})},
		{"WebP", stored("lossy.webp")},
		{"WebP without loss", stored("lossless.webp")},
		{"JPEG of CMYK", stored("cmyk.jpg")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			wantCorners(t, check(t, compress(t, test.file, DefaultLimits()), DefaultLimits()))
		})
	}
}

func TestTransparentBecomesWhite(t *testing.T) {
	transparent := image.NewNRGBA(image.Rect(0, 0, 40, 30))
	var buffer bytes.Buffer
	if err := png.Encode(&buffer, transparent); err != nil {
		t.Fatal(err)
	}
	img := check(t, compress(t, buffer.Bytes(), DefaultLimits()), DefaultLimits())
	if r, g, b, _ := img.At(20, 15).RGBA(); r>>8 < 250 || g>>8 < 250 || b>>8 < 250 {
		t.Errorf("what is transparent became %d,%d,%d, want white", r>>8, g>>8, b>>8)
	}
}

func TestWarnings(t *testing.T) {
	limits := DefaultLimits()
	limits.MaxEdge = 500 // so that small pictures are decoded
	shade := func(at func(x, y int) uint8) image.Image {
		m := image.NewGray(image.Rect(0, 0, 640, 480))
		for i := range m.Pix {
			m.Pix[i] = at(i%m.Stride, i/m.Stride)
		}
		return m
	}
	tests := []struct {
		name  string
		photo image.Image
		want  []Warning
	}{
		{"sharp, in good light", picture(640, 480, 60), nil},
		{"in the dark", shade(func(x, y int) uint8 { return uint8(10 + 30*(x/20%2)) }), []Warning{WarningLowLight}},
		{"without an edge", shade(func(x, y int) uint8 { return uint8(60 + x/6) }), []Warning{WarningBlurred}},
		{"dark and without an edge: it is the light", shade(func(x, y int) uint8 { return uint8(10 + x/25) }), []Warning{WarningLowLight}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if result := compress(t, encodeJPEG(t, test.photo, 90), limits); !slices.Equal(result.Warnings, test.want) {
				t.Errorf("%v, want %v", result.Warnings, test.want)
			}
		})
	}
}

func TestBadFiles(t *testing.T) {
	whole := encodeJPEG(t, picture(640, 480, 60), 90)
	bomb := append([]byte{}, whole...)
	sof := bytes.Index(bomb, []byte{0xff, 0xc0})
	copy(bomb[sof+5:], "\xff\xff\xff\xff")
	tests := []struct {
		name string
		file []byte
		code shared.Code
	}{
		{"empty", nil, shared.CodeEmptyFile},
		{"text", []byte("this is a letter, called photo.jpg"), shared.CodeNotAnImage},
		{"PDF", []byte("%PDF-1.7"), shared.CodeNotAnImage},
		{"three bytes", []byte("\xff\xd8\xff"), shared.CodeTruncated},
		{"cut in the header", whole[:200], shared.CodeTruncated},
		{"cut in the pixels", whole[:len(whole)/2], shared.CodeTruncated},
		{"4 gigapixels", bomb, shared.CodeTooManyPixels},
		{"HEIC without a codec", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), shared.CodeCannotDecode},
		{"broken PNG", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x10\x00\x00\x00\x10garbage"), shared.CodeCannotDecode},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := New(nil, goCodec{}).Compress(t.Context(), memory(test.file), DefaultLimits())
			if e, ok := err.(*shared.Error); !ok || e.Code != test.code || !strings.HasSuffix(e.Detail, ".") {
				t.Errorf("error is %v, want %s with a sentence", err, test.code)
			}
		})
	}
}

func TestEveryTruncationIsAnErrorOrAPicture(t *testing.T) {
	whole := withSegment(encodeJPEG(t, picture(64, 48, 60), 80), 0xe1, exifSegment(6))
	for n := range len(whole) {
		result, err := New(nil, goCodec{}).Compress(t.Context(), memory(whole[:n]), DefaultLimits())
		if err == nil {
			check(t, result, DefaultLimits())
		}
	}
}

func TestPlan(t *testing.T) {
	photo := func(width, height, orientation int) container.Header {
		return container.Header{Type: container.TypeJPEG, Width: width, Height: height, Orientation: orientation, Components: 3}
	}
	cmyk := photo(800, 600, 1)
	cmyk.Components = 4
	tests := []struct {
		name   string
		header container.Header
		bytes  int
		native bool
		want   Plan
	}{
		{"small and upright", photo(800, 600, 1), 200_000, true, Plan{RoadPass, 800, 600}},
		{"small but turned", photo(800, 600, 6), 200_000, true, Plan{RoadNative, 600, 800}},
		{"small but with a long edge", photo(4000, 300, 1), 200_000, true, Plan{RoadNative, 2560, 192}},
		{"12 megapixels", photo(4032, 3024, 1), 3_500_000, true, Plan{RoadNative, 2560, 1920}},
		{"12 megapixels, turned", photo(4032, 3024, 6), 3_500_000, true, Plan{RoadNative, 1920, 2560}},
		{"without a codec", photo(4032, 3024, 1), 3_500_000, false, Plan{RoadPure, 2560, 1920}},
		{"never larger", photo(1000, 800, 1), 1_200_000, true, Plan{RoadNative, 1000, 800}},
		{"CMYK", cmyk, 200_000, true, Plan{RoadNative, 800, 600}},
		{"size not in the header", container.Header{Type: container.TypeHEIF, Orientation: 1}, 0, true, Plan{RoadNative, 0, 0}},
	}
	for _, test := range tests {
		if got := plan(test.header, test.bytes, test.native, DefaultLimits()); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

// powered is a picture whose bytes follow a power of the quantiser, and whose
// estimates are off by a share.
type powered struct {
	bytes, power, off float64 // bytes at 0.76 and 6 megapixels
	encodes           *int
}

func (p powered) at(width, height int, quality float64) float64 {
	return p.bytes * float64(width*height) / 6e6 * math.Pow(quantiser(0.76)/quantiser(quality), p.power)
}

func (p powered) Encode(_ context.Context, width, height int, quality float64) ([]byte, error) {
	*p.encodes++
	return make([]byte, int(p.at(width, height, quality))), nil
}

func (p powered) Estimate(_ context.Context, width, height int, quality float64) (int, error) {
	return int(p.at(width, height, quality) * (1 + p.off)), nil
}

func TestSearchPredicts(t *testing.T) {
	for _, power := range []float64{0.45, 0.62, 0.9} {
		for _, size := range []float64{300_000, 900_000, 1_100_000, 4_000_000} {
			for off, most := range map[float64]int{-0.1: 2, -0.04: 1, 0: 1, 0.06: 1, 0.3: 2} {
				encodes := 0
				best, err := search(t.Context(), 3000, 2000, DefaultLimits(), powered{size, power, off, &encodes})
				if err != nil || len(best.jpeg) > 1_000_000 || encodes > 5 {
					t.Fatalf("power %v, size %v, off %v: %d bytes after %d encodes, %v", power, size, off, len(best.jpeg), encodes, err)
				}
				if !best.shrunk && (encodes > most || best.quality < 0.92 && len(best.jpeg) < 880_000) {
					t.Errorf("power %v, size %v, off %v: %d bytes at %v after %d encodes", power, size, off, len(best.jpeg), best.quality, encodes)
				}
			}
		}
	}
}

func TestPhotos(t *testing.T) {
	folder := os.Getenv("PHOTOS")
	if folder == "" {
		t.Skip("PHOTOS is not set; the other tests make their own")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.jpg"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no photos in PHOTOS: %v", err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			result, err := New(nil, goCodec{}).Compress(t.Context(), memory(file), DefaultLimits())
			if err != nil {
				if shared.CodeOf(err) == shared.CodeInternal {
					t.Error(err)
				}
				t.Log(err)
				return
			}
			check(t, result, DefaultLimits())
			t.Logf("%s: %d → %d bytes, %d×%d at %.2f, %d encodes", result.Road, len(file), len(result.JPEG), result.Width, result.Height, result.Quality, result.Encodes)
		})
	}
}

// faulty is the browser's codec on a bad day.
type faulty struct {
	decode, encode error
	blank          bool
}

func (f faulty) Decode(ctx context.Context, source Source, edge int) (Bitmap, error) {
	if f.decode != nil {
		return nil, f.decode
	}
	bitmap, err := goCodec{}.Decode(ctx, source, edge)
	return faultyBitmap{bitmap, f}, err
}

type faultyBitmap struct {
	Bitmap
	faulty
}

func (b faultyBitmap) Encode(ctx context.Context, width, height int, quality float64) ([]byte, error) {
	if b.encode != nil {
		return nil, b.encode
	}
	return b.Bitmap.Encode(ctx, width, height, quality)
}

func (b faultyBitmap) Sample(ctx context.Context, width, height int) ([]byte, error) {
	if b.blank {
		return make([]byte, 4*width*height), nil
	}
	return b.Bitmap.Sample(ctx, width, height)
}

func TestWhatTheBrowserFailsAtIsDoneWithoutIt(t *testing.T) {
	file := withSegment(encodeJPEG(t, picture(640, 480, 60), 90), 0xe1, exifSegment(6))
	tests := []struct {
		name   string
		native faulty
		want   Road
	}{
		{"nothing", faulty{}, RoadNative},
		{"decoding", faulty{decode: errors.New("EncodingError")}, RoadPure},
		{"memory, so that the picture is blank", faulty{blank: true}, RoadPure},
		{"encoding", faulty{encode: errors.New("the browser does not encode JPEG")}, RoadPure},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			result, err := New(test.native, goCodec{}).Compress(t.Context(), memory(file), DefaultLimits())
			if err != nil || result.Road != test.want {
				t.Fatalf("%+v, %v", result, err)
			}
			check(t, result, DefaultLimits())
		})
	}
}

func TestCancelledPhotoFreesItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		compressor := New(stuck{}, stuck{})
		file := memory(encodeJPEG(t, picture(64, 48, 60), 80))
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			time.Sleep(time.Second)
			cancel()
		}()
		if _, err := compressor.Compress(ctx, file, DefaultLimits()); err != context.Canceled {
			t.Errorf("cancelled: %v", err)
		}
		if _, err := compressor.Compress(t.Context(), file, DefaultLimits()); shared.CodeOf(err) != shared.CodeTimeout {
			t.Errorf("a codec that never answers: %v", err)
		}
	})
}

// stuck is a codec that never answers.
type stuck struct{}

func (stuck) Decode(ctx context.Context, _ Source, _ int) (Bitmap, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func FuzzCompress(f *testing.F) {
	whole := withSegment(encodeJPEG(f, picture(32, 24, 60), 80), 0xe1, exifSegment(6))
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"))
	f.Add([]byte("GIF89a\x01\x00\x01\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		limits := DefaultLimits()
		limits.MaxPixels = 1 << 16
		result, err := New(nil, goCodec{}).Compress(t.Context(), memory(file), limits)
		if err != nil && shared.CodeOf(err) == shared.CodeInternal {
			t.Fatal(err)
		}
		if err == nil && len(result.JPEG) > limits.MaxBytes {
			t.Fatalf("%d bytes", len(result.JPEG))
		}
	})
}

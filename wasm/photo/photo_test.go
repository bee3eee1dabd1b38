package photo

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/clinicpro/photobridge/shared"
)

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
			if c := result.Captured; c == nil ||
				*c != (shared.Captured{Local: "2026-03-01T09:30:00", Source: shared.CapturedInFile}) {
				t.Errorf("captured %v", c)
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
	scan := plain[bytes.Index(plain, []byte{0xff, 0xda}):]
	if result.Road != RoadPass || !bytes.HasSuffix(result.JPEG, scan[14:]) {
		t.Errorf("road %s, %d bytes, without the plain file's scan", result.Road, len(result.JPEG))
	}
}

func TestBudgetHolds(t *testing.T) {
	file := encodeJPEG(t, picture(1200, 900, 135), 95)
	for _, budget := range []int{400_000, 120_000, 30_000} {
		limits := DefaultLimits()
		limits.MaxBytes = budget
		result := compress(t, file, limits)
		t.Logf(
			"%d: %d bytes at %.2f, %d×%d, %d encodes",
			budget,
			len(result.JPEG),
			result.Quality,
			result.Width,
			result.Height,
			result.Encodes,
		)
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
	limits.MaxEdge = 500 // so that even small pictures are decoded
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
		{
			"dark and without an edge: it is the light",
			shade(func(x, y int) uint8 { return uint8(10 + x/25) }),
			[]Warning{WarningLowLight},
		},
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
		{"PDF", []byte("%PDF-1.7"), shared.CodePDF},
		{"three bytes", []byte("\xff\xd8\xff"), shared.CodeTruncated},
		{"cut in the header", whole[:200], shared.CodeTruncated},
		{"cut in the pixels", whole[:len(whole)/2], shared.CodeTruncated},
		{"cut, with an end", append(bytes.Clone(whole[:len(whole)/2]), 0xff, 0xd9), shared.CodeTruncated},
		{
			"cut, with a trailer",
			append(bytes.Clone(whole[:len(whole)/2]), 0xff, 0xe1, 0, 9, 1, 2, 3),
			shared.CodeTruncated,
		},
		{
			"lossless JPEG",
			bytes.Replace(whole, []byte{0xff, 0xc0}, []byte{0xff, 0xc3}, 1),
			shared.CodeUnsupportedFormat,
		},
		{"JPEG of 12 bits", bytes.Replace(whole, []byte("\xff\xc0\x00\x11\x08"), []byte("\xff\xc1\x00\x11\x0c"), 1),
			shared.CodeUnsupportedFormat},
		{"AVIF", []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif"), shared.CodeUnsupportedAVIF},
		{"JPEG XL", []byte("\xff\x0a\x00\x00"), shared.CodeUnsupportedJXL},
		{"RAW", []byte("FUJIFILMCCD-RAW 0201"), shared.CodeRawPhoto},
		{"4 gigapixels", bomb, shared.CodeTooManyPixels},
		{"HEIC without a codec", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), shared.CodeCannotDecode},
		{
			"broken PNG",
			[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x10\x00\x00\x00\x10garbage"),
			shared.CodeCannotDecode,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := New(nil, goCodec{}, GoDigest).Compress(t.Context(), Memory(test.file), DefaultLimits())
			if shared.CodeOf(err) != test.code {
				t.Errorf("error is %v, want %s", err, test.code)
			}
		})
	}
}

func TestEveryTruncationIsAnErrorOrAPicture(t *testing.T) {
	whole := withSegment(encodeJPEG(t, picture(64, 48, 60), 80), 0xe1, exifSegment(6))
	for n := range len(whole) {
		result, err := New(nil, goCodec{}, GoDigest).Compress(t.Context(), Memory(whole[:n]), DefaultLimits())
		if err == nil {
			check(t, result, DefaultLimits())
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
			result, err := New(nil, goCodec{}, GoDigest).Compress(t.Context(), Memory(file), DefaultLimits())
			if err != nil {
				if shared.CodeOf(err) == shared.CodeInternal {
					t.Error(err)
				}
				t.Log(err)
				return
			}
			check(t, result, DefaultLimits())
			t.Logf(
				"%s: %d → %d bytes, %d×%d at %.2f, %d encodes",
				result.Road,
				len(file),
				len(result.JPEG),
				result.Width,
				result.Height,
				result.Quality,
				result.Encodes,
			)
		})
	}
}

// faulty is a browser's codec that fails in a chosen way.
type faulty struct {
	decode, encode error
	blank          bool     // nothing is drawn anywhere
	shows          Source   // what is decoded instead of the file
	paint          *[4]byte // the colour that is drawn instead of the picture
}

func (f faulty) Decode(ctx context.Context, source Source, edge int) (Bitmap, error) {
	if f.decode != nil {
		return nil, f.decode
	}
	if f.shows != nil {
		source = f.shows
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
	if b.paint != nil {
		return bytes.Repeat(b.paint[:], width*height), nil
	}
	return b.Bitmap.Sample(ctx, width, height)
}

func (b faultyBitmap) Original(ctx context.Context, width, height int) ([]byte, error) {
	if b.blank {
		return make([]byte, 4*width*height), nil
	}
	return b.Bitmap.Original(ctx, width, height)
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
		{"memory, so that the canvas is white", faulty{paint: &[4]byte{255, 255, 255, 255}}, RoadPure},
		{"memory, so that the canvas is black", faulty{paint: &[4]byte{0, 0, 0, 255}}, RoadPure},
		{"encoding", faulty{encode: errors.New("the browser does not encode JPEG")}, RoadPure},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			result, err := New(test.native, goCodec{}, GoDigest).Compress(t.Context(), Memory(file), DefaultLimits())
			if err != nil || result.Road != test.want {
				t.Fatalf("%+v, %v", result, err)
			}
			check(t, result, DefaultLimits())
		})
	}
}

// TestABlankPictureIsNeverSent: a browser without memory returns a transparent picture for a file of any type.
func TestABlankPictureIsNeverSent(t *testing.T) {
	var empty bytes.Buffer
	if err := png.Encode(&empty, image.NewNRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	webp, err := os.ReadFile("testdata/lossy.webp")
	if err != nil {
		t.Fatal(err)
	}
	shown := Memory(encodeJPEG(t, picture(64, 48, 60), 80))
	avif := []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1")
	tests := []struct {
		name   string
		file   []byte
		native faulty
		road   Road
		white  bool
		code   shared.Code
	}{
		{"WebP", webp, faulty{blank: true}, RoadPure, false, ""},
		{"WebP with enough memory", webp, faulty{}, RoadNative, false, ""},
		{"PNG that really is transparent", empty.Bytes(), faulty{blank: true}, RoadPure, true, ""},
		{"AVIF, which the pure codec does not know", avif, faulty{blank: true, shows: shown}, "", false,
			shared.CodeBlankResult},
		{"AVIF with enough memory", avif, faulty{shows: shown}, RoadNative, false, ""},
	}
	for _, test := range tests {
		result, err := New(test.native, goCodec{}, GoDigest).Compress(t.Context(), Memory(test.file), DefaultLimits())
		if err != nil || test.code != "" {
			if shared.CodeOf(err) != test.code {
				t.Errorf("%s: %v, want %q", test.name, err, test.code)
			}
			continue
		}
		if result.Road != test.road {
			t.Errorf("%s: road %s, want %s", test.name, result.Road, test.road)
		}
		r, g, b, _ := check(t, result, DefaultLimits()).At(result.Width/4, result.Height/4).RGBA()
		if white := min(r, g, b)>>8 > 250; white != test.white {
			t.Errorf("%s: white is %v", test.name, white)
		}
	}
}

func TestCancelledPhotoFreesItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		compressor := New(stuck{}, stuck{}, GoDigest)
		file := Memory(encodeJPEG(t, picture(64, 48, 60), 80))
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			time.Sleep(time.Second)
			cancel()
		}()
		if _, err := compressor.Compress(ctx, file, DefaultLimits()); err != context.Canceled {
			t.Errorf("cancelled: %v", err)
		}
		if _, err := compressor.Compress(t.Context(), file, DefaultLimits()); shared.CodeOf(err) != shared.CodeTimeout {
			t.Errorf("a codec that never returns: %v", err)
		}
	})
}

// stuck is a codec that never returns.
type stuck struct{}

func (stuck) Decode(ctx context.Context, _ Source, _ int) (Bitmap, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

package photo

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// fickle is a file that changes or becomes unavailable between reads.
type fickle struct {
	Memory
	size  int64    // when the file was chosen
	reads [][]byte // the result of each read; nil: the read fails
	count *int
}

func (f fickle) Size() int64 { return f.size }

func (f fickle) Read(context.Context, int64, int64) ([]byte, error) {
	found := f.reads[min(*f.count, len(f.reads)-1)]
	*f.count++
	if found == nil {
		return nil, errors.New("NotReadableError")
	}
	return found, nil
}

// TestFilesThatGoAway: a file that cannot be read is read once more after a pause.
func TestFilesThatGoAway(t *testing.T) {
	file := encodeJPEG(t, picture(64, 48, 60), 80)
	size := int64(len(file))
	tests := []struct {
		name  string
		size  int64
		reads [][]byte
		code  shared.Code
		count int
	}{
		{"it is there", size, [][]byte{file}, "", 1},
		{"it comes back", size, [][]byte{nil, file}, "", 2},
		{"it is empty for a while", size, [][]byte{{}, file}, "", 2},
		{"it is synced while it is read", size, [][]byte{file[:100], file}, "", 2},
		{"its size was not known", 0, [][]byte{file}, "", 1},
		{"it is gone", size, [][]byte{nil}, shared.CodeFileGone, 2},
		{"it was emptied", size, [][]byte{{}}, shared.CodeFileGone, 2},
		{"it changed", size, [][]byte{append(bytes.Clone(file), 0)}, shared.CodeFileGone, 2},
		{"it was always empty", 0, [][]byte{{}}, shared.CodeEmptyFile, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				count := 0
				source := fickle{size: test.size, reads: test.reads, count: &count}
				_, err := New(nil, goCodec{}, GoDigest).Compress(t.Context(), source, DefaultLimits())
				if code := shared.CodeOf(err); err == nil && test.code != "" || err != nil && code != test.code {
					t.Errorf("%v, want %q", err, test.code)
				}
				if count != test.count {
					t.Errorf("read %d times, want %d", count, test.count)
				}
			})
		})
	}
}

// lenient decodes another file than the given one. Browsers show damaged files like this.
type lenient struct{ shown []byte }

func (l lenient) Decode(ctx context.Context, _ Source, edge int) (Bitmap, error) {
	return goCodec{}.Decode(ctx, Memory(l.shown), edge)
}

// TestHalfAPhotoIsRefused: a browser shows missing data as grey, at any edge of a
// turned photo. A complete photo with a grey edge is accepted.
func TestHalfAPhotoIsRefused(t *testing.T) {
	half := image.NewRGBA(image.Rect(0, 0, 640, 480))
	draw.Draw(half, half.Rect, picture(640, 480, 60), image.Point{}, draw.Src)
	draw.Draw(half, image.Rect(0, 240, 640, 480), image.NewUniform(color.Gray{128}), image.Point{}, draw.Src)
	shown := encodeJPEG(t, half, 90)
	whole := encodeJPEG(t, picture(640, 480, 60), 90)
	limits := DefaultLimits()
	limits.MaxEdge = 500 // so that the photo is encoded again, and no other check reads the data
	for orientation := uint16(1); orientation <= 8; orientation++ {
		turned := func(file []byte) []byte { return withSegment(file, 0xe1, exifSegment(orientation)) }
		compressor := New(lenient{turned(shown)}, goCodec{}, GoDigest)
		cut := append(bytes.Clone(whole[:len(whole)/2]), 0xff, 0xd9)
		_, err := compressor.Compress(t.Context(), Memory(turned(cut)), limits)
		if shared.CodeOf(err) != shared.CodeTruncated {
			t.Errorf("orientation %d, cut: %v", orientation, err)
		}
		result, err := compressor.Compress(t.Context(), Memory(turned(shown)), limits)
		if err != nil || result.Road != RoadNative {
			t.Errorf("orientation %d, whole: %v", orientation, err)
		}
	}
}

// TestManyEXIFSegments: all of them are removed at once, so that a small file with many takes no longer than another.
func TestManyEXIFSegments(t *testing.T) {
	const most = 5 * time.Second // for a slow machine; one by one they take a minute
	segment := []byte("\xff\xe1\x00\x08Exif\x00\x00")
	plain := encodeJPEG(t, picture(64, 48, 60), 80)
	file := slices.Concat(plain[:2], bytes.Repeat(segment, 100_000), plain[2:])
	file = withSegment(file, 0xe1, exifSegment(6))
	start := time.Now()
	result := compress(t, file, DefaultLimits())
	if took := time.Since(start); took > most || result.Width != 48 {
		t.Errorf("%d bytes take %v, %d pixels wide", len(file), took, result.Width)
	}
}

func TestWithout(t *testing.T) {
	file := Memory("0123456789")
	tests := []struct {
		parts []container.Part
		want  string
	}{
		{nil, "0123456789"},
		{[]container.Part{{Start: 0, Length: 2}}, "23456789"},
		{[]container.Part{{Start: 2, Length: 3}, {Start: 5, Length: 1}, {Start: 9, Length: 1}}, "01678"},
	}
	for _, test := range tests {
		if got := string(file.Without(test.parts).(Memory)); got != test.want {
			t.Errorf("%v: %q, want %q", test.parts, got, test.want)
		}
	}
}

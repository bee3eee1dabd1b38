package photo

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/clinicpro/photobridge/shared"
)

// FuzzCompress: no file causes a panic. Planted text is not in the result. The
// result is a JPEG within the limits, and every complete file that can be decoded
// gives a result.
func FuzzCompress(f *testing.F) {
	whole := withSegment(encodeJPEG(f, picture(32, 24, 60), 80), 0xe1, exifSegment(6))
	seeds := [][]byte{
		whole, whole[:len(whole)/2],
		[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"), []byte("GIF89a\x01\x00\x01\x00"),
		withSegment(encodeJPEG(f, picture(64, 48, 9), 60), 0xe2, []byte("ICC_PROFILE\x00\x01\x01Jane")),
	}
	seeds = append(seeds, oddSeeds(f)...)
	for _, name := range []string{
		"420", "444", "411", "grey", "rgb", "restart", "progressive-420", "progressive-restart",
	} {
		seeds = append(seeds, fixture(f, name))
	}
	for _, name := range []string{"lossy.webp", "lossless.webp", "cmyk.jpg"} {
		file, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, file)
	}
	for _, seed := range seeds {
		f.Add(seed, uint16(200))
	}
	limits := DefaultLimits()
	limits.MaxPixels = 1 << 16
	name := []byte("Jane Example")
	f.Fuzz(func(t *testing.T, file []byte, where uint16) {
		if len(file) == 0 {
			return // reading is repeated after a pause, which would slow down fuzzing
		}
		at := int(where) % (len(file) + 1)
		in := slices.Insert(bytes.Clone(file), at, name...)
		over := slices.Concat(file[:at], name, file[min(at+len(name), len(file)):])
		for _, planted := range [][]byte{file, in, over} {
			_, unread := goCodec{}.Decode(t.Context(), Memory(planted), limits.MaxEdge)
			result, err := New(nil, goCodec{}, GoDigest).Compress(t.Context(), Memory(planted), limits)
			if code := shared.CodeOf(err); err != nil {
				if code == shared.CodeInternal || code == "" || unread == nil && code != shared.CodeTruncated &&
					code != shared.CodeTooManyPixels {
					t.Fatalf("%v, and decoded: %v", err, unread)
				}
				continue
			}
			_, err = goCodec{}.Decode(t.Context(), Memory(result.JPEG), limits.MaxEdge)
			if err != nil || len(result.JPEG) > limits.MaxBytes {
				t.Fatalf("%s: %d bytes, %v", result.Road, len(result.JPEG), err)
			}
			if bytes.Contains(result.JPEG, name) {
				t.Fatalf("%s: the name at %d survives", result.Road, at)
			}
		}
	})
}

// oddSeeds returns small files of what our own readers prepare or decode: a PNG with a
// palette, and a BMP of runs and of 16 bits.
func oddSeeds(f *testing.F) [][]byte {
	var palette bytes.Buffer
	colours := color.Palette{corners[0], corners[1]}
	if err := png.Encode(&palette, image.NewPaletted(image.Rect(0, 0, 16, 16), colours)); err != nil {
		f.Fatal(err)
	}
	bitmap := func(depth, compression byte, pixels string) []byte {
		head := "BM\x00\x00\x00\x00\x00\x00\x00\x00\x3e\x00\x00\x00" +
			"\x28\x00\x00\x00\x10\x00\x00\x00\x02\x00\x00\x00\x01\x00"
		return []byte(head + string([]byte{depth, 0, compression}) + strings.Repeat("\x00", 31) + pixels)
	}
	runs := "\x08\x01\x08\x00\x00\x00\x00\x04\x01\x00\x01\x00\x0c\x01\x00\x01"
	return [][]byte{palette.Bytes(), bitmap(8, 1, runs), bitmap(16, 0, strings.Repeat("\x1f\x7c", 32))}
}

package container

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/clinicpro/photobridge/shared"
)

// orientationTIFF returns a TIFF structure with an orientation, in a field of a kind and a count.
func orientationTIFF(kind, count uint16) string {
	le := binary.LittleEndian
	tiff := le.AppendUint16([]byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01"), kind)
	return string(append(le.AppendUint16(tiff, count), "\x00\x00\x06\x00\x06\x00\x00\x00\x00\x00"...))
}

// TestOrientationOfOtherForms: an orientation that browsers do not apply is ignored.
func TestOrientationOfOtherForms(t *testing.T) {
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 16, 8))); err != nil {
		t.Fatal(err)
	}
	whole := picture.String()
	chunk := func(kind, body string) string {
		return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)))) + kind + body + "\x00\x00\x00\x00"
	}
	pngWith := func(at int, body string) string { return whole[:at] + chunk("eXIf", body) + whole[at:] }
	end := len(whole) - 12
	jpegWith := func(prefix, tiff string) string {
		body := prefix + tiff
		return "\xff\xd8\xff\xe1\x00" + string(rune(2+len(body))) + body +
			"\xff\xc0\x00\x0b\x08\x00\x08\x00\x10\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00\xff\xd9"
	}
	usual := orientationTIFF(typeShort, 1)
	other := strings.Replace(usual, "\x06\x00", "\x03\x00", 1)
	tests := []struct {
		name, file string
		want       int
	}{
		{"JPEG", jpegWith("Exif\x00\x00", usual), 6},
		{"JPEG, another byte in the prefix", jpegWith("Exif\x00\x01", usual), 6},
		{"JPEG, two values", jpegWith("Exif\x00\x00", orientationTIFF(typeShort, 2)), 1},
		{"JPEG, a long value", jpegWith("Exif\x00\x00", orientationTIFF(typeLong, 1)), 1},
		{"PNG", pngWith(33, usual), 6},
		{"PNG, with the prefix of JPEG", pngWith(33, "Exif\x00\x00"+usual), 1},
		{"PNG, twice", whole[:33] + chunk("eXIf", usual) + chunk("eXIf", other) + whole[33:], 6},
		{"PNG, behind the pixels", pngWith(end, usual), 1},
	}
	for _, test := range tests {
		header, err := ReadHeader([]byte(test.file), MaxPixels)
		if err != nil || header.Orientation != test.want {
			t.Errorf("%s: %d, want %d, %v", test.name, header.Orientation, test.want, err)
		}
	}
}

// TestHalfAPicture: a file that ends within its pixels is truncated, and one that
// ends after them is complete.
func TestHalfAPicture(t *testing.T) {
	noise := image.NewPaletted(image.Rect(0, 0, 40, 30), color.Palette{color.Black, color.White, color.White})
	for i := range noise.Pix {
		noise.Pix[i] = byte(i * i % 7 % 3)
	}
	var flat, moving bytes.Buffer
	if err := png.Encode(&flat, noise); err != nil {
		t.Fatal(err)
	}
	if err := gif.Encode(&moving, noise, nil); err != nil {
		t.Fatal(err)
	}
	lossy, err := os.ReadFile("../testdata/lossy.webp")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		file []byte
		end  int // bytes that follow the pixels
	}{
		{"PNG", flat.Bytes(), 12},
		{"GIF", moving.Bytes(), 1},
		{"WebP", lossy, 0},
	}
	for _, test := range tests {
		size := len(test.file)
		for _, kept := range []int{size, size - test.end, size - test.end - 20, size * 3 / 4} {
			want := shared.Code("")
			if kept < size-test.end {
				want = shared.CodeTruncated
			}
			if _, err := ReadHeader(test.file[:kept], MaxPixels); shared.CodeOf(err) != want {
				t.Errorf("%s: %d of %d bytes: %v, want %q", test.name, kept, size, err, want)
			}
		}
		for kept := range size {
			_, _ = ReadHeader(test.file[:kept], MaxPixels) // does not panic
		}
	}
}

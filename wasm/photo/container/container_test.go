package container

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

func encoded(t testing.TB, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, width, height)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// with puts a marker segment right after SOI.
func with(file []byte, marker byte, body string) []byte {
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xff, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), file[2:]...)
}

// exifOf is a big-endian TIFF structure with an orientation, a time and an offset.
func exifOf(orientation uint16, taken, offset string) string {
	be := binary.BigEndian
	tiff := []byte("MM\x00*\x00\x00\x00\x08")
	entry := func(tag, kind uint16, count uint32, value uint32) {
		tiff = be.AppendUint16(be.AppendUint16(tiff, tag), kind)
		tiff = be.AppendUint32(be.AppendUint32(tiff, count), value)
	}
	tiff = be.AppendUint16(tiff, 2)
	entry(tagOrientation, typeShort, 1, uint32(orientation)<<16)
	entry(tagExifIFD, typeLong, 1, 38)
	tiff = be.AppendUint32(tiff, 0)
	tiff = be.AppendUint16(tiff, 2)
	entry(tagDateTimeOriginal, typeASCII, uint32(len(taken)), 68)
	entry(tagOffsetOriginal, typeASCII, uint32(len(offset)), 68+uint32(len(taken)))
	tiff = be.AppendUint32(tiff, 0)
	return "Exif\x00\x00" + string(tiff) + taken + offset
}

func TestReadHeader(t *testing.T) {
	plain := encoded(t, 30, 20)
	taken := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	png := "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x01\x00\x00\x00\x00\x80"
	heic := "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
	tests := []struct {
		name          string
		file          []byte
		kind          Type
		width, height int // upright
		captured      *time.Time
	}{
		{"JPEG", plain, TypeJPEG, 30, 20, nil},
		{"JPEG, turned", with(plain, 0xe1, exifOf(6, "2026:03:01 09:30:00\x00", "")), TypeJPEG, 20, 30, &taken},
		{
			"JPEG, with an offset",
			with(plain, 0xe1, exifOf(1, "2026:03:01 11:30:00\x00", "+02:00\x00")),
			TypeJPEG,
			30,
			20,
			&taken,
		},
		{
			"JPEG, a camera without a clock",
			with(plain, 0xe1, exifOf(1, "0000:00:00 00:00:00\x00", "")),
			TypeJPEG,
			30,
			20,
			nil,
		},
		{"JPEG, orientation 9", with(plain, 0xe1, exifOf(9, "", "")), TypeJPEG, 30, 20, nil},
		{"PNG", []byte(png), TypePNG, 256, 128, nil},
		{"GIF", []byte("GIF89a\x40\x00\x20\x00"), TypeGIF, 64, 32, nil},
		{
			"HEIC, whose pixels are turned elsewhere",
			[]byte(heic + exifOf(6, "2026:03:01 09:30:00\x00", "")),
			TypeHEIF,
			0,
			0,
			&taken,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header, err := ReadHeader(test.file, MaxPixels)
			if err != nil {
				t.Fatal(err)
			}
			width, height := header.Upright()
			if header.Type != test.kind || width != test.width || height != test.height {
				t.Errorf("%s, %d×%d, want %s, %d×%d", header.Type, width, height, test.kind, test.width, test.height)
			}
			switch got := header.CapturedAt(); {
			case (got == nil) != (test.captured == nil), got != nil && !got.Equal(*test.captured):
				t.Errorf("captured at %v, want %v", got, test.captured)
			}
		})
	}
}

func TestStrip(t *testing.T) {
	plain := encoded(t, 30, 20)
	profile := "ICC_PROFILE\x00\x01\x01profile"
	tests := []struct {
		name       string
		file, want []byte
	}{
		{"nothing to strip", plain, plain},
		{"EXIF", with(plain, 0xe1, exifOf(6, "", "")), plain},
		{
			"XMP, IPTC and a comment",
			with(
				with(with(plain, 0xe1, "http://ns.adobe.com/xap/1.0/\x00<x/>"), 0xed, "Photoshop 3.0\x00"),
				0xfe,
				"Dr. No",
			),
			plain,
		},
		{"MPF", with(plain, 0xe2, "MPF\x00II*\x00"), plain},
		{"the profile stays", with(with(plain, 0xe2, profile), 0xe1, exifOf(6, "", "")), with(plain, 0xe2, profile)},
		{
			"JFIF stays, with a thumbnail it goes",
			with(
				with(plain, 0xe0, "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
				0xe0,
				"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x01\x01rgb",
			),
			with(plain, 0xe0, "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
		},
		{"a trailer", append(bytes.Clone(plain), "a second picture with GPS"...), plain},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, err := Strip(test.file); err != nil || !bytes.Equal(got, test.want) {
				t.Errorf("%d bytes, want %d, %v", len(got), len(test.want), err)
			}
		})
	}
}

// seeds are whole files, damaged ones, and what only looks like one.
func seeds(f *testing.F) {
	plain := encoded(f, 30, 20)
	turned := with(plain, 0xe1, exifOf(6, "2026:03:01 09:30:00\x00", "+02:00\x00"))
	f.Add(plain)
	f.Add(turned)
	f.Add(turned[:60])
	f.Add(with(plain, 0xe2, "ICC_PROFILE\x00\x01\x02"))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x01"))
	f.Add([]byte("\xff\xd8\xff\xff\xff\xff"))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Add([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + exifOf(6, "", "")))
	f.Add([]byte("RIFF\x1a\x00\x00\x00WEBPVP8X"))
	f.Add([]byte("GIF89a\x01\x00\x01\x00"))
	f.Add([]byte("II*\x00\x08\x00\x00\x00"))
}

func FuzzReadHeader(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, file []byte) {
		header, err := ReadHeader(file, 1<<20)
		if err != nil {
			if shared.CodeOf(err) == shared.CodeInternal {
				t.Errorf("an error without a code: %v", err)
			}
			return
		}
		if header.Orientation < 1 || header.Orientation > 8 || header.Width < 0 || header.Height < 0 ||
			header.Width*header.Height > 1<<20 {
			t.Errorf("%+v", header)
		}
		header.CapturedAt()
	})
}

func FuzzStrip(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, file []byte) {
		once, err := Strip(file)
		if err != nil {
			return
		}
		if len(once) > len(file) {
			t.Errorf("%d bytes of %d", len(once), len(file))
		}
		if twice, err := Strip(once); err != nil || !bytes.Equal(once, twice) {
			t.Errorf("what is stripped is not clean: %v", err)
		}
	})
}

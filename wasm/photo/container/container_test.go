package container

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"strings"
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

// with inserts a marker segment directly after SOI.
func with(file []byte, marker byte, body string) []byte {
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xff, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), file[2:]...)
}

// exifOf returns a big-endian TIFF structure with an orientation, a time and an offset.
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
	entry(0x9003, typeASCII, uint32(len(taken)), 68)
	entry(0x9011, typeASCII, uint32(len(offset)), 68+uint32(len(taken)))
	tiff = be.AppendUint32(tiff, 0)
	return "Exif\x00\x00" + string(tiff) + taken + offset
}

func TestReadHeader(t *testing.T) {
	plain := encoded(t, 30, 20)
	png := "\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x01\x00\x00\x00\x00\x80\x08\x02\x00\x00\x00\x00\x00\x00\x00"
	tiff := exifOf(6, "2026:03:01 09:30:00\x00", "")[6:]
	turned := with(plain, 0xe1, exifOf(6, "2026:03:01 09:30:00\x00", ""))
	const taken = "2026-03-01T09:30:00"
	tests := []struct {
		name          string
		file          []byte
		kind          Type
		width, height int // upright
		captured      string
	}{
		{"JPEG", plain, TypeJPEG, 30, 20, ""},
		{"JPEG, turned", turned, TypeJPEG, 20, 30, taken},
		{"JPEG, turned by the first of two", with(turned, 0xe1, exifOf(1, "", "")), TypeJPEG, 30, 20, ""},
		{"JPEG, turned by the second of two", with(with(plain, 0xe1, exifOf(1, "", "")), 0xe1, exifOf(6, "", "")),
			TypeJPEG, 20, 30, ""},
		{"JPEG, orientation 9", with(plain, 0xe1, exifOf(9, "", "")), TypeJPEG, 30, 20, ""},
		{"JPEG, with text between its segments",
			bytes.Replace(plain, []byte("\xff\xc0"), []byte("Jane\xff\xff\xc0"), 1), TypeJPEG, 30, 20, ""},
		{"PNG", []byte(png), TypePNG, 256, 128, ""},
		{"PNG, turned", []byte(png + chunk("eXIf", tiff)), TypePNG, 128, 256, taken},
		{"WebP, which EXIF does not turn", []byte("RIFF\x00\x00\x00\x00WEBPEXIF" +
			string(binary.LittleEndian.AppendUint32(nil, uint32(len(tiff)))) + tiff), TypeWebP, 0, 0, taken},
		{"GIF", []byte("GIF89a\x40\x00\x20\x00"), TypeGIF, 64, 32, ""},
		{"TIFF, turned", []byte(tiff), TypeTIFF, 0, 0, taken},
		{
			"HEIC, which EXIF does not turn",
			heifOf("heic", "\x00\x00\x00\x06Exif\x00\x00"+tiff, 1),
			TypeHEIF,
			0,
			0,
			taken,
		},
		{"HEIC, EXIF without its prefix", heifOf("heic", "\x00\x00\x00\x00"+tiff, 1), TypeHEIF, 0, 0, taken},
		{"AVIF", heifOf("avif", "\x00\x00\x00\x00"+tiff, 1), TypeAVIF, 0, 0, taken},
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
			captured := header.Captured(now)
			if test.captured == "" && captured != nil ||
				test.captured != "" && (captured == nil || captured.Local != test.captured) {
				t.Errorf("captured %v, want %s", captured, test.captured)
			}
		})
	}
}

var now = time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)

func TestSniff(t *testing.T) {
	tests := []struct {
		name, file string
		kind       Type
		refusal    shared.Code
	}{
		{"a letter", "this is a letter", TypeOther, shared.CodeNotAnImage},
		{"PDF", "%PDF-1.7", TypePDF, shared.CodePDF},
		{"PDF after a printer's preamble", "\x1b%-12345X@PJL\r\n%PDF-1.4", TypePDF, shared.CodePDF},
		{"a JPEG with a PDF's mark", "\xff\xd8\xff\xe1%PDF-1.7", TypeJPEG, ""},
		{"a film", "\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", TypeOther, shared.CodeNotAnImage},
		{"one byte", "\xff", TypeOther, shared.CodeNotAnImage},
		{"HEIC", "\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", TypeHEIF, ""},
		{"AVIF", "\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf", TypeAVIF, shared.CodeUnsupportedAVIF},
		{
			"AVIF, by its second brand",
			"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif",
			TypeAVIF,
			shared.CodeUnsupportedAVIF,
		},
		{"JPEG XL", "\xff\x0a\x00\x00", TypeOther, shared.CodeUnsupportedJXL},
		{"JPEG XL in boxes", "\x00\x00\x00\x0cJXL \r\n\x87\n", TypeOther, shared.CodeUnsupportedJXL},
		{"JPEG 2000", "\x00\x00\x00\x0cjP  \r\n\x87\n", TypeOther, shared.CodeUnsupportedJP2},
		{"a JPEG 2000 stream", "\xff\x4f\xff\x51\x00", TypeOther, shared.CodeUnsupportedJP2},
		{"Photoshop", "8BPS\x00\x01", TypeOther, shared.CodeUnsupportedFormat},
		{"Canon's RAW", "II*\x00\x10\x00\x00\x00CR\x02\x00", TypeRAW, shared.CodeRawPhoto},
		{"Canon's newer RAW", "\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01", TypeRAW, shared.CodeRawPhoto},
		{"Fuji's RAW", "FUJIFILMCCD-RAW 0201", TypeRAW, shared.CodeRawPhoto},
		{"Olympus' RAW", "IIRO\x08\x00", TypeRAW, shared.CodeRawPhoto},
	}
	for _, test := range tests {
		if kind, refusal := sniff([]byte(test.file)); kind != test.kind || refusal != test.refusal {
			t.Errorf("%s: %s, %s, want %s, %s", test.name, kind, refusal, test.kind, test.refusal)
		}
	}
}

func TestCaptured(t *testing.T) {
	tests := []struct{ name, taken, offset, local, want string }{
		{"an offset", "2026:03:02 08:15:30", "+13:00", "2026-03-02T08:15:30", "+13:00"},
		{"the evening before", "2026:03:01 21:38:00", "-08:00", "2026-03-01T21:38:00", "-08:00"},
		{"no offset", "2026:03:02 08:15:30", "", "2026-03-02T08:15:30", ""},
		{"no colon", "2026:03:02 08:15:30", "+1300", "2026-03-02T08:15:30", "+13:00"},
		{"hours only", "2026:03:02 08:15:30", "-5", "2026-03-02T08:15:30", ""},
		{"two digits of hours", "2026:03:02 08:15:30", "-05", "2026-03-02T08:15:30", "-05:00"},
		{"three digits", "2026:03:02 08:15:30", "+530", "2026-03-02T08:15:30", "+05:30"},
		{"Z", "2026:03:02 08:15:30", "Z", "2026-03-02T08:15:30", "+00:00"},
		{"a blank offset", "2026:03:02 08:15:30", "   :  ", "2026-03-02T08:15:30", ""},
		{"blanks around", " 2026:03:02 08:15:30 ", " +13:00 ", "2026-03-02T08:15:30", "+13:00"},
		{"an offset that is none", "2026:03:02 08:15:30", "+25:00", "2026-03-02T08:15:30", ""},
		{"dashes", "2026-03-02 08:15:30", "", "2026-03-02T08:15:30", ""},
		{"slashes", "2026/03/02 08:15:30", "", "2026-03-02T08:15:30", ""},
		{"a T and parts of a second", "2026-03-02T08:15:30.25", "", "2026-03-02T08:15:30", ""},
		{"blanks for zeros", "2026: 3: 2  8:15:30", "", "2026-03-02T08:15:30", ""},
		{"no seconds", "2026:03:02 08:15", "", "2026-03-02T08:15:00", ""},
		{"24:00", "2026:02:28 24:00:00", "", "2026-03-01T00:00:00", ""},
		{"later than 24:00", "2026:02:28 24:00:01", "", "", ""},
		{"blanks", "    :  :     :  :  ", "", "", ""},
		{"zeros", "0000:00:00 00:00:00", "", "", ""},
		{"no such day", "2026:02:30 10:00:00", "", "", ""},
		{"before cameras", "1970:01:01 00:00:00", "", "", ""},
		{"tomorrow", "2026:03:05 23:59:59", "", "2026-03-05T23:59:59", ""},
		{"later than tomorrow", "2026:03:06 00:00:00", "", "", ""},
		{"2036", "2036:03:02 08:15:30", "", "", ""},
		{"a day only", "2026:03:02", "", "", ""},
		{"text", "yesterday", "", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header := Header{exif: readEXIF([]byte(exifOf(1, test.taken+"\x00", test.offset+"\x00   ")))}
			got := header.Captured(now)
			if got == nil {
				got = &shared.Captured{}
			}
			if got.Local != test.local || got.Offset != test.want {
				t.Errorf("%v, want %s %s", *got, test.local, test.want)
			}
		})
	}
}

func TestCapturedFallsBack(t *testing.T) {
	moments := (exif{}).moments
	moments[0].time = "    :  :     :  :  "
	moments[2].time, moments[2].offset = "2026:03:03 10:00:00", "+13:00"
	want := shared.Captured{Local: "2026-03-03T10:00:00", Offset: "+13:00", Source: shared.CapturedInFile}
	if got := (Header{exif: exif{moments: moments}}).Captured(now); got == nil || *got != want {
		t.Errorf("%v, want %v", got, want)
	}
	moments[1].time = "2026:03:02 10:00:00"
	want = shared.Captured{Local: "2026-03-02T10:00:00", Source: shared.CapturedInFile}
	if got := (Header{exif: exif{moments: moments}}).Captured(now); got == nil || *got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

// chunk returns a chunk of a PNG.
func chunk(kind, body string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)))) + kind + body + "\x00\x00\x00\x00"
}

// boxOf returns a box of a HEIF file.
func boxOf(kind string, bodies ...string) string {
	body := strings.Join(bodies, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))) + kind + body
}

// heifOf returns a file with an EXIF item and two images with different colours: a
// thumbnail of 40 by 30 pixels, and the primary image of 400 by 300.
func heifOf(brand, exif string, version byte) []byte {
	ftyp := boxOf("ftyp", brand, "\x00\x00\x00\x00", brand)
	ispe := func(width, height uint32) string {
		body := binary.BigEndian.AppendUint32(make([]byte, 4), width)
		return boxOf("ispe", string(binary.BigEndian.AppendUint32(body, height)))
	}
	meta := func(offset uint32) string {
		place := binary.BigEndian.AppendUint32(nil, offset)
		place = binary.BigEndian.AppendUint32(place, uint32(len(exif)))
		return boxOf("meta", "\x00\x00\x00\x00",
			boxOf("pitm", "\x00\x00\x00\x00\x00\x02"),
			boxOf("iinf", "\x00\x00\x00\x00\x00\x03",
				boxOf("infe", "\x02\x00\x00\x00\x00\x01\x00\x00hvc1\x00"),
				boxOf("infe", "\x02\x00\x00\x00\x00\x02\x00\x00grid\x00"),
				boxOf("infe", "\x02\x00\x00\x00\x00\x03\x00\x00Exif\x00")),
			boxOf("iloc", string([]byte{version, 0, 0, 0, 0x44, 0, 0, 1, 0, 3}),
				map[byte]string{0: "", 1: "\x00\x00"}[version], "\x00\x00\x00\x01", string(place)),
			boxOf("iprp",
				boxOf("ipco", ispe(40, 30), boxOf("colr", "nclx\x00\x01\x00\x0d\x00\x00\x80"),
					ispe(400, 300), boxOf("colr", "nclx\x00\x0c\x00\x0d\x00\x00\x80")),
				boxOf("ipma", "\x00\x00\x00\x00\x00\x00\x00\x02",
					"\x00\x01\x02\x01\x02", "\x00\x02\x02\x03\x84")))
	}
	before := len(ftyp) + len(meta(0)) + 8
	return []byte(ftyp + meta(uint32(before)) + boxOf("mdat", exif))
}

func TestPremultiplied(t *testing.T) {
	meta := func(iref string) []byte {
		return []byte(boxOf("meta", "\x00\x00\x00\x00", boxOf("pitm", "\x00\x00\x00\x00\x00\x02"), iref))
	}
	tests := []struct {
		name, iref string
		want       bool
	}{
		{"nothing", "", false},
		{"alpha", boxOf("iref", "\x00\x00\x00\x00", boxOf("auxl", "\x00\x03\x00\x01\x00\x02")), false},
		{"premultiplied", boxOf("iref", "\x00\x00\x00\x00", boxOf("auxl", "\x00\x03\x00\x01\x00\x02"),
			boxOf("prem", "\x00\x02\x00\x01\x00\x03")), true},
		{"another item", boxOf("iref", "\x00\x00\x00\x00", boxOf("prem", "\x00\x01\x00\x01\x00\x03")), false},
		{"long numbers", boxOf("iref", "\x01\x00\x00\x00",
			boxOf("prem", "\x00\x00\x00\x02\x00\x01\x00\x00\x00\x03")), true},
		{"cut", boxOf("iref", "\x00\x00\x00\x00", boxOf("prem", "\x00")), false},
	}
	for _, test := range tests {
		if got := ReadHEIF(meta(test.iref)).Premultiplied; got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestReadHEIF(t *testing.T) {
	for _, version := range []byte{0, 1} {
		file := heifOf("heic", "\x00\x00\x00\x00II*\x00", version)
		image := ReadHEIF(file)
		if image.Primaries != 12 || image.Transfer != 13 || string(exifOfHEIF(file)) != "II*\x00" {
			t.Errorf("version %d: %+v", version, image)
		}
		for n := range file {
			ReadHEIF(file[:n]) // does not panic
		}
	}
}

// seeds adds complete files, damaged files, and data that only starts like a file.
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
	f.Add(heifOf("heic", "\x00\x00\x00\x00II*\x00", 1))
	for _, file := range hostile() {
		f.Add(file)
	}
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
		header.Captured(time.Now())
	})
}

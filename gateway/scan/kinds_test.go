package scan

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// kind is a kind of JPEG, as cameras, editors and browsers write them.
type kind struct {
	name string
	make func(t *testing.T) []byte
	tiff error // returned by TIFF; nil if a TIFF can contain this kind
	pdf  error
}

var kinds = []kind{
	{"4:2:0", cjpeg("-sample", "2x2"), nil, nil},
	{"4:2:2", cjpeg("-sample", "2x1"), nil, nil},
	{"4:4:4", cjpeg("-sample", "1x1"), nil, nil},
	{"4:1:1", cjpeg("-sample", "4x1"), nil, nil},
	{"4:4:0", cjpeg("-sample", "1x2"), ErrTIFF, nil},
	{"4:2:2 as two of four", cjpeg("-sample", "2x2,1x2,1x2"), ErrTIFF, nil},
	{"colours of different sampling", cjpeg("-sample", "2x2,1x2,1x1"), ErrTIFF, ErrCoding},
	{"restart intervals of rows", cjpeg("-restart", "1"), nil, nil},
	{"restart intervals of blocks", cjpeg("-restart", "3B"), nil, nil},
	{"optimised tables", cjpeg("-optimize"), nil, nil},
	{"several scans", jpegtran("0;\n1;\n2;\n"), nil, nil},
	{"progressive", cjpeg("-progressive"), ErrTIFF, nil},
	{"16-bit quantisers", cjpeg("-quality", "1"), ErrTIFF, nil},
	{"grey", cjpeg("-grayscale"), nil, nil},
	{"grey, progressive", cjpeg("-grayscale", "-progressive"), ErrTIFF, nil},
	{"RGB", cjpeg("-rgb"), nil, nil},
	{"RGB with a profile of Adobe's", changed(cjpeg("-rgb"), func(file []byte) []byte {
		return withSegment(file, markerAPP2, "ICC_PROFILE\x00\x01\x01"+profile+"Adobe RGB")
	}), nil, nil},
	{"RGB, progressive", cjpeg("-rgb", "-progressive"), ErrTIFF, nil},
	{"CMYK", converted("-colorspace", "CMYK"), ErrTIFF, nil},
	{"arithmetic", cjpeg("-arithmetic"), ErrCoding, ErrCoding},
	{"a profile in three segments, out of order", changed(cjpeg(), func(file []byte) []byte {
		for _, n := range []int{1, 3, 2} {
			part := profile[(n-1)*110 : min(n*110, len(profile))]
			file = withSegment(file, markerAPP2, fmt.Sprintf("ICC_PROFILE\x00%c\x03%s", n, part))
		}
		return file
	}), nil, nil},
	{"a profile with a part missing", changed(cjpeg(), func(file []byte) []byte {
		return withSegment(file, markerAPP2, "ICC_PROFILE\x00\x02\x02"+profile)
	}), nil, nil},
	{"no JFIF", func(*testing.T) []byte { return encode(colourful(64, 48)) }, nil, nil},
	{"JFIF without a density", changed(cjpeg(), func(file []byte) []byte {
		copy(file[bytes.Index(file, []byte("JFIF"))+7:], "\x01\x00\x00\x00\x00")
		return file
	}), nil, nil},
	{"a short JFIF", changed(cjpeg(), func(file []byte) []byte {
		return withSegment(file, markerAPP0, "JFIF\x00\x01")
	}), nil, nil},
	{"Adobe's YCbCr", changed(func(*testing.T) []byte { return encode(colourful(64, 48)) }, func(file []byte) []byte {
		return withSegment(file, markerAPP14, "Adobe\x00\x64\x00\x00\x00\x00\x01")
	}), nil, nil},
	{"Adobe's RGB, and JFIF", changed(cjpeg(), func(file []byte) []byte {
		return withSegment(file, markerAPP14, "Adobe\x00\x64\x00\x00\x00\x00\x00")
	}), ErrColour, ErrColour},
	{"fill bytes and a comment", changed(cjpeg(), func(file []byte) []byte {
		return append([]byte("\xff\xd8\xff\xff\xff\xfe\x00\x06text"), file[2:]...)
	}), nil, nil},
	{"an odd size", func(*testing.T) []byte { return encode(colourful(161, 95)) }, nil, nil},
	{"one pixel", func(*testing.T) []byte { return encode(colourful(1, 1)) }, nil, nil},
}

// TestKinds checks the scan of each kind, and which kinds are refused.
func TestKinds(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			photo := kind.make(t)
			file, err := TIFF(photo, caption)
			if !errors.Is(err, kind.tiff) {
				t.Errorf("TIFF: %v, want %v", err, kind.tiff)
			}
			if err == nil && !bytes.Equal(onlyStrip(t, file), photo) {
				t.Error("the strip is not the JPEG")
			}
			file, err = PDF(Page{photo, caption})
			if !errors.Is(err, kind.pdf) {
				t.Fatalf("PDF: %v, want %v", err, kind.pdf)
			}
			if err != nil {
				return
			}
			if got := extract(t, write(t, "scan.pdf", file)); len(got) != 1 || !bytes.Equal(got[0], photo) {
				t.Errorf("pdfimages returns %d images, or not the JPEG", len(got))
			}
			if file, err = Deflate(photo, caption, 1_000_000); err != nil {
				t.Fatalf("Deflate: %v", err)
			}
			want, err := decode(photo)
			if err != nil {
				t.Fatal(err)
			}
			similar(t, "the deflated TIFF", decodeTIFF(t, file), want)
		})
	}
}

// cjpeg encodes with libjpeg.
func cjpeg(args ...string) func(*testing.T) []byte {
	return func(t *testing.T) []byte {
		t.Helper()
		return []byte(run(t, "cjpeg", append(args, pnm(t))...))
	}
}

// jpegtran stores a JPEG in other scans.
func jpegtran(scans string) func(*testing.T) []byte {
	return func(t *testing.T) []byte {
		t.Helper()
		source := write(t, "source.jpg", cjpeg()(t))
		return []byte(run(t, "jpegtran", "-scans", write(t, "scans", []byte(scans)), source))
	}
}

// converted encodes with ImageMagick.
func converted(args ...string) func(*testing.T) []byte {
	return func(t *testing.T) []byte {
		t.Helper()
		return []byte(run(t, "convert", append(append([]string{pnm(t)}, args...), "jpeg:-")...))
	}
}

func changed(from func(*testing.T) []byte, change func([]byte) []byte) func(*testing.T) []byte {
	return func(t *testing.T) []byte {
		t.Helper()
		return change(from(t))
	}
}

// pnm writes a picture for other encoders.
func pnm(t *testing.T) string {
	t.Helper()
	picture := colourful(75, 50)
	out := bytes.NewBufferString("P6 75 50 255\n")
	for y := range 50 {
		for x := range 75 {
			r, g, b, _ := picture.At(x, y).RGBA()
			out.Write([]byte{byte(r >> 8), byte(g >> 8), byte(b >> 8)})
		}
	}
	return write(t, "source.ppm", out.Bytes())
}

// TestOrientation: a photo with an EXIF orientation is stored or drawn upright,
// because TIFF readers do not agree on the tag for it.
func TestOrientation(t *testing.T) {
	for orientation := uint16(2); orientation <= 8; orientation++ {
		t.Run(strconv.Itoa(int(orientation)), func(t *testing.T) {
			order := []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian}[orientation%2]
			photo := withSegment(cjpeg()(t), markerAPP1, "Exif\x00\x00"+exif(order, orientation))
			if _, err := TIFF(photo, Caption{}); !errors.Is(err, ErrTIFF) {
				t.Errorf("TIFF: %v", err)
			}
			folder := t.TempDir()
			upright := filepath.Join(folder, "upright.png")
			run(t, "convert", write(t, "source.jpg", photo), "-auto-orient", upright)
			want, err := png.Decode(bytes.NewReader(load(t, upright)))
			if err != nil {
				t.Fatal(err)
			}
			file, err := Deflate(photo, Caption{}, 1_000_000)
			if err != nil {
				t.Fatal(err)
			}
			similar(t, "Deflate", decodeTIFF(t, file), want)
			if file, err = PDF(Page{photo, Caption{}}); err != nil {
				t.Fatal(err)
			}
			scan := write(t, "scan.pdf", file)
			run(t, "pdftoppm", "-r", "150", "-png", "-singlefile", scan, filepath.Join(folder, "page"))
			page, err := png.Decode(bytes.NewReader(load(t, filepath.Join(folder, "page.png"))))
			if err != nil {
				t.Fatal(err)
			}
			size := want.Bounds().Size()
			left := (page.Bounds().Dx() - size.X) / 2
			shown := image.NewNRGBA(want.Bounds())
			draw.Draw(shown, shown.Bounds(), page, image.Pt(left, 0), draw.Src)
			similar(t, "PDF", shown, want)
		})
	}
}

// exif is the smallest EXIF with an orientation.
func exif(order binary.AppendByteOrder, orientation uint16) string {
	out := []byte("II")
	if order == binary.BigEndian {
		out = []byte("MM")
	}
	out = order.AppendUint16(out, 42)
	out = order.AppendUint32(out, 8)
	out = order.AppendUint16(out, 1)
	for _, short := range []uint16{exifOrientation, typeShort} {
		out = order.AppendUint16(out, short)
	}
	out = order.AppendUint32(out, 1)
	out = order.AppendUint16(out, orientation)
	return string(append(out, make([]byte, 6)...))
}

// TestOddEXIF: without a readable orientation, the photo counts as upright.
func TestOddEXIF(t *testing.T) {
	good := exif(binary.LittleEndian, 6)
	for _, text := range []string{
		"", "II", good[:8], good[:10], good[:20], "II*\x00\xff\xff\xff\xff", "II*\x00\x08\x00\x00\x00\xff\xff",
		exif(binary.LittleEndian, 0), exif(binary.LittleEndian, 9),
	} {
		if got := orientation([]byte(text)); got != 1 {
			t.Errorf("%q: %d", text, got)
		}
	}
}

// equal compares the pixels that ImageMagick reads from two files.
func equal(t *testing.T, what, got, want string) {
	t.Helper()
	if different := strings.Fields(runBoth(t, "compare", "-metric", "AE", got, want, "null:")); different[0] != "0" {
		t.Errorf("%s: ImageMagick counts %v different pixels", what, different)
	}
}

package pure

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// tiffOf returns a little-endian TIFF of a chain of IFDs, with data at 1000.
func tiffOf(data []byte, ifds ...[][3]uint32) []byte {
	le := binary.LittleEndian
	file := append([]byte("II*\x00\x08\x00\x00\x00"), make([]byte, 992)...)
	at := uint32(8)
	for i, entries := range ifds {
		le.PutUint16(file[at:], uint16(len(entries)))
		for n, e := range entries {
			entry := file[at+2+uint32(12*n):]
			le.PutUint16(entry, uint16(e[0]))
			le.PutUint16(entry[2:], uint16(e[1]))
			le.PutUint32(entry[4:], 1)
			le.PutUint32(entry[8:], e[2])
		}
		at += uint32(2 + 12*len(entries) + 4)
		if i+1 < len(ifds) {
			le.PutUint32(file[at-4:], at)
		}
	}
	return append(file, data...)
}

func TestRAW(t *testing.T) {
	var whole, small bytes.Buffer
	if err := jpeg.Encode(&whole, patches(400, 300), nil); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&small, patches(40, 30), nil); err != nil {
		t.Fatal(err)
	}
	long := func(tag, value uint32) [3]uint32 { return [3]uint32{tag, 4, value} }
	sensor := [][3]uint32{long(tagWidth, 410), long(tagHeight, 304), long(tagPhotometric, photometricCFA)}
	embedded := func(file []byte) [][3]uint32 {
		return [][3]uint32{
			long(tagWidth, 40), long(tagHeight, 30), long(tagCompression, 7),
			long(tagStrips, 1000), long(tagStripBytes, uint32(len(file))), {0xc612, 1, 0x0401},
		}
	}
	tests := []struct {
		name  string
		file  []byte
		code  shared.Code
		width int
	}{
		{"a JPEG of the whole picture", tiffOf(whole.Bytes(), embedded(whole.Bytes()), sensor), "", 400},
		{"a thumbnail", tiffOf(small.Bytes(), embedded(small.Bytes()), sensor), shared.CodeRawPhoto, 0},
		{"no JPEG", tiffOf(nil, sensor), shared.CodeRawPhoto, 0},
		{"a JPEG that is not there", tiffOf(nil, embedded(whole.Bytes()), sensor), shared.CodeRawPhoto, 0},
		{"an IFD that lists itself", tiffOf(nil, append(sensor, long(tagSubIFDs, 8))), shared.CodeRawPhoto, 0},
	}
	for _, test := range tests {
		picture, err := Decode(test.file, container.MaxPixels, 2560)
		if shared.CodeOf(err) != test.code {
			t.Errorf("%s: %v, want %q", test.name, err, test.code)
			continue
		}
		if err == nil {
			if width, _ := picture.Size(); width != test.width {
				t.Errorf("%s: %d pixels wide", test.name, width)
			}
		}
		for n := range len(test.file) / 7 {
			_, _ = Decode(test.file[:7*n], container.MaxPixels, 2560) // does not panic
		}
	}
}

// TestPlainPNG: errors in a PNG that browsers ignore are ignored.
func TestPlainPNG(t *testing.T) {
	palette := image.NewPaletted(image.Rect(0, 0, 16, 16), color.Palette{quarters[0], quarters[1], quarters[2]})
	var b bytes.Buffer
	if err := png.Encode(&b, palette); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	plte := bytes.Index(whole, []byte("PLTE")) - 4
	insert := func(at int, what string) []byte {
		return append(append(bytes.Clone(whole[:at]), what...), whole[at:]...)
	}
	tests := map[string][]byte{
		"transparency before the palette": insert(plte, "\x00\x00\x00\x01tRNS\x80\x00\x00\x00\x00"),
		"a text whose checksum is wrong":  insert(plte, "\x00\x00\x00\x04tEXtJane\x00\x00\x00\x00"),
		"a profile behind the palette, damaged": insert(
			bytes.Index(whole, []byte("IDAT"))-4,
			"\x00\x00\x00\x02iCCPxx\x00\x00\x00\x00",
		),
		"bytes behind its end, and nothing else": append(bytes.Clone(whole), "Jane"...),
	}
	for name, file := range tests {
		if _, err := Decode(file, container.MaxPixels, 2560); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPaletteOfPNG: a pixel outside the palette has its last colour, also if that is
// transparent, and colours that no pixel can have are ignored.
func TestPaletteOfPNG(t *testing.T) {
	colours := color.Palette{quarters[0], quarters[1], quarters[2]}
	clear := color.Palette{quarters[0], quarters[1], color.NRGBA{}}
	long := append(bytes.Repeat([]byte{9}, 51), quarters[2].R, quarters[2].G, quarters[2].B)
	tests := []struct {
		name    string
		palette color.Palette
		index   uint8
		plte    []byte // replaces the palette's chunk
		want    color.NRGBA
	}{
		{"inside", colours, 1, nil, quarters[1]},
		{"outside", colours, 3, nil, quarters[2]},
		{"outside, transparent", clear, 3, nil, color.NRGBA{255, 255, 255, 255}},
		{"of 17 colours", blacks(16, quarters[1]), 200, nil, quarters[1]},
		{"too long", colours, 1, pngChunk("PLTE", append([]byte{1, 2, 3, 200, 40, 40}, long...)), quarters[0]},
	}
	for _, test := range tests {
		m := image.NewPaletted(image.Rect(0, 0, 16, 16), test.palette)
		m.Pix = bytes.Repeat([]byte{test.index}, len(m.Pix))
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		file := b.Bytes()
		if test.plte != nil {
			at := bytes.Index(file, []byte("PLTE")) - 4
			file = slices.Concat(file[:at], test.plte, file[at+12+3*len(test.palette):])
		}
		picture, err := Decode(file, container.MaxPixels, 2560)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		rgba, _ := picture.Sample(t.Context(), 16, 16)
		if far(rgba[0], test.want.R) || far(rgba[1], test.want.G) || far(rgba[2], test.want.B) {
			t.Errorf("%s: %v, want %v", test.name, rgba[:3], test.want)
		}
	}
}

// blacks returns a palette of so many black colours and another one.
func blacks(count int, last color.Color) (palette color.Palette) {
	for range count {
		palette = append(palette, color.Black)
	}
	return append(palette, last)
}

// TestAnimatedWebP: the picture is the first frame, as in a browser.
func TestAnimatedWebP(t *testing.T) {
	for _, name := range []string{"lossy", "lossless"} {
		still, err := os.ReadFile("../testdata/" + name + ".webp")
		if err != nil {
			t.Fatal(err)
		}
		picture, err := Decode(still, container.MaxPixels, 2560)
		if err != nil {
			t.Fatal(err)
		}
		width, height := picture.Size()
		size := []byte{byte(width - 1), byte((width - 1) >> 8), 0, byte(height - 1), byte((height - 1) >> 8), 0}
		frame := append(append(make([]byte, 6), size...), 100, 0, 0, 0)
		frame = append(frame, still[12:]...)
		file := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00"), size...)
		for range 2 {
			file = append(file, "ANMF"...)
			file = binary.LittleEndian.AppendUint32(file, uint32(len(frame)))
			file = append(file, frame...)
		}
		moving, err := Decode(file, container.MaxPixels, 2560)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, _ := moving.Sample(t.Context(), width, height)
		want, _ := picture.Sample(t.Context(), width, height)
		if !bytes.Equal(got, want) {
			t.Errorf("%s: another picture", name)
		}
	}
}

// TestLUT: a profile whose table describes sRGB changes nothing.
func TestLUT(t *testing.T) {
	if l := newLUT(tableProfile()); l == nil {
		t.Fatal("the table is not read")
	} else {
		for _, c := range [][3]uint8{{0, 0, 0}, {255, 255, 255}, {200, 40, 40}, {12, 130, 250}, {128, 128, 128}} {
			got := l.at([4]uint8{c[0], c[1], c[2]})
			for i := range c {
				if math.Abs(float64(got[i])-float64(c[i])) > 4 {
					t.Errorf("%v becomes %v", c, got)
				}
			}
		}
	}
	for n := range tableProfile() {
		newLUT(tableProfile()[:n]) // does not panic
	}
}

// TestLargeProfileIsNotKept: the colours are converted, and the file is small.
func TestLargeProfileIsNotKept(t *testing.T) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, patches(200, 130), nil); err != nil {
		t.Fatal(err)
	}
	profile := append(tableProfile(), bytes.Repeat([]byte("Jane"), 40_000)...)
	picture, err := Decode(inParts(b.Bytes(), profile), container.MaxPixels, 2560)
	if err != nil {
		t.Fatal(err)
	}
	file, err := picture.Encode(t.Context(), 200, 130, 0.9)
	if err != nil || len(file) > 20_000 || strings.Contains(string(file), "Jane") ||
		strings.Contains(string(file), "ICC") {
		t.Errorf("%d bytes, %v", len(file), err)
	}
}

// tableProfile returns a profile of lut16Type from sRGB to XYZ.
func tableProfile() []byte {
	const entries = 256
	be := binary.BigEndian
	table := []byte("mft2\x00\x00\x00\x00\x03\x03\x02\x00")
	table = append(table, make([]byte, 36)...)
	table = be.AppendUint16(be.AppendUint16(table, entries), 2)
	for range 3 {
		for i := range entries {
			x := float64(i) / (entries - 1)
			if x <= 0.04045 {
				x /= 12.92
			} else {
				x = math.Pow((x+0.055)/1.055, 2.4)
			}
			table = be.AppendUint16(table, uint16(math.Round(0xffff*x)))
		}
	}
	primaries := [3][3]float64{{0.4361, 0.2225, 0.0139}, {0.3851, 0.7169, 0.0971}, {0.1431, 0.0606, 0.7141}}
	for corner := range 8 {
		for axis := range 3 {
			sum := 0.0
			for i := range 3 {
				sum += float64(corner>>(2-i)&1) * primaries[i][axis]
			}
			table = be.AppendUint16(table, uint16(math.Round(0x8000*sum)))
		}
	}
	for range 3 {
		table = append(table, 0, 0, 0xff, 0xff)
	}
	profile := make([]byte, 128)
	copy(profile[12:], "prtrRGB XYZ ")
	profile = append(profile, "\x00\x00\x00\x01A2B0\x00\x00\x00\x90"...)
	return append(be.AppendUint32(profile, uint32(len(table))), table...)
}

func TestCodedProfile(t *testing.T) {
	for _, test := range []struct {
		primaries, transfer int
		wide                bool
	}{{1, 13, false}, {2, 2, false}, {12, 13, true}, {9, 1, true}, {9, 8, true}, {12, 4, true}} {
		profile := codedColours(test.primaries, test.transfer).profile
		plain, ok := container.PlainProfile(profile)
		if !ok || (plain != nil) != test.wide || !bytes.Equal(plain, profile) {
			t.Errorf("%d, %d: %d bytes, %v", test.primaries, test.transfer, len(plain), ok)
		}
	}
}

// TestOtherKinds: a variant that a decoder does not know does not count as damaged.
func TestOtherKinds(t *testing.T) {
	short := func(tag, value uint32) [3]uint32 { return [3]uint32{tag, 3, value} }
	tiffWith := func(compression, photometric uint32) []byte {
		return tiffOf(make([]byte, 16), [][3]uint32{
			short(tagWidth, 4), short(tagHeight, 4), short(0x102, 8), short(tagCompression, compression),
			short(tagPhotometric, photometric), short(tagStrips, 1000), short(0x115, 1), short(0x116, 4),
			short(tagStripBytes, 16),
		})
	}
	tests := []struct {
		name string
		file []byte
		want shared.Code
	}{
		{"grey TIFF", tiffWith(1, 1), ""},
		{"TIFF of CMYK", tiffWith(1, 5), shared.CodeUnsupportedFormat},
		{"TIFF with JPEG's tables", tiffWith(7, 1), shared.CodeUnsupportedFormat},
		{"TIFF that is cut", tiffWith(1, 1)[:1005], shared.CodeCannotDecode},
	}
	for _, test := range tests {
		if _, err := Decode(test.file, container.MaxPixels, 2560); err != nil && shared.CodeOf(err) != test.want ||
			err == nil && test.want != "" {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// TestWebPHasTheWholeRange: 16 and 235 of a lossy WebP become black and white.
func TestWebPHasTheWholeRange(t *testing.T) {
	m := image.NewYCbCr(image.Rect(0, 0, 4, 1), image.YCbCrSubsampleRatio444)
	copy(m.Y, []byte{16, 235, 126, 255})
	copy(m.Cb, []byte{16, 240, 128, 255})
	copy(m.Cr, []byte{128, 128, 128, 0})
	alpha := &image.NYCbCrA{YCbCr: image.YCbCr{Y: bytes.Clone(m.Y), Cb: bytes.Clone(m.Cb), Cr: bytes.Clone(m.Cr)}}
	widen(m)
	widen(alpha)
	for _, planes := range []*image.YCbCr{m, &alpha.YCbCr} {
		if got := [][]byte{planes.Y, planes.Cb, planes.Cr}; !bytes.Equal(got[0], []byte{0, 255, 128, 255}) ||
			!bytes.Equal(got[1], []byte{0, 255, 128, 255}) || !bytes.Equal(got[2], []byte{128, 128, 128, 0}) {
			t.Errorf("%v", got)
		}
	}
}

// TestPNGWithoutItsEnd: a PNG with all its pixels is decoded, as in browsers.
func TestPNGWithoutItsEnd(t *testing.T) {
	var file bytes.Buffer
	if err := png.Encode(&file, patches(40, 30)); err != nil {
		t.Fatal(err)
	}
	const end = 12 // bytes of the last chunk
	if _, err := Decode(file.Bytes()[:file.Len()-end], container.MaxPixels, 2560); err != nil {
		t.Error(err)
	}
	if _, err := Decode(file.Bytes()[:file.Len()-end-20], container.MaxPixels, 2560); err == nil {
		t.Error("half of one is a picture")
	}
}

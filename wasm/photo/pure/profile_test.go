package pure

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"os"
	"testing"

	"golang.org/x/image/tiff"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// profileOf returns a profile with one tag.
func profileOf(space, tag string, element []byte) []byte {
	profile := make([]byte, 128)
	copy(profile[12:], "prtr"+space+"XYZ ")
	profile = append(append(profile, "\x00\x00\x00\x01"...), tag...)
	profile = binary.BigEndian.AppendUint32(profile, 144)
	profile = binary.BigEndian.AppendUint32(profile, uint32(len(element)))
	return append(profile, element...)
}

// inkProfile returns a printer's profile that maps cyan to red, so that only code
// that reads the profile can pass.
func inkProfile() []byte {
	table := append([]byte("mft1\x00\x00\x00\x00\x04\x03\x02\x00"), make([]byte, 36)...)
	line := func(count int) {
		for range count {
			for i := range 256 {
				table = append(table, byte(i))
			}
		}
	}
	line(inks)
	for corner := range 1 << inks {
		cyan, black := corner>>3&1 == 1, corner&1 == 1
		switch {
		case black:
			table = append(table, 0, 0, 0)
		case cyan:
			table = append(table, 0x38, 0x1c, 2) // half of 1: sRGB's red
		default:
			table = append(table, 0x7b, 0x80, 0x69)
		}
	}
	line(3)
	return profileOf("CMYK", "A2B0", table)
}

func TestInks(t *testing.T) {
	file, err := os.ReadFile("../testdata/cmyk.jpg")
	if err != nil {
		t.Fatal(err)
	}
	large := append(inkProfile(), make([]byte, 150_000)...)
	for name, profile := range map[string][]byte{"small": inkProfile(), "in parts": large} {
		grid := coloursOf(profile, inks).grid
		if grid == nil {
			t.Fatalf("%s: not read", name)
		}
		for ink, want := range map[[inks]uint8][3]uint8{
			{}: {255, 255, 255}, {3: 255}: {0, 0, 0}, {255}: {255, 0, 0},
		} {
			got := grid.at(ink)
			for i := range got {
				if max(got[i], want[i])-min(got[i], want[i]) > 12 {
					t.Errorf("%s: %v becomes %v, want %v", name, ink, got, want)
				}
			}
		}
	}
	plain, _ := Decode(file, container.MaxPixels, 2560)
	picture, err := Decode(inParts(file, large), container.MaxPixels, 2560)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := plain.Sample(t.Context(), 8, 8)
	after, _ := picture.Sample(t.Context(), 8, 8)
	if bytes.Equal(before, after) {
		t.Error("the profile changes nothing")
	}
	if encoded, err := picture.Encode(t.Context(), 8, 8, 0.9); err != nil || bytes.Contains(encoded, []byte("ICC")) {
		t.Errorf("%d bytes, %v", len(encoded), err)
	}
}

// TestGrey: the profile of a grey picture is applied.
func TestGrey(t *testing.T) {
	flat := image.NewGray(image.Rect(0, 0, 16, 16))
	for i := range flat.Pix {
		flat.Pix[i] = 128
	}
	var grey, coloured bytes.Buffer
	if err := jpeg.Encode(&grey, flat, nil); err != nil {
		t.Fatal(err)
	}
	three := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	for i := range three.Pix {
		three.Pix[i] = 128 | byte(i%4/3*127)
	}
	if err := jpeg.Encode(&coloured, three, nil); err != nil {
		t.Fatal(err)
	}
	linear := profileOf("GRAY", "kTRC", []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x01\x00"))
	identity := profileOf("GRAY", "kTRC", []byte("curv\x00\x00\x00\x00\x00\x00\x00\x00"))
	tests := []struct {
		name    string
		file    []byte
		profile []byte
		want    uint8
	}{
		{"without a profile", grey.Bytes(), nil, 128},
		{"a gamma of 1", grey.Bytes(), linear, 188},
		{"its identity", grey.Bytes(), identity, 188},
		{"one of colours that the picture has not", coloured.Bytes(), linear, 128},
		{"damaged", grey.Bytes(), linear[:150], 128},
	}
	for _, test := range tests {
		file := test.file
		if test.profile != nil {
			file = withProfile(file, test.profile)
		}
		picture, err := Decode(file, container.MaxPixels, 2560)
		if err != nil {
			t.Fatal(err)
		}
		rgba, _ := picture.Sample(t.Context(), 1, 1)
		if far(rgba[0], test.want) {
			t.Errorf("%s: %d, want %d", test.name, rgba[0], test.want)
		}
	}
}

// tiffWithProfile returns an uncompressed TIFF with a profile, whose entry has a type.
func tiffWithProfile(t *testing.T, m image.Image, kind uint16, profile []byte) []byte {
	t.Helper()
	var buffer bytes.Buffer
	if err := tiff.Encode(&buffer, m, nil); err != nil {
		t.Fatal(err)
	}
	le, file := binary.LittleEndian, buffer.Bytes()
	at := le.Uint32(file[4:])
	count := le.Uint16(file[at:])
	entries := file[at+2:][:12*int(count)]
	le.PutUint32(file[4:], uint32(len(file)))
	end := uint32(len(file) + 2 + len(entries) + 12 + 4)
	file = append(le.AppendUint16(file, count+1), entries...)
	file = le.AppendUint16(le.AppendUint16(file, tagProfile), kind)
	file = le.AppendUint32(le.AppendUint32(file, uint32(len(profile))), end)
	return append(le.AppendUint32(file, 0), profile...)
}

// TestTIFFColours: the profile of a TIFF is kept, or applied to a grey picture, as in the other formats.
func TestTIFFColours(t *testing.T) {
	const bytesOf, long, undefined = 1, 4, 7
	p3 := codedColours(primariesP3, 13).profile
	linear := profileOf("GRAY", "kTRC", []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x01\x00"))
	grey, colour := image.NewGray(image.Rect(0, 0, 16, 16)), image.NewNRGBA(image.Rect(0, 0, 16, 16))
	for i := range grey.Pix {
		grey.Pix[i] = 128
	}
	for i := range colour.Pix {
		colour.Pix[i] = 128 | byte(i%4/3*127)
	}
	tests := []struct {
		name string
		file []byte
		kept []byte
		want uint8
	}{
		{"Display P3", tiffWithProfile(t, colour, undefined, p3), p3, 128},
		{"Display P3 as bytes", tiffWithProfile(t, colour, bytesOf, p3), p3, 128},
		{"an entry of another type", tiffWithProfile(t, colour, long, p3), nil, 128},
		{"a cut profile", tiffWithProfile(t, colour, undefined, p3)[:1500], nil, 128},
		{"grey with a gamma of 1", tiffWithProfile(t, grey, undefined, linear), nil, 188},
		{"a grey profile of colours", tiffWithProfile(t, colour, undefined, linear), nil, 128},
		{"no profile", tiffWithProfile(t, grey, undefined, nil), nil, 128},
	}
	for _, test := range tests {
		picture, err := Decode(test.file, container.MaxPixels, 2560)
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		if got := picture.colours.profile; !bytes.Equal(got, test.kept) {
			t.Errorf("%s: a profile of %d bytes is kept, want %d", test.name, len(got), len(test.kept))
		}
		encoded, _ := picture.Encode(t.Context(), 16, 16, 0.9)
		if test.kept != nil && !bytes.Contains(encoded, test.kept) {
			t.Errorf("%s: the result does not carry it", test.name)
		}
		if rgba, _ := picture.Sample(t.Context(), 1, 1); far(rgba[0], test.want) {
			t.Errorf("%s: %d, want %d", test.name, rgba[0], test.want)
		}
	}
}

// TestBounded: formats that take longer for a pixel may have fewer pixels, and a
// large picture needs a minimum of bytes. Every format allows the photos of phones,
// up to 48 megapixels. WebP's tools seldom make those.
func TestBounded(t *testing.T) {
	rgb, deep := color.NRGBAModel, color.NRGBA64Model
	tests := []struct {
		name          string
		kind          container.Type
		model         color.Model
		width, height int
		canvas        image.Rectangle
		bytes         int
		want          shared.Code
	}{
		{"a photo", container.TypePNG, rgb, 8064, 6048, image.Rectangle{}, 30_000_000, ""},
		{"a long screenshot", container.TypePNG, rgb, 1080, 20_000, image.Rectangle{}, 200_000, ""},
		{"white paper", container.TypePNG, rgb, 4000, 3000, image.Rectangle{}, 12_000, ""},
		{"too large", container.TypePNG, rgb, 8000, 8000, image.Rectangle{}, 30_000_000, shared.CodeTooManyPixels},
		{"of 16 bits", container.TypePNG, deep, 6000, 6000, image.Rectangle{}, 30_000_000, shared.CodeTooManyPixels},
		{"made for work", container.TypePNG, rgb, 7000, 7000, image.Rectangle{}, 100_000, shared.CodeTooComplex},
		{"WebP", container.TypeWebP, rgb, 6000, 4000, image.Rectangle{}, 3_000_000, ""},
		{"a large WebP", container.TypeWebP, rgb, 8064, 6048, image.Rectangle{}, 9_000_000, shared.CodeTooManyPixels},
		{"a canvas", container.TypeGIF, rgb, 1, 1, image.Rect(0, 0, 6000, 6000), 900, shared.CodeTooComplex},
	}
	for _, test := range tests {
		config := image.Config{ColorModel: test.model, Width: test.width, Height: test.height}
		err := bounded(config, test.canvas, test.bytes, container.MaxPixels/share[test.kind])
		if shared.CodeOf(err) != test.want {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// TestBeyondThePalette: a pixel outside the palette is black.
func TestBeyondThePalette(t *testing.T) {
	palette := image.NewPaletted(image.Rect(0, 0, 2, 1), color.Palette{color.Black, color.White})
	palette.Pix = []byte{1, 7}
	if m := planesOf(palette); m.Y[0] < 250 || m.Y[1] > 5 {
		t.Errorf("%v", m.Y)
	}
}

// TestPNGColours: the best description of its colours in a PNG counts.
func TestPNGColours(t *testing.T) {
	p3, linear := codedColours(primariesP3, 13).profile, gammaColours(100_000, nil).profile
	wide, usual := gammaColours(100_000, chrmP3).profile, gammaColours(45_455, chrmP3).profile
	chunk := func(kind, body string) string {
		return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)))) + kind + body + "\x00\x00\x00\x00"
	}
	tests := []struct {
		name, chunks string
		want         []byte
	}{
		{"nothing", "", nil},
		{"a gamma", chunk("gAMA", "\x00\x01\x86\xa0"), linear},
		{"the usual gamma", chunk("gAMA", "\x00\x00\xb1\x8f"), nil},
		{"a gamma that is none", chunk("gAMA", "\x00\x00\x00\x00"), nil},
		{"sRGB, and a gamma behind it", chunk("sRGB", "\x00") + chunk("gAMA", "\x00\x01\x86\xa0"), nil},
		{"a gamma, and cICP behind it", chunk("gAMA", "\x00\x01\x86\xa0") + chunk("cICP", "\x0c\x0d\x00\x01"), p3},
		{"cICP, and sRGB behind it", chunk("cICP", "\x0c\x0d\x00\x01") + chunk("sRGB", "\x00"), p3},
		{"primaries without a gamma", chunk("cHRM", string(chrmSRGB)), nil},
		{"primaries and a gamma", chunk("cHRM", string(chrmP3)) + chunk("gAMA", "\x00\x01\x86\xa0"), wide},
		{"primaries behind a gamma", chunk("gAMA", "\x00\x01\x86\xa0") + chunk("cHRM", string(chrmP3)), wide},
		{"the usual gamma, and primaries", chunk("gAMA", "\x00\x00\xb1\x8f") + chunk("cHRM", string(chrmP3)), usual},
		{"primaries that are cut", chunk("gAMA", "\x00\x01\x86\xa0") + chunk("cHRM", string(chrmP3[1:])), linear},
		{"primaries behind the pixels",
			chunk("gAMA", "\x00\x01\x86\xa0") + chunk("IDAT", "") + chunk("cHRM", string(chrmP3)), linear},
		{"a gamma behind the pixels", chunk("IDAT", "") + chunk("gAMA", "\x00\x01\x86\xa0"), nil},
	}
	for _, test := range tests {
		if got := pngColours([]byte("\x89PNG\r\n\x1a\n" + test.chunks)).profile; !bytes.Equal(got, test.want) {
			t.Errorf("%s: %d bytes, want %d", test.name, len(got), len(test.want))
		}
	}
	if plain, ok := container.PlainProfile(linear); !ok || plain == nil {
		t.Error("the profile of a gamma is none that is kept")
	}
}

// chrm returns the body of a cHRM chunk: x and y of white, red, green and blue.
func chrm(numbers ...uint32) (body []byte) {
	for _, n := range numbers {
		body = binary.BigEndian.AppendUint32(body, n)
	}
	return body
}

var (
	chrmSRGB = chrm(31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
	chrmP3   = chrm(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
)

// TestPrimariesOfPNG compares the primaries of cHRM with those in the profiles of
// sRGB and Display P3.
func TestPrimariesOfPNG(t *testing.T) {
	p3 := [3][3]float64{{0.5151, 0.2412, -0.0011}, {0.2920, 0.6922, 0.0419}, {0.1571, 0.0666, 0.7841}}
	tests := []struct {
		name string
		chrm []byte
		want [3][3]float64
		ok   bool
	}{
		{"sRGB", chrmSRGB, primariesSRGB, true},
		{"Display P3", chrmP3, p3, true},
		{"nothing", nil, p3, false},
		{"white without light", chrm(31270, 0, 64000, 33000, 30000, 60000, 15000, 6000), p3, false},
		{"no colour", chrm(31270, 32900, 64000, 133000, 30000, 60000, 15000, 6000), p3, false},
		{"three colours in a line", chrm(31270, 32900, 30000, 30000, 40000, 40000, 50000, 50000), p3, false},
		{"zeros", make([]byte, 32), p3, false},
	}
	for _, test := range tests {
		got, ok := primariesOf(test.chrm)
		if ok != test.ok {
			t.Errorf("%s: %v, want %v", test.name, ok, test.ok)
		}
		for i := range got {
			for axis := range got[i] {
				if ok && math.Abs(got[i][axis]-test.want[i][axis]) > 0.0005 {
					t.Errorf("%s: %v, want %v", test.name, got[i], test.want[i])
				}
			}
		}
	}
	white := chrm(33333, 33333, 64000, 33000, 30000, 60000, 15000, 6000)
	if plain, ok := container.PlainProfile(gammaColours(45_455, white).profile); !ok || plain == nil {
		t.Error("with another white, the profile is none that is kept")
	}
}

package pure

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"os"
	"testing"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// TestGIFScreen: a first frame that is larger than the screen is shown completely.
// A smaller one is in its place on white.
func TestGIFScreen(t *testing.T) {
	frame := image.NewPaletted(image.Rect(10, 20, 50, 60), color.Palette{color.Black, color.Black})
	var b bytes.Buffer
	moving := gif.GIF{
		Image: []*image.Paletted{frame}, Delay: []int{1}, Config: image.Config{Width: 100, Height: 80},
	}
	if err := gif.EncodeAll(&b, &moving); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name                 string
		screenX, screenY     int
		wantWidth, wantHeigh int
	}{
		{"larger", 100, 80, 100, 80},
		{"none", 0, 0, 50, 60},
		{"smaller", 30, 80, 50, 80},
	}
	for _, test := range tests {
		file := bytes.Clone(b.Bytes())
		binary.LittleEndian.PutUint16(file[6:], uint16(test.screenX))
		binary.LittleEndian.PutUint16(file[8:], uint16(test.screenY))
		picture, err := Decode(file, container.MaxPixels, 2560)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		width, height := picture.Size()
		rgba, _ := picture.Sample(t.Context(), width, height)
		at := func(x, y int) byte { return rgba[4*(y*width+x)] }
		if width != test.wantWidth || height != test.wantHeigh || at(2, 2) < 250 || at(30, 40) > 5 {
			t.Errorf("%s: %d×%d, %d around a frame of %d", test.name, width, height, at(2, 2), at(30, 40))
		}
		for n := range file {
			plainGIF(file[:n]) // does not panic
		}
	}
}

// TestAlphaOfWebP: a flag decides whether the alpha values count: that of VP8X, or that
// of VP8L without a VP8X.
func TestAlphaOfWebP(t *testing.T) {
	const width, height = 16, 8
	// A transparent picture of one colour: five codes of one symbol each (RFC 9649, sections 3.4 and 6.2.1).
	var b bitWriter
	b.write(width-1, 14)
	b.write(height-1, 14)
	b.write(1, 1)                                     // the flag
	b.write(0, 3+1+1+1)                               // version, no transform, no cache, no other codes
	for _, symbol := range []int{160, 40, 60, 0, 0} { // green, red, blue, alpha, distance
		b.write(0b101, 3) // a simple code of one symbol, of 8 bits
		b.write(symbol, 8)
	}
	clear := append([]byte{0x2f}, b.out...)
	noFlag := bytes.Clone(clear)
	noFlag[4] &^= 0x10
	extended := func(flags byte) []byte {
		return appendChunk(nil, "VP8X", []byte{flags, 0, 0, 0, width - 1, 0, 0, height - 1, 0, 0})
	}
	stored, err := os.ReadFile("../testdata/lossy.webp")
	if err != nil {
		t.Fatal(err)
	}
	lossy := stored[12:]
	frame := container.WebPChunk(lossy, "VP8 ")
	pixels := int(binary.LittleEndian.Uint16(frame[6:])) * int(binary.LittleEndian.Uint16(frame[8:]))
	alpha := appendChunk(nil, "ALPH", make([]byte, 1+pixels))
	file := func(chunks ...[]byte) []byte {
		return append([]byte("RIFF\x00\x00\x00\x00WEBP"), bytes.Join(chunks, nil)...)
	}
	tests := []struct {
		name        string
		file        []byte
		transparent bool
	}{
		{"flag", file(appendChunk(nil, "VP8L", clear)), true},
		{"no flag", file(appendChunk(nil, "VP8L", noFlag)), false},
		{"flag, not in VP8X", file(extended(0), appendChunk(nil, "VP8L", clear)), false},
		{"flag, only in VP8X", file(extended(0x10), appendChunk(nil, "VP8L", noFlag)), true},
		{"lossy", file(extended(0x10), alpha, lossy), true},
		{"lossy, no flag", file(extended(0), alpha, lossy), false},
		{"lossy, no VP8X", file(alpha, lossy), false},
		{"lossy, alpha behind it", file(extended(0x10), lossy, alpha), false},
	}
	for _, test := range tests {
		made, err := Decode(test.file, container.MaxPixels, 2560)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		rgba, _ := made.Sample(t.Context(), width, height)
		if white := rgba[0] > 250 && rgba[1] > 250 && rgba[2] > 250; white != test.transparent {
			t.Errorf("%s: %v", test.name, rgba[:3])
		}
	}
}

// bitWriter writes numbers from the lowest bit on, as VP8L stores them.
type bitWriter struct {
	out   []byte
	count int
}

func (b *bitWriter) write(value, bits int) {
	for i := range bits {
		if b.count%8 == 0 {
			b.out = append(b.out, 0)
		}
		b.out[b.count/8] |= byte(value>>i&1) << (b.count % 8)
		b.count++
	}
}

// TestPlainWebP: the chunks around a WebP's picture have no effect.
func TestPlainWebP(t *testing.T) {
	still, err := os.ReadFile("../testdata/lossy.webp")
	if err != nil {
		t.Fatal(err)
	}
	chunk := func(kind string, body []byte) []byte { return appendChunk(nil, kind, body) }
	picture := still[12:]
	extended := func(flags byte) []byte { return chunk("VP8X", []byte{flags, 0, 0, 0, 199, 0, 0, 99, 0, 0}) }
	decoded, err := Decode(still, container.MaxPixels, 2560)
	if err != nil {
		t.Fatal(err)
	}
	width, height := decoded.Size()
	alpha := chunk("ALPH", append([]byte{0}, bytes.Repeat([]byte{0xff}, width*height)...))
	file := func(chunks ...[]byte) []byte {
		return append([]byte("RIFF\x00\x00\x00\x00WEBP"), bytes.Join(chunks, nil)...)
	}
	frame := append([]byte{5, 0, 0, 10, 0, 0}, make([]byte, 10)...)
	huge := chunk("VP8X", []byte{2, 0, 0, 0, 0xff, 0x3f, 0, 0xff, 0x3f, 0})
	tests := []struct {
		name          string
		file          []byte
		code          shared.Code
		width, height int
	}{
		{"transparent, without the flag", file(extended(0), alpha, picture), "", width, height},
		{"a wrong size", file(extended(0), picture), "", width, height},
		{"an unknown chunk first", file(chunk("JUNK", []byte("Jane")), picture), "", width, height},
		{"bytes behind its end", append(bytes.Clone(still), "Jane Example"...), "", width, height},
		{"a frame on a canvas", file(extended(2), chunk("ANMF", append(frame, picture...))), "", 200, 100},
		{"a huge canvas", file(huge, chunk("ANMF", append(frame, picture...))), shared.CodeTooManyPixels, 0, 0},
		{"nothing", file(), shared.CodeCannotDecode, 0, 0},
	}
	for _, test := range tests {
		made, err := Decode(test.file, container.MaxPixels, 2560)
		if shared.CodeOf(err) != test.code {
			t.Errorf("%s: %v, want %q", test.name, err, test.code)
		}
		if err != nil {
			continue
		}
		if width, height := made.Size(); width != test.width || height != test.height {
			t.Errorf("%s: %d×%d", test.name, width, height)
		}
	}
}

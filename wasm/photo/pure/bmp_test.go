package pure

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// bmpOf returns a BMP of 16 by 16 pixels. The header has a size, and what follows it
// is masks, palette or a gap.
func bmpOf(size, depth, compression int, masks, after string, pixels []byte) []byte {
	le := binary.LittleEndian
	header := make([]byte, size)
	le.PutUint32(header, uint32(size))
	if size == 12 {
		le.PutUint16(header[4:], 16)
		le.PutUint16(header[6:], 16)
		le.PutUint16(header[8:], 1)
		le.PutUint16(header[10:], uint16(depth))
	} else {
		le.PutUint32(header[4:], 16)
		le.PutUint32(header[8:], 16)
		le.PutUint16(header[12:], 1)
		le.PutUint16(header[14:], uint16(depth))
		le.PutUint32(header[16:], uint32(compression))
		copy(header[40:], masks)
	}
	file := append([]byte("BM"), make([]byte, 12)...)
	le.PutUint32(file[10:], uint32(len(file)+len(header)+len(after)))
	return append(append(append(file, header...), after...), pixels...)
}

// quartersOf returns the rows of a picture of four colours from the bottom up, each
// pixel in so many bits.
func quartersOf(depth int, colours [4]uint32) (rows []byte) {
	for y := 15; y >= 0; y-- {
		row := make([]byte, (16*depth+31)/32*4)
		for x := range 16 {
			value := colours[x/8+y/8*2]
			if depth < 8 {
				row[x*depth/8] |= byte(value) << (8 - depth - x*depth%8)
				continue
			}
			for i := range depth / 8 {
				row[x*depth/8+i] = byte(value >> (8 * i))
			}
		}
		rows = append(rows, row...)
	}
	return rows
}

func flipped(file []byte) []byte {
	file = bytes.Clone(file)
	binary.LittleEndian.PutUint32(file[22:], 0xffff_fff0) // -16: from the top down
	return file
}

// TestBMP: each kind that browsers show has the colours of its quarters.
func TestBMP(t *testing.T) {
	index := [4]uint32{0, 1, 2, 3}
	palette, triples, upsideDown := "", "", [4]uint32{}
	var rgb, rgb555, rgb565, opaque, clear [4]uint32
	for i, c := range quarters {
		palette += string([]byte{c.B, c.G, c.R, 0})
		triples += string([]byte{c.B, c.G, c.R})
		rgb[i] = uint32(c.R)<<16 | uint32(c.G)<<8 | uint32(c.B)
		rgb555[i] = uint32(c.R)>>3<<10 | uint32(c.G)>>3<<5 | uint32(c.B)>>3
		rgb565[i] = uint32(c.R)>>3<<11 | uint32(c.G)>>2<<5 | uint32(c.B)>>3
		opaque[i], clear[i] = rgb[i]|0xff<<24, rgb[i]
		upsideDown[i^2] = rgb[i]
	}
	clear[0] = 0xff<<24 | rgb[0] // the first quarter is opaque, the others are transparent
	const masks565 = "\x00\xf8\x00\x00\xe0\x07\x00\x00\x1f\x00\x00\x00"
	const masks888 = "\x00\x00\xff\x00\x00\xff\x00\x00\xff\x00\x00\x00\x00\x00\x00\xff"
	const gap = "Jane"
	runs8, runs4, steps := []byte{}, []byte{}, []byte{0, 2, 0, 1} // steps: the last row stays empty
	for y := range byte(16) {
		left, right := 2-y/8*2, 3-y/8*2 // from the bottom up
		l, r := left<<4|left, right<<4|right
		switch {
		case y == 0: // values in place of runs
			runs8 = append(runs8, 8, left, 0, 7, right, right, right, right, right, right, right, 0, 1, right, 0, 0)
			runs4 = append(runs4, 8, l, 0, 7, r, r, r, r, 1, r, 0, 0)
			continue
		case y < 8:
			steps = append(steps, 8, left, 0, 0)
		default:
			steps = append(steps, 0, 2, 8, 0, 8, right, 0, 0)
		}
		runs8, runs4 = append(runs8, 8, left, 99, right, 0, 0), append(runs4, 8, l, 99, r, 0, 0)
	}
	all, first, others := [4]bool{true, true, true, true}, [4]bool{true}, [4]bool{1: true, 2: true}
	tests := []struct {
		name  string
		file  []byte
		shown [4]bool
		other uint8 // the grey of the others
	}{
		{"2 bits", bmpOf(40, 2, 0, "", palette, quartersOf(2, index)), all, 0},
		{"4 bits", bmpOf(40, 4, 0, "", palette, quartersOf(4, index)), all, 0},
		{"8 bits", bmpOf(40, 8, 0, "", palette, quartersOf(8, index)), all, 0},
		{"8 bits of OS/2", bmpOf(12, 8, 0, "", triples, quartersOf(8, index)), all, 0},
		{"24 bits of OS/2", bmpOf(12, 24, 0, "", "", quartersOf(24, rgb)), all, 0},
		{"16 bits", bmpOf(40, 16, 0, "", "", quartersOf(16, rgb555)), all, 0},
		{"16 bits, masks behind the header", bmpOf(40, 16, 3, "", masks565, quartersOf(16, rgb565)), all, 0},
		{"16 bits, masks in the header", bmpOf(124, 16, 3, masks565, "", quartersOf(16, rgb565)), all, 0},
		{"24 bits", bmpOf(40, 24, 0, "", "", quartersOf(24, rgb)), all, 0},
		{"24 bits behind a gap", bmpOf(40, 24, 0, "", gap, quartersOf(24, rgb)), all, 0},
		{"32 bits", bmpOf(40, 32, 0, "", "", quartersOf(32, rgb)), all, 0},
		{"32 bits with alpha", bmpOf(108, 32, 3, masks888, "", quartersOf(32, opaque)), all, 0},
		{"32 bits, alpha of version 3", bmpOf(56, 32, 0, masks888, "", quartersOf(32, rgb)), all, 0},
		{"32 bits, all transparent", bmpOf(108, 32, 3, masks888, "", quartersOf(32, rgb)), [4]bool{}, 0xff},
		{"32 bits, transparent", bmpOf(108, 32, 3, masks888, "", quartersOf(32, clear)), first, 0xff},
		{"24 bits from the top down", flipped(bmpOf(40, 24, 0, "", "", quartersOf(24, upsideDown))), all, 0},
		{"runs of 8 bits", bmpOf(40, 8, 1, "", palette, runs8), all, 0},
		{"runs of 4 bits", bmpOf(40, 4, 2, "", palette, runs4), all, 0},
		{"runs with an end", bmpOf(40, 8, 1, "", palette, append(bytes.Clone(runs8), 0, 1, 9, 9)), all, 0},
		{"runs with steps", bmpOf(40, 8, 1, "", palette, steps), others, 0},
	}
	for _, test := range tests {
		picture, err := Decode(test.file, container.MaxPixels, 2560)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		rgba, _ := picture.Sample(t.Context(), 16, 16)
		for i, at := range [4]int{4 + 4*16, 12 + 4*16, 4 + 12*16, 12 + 12*16} {
			want := [3]uint8{test.other, test.other, test.other}
			if test.shown[i] {
				want = [3]uint8{quarters[i].R, quarters[i].G, quarters[i].B}
			}
			for c := range want {
				if d := int(rgba[4*at+c]) - int(want[c]); d < -9 || d > 9 {
					t.Errorf("%s: quarter %d is %v, want %v", test.name, i, rgba[4*at:][:3], want)
					break
				}
			}
		}
		for n := range test.file {
			_, _ = Decode(test.file[:n], container.MaxPixels, 2560) // does not panic
		}
	}
}

// TestBMPRefuses: a BMP that browsers do not show, or that is cut, is refused.
func TestBMPRefuses(t *testing.T) {
	pixels := quartersOf(24, [4]uint32{})
	whole := bmpOf(40, 24, 0, "", "", pixels)
	tests := []struct {
		name string
		file []byte
		want shared.Code
	}{
		{"whole", whole, ""},
		{"without its last pixel", whole[:len(whole)-1], shared.CodeTruncated},
		{"cut in the header", whole[:27], shared.CodeTruncated},
		{"runs without an end", bmpOf(40, 8, 1, "", "", []byte{8, 0, 0, 0}), shared.CodeTruncated},
		{"values that are missing", bmpOf(40, 8, 1, "", "", []byte{0, 9, 1, 2}), shared.CodeTruncated},
		{"a step that is missing", bmpOf(40, 8, 1, "", "", []byte{0, 2, 1}), shared.CodeTruncated},
		{"a JPEG", bmpOf(40, 0, 4, "", "", pixels), shared.CodeUnsupportedFormat},
		{"runs from the top down", flipped(bmpOf(40, 8, 1, "", "", pixels)), shared.CodeUnsupportedFormat},
		{"runs of 24 bits", bmpOf(40, 24, 1, "", "", pixels), shared.CodeUnsupportedFormat},
		{"masks of 24 bits", bmpOf(40, 24, 3, "", "", pixels), shared.CodeUnsupportedFormat},
		{"5 bits", bmpOf(40, 5, 0, "", "", pixels), shared.CodeUnsupportedFormat},
		{"a long header", bmpOf(128, 24, 0, "", "", pixels), shared.CodeUnsupportedFormat},
	}
	for _, test := range tests {
		if _, err := Decode(test.file, container.MaxPixels, 2560); shared.CodeOf(err) != test.want {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

package pure

import (
	"encoding/binary"
	"image"
	"math/bits"

	"github.com/clinicpro/photobridge/shared"
)

// The compressions of a BMP that browsers show (Windows' BITMAPINFOHEADER).
const (
	bmpPlain       = 0
	bmpRuns8       = 1
	bmpRuns4       = 2
	bmpFields      = 3
	bmpAlphaFields = 6
)

// bitmap is a BMP: its header, and where its palette and pixels are.
type bitmap struct {
	width, height      int
	topDown            bool
	depth, compression int
	masks              [4]uint32 // red, green, blue, alpha
	palette            [][4]byte
	pixels             []byte
	runs               []uint16 // the indexes of a compressed picture, top-down; 0xffff: not given
}

// readBMP reads the header of a BMP: BITMAPCOREHEADER, or BITMAPINFOHEADER with its
// later versions, which are longer. It fails with truncated or unsupported_format.
func readBMP(file []byte) (b bitmap, err error) {
	const fileHeader, core, info, withAlpha, version4, most = 14, 12, 40, 56, 108, 124
	if len(file) < fileHeader+core {
		return b, refuse(nil, shared.CodeTruncated)
	}
	offset, size := int(binary.LittleEndian.Uint32(file[10:])), int(binary.LittleEndian.Uint32(file[fileHeader:]))
	var field [(info + 16) / 4]uint32 // masks follow a short header, and are in a long one
	for i := range field {
		if at := fileHeader + 4*i; at+4 <= len(file) {
			field[i] = binary.LittleEndian.Uint32(file[at:])
		}
	}
	colours, entry := 0, 4
	switch {
	case size == core:
		b.width, b.height = int(field[1]&0xffff), int(field[1]>>16)
		b.depth, entry = int(field[2]>>16), 3
	case size >= info && size <= most:
		b.width, b.height = int(int32(field[1])), int(int32(field[2]))
		b.depth, b.compression, colours = int(field[3]>>16), int(field[4]), int(field[8])
	default:
		return b, refuse(nil, shared.CodeUnsupportedFormat)
	}
	if b.height < 0 {
		b.height, b.topDown = -b.height, true
	}
	if offset > len(file) {
		return b, refuse(nil, shared.CodeTruncated)
	}
	b.pixels = file[offset:]
	b.masks = [4]uint32{0xff0000, 0xff00, 0xff}
	if b.depth == 16 {
		b.masks = [4]uint32{0x7c00, 0x3e0, 0x1f}
	}
	fields := b.compression == bmpFields || b.compression == bmpAlphaFields
	if fields {
		copy(b.masks[:3], field[info/4:])
	}
	if fields && size >= withAlpha || b.compression == bmpAlphaFields || size >= version4 && b.depth == 32 {
		b.masks[3] = field[info/4+3]
	}
	if start := fileHeader + size; start < offset {
		b.readPalette(file[start:offset], colours, entry)
	}
	return b, b.known()
}

// readPalette reads at most so many colours of three or four bytes, blue first.
// Zero means as many as the depth allows.
func (b *bitmap) readPalette(table []byte, colours, entry int) {
	if b.depth > 8 {
		return
	}
	if most := 1 << max(0, b.depth); colours <= 0 || colours > most {
		colours = most
	}
	for ; colours > 0 && len(table) >= entry; colours, table = colours-1, table[entry:] {
		b.palette = append(b.palette, [4]byte{table[2], table[1], table[0], 0xff})
	}
}

// known fails with unsupported_format if browsers do not show this kind of BMP.
func (b *bitmap) known() error {
	ok := false
	switch b.compression {
	case bmpPlain:
		switch b.depth {
		case 1, 2, 4, 8, 16, 24, 32:
			ok = true
		}
	case bmpRuns8:
		ok = b.depth == 8 && !b.topDown
	case bmpRuns4:
		ok = b.depth == 4 && !b.topDown
	case bmpFields, bmpAlphaFields:
		ok = b.depth == 16 || b.depth == 32
	}
	if !ok || b.width <= 0 || b.height <= 0 || b.width > 1<<24 || b.height > 1<<24 {
		return refuse(nil, shared.CodeUnsupportedFormat)
	}
	return nil
}

// decodeBMP decodes a BMP. It fails with truncated, unsupported_format,
// too_many_pixels or too_complex.
func decodeBMP(file []byte, maxPixels int) (raster, error) {
	b, err := readBMP(file)
	if err == nil {
		err = bounded(image.Config{Width: b.width, Height: b.height}, image.Rectangle{}, len(file), maxPixels)
	}
	if err != nil {
		return raster{}, err
	}
	row := b.row
	switch {
	case b.compression == bmpRuns8 || b.compression == bmpRuns4:
		if !b.readRuns() {
			return raster{}, refuse(nil, shared.CodeTruncated)
		}
		row = b.rowOfRuns
	case len(b.pixels) < b.stride()*(b.height-1)+(b.width*b.depth+7)/8:
		return raster{}, refuse(nil, shared.CodeTruncated)
	}
	return rasterOf(planesOfRows(b.width, b.height, row)), nil
}

// stride is the length of a row in bytes.
func (b *bitmap) stride() int { return (b.width*b.depth + 31) / 32 * 4 }

// stored returns the bytes of a row, counted from the top.
func (b *bitmap) stored(y int) []byte {
	if !b.topDown {
		y = b.height - 1 - y
	}
	return b.pixels[y*b.stride():][:(b.width*b.depth+7)/8]
}

// value returns a pixel of a row as it is stored.
func (b *bitmap) value(row []byte, x int) uint32 {
	switch b.depth {
	case 16:
		return uint32(binary.LittleEndian.Uint16(row[2*x:]))
	case 24:
		return uint32(row[3*x]) | uint32(row[3*x+1])<<8 | uint32(row[3*x+2])<<16
	case 32:
		return binary.LittleEndian.Uint32(row[4*x:])
	}
	at := x * b.depth
	return uint32(row[at/8]) >> (8 - b.depth - at%8) & (1<<b.depth - 1)
}

// row copies a row as RGBA.
func (b *bitmap) row(y int, rgba []byte) {
	row := b.stored(y)
	for x := range b.width {
		value := b.value(row, x)
		if b.depth <= 8 {
			colour := b.colour(int(value))
			copy(rgba[4*x:], colour[:])
			continue
		}
		for i, mask := range b.masks {
			rgba[4*x+i] = channel(value, mask)
		}
		if b.masks[3] == 0 {
			rgba[4*x+3] = 0xff
		}
	}
}

// channel returns the bits of a mask as a value of eight bits.
func channel(value, mask uint32) byte {
	if mask == 0 {
		return 0
	}
	shift := bits.TrailingZeros32(mask)
	most := uint64(mask >> shift)
	return byte((uint64(value&mask>>shift)*0xff + most/2) / most)
}

// colour returns a colour of the palette. A pixel outside the palette is black, and so
// is one that no run gives.
func (b *bitmap) colour(index int) [4]byte {
	if index < len(b.palette) {
		return b.palette[index]
	}
	return [4]byte{3: 0xff}
}

// rowOfRuns copies a row of a compressed picture as RGBA.
func (b *bitmap) rowOfRuns(y int, rgba []byte) {
	for x, index := range b.runs[y*b.width:][:b.width] {
		colour := b.colour(int(index))
		copy(rgba[4*x:], colour[:])
	}
}

const noIndex = 0xffff

// readRuns reads a compressed picture: pairs of a count and a value; after the
// count 0 the end of a row or of the picture, a step, or a number of values. It
// returns false if the picture is not complete.
func (b *bitmap) readRuns() (complete bool) {
	const endOfRow, endOfPicture, step = 0, 1, 2
	b.runs = make([]uint16, b.width*b.height)
	for i := range b.runs {
		b.runs[i] = noIndex
	}
	x, y := 0, b.height-1
	set := func(count int, value func(i int) byte) {
		for i := range count {
			if x < b.width && y >= 0 {
				b.runs[y*b.width+x] = uint16(value(i))
			}
			x++
		}
	}
	for data := b.pixels; len(data) >= 2; {
		count, second := int(data[0]), int(data[1])
		data = data[2:]
		switch {
		case count > 0 && b.depth == 8:
			set(count, func(int) byte { return byte(second) })
		case count > 0:
			set(count, func(i int) byte { return byte(second) >> (4 - 4*(i%2)) & 15 })
		case second == endOfRow:
			x, y = 0, y-1
		case second == endOfPicture:
			return true
		case second == step && len(data) >= 2:
			x, y, data = x+int(data[0]), y-int(data[1]), data[2:]
		case second == step:
			return false
		default:
			length := ((second*b.depth+7)/8 + 1) &^ 1 // whole pairs of bytes
			if len(data) < length {
				return false
			}
			values := data[:length]
			set(second, func(i int) byte {
				if b.depth == 8 {
					return values[i]
				}
				return values[i/2] >> (4 - 4*(i%2)) & 15
			})
			data = data[length:]
		}
	}
	return y < 0 || y == 0 && x >= b.width
}

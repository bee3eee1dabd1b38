package jpeg

import "math"

const (
	reciprocalBits = 40
	// levelShift moves samples from 0…255 to -128…127. It is subtracted from the sum of a block.
	levelShift = 64 * 128 << coefficientBits
)

// channel is a component while it is encoded. It multiplies with reciprocals,
// because a division takes longer.
type channel struct {
	samples       []byte
	width, height int
	stride        int
	reciprocals   [64]int // 1/(quantiser × factor of the transform), in zigzag order
	dc, ac        [256]code
	previous      int // DC of the previous block
}

// Encode encodes Y, Cb and Cr of a 4:2:0 picture with the tables of annex K.
// The quality, 1 to 100, scales the quantisers as libjpeg does.
func Encode(planes [3]Plane, quality int) []byte {
	width, height := planes[0].Width, planes[0].Height
	quantisers := [2][64]uint8{scaledQuantiser(0, quality), scaledQuantiser(1, quality)}
	w := writer{data: appendHeader(make([]byte, 0, width*height/4), width, height, &quantisers)}
	luma := newChannel(planes[0], 0, &quantisers[0])
	blue, red := newChannel(planes[1], 1, &quantisers[1]), newChannel(planes[2], 1, &quantisers[1])
	for y := range (height + 15) / 16 {
		for x := range (width + 15) / 16 {
			luma.write(&w, 2*x, 2*y)
			luma.write(&w, 2*x+1, 2*y)
			luma.write(&w, 2*x, 2*y+1)
			luma.write(&w, 2*x+1, 2*y+1)
			blue.write(&w, x, y)
			red.write(&w, x, y)
		}
	}
	return append(w.finish(), 0xff, markerEOI)
}

func newChannel(p Plane, table int, quantiser *[64]uint8) *channel {
	c := &channel{
		samples: p.Samples, width: p.Width, height: p.Height, stride: p.Stride,
		dc: typicalDC[table].codes(), ac: typicalAC[table].codes(),
	}
	for k, q := range quantiser {
		row, column := int(zigzag[k]>>3), int(zigzag[k]&7)
		divisor := float64(q) * 8 * share(row, 8) * share(column, 8) * (1 << coefficientBits)
		c.reciprocals[k] = int(math.Round((1 << reciprocalBits) / divisor))
	}
	return c
}

// write encodes a block. Samples outside the picture repeat its edge.
func (c *channel) write(w *writer, x, y int) {
	var b block
	if 8*x+8 <= c.width && 8*y+8 <= c.height {
		forward(c.samples[8*y*c.stride+8*x:], c.stride, &b)
	} else {
		var edge [64]byte
		for i := range edge {
			edge[i] = c.samples[min(8*y+i/8, c.height-1)*c.stride+min(8*x+i%8, c.width-1)]
		}
		forward(edge[:], 8, &b)
	}
	w.block(&b, c)
}

// scaledQuantiser scales a table to a quality, with the formulas of
// jpeg_quality_scaling and jpeg_add_quant_table in libjpeg's jcparam.c. A quality
// therefore means the same here and in browsers.
func scaledQuantiser(table, quality int) (scaled [64]uint8) {
	percent := 200 - 2*quality
	if quality < 50 {
		percent = 5000 / max(quality, 1)
	}
	for k, q := range typicalQuantisers[table] {
		scaled[k] = uint8(max(1, min(255, (int(q)*percent+50)/100)))
	}
	return scaled
}

// appendHeader writes the marker segments (section B.2).
func appendHeader(to []byte, width, height int, quantisers *[2][64]uint8) []byte {
	to = append(to, 0xff, markerSOI)
	for i := range quantisers {
		to = appendSegment(to, markerDQT, append([]byte{byte(i)}, quantisers[i][:]...)...)
	}
	size := []byte{byte(height >> 8), byte(height), byte(width >> 8), byte(width)}
	to = appendSegment(to, markerSOF0, 8, size[0], size[1], size[2], size[3], 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1)
	for i := range 2 {
		for class, t := range [2]typicalHuffman{typicalDC[i], typicalAC[i]} {
			to = appendSegment(to, markerDHT, append([]byte{byte(class<<4 | i)}, t.counts+t.symbols...)...)
		}
	}
	return appendSegment(to, markerSOS, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0)
}

// Package baseline decodes and encodes the JPEG that cameras write: baseline
// sequential DCT, Huffman coding, eight bits a sample, one scan. Sections,
// tables and figures are those of ITU-T T.81.
//
// It decodes straight to a fraction of the size where that is enough: a
// transform of fewer points than eight turns a block into fewer samples, which
// costs less than to make all of them and is as sharp. Everything else
// (progressive, CMYK, RGB, damaged) it leaves to image/jpeg.
//
// Inputs are hostile: every one is a picture or an error.
package baseline

import "errors"

var (
	// ErrUnsupported is the answer to a JPEG of another kind.
	ErrUnsupported = errors.New("baseline: JPEG of another kind")
	// ErrDamaged is the answer to what breaks the format's rules or ends early.
	ErrDamaged = errors.New("baseline: damaged JPEG")
)

// Image is a file whose headers are read.
type Image struct {
	Width, Height int // pixels

	components []component
	interval   int    // MCUs between restart markers; 0: none
	scan       []byte // the entropy-coded data and what follows it
}

// component is one of grey, or of Y, Cb and Cr (section B.2.2).
type component struct {
	id         byte
	h, v       int // blocks of it in an MCU, across and down
	quantiser  *[64]uint8
	dc, ac     *huffman
	predicted  int // DC of the block before (section F.1.1.5.1)
	multiplier [64]int32
	size       int // samples that a block becomes, across and down
	plane      Plane
}

// Plane is one component, decoded. Its samples lie farther apart than pixels
// where it is subsampled, or decoded to a fraction.
type Plane struct {
	Samples       []byte
	Width, Height int
	Stride        int
	// DensityX and DensityY are samples per pixel of the image.
	DensityX, DensityY float64
}

// Decode decodes all planes: Y, Cb, Cr, or Y alone. Of each block of eight by
// eight samples it makes luma by luma samples in the first and chroma by chroma
// in the others: 1, 2, 3, 4, 5, 6 or 8. It fails with ErrDamaged.
func (m *Image) Decode(luma, chroma int) ([]Plane, error) {
	across := (m.Width + 8*m.components[0].h - 1) / (8 * m.components[0].h)
	down := (m.Height + 8*m.components[0].v - 1) / (8 * m.components[0].v)
	planes := make([]Plane, len(m.components))
	for i := range m.components {
		size := luma
		if i > 0 {
			size = chroma
		}
		m.components[i].prepare(size, across, down, m)
		planes[i] = m.components[i].plane
	}
	return planes, m.decodeScan(across, down)
}

// Subsampling is how many luma samples there are to a chroma sample.
func (m *Image) Subsampling() (across, down int) { return m.components[0].h, m.components[0].v }

// prepare makes room for size by size samples of each block.
func (c *component) prepare(size, across, down int, m *Image) {
	c.predicted, c.size = 0, size
	c.multiplier = multipliers(c.quantiser, size)
	stride, rows := across*c.h*size, down*c.v*size
	densityX := float64(c.h*size) / float64(8*m.components[0].h)
	densityY := float64(c.v*size) / float64(8*m.components[0].v)
	c.plane = Plane{
		Samples: make([]byte, stride*rows), Stride: stride,
		Width: samples(m.Width, c.h*size, 8*m.components[0].h), Height: samples(m.Height, c.v*size, 8*m.components[0].v),
		DensityX: densityX, DensityY: densityY,
	}
}

// samples is length×a÷b, rounded up (section A.1.1).
func samples(length, a, b int) int { return (length*a + b - 1) / b }

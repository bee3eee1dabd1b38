// Package jpeg decodes and encodes what cameras write: sequential DCT in one
// scan, which is baseline, and decodes progressive DCT too; Huffman coding,
// eight bits a sample, grey or Y, Cb and Cr. Sections, tables and figures are
// those of ITU-T T.81.
//
// It decodes straight to a fraction of the size where that is enough: a
// transform of fewer points than eight turns a block into fewer samples, which
// costs less than to make all of them and is as sharp, and the coefficients
// that it leaves out need not be kept while a progressive file is read.
// Everything else (CMYK, RGB, damaged) it leaves to image/jpeg.
//
// Inputs are hostile: every one is a picture or an error.
package jpeg

import (
	"errors"
	"slices"
)

var (
	// ErrUnsupported is the answer to a JPEG of another kind.
	ErrUnsupported = errors.New("jpeg: JPEG of another kind")
	// ErrDamaged is the answer to what breaks the format's rules or ends early.
	ErrDamaged = errors.New("jpeg: damaged JPEG")
)

// Image is a file whose headers are read, up to the first scan.
type Image struct {
	Width, Height int // pixels

	progressive bool
	components  []component
	tables      tables // as the first scan finds them
	scan        scan
	data        []byte // the scan's entropy-coded data and what follows it
}

// component is one of grey, or of Y, Cb and Cr (section B.2.2).
type component struct {
	id         byte
	h, v       int  // blocks of it in an MCU, across and down
	choice     byte // of a quantiser
	quantiser  *[64]uint8
	dc, ac     *huffman // of the scan
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
// in the others: 1, 2, 3, 4, 5, 6 or 8. It fails with ErrUnsupported or
// ErrDamaged.
func (m *Image) Decode(luma, chroma int) ([]Plane, error) {
	work := *m
	work.components = slices.Clone(m.components)
	for i := range work.components {
		work.components[i].size = chroma
	}
	work.components[0].size = luma
	decode := work.decodeSequential
	if m.progressive {
		decode = work.decodeProgressive
	}
	if err := decode(); err != nil {
		return nil, err
	}
	planes := make([]Plane, len(work.components))
	for i, c := range work.components {
		planes[i] = c.plane
	}
	return planes, nil
}

// Subsampling is how many luma samples there are to a chroma sample.
func (m *Image) Subsampling() (across, down int) { return m.components[0].h, m.components[0].v }

// mcus is how many MCUs there are, where each has blocks of every component.
func (m *Image) mcus() (across, down int) {
	h, v := m.Subsampling()
	return ceil(m.Width, 8*h), ceil(m.Height, 8*v)
}

// blocks is how many blocks of a component the picture touches (section A.2.2).
func (m *Image) blocks(component int) (across, down int) {
	c := m.components[component]
	h, v := m.Subsampling()
	return ceil(ceil(m.Width*c.h, h), 8), ceil(ceil(m.Height*c.v, v), 8)
}

// prepare makes room for the samples of each block.
func (c *component) prepare(m *Image) {
	c.multiplier = multipliers(c.quantiser, c.size)
	across, down := m.mcus()
	h, v := m.Subsampling()
	stride, rows := across*c.h*c.size, down*c.v*c.size
	c.plane = Plane{
		Samples: make([]byte, stride*rows), Stride: stride,
		Width: ceil(m.Width*c.h*c.size, 8*h), Height: ceil(m.Height*c.v*c.size, 8*v),
		DensityX: float64(c.h*c.size) / float64(8*h), DensityY: float64(c.v*c.size) / float64(8*v),
	}
}

// ceil is a÷b, rounded up.
func ceil(a, b int) int { return (a + b - 1) / b }

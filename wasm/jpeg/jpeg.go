// Package jpeg decodes and encodes what cameras write, and rebuilds a file from
// its known parts. It decodes baseline, extended sequential and progressive DCT
// with Huffman coding and eight bits a sample, in any sampling. Sections,
// tables and figures are those of ITU-T T.81.
//
// It decodes straight to a fraction of the size where that is enough: a
// transform of fewer points than eight turns a block into fewer samples, which
// costs less than to make all of them and is as sharp, and the coefficients
// that it leaves out are not kept while a progressive file is read.
//
// Inputs are hostile: every one is a picture or an error, and the work is
// bounded. Damaged data is shown the way libjpeg, and so every browser, shows it.
package jpeg

import (
	"errors"
	"slices"
)

var (
	// ErrUnsupported is returned for a JPEG of another kind: arithmetic coding,
	// lossless, 12 bits.
	ErrUnsupported = errors.New("jpeg: JPEG of another kind")
	// ErrDamaged is returned for a file that breaks the format's rules.
	ErrDamaged = errors.New("jpeg: damaged JPEG")
	// ErrTruncated is returned for a file that ends before its picture does.
	ErrTruncated = errors.New("jpeg: truncated JPEG")
	// ErrTooComplex is returned for a file that asks for more work than any photo.
	ErrTooComplex = errors.New("jpeg: too much work in a JPEG")
)

const (
	// maxScans is more than any encoder makes: ten are usual, some twenty where
	// an encoder searches for the fewest bytes.
	maxScans = 100
	// maxWork bounds the blocks that all scans visit. It takes WebAssembly about
	// half a second.
	maxWork = 24_000_000
	// maxVisits is how often all scans may visit a block on average, where that is
	// more than freeWork in all. The ten scans that are usual visit one five times.
	maxVisits = 16
	freeWork  = 1_000_000
	// maxTables bounds the Huffman tables that a file defines.
	maxTables = 1024
	// missingShare is how much of a scan may be missing at its end, one part in
	// so many, before the picture counts as truncated.
	missingShare = 50
)

// Colours says what the components of an image are.
type Colours int

// The colours that a file can have.
const (
	Grey Colours = iota
	YCbCr
	RGB
	CMYK // inverted, as Adobe stores it
	YCCK // CMYK with its first three as Y, Cb and Cr
)

// Image is a file whose headers are read, up to the first scan.
type Image struct {
	Width, Height int // pixels
	Colours       Colours

	marker     byte // of the frame
	components []component
	tables     tables // as the first scan finds them
	scan       scan
	file       []byte
	at         int  // where the first scan's entropy-coded data begins
	strict     bool // fails for what decoders usually forgive
	work       int  // blocks visited so far
}

// component is one of an image's (section B.2.2).
type component struct {
	id         byte
	h, v       int  // blocks of it in an MCU, across and down
	choice     byte // of a quantiser
	quantiser  *[64]uint16
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

// Decode decodes all planes. Of each block of eight by eight samples it makes
// chroma by chroma samples in Cb and Cr and luma by luma in all others: 1, 2,
// 3, 4, 5, 6 or 8. It fails with ErrUnsupported, ErrDamaged, ErrTruncated or
// ErrTooComplex.
func (m *Image) Decode(luma, chroma int) ([]Plane, error) {
	work := *m
	work.components = slices.Clone(m.components)
	for i := range work.components {
		work.components[i].size = luma
		if (m.Colours == YCbCr || m.Colours == YCCK) && (i == 1 || i == 2) {
			work.components[i].size = chroma
		}
	}
	decode := work.decodeSequential
	if m.marker == markerSOF2 {
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

// Subsampling is how many pixels there are to a chroma sample.
func (m *Image) Subsampling() (across, down int) {
	c := m.components[min(1, len(m.components)-1)]
	h, v := m.sampling()
	return ceil(h, c.h), ceil(v, c.v)
}

// sampling is the largest of all components, across and down.
func (m *Image) sampling() (h, v int) {
	for _, c := range m.components {
		h, v = max(h, c.h), max(v, c.v)
	}
	return h, v
}

// maxWork is how many blocks the scans may visit.
func (m *Image) maxWork() int {
	across, down := m.mcus()
	blocks := 0
	for _, c := range m.components {
		blocks += across * c.h * down * c.v
	}
	return min(maxWork, max(freeWork, maxVisits*blocks))
}

// mcus is how many MCUs there are, where each has blocks of every component.
func (m *Image) mcus() (across, down int) {
	h, v := m.sampling()
	return ceil(m.Width, 8*h), ceil(m.Height, 8*v)
}

// blocks is how many blocks of a component the picture touches (section A.2.2).
func (m *Image) blocks(component int) (across, down int) {
	c := m.components[component]
	h, v := m.sampling()
	return ceil(ceil(m.Width*c.h, h), 8), ceil(ceil(m.Height*c.v, v), 8)
}

// prepare makes room for the samples of each block.
func (c *component) prepare(m *Image) {
	c.multiplier = multipliers(c.quantiser, c.size)
	across, down := m.mcus()
	h, v := m.sampling()
	stride, rows := across*c.h*c.size, down*c.v*c.size
	c.plane = Plane{
		Samples: make([]byte, stride*rows), Stride: stride,
		Width: ceil(m.Width*c.h*c.size, 8*h), Height: ceil(m.Height*c.v*c.size, 8*v),
		DensityX: float64(c.h*c.size) / float64(8*h), DensityY: float64(c.v*c.size) / float64(8*v),
	}
}

// ceil is a÷b, rounded up.
func ceil(a, b int) int { return (a + b - 1) / b }

// Package jpeg decodes and encodes the JPEG files of cameras, and rebuilds a file
// from its known parts. It decodes baseline, extended sequential and progressive
// DCT with Huffman coding and eight bits a sample, in any sampling. Sections,
// tables and figures are those of ITU-T T.81.
//
// It can decode directly to a fraction of the size. A transform of fewer than
// eight points turns a block into fewer samples. That costs less than to compute
// all samples and then to shrink them, and it is as sharp. The coefficients that
// such a transform does not use are not stored while a progressive file is read.
//
// Inputs may be hostile. Every input gives a picture or an error, and the work is
// bounded. Damaged data looks the same as in libjpeg, and so in every browser.
package jpeg

import (
	"errors"
	"slices"
)

var (
	// ErrUnsupported is returned for another kind of JPEG: arithmetic coding,
	// lossless, 12 bits.
	ErrUnsupported = errors.New("jpeg: JPEG of another kind")
	// ErrDamaged is returned for a file that breaks the format's rules.
	ErrDamaged = errors.New("jpeg: damaged JPEG")
	// ErrTruncated is returned for a file that lacks the end of its picture.
	ErrTruncated = errors.New("jpeg: truncated JPEG")
	// ErrTooComplex is returned for a file that needs more work than any photo.
	ErrTooComplex = errors.New("jpeg: too much work in a JPEG")
)

const (
	// maxScans is more than any encoder makes. Ten scans are usual. An encoder that
	// searches for the smallest file makes about twenty.
	maxScans = 100
	// maxWork limits the blocks that all scans visit together. WebAssembly visits
	// that many in about half a second.
	maxWork = 24_000_000
	// maxVisits limits how often all scans visit a block on average, once they have
	// visited more than freeWork blocks. The usual ten scans visit a block five times.
	maxVisits = 16
	freeWork  = 1_000_000
	// maxTables limits the Huffman tables that a file defines.
	maxTables = 1024
	// missingShare is the part of a scan that may be missing at its end, as 1/50. If
	// more is missing, the picture counts as truncated.
	missingShare = 50
)

// Colours is what the components of an image are.
type Colours int

// The colours that a file can have.
const (
	Grey Colours = iota
	YCbCr
	RGB
	CMYK // inverted, because Adobe stores it so
	YCCK // CMYK whose first three components are stored as Y, Cb and Cr
)

// Image is a file whose headers have been read, up to the first scan.
type Image struct {
	Width, Height int // pixels
	Colours       Colours

	marker     byte // the frame's
	components []component
	tables     tables // valid for the first scan
	scan       scan
	file       []byte
	at         int  // start of the first scan's entropy-coded data
	strict     bool // fail for damage that decoders usually accept
	work       int  // blocks visited so far
}

// component is a component of an image (section B.2.2).
type component struct {
	id         byte
	h, v       int  // its blocks in an MCU, across and down
	choice     byte // number of its quantiser
	quantiser  *[64]uint16
	dc, ac     *huffman // tables of the current scan
	multiplier [64]int32
	size       int // samples made from a block, across and down
	plane      Plane
}

// Plane is a decoded component. Its samples are farther apart than pixels if it
// is subsampled, or decoded to a fraction of the size.
type Plane struct {
	Samples       []byte
	Width, Height int
	Stride        int
	// DensityX and DensityY are samples per pixel of the image.
	DensityX, DensityY float64
}

// Decode decodes all planes. It turns each block of eight by eight samples into
// chroma by chroma samples in Cb and Cr, and luma by luma in the other planes.
// Both can be 1, 2, 3, 4, 5, 6 or 8. It fails with ErrUnsupported, ErrDamaged,
// ErrTruncated or ErrTooComplex.
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

// Subsampling returns how many pixels share a chroma sample.
func (m *Image) Subsampling() (across, down int) {
	c := m.components[min(1, len(m.components)-1)]
	h, v := m.sampling()
	return ceil(h, c.h), ceil(v, c.v)
}

// sampling returns the largest sampling factors of all components.
func (m *Image) sampling() (h, v int) {
	for _, c := range m.components {
		h, v = max(h, c.h), max(v, c.v)
	}
	return h, v
}

// maxWork returns how many blocks the scans may visit.
func (m *Image) maxWork() int {
	across, down := m.mcus()
	blocks := 0
	for _, c := range m.components {
		blocks += across * c.h * down * c.v
	}
	return min(maxWork, max(freeWork, maxVisits*blocks))
}

// mcus returns the number of MCUs of a scan that contains all components.
func (m *Image) mcus() (across, down int) {
	h, v := m.sampling()
	return ceil(m.Width, 8*h), ceil(m.Height, 8*v)
}

// blocks returns how many blocks of a component the picture touches (section A.2.2).
func (m *Image) blocks(component int) (across, down int) {
	c := m.components[component]
	h, v := m.sampling()
	return ceil(ceil(m.Width*c.h, h), 8), ceil(ceil(m.Height*c.v, v), 8)
}

// prepare allocates the samples of all blocks.
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

// Package photo makes a photo small enough to send. The result contains the pixels
// and their colours, and nothing else. The package reads the header, plans the
// cheapest road (pass, native, pure), and searches for the highest quality that
// fits a budget of bytes. It uses no browser API and processes no pixels itself:
// codecs are an interface.
package photo

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// Limits are the limits of a photo that leaves the phone.
type Limits struct {
	MaxBytes   int     // a hard limit
	MaxEdge    int     // pixels of the longer side, except for panoramas
	MaxPixels  int     // of the original; more is refused
	MaxQuality float64 // 0 to 1, as canvases count it
	MinQuality float64 // a photo that needs less is made smaller instead
}

// DefaultLimits returns the product's limits (docs/decisions/0005). Quality above
// 0.92 adds bytes without a visible difference. Below 0.6, blocks are visible on
// skin. At 1 MB, 2560 pixels are as close to the photo as 3072 pixels (ssimulacra
// and butteraugli in make bench-compress) and take two thirds of the time.
func DefaultLimits() Limits {
	return Limits{
		MaxBytes: shared.MaxImageBytes, MaxEdge: 2560, MaxPixels: container.MaxPixels,
		MaxQuality: 0.92, MinQuality: 0.6,
	}
}

// Source is a chosen file.
type Source interface {
	// Size returns the size in bytes at the time when the file was chosen.
	Size() int64
	// Read returns length bytes from offset, or fewer at the end of the file. It
	// fails if the file is no longer available.
	Read(ctx context.Context, offset, length int64) ([]byte, error)
	// Without returns the file without some parts, which are in order and do not overlap.
	Without(parts []container.Part) Source
}

// Memory is a Source of bytes.
type Memory []byte

// Size implements Source.
func (m Memory) Size() int64 { return int64(len(m)) }

// Read implements Source.
func (m Memory) Read(_ context.Context, offset, length int64) ([]byte, error) {
	size := m.Size()
	return m[min(offset, size):min(offset+length, size)], nil
}

// Without implements Source.
func (m Memory) Without(parts []container.Part) Source {
	rest, at := make(Memory, 0, len(m)), int64(0)
	for _, part := range parts {
		rest, at = append(rest, m[at:part.Start]...), part.Start+part.Length
	}
	return append(rest, m[at:]...)
}

// Codec decodes photos for a road.
type Codec interface {
	// Decode decodes the source and turns it upright by its EXIF orientation. Edge
	// is the longer side of the largest picture that the caller will request, so
	// Decode may drop finer detail. It fails with a *shared.Error if the codec does
	// not know the format or has not enough memory.
	Decode(ctx context.Context, source Source, edge int) (Bitmap, error)
}

// Bitmap is a decoded photo in the memory of a codec.
type Bitmap interface {
	// Size returns the size of the source in pixels, upright.
	Size() (width, height int)
	// Encode scales the photo to a size, on a white background, and encodes a JPEG.
	// The JPEG is sRGB, or carries the ICC profile of its colours. Repeated calls
	// with the same size scale once.
	Encode(ctx context.Context, width, height int, quality float64) ([]byte, error)
	// Estimate returns approximately how many bytes Encode would return, in a
	// fraction of the time. It encodes every eighth row of blocks of 16 pixels.
	Estimate(ctx context.Context, width, height int, quality float64) (bytes int, err error)
	// Sample scales to a size and returns RGBA, not premultiplied, four bytes a
	// pixel. It starts from the picture of the last Encode, if there was one.
	Sample(ctx context.Context, width, height int) ([]byte, error)
	// Original is Sample, but always starts from the decoded photo.
	Original(ctx context.Context, width, height int) ([]byte, error)
	// Close frees the memory. It may be called more than once.
	Close()
}

// Digest returns the SHA-256 of data.
type Digest func(ctx context.Context, data []byte) ([sha256.Size]byte, error)

// GoDigest is the Digest of Go's standard library.
func GoDigest(_ context.Context, data []byte) ([sha256.Size]byte, error) {
	return sha256.Sum256(data), nil
}

// Road is the method by which a photo was made small.
type Road string

// The roads, from the cheapest.
const (
	RoadPass   Road = "pass"   // small enough: metadata dropped, compressed pixels kept bit for bit
	RoadNative Road = "native" // the browser's codecs
	RoadPure   Road = "pure"   // codecs in WebAssembly, loaded for the first photo that needs them
)

// Warning is a possible defect of the photo, for the person who took it.
type Warning string

// The warnings.
const (
	WarningLowLight Warning = "low-light"
	WarningBlurred  Warning = "blurred"
	WarningShrunk   Warning = "shrunk" // fewer pixels than usual, to fit the budget
)

// Step is the duration of a part of the work.
type Step struct {
	Name string
	Took time.Duration
}

// Result is a photo that is ready to leave the phone.
type Result struct {
	JPEG          []byte
	Width, Height int // pixels, upright
	SHA256        [32]byte
	Quality       float64 // of the last encode; 0 on the pass road
	Encodes       int
	Road          Road
	OriginalBytes int64
	Captured      *shared.Captured // nil if the file has no plausible time
	Warnings      []Warning
	Steps         []Step
}

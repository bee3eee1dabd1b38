// Package photo makes a photo small enough to send, without anything in it but
// its pixels and their colours. It reads the header, plans the cheapest road
// (pass, native, pure), and searches the highest quality that fits a budget of
// bytes. It knows no browser and moves no pixels: codecs are an interface.
package photo

import (
	"context"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// Limits bound what may leave the phone.
type Limits struct {
	MaxBytes   int     // hard
	MaxEdge    int     // pixels of the longer side, but for panoramas
	MaxPixels  int     // of the original; more is refused
	MaxQuality float64 // 0 to 1, as canvases count it
	MinQuality float64 // below it the photo is shrunk instead
}

// DefaultLimits are the product's (see docs/decisions/0005). Quality above 0.92
// costs bytes that nobody sees; below 0.6 blocks show on skin. In 1 MB, 2560
// pixels come as close to the photo as 3072 do (ssimulacra, butteraugli: make
// bench-compress) and take two thirds of the time.
func DefaultLimits() Limits {
	return Limits{
		MaxBytes: shared.MaxImageBytes, MaxEdge: 2560, MaxPixels: container.MaxPixels,
		MaxQuality: 0.92, MinQuality: 0.6,
	}
}

// Source is one chosen file.
type Source interface {
	// Size is in bytes, as it was when the file was chosen.
	Size() int64
	// Read returns length bytes from offset; fewer at the end of the file. It
	// fails when the phone has taken the file away.
	Read(ctx context.Context, offset, length int64) ([]byte, error)
	// Without is the file with some bytes left out.
	Without(offset, length int64) Source
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
func (m Memory) Without(offset, length int64) Source {
	return slices.Concat(m[:offset], m[offset+length:])
}

// Codec moves the pixels of a road.
type Codec interface {
	// Decode decodes the source upright, whatever its EXIF orientation. It may
	// keep no more detail than a picture needs whose longer side is edge: none
	// larger is asked of the bitmap. It fails if it cannot read the format or
	// has no memory for it; a *shared.Error says why.
	Decode(ctx context.Context, source Source, edge int) (Bitmap, error)
}

// Bitmap is a decoded photo in a codec's memory.
type Bitmap interface {
	// Size is the source's, in pixels, upright.
	Size() (width, height int)
	// Encode scales to the given size, on white, and encodes a JPEG whose
	// colours are sRGB or whose profile says what they are. Repeated calls with
	// one size scale once.
	Encode(ctx context.Context, width, height int, quality float64) ([]byte, error)
	// Estimate returns about how many bytes Encode would make of it, in a
	// fraction of the time: from every eighth row of its 16-pixel blocks.
	Estimate(ctx context.Context, width, height int, quality float64) (bytes int, err error)
	// Sample scales to the given size, from that of the last Encode if there
	// was one, and returns RGBA, not premultiplied, four bytes a pixel.
	Sample(ctx context.Context, width, height int) ([]byte, error)
	// Original does the same from what was decoded, whatever was encoded since.
	Original(ctx context.Context, width, height int) ([]byte, error)
	// Close frees it. It may be called more than once.
	Close()
}

// Digest returns the SHA-256 of data.
type Digest func(ctx context.Context, data []byte) ([sha256.Size]byte, error)

// GoDigest is the Digest of Go's own library.
func GoDigest(_ context.Context, data []byte) ([sha256.Size]byte, error) {
	return sha256.Sum256(data), nil
}

// Road is the way by which a photo was made small.
type Road string

// The roads, from the cheapest.
const (
	RoadPass   Road = "pass"   // small enough: metadata dropped, compressed pixels kept bit for bit
	RoadNative Road = "native" // the browser's codecs
	RoadPure   Road = "pure"   // codecs in WebAssembly, loaded for the first photo that needs them
)

// Warning is a remark about the photo, for the person who took it.
type Warning string

// The warnings.
const (
	WarningLowLight Warning = "low-light"
	WarningBlurred  Warning = "blurred"
	WarningShrunk   Warning = "shrunk" // smaller than usual, to fit
)

// Step is how long a part of the work took.
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
	Captured      *shared.Captured // nil if the file does not say
	Warnings      []Warning
	Steps         []Step
}

package photo

import (
	"context"
	"math"
	"testing"
)

// powered is a picture whose bytes follow a power of the quantiser, and whose
// estimates are wrong by the factor off.
type powered struct {
	bytes, power, off float64 // bytes at 0.76 and 6 megapixels
	encodes           *int
}

func (p powered) at(width, height int, quality float64) float64 {
	return p.bytes * float64(width*height) / 6e6 * math.Pow(quantiser(0.76)/quantiser(quality), p.power)
}

func (p powered) Encode(_ context.Context, width, height int, quality float64) ([]byte, error) {
	*p.encodes++
	return make([]byte, int(p.at(width, height, quality))), nil
}

func (p powered) Estimate(_ context.Context, width, height int, quality float64) (int, error) {
	return int(p.at(width, height, quality) * (1 + p.off)), nil
}

func TestSearchPredicts(t *testing.T) {
	for _, power := range []float64{0.45, 0.62, 0.9} {
		for _, size := range []float64{300_000, 900_000, 1_100_000, 4_000_000} {
			for off, most := range map[float64]int{-0.1: 2, -0.04: 1, 0: 1, 0.06: 1, 0.3: 2} {
				encodes := 0
				best, err := search(t.Context(), 3000, 2000, DefaultLimits(), powered{size, power, off, &encodes})
				if err != nil || len(best.jpeg) > 1_000_000 || encodes > 5 {
					t.Fatalf(
						"power %v, size %v, off %v: %d bytes after %d encodes, %v",
						power,
						size,
						off,
						len(best.jpeg),
						encodes,
						err,
					)
				}
				if !best.shrunk && (encodes > most || best.quality < 0.92 && len(best.jpeg) < 880_000) {
					t.Errorf(
						"power %v, size %v, off %v: %d bytes at %v after %d encodes",
						power,
						size,
						off,
						len(best.jpeg),
						best.quality,
						encodes,
					)
				}
			}
		}
	}
}

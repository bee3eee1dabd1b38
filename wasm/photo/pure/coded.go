package pure

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// Code points of ITU-T H.273, tables 2 and 3.
const (
	primaries2020    = 9
	primariesDCI     = 11
	primariesP3      = 12
	transferGamma22  = 4
	transferLinear   = 8
	transferPQ       = 16
	transferHLG      = 18
	sdrWhite         = 203.0  // cd/m² of white paper in an HDR picture (ITU-R BT.2408)
	hdrWhite         = 1000.0 // cd/m² of the brightest light, for a picture that does not say it
	pqPeak           = 10_000.0
	hlgSystemGamma   = 1.2
	hlgA, hlgB, hlgC = 0.17883277, 0.28466892, 0.55991073
)

// codedColours returns the colours that the code points of primaries and a transfer
// function describe. It returns zero colours if browsers show the picture as sRGB.
func codedColours(primaries, transfer int) colours {
	var space container.ColourSpace
	switch primaries { // adapted to D50
	case primaries2020:
		space.Primaries = [3][3]float64{{0.6734, 0.2790, -0.0019}, {0.1656, 0.6754, 0.0300}, {0.1252, 0.0456, 0.7968}}
	case primariesDCI, primariesP3:
		space.Primaries = [3][3]float64{{0.5151, 0.2412, -0.0011}, {0.2920, 0.6922, 0.0419}, {0.1571, 0.0666, 0.7841}}
	default:
		space.Primaries = primariesSRGB
		if !slices.Contains([]int{transferGamma22, transferLinear, transferPQ, transferHLG}, transfer) {
			return colours{}
		}
	}
	switch transfer {
	case transferPQ:
		return colours{grid: evaluate(3, []stage{pqLight, toneMap, toXYZ(space.Primaries)})}
	case transferHLG:
		return colours{grid: evaluate(3, []stage{hlgLight, toXYZ(space.Primaries)})}
	}
	curve := []byte("para\x00\x00\x00\x00\x00\x03\x00\x00" + // the same form as sRGB's
		"\x00\x02\x66\x66\x00\x00\xf2\xa7\x00\x00\x0d\x59\x00\x00\x13\xd0\x00\x00\x0a\x5b")
	switch transfer {
	case transferGamma22:
		curve = []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33")
	case transferLinear:
		curve = []byte("curv\x00\x00\x00\x00\x00\x00\x00\x00")
	}
	space.Curves = [3][]byte{curve, curve, curve}
	return colours{profile: space.Profile()}
}

// primariesSRGB are adapted to D50.
var primariesSRGB = [3][3]float64{{0.4361, 0.2225, 0.0139}, {0.3851, 0.7169, 0.0971}, {0.1431, 0.0606, 0.7141}}

// gammaColours returns the colours for the gamma of a PNG, in parts of 100 000. It
// returns zero colours if the gamma is close to sRGB's.
func gammaColours(gamma uint32) colours {
	const whole, usual, least, most = 100_000, 45_455, 10_000, 300_000
	if gamma < least || gamma > most || gamma > usual*19/20 && gamma < usual*21/20 {
		return colours{}
	}
	curve := []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01")
	curve = binary.BigEndian.AppendUint16(curve, uint16(0x100*whole/gamma))
	space := container.ColourSpace{Primaries: primariesSRGB, Curves: [3][]byte{curve, curve, curve}}
	return colours{profile: space.Profile()}
}

// pqLight converts SMPTE ST 2084 (PQ) to light, where 1 is white paper.
func pqLight(c colour) colour {
	const m1, m2 = 2610.0 / 16384, 2523.0 / 4096 * 128
	const c1, c2, c3 = 3424.0 / 4096, 2413.0 / 4096 * 32, 2392.0 / 4096 * 32
	for i := range 3 {
		power := math.Pow(c[i], 1/m2)
		c[i] = math.Pow(math.Max(0, power-c1)/(c2-c3*power), 1/m1) * pqPeak / sdrWhite
	}
	return c
}

// hlgLight converts HLG (ITU-R BT.2100) to light, where 1 is white paper, for a
// display of half of its 1000 cd/m². Brighter light becomes white, as in Chromium.
func hlgLight(c colour) colour {
	for i := range 3 {
		if c[i] <= 0.5 {
			c[i] *= c[i] / 3
		} else {
			c[i] = (math.Exp((c[i]-hlgC)/hlgA) + hlgB) / 12
		}
	}
	luminance := 0.2627*c[0] + 0.6780*c[1] + 0.0593*c[2]
	scale := math.Pow(luminance, hlgSystemGamma-1) * hdrWhite / 2 / sdrWhite
	for i := range 3 {
		c[i] *= scale
	}
	return c
}

// toneMap reduces the light of an HDR picture to the range of other displays, as
// browsers do. It compresses bright light and keeps its colour.
func toneMap(c colour) colour {
	const peak = hdrWhite / sdrWhite
	brightest := max(c[0], c[1], c[2])
	scale := (1 + brightest/(peak*peak)) / (1 + brightest)
	for i := range 3 {
		c[i] *= scale
	}
	return c
}

// toXYZ returns the stage that adds up the primaries.
func toXYZ(primaries [3][3]float64) stage {
	return func(c colour) (xyz colour) {
		for i, primary := range primaries {
			for axis := range 3 {
				xyz[axis] += c[i] * primary[axis]
			}
		}
		return xyz
	}
}

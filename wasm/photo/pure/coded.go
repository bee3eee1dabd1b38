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

// gammaColours returns the colours for the gamma of a PNG, in parts of 100 000, and
// for its primaries, the body of a cHRM chunk. It returns zero colours if there are
// no primaries and the gamma is close to sRGB's.
func gammaColours(gamma uint32, chromaticities []byte) colours {
	const usual, least, most = 45_455, 10_000, 300_000
	primaries, given := primariesOf(chromaticities)
	if gamma < least || gamma > most || !given && gamma > usual*19/20 && gamma < usual*21/20 {
		return colours{}
	}
	if !given {
		primaries = primariesSRGB
	}
	curve := []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01")
	curve = binary.BigEndian.AppendUint16(curve, uint16(0x100*pngUnit/gamma))
	space := container.ColourSpace{Primaries: primaries, Curves: [3][]byte{curve, curve, curve}}
	return colours{profile: space.Profile()}
}

// pngUnit is what 1 is in the numbers of a PNG.
const pngUnit = 100_000

// primariesOf returns the primaries of a cHRM chunk: x and y of white, red, green and
// blue (PNG, third edition, 11.3.2.1). It adapts them to D50 with the Bradford matrix
// (ICC.1:2022, annex E). Ok is false if they are no colours that browsers accept.
func primariesOf(chrm []byte) (primaries [3][3]float64, ok bool) {
	if len(chrm) != 32 {
		return primaries, false
	}
	var lights [4][3]float64 // X, Y and Z
	for i := range lights {
		x := float64(binary.BigEndian.Uint32(chrm[8*i:])) / pngUnit
		y := float64(binary.BigEndian.Uint32(chrm[8*i+4:])) / pngUnit
		if x > 1 || y > 1 {
			return primaries, false
		}
		lights[i] = [3]float64{x, y, 1 - x - y}
	}
	light, rgb := lights[0], [3][3]float64(lights[1:])
	whole := volume(rgb)
	if light[1] == 0 || math.Abs(whole) < 1e-3 {
		return primaries, false
	}
	for i := range light {
		light[i] /= lights[0][1]
	}
	from, to := bradford(light), bradford(white)
	for i := range rgb {
		part := rgb
		part[i] = light
		strength := volume(part) / whole
		cones := bradford(rgb[i])
		for c := range cones {
			cones[c] *= strength * to[c] / from[c]
		}
		primaries[i] = fromBradford(cones)
		for _, value := range primaries[i] {
			ok = math.Abs(value) < 4 // also false for what is no number
			if !ok {
				return primaries, false
			}
		}
	}
	return primaries, true
}

// volume is the determinant of three vectors.
func volume(v [3][3]float64) float64 {
	return v[0][0]*(v[1][1]*v[2][2]-v[1][2]*v[2][1]) -
		v[0][1]*(v[1][0]*v[2][2]-v[1][2]*v[2][0]) +
		v[0][2]*(v[1][0]*v[2][1]-v[1][1]*v[2][0])
}

// bradford converts XYZ to the responses of the eye's cones.
func bradford(xyz [3]float64) [3]float64 {
	return times([3][3]float64{
		{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296},
	}, xyz)
}

// fromBradford undoes bradford.
func fromBradford(cones [3]float64) [3]float64 {
	return times([3][3]float64{
		{0.9869929, -0.1470543, 0.1599627}, {0.4323053, 0.5183603, 0.0492912}, {-0.0085287, 0.0400428, 0.9684867},
	}, cones)
}

func times(matrix [3][3]float64, v [3]float64) (product [3]float64) {
	for i, row := range matrix {
		product[i] = row[0]*v[0] + row[1]*v[1] + row[2]*v[2]
	}
	return product
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

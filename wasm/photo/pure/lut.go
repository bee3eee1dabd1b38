package pure

import (
	"encoding/binary"
	"image"
	"image/color"
	"math"

	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// lut converts colours to sRGB by a grid of them. Printers' and scanners'
// profiles, which are grids themselves, are not kept: they have a megabyte and
// more.
type lut struct {
	grid [gridPoints][gridPoints][gridPoints][3]uint8 // by red, green and blue
}

const gridPoints = 33

// newLUT evaluates the table A2B0 of a profile of RGB, nil if it has none that
// can be read (ICC.1:2022, 10.10 to 10.12).
func newLUT(profile []byte) *lut {
	if len(profile) < 132 || string(profile[16:20]) != "RGB " {
		return nil
	}
	stages, ok := readStages(profile)
	if !ok {
		return nil
	}
	l := &lut{}
	for r := range gridPoints {
		for g := range gridPoints {
			for b := range gridPoints {
				c := [3]float64{float64(r), float64(g), float64(b)}
				for i := range c {
					c[i] /= gridPoints - 1
				}
				for _, stage := range stages {
					c = stage(c)
				}
				l.grid[r][g][b] = sRGB(c)
			}
		}
	}
	return l
}

// convert converts a picture, by interpolation between the points of the grid.
func (l *lut) convert(m *image.YCbCr) *image.YCbCr {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	return planesOfRows(width, height, func(y int, rgba []byte) {
		for x := range width {
			p := m.YCbCrAt(x, y)
			r, g, b := color.YCbCrToRGB(p.Y, p.Cb, p.Cr)
			c := l.at(r, g, b)
			copy(rgba[4*x:], []byte{c[0], c[1], c[2], 0xff})
		}
	})
}

func (l *lut) at(r, g, b uint8) (c [3]uint8) {
	var low, part [3]int
	for i, value := range [3]uint8{r, g, b} {
		at := int(value) * (gridPoints - 1)
		low[i], part[i] = at/0xff, at%0xff
	}
	var sum [3]int
	for corner := range 8 {
		weight, at := 1, low
		for i := range 3 {
			if corner>>i&1 == 1 {
				weight *= part[i]
				at[i] = min(at[i]+1, gridPoints-1)
			} else {
				weight *= 0xff - part[i]
			}
		}
		if weight == 0 {
			continue
		}
		for i, value := range l.grid[at[0]][at[1]][at[2]] {
			sum[i] += weight * int(value)
		}
	}
	for i := range c {
		c[i] = uint8((sum[i] + 0xff*0xff*0xff/2) / (0xff * 0xff * 0xff))
	}
	return c
}

// stage is a part of a table's way from device colours to XYZ.
type stage func(c [3]float64) [3]float64

// readStages reads the table of a profile.
func readStages(profile []byte) (stages []stage, ok bool) {
	lab := string(profile[20:24]) == "Lab "
	last := func(c [3]float64) [3]float64 { // the whole range is 1 + 32767/32768
		for i := range c {
			c[i] *= 1 + 32767.0/32768
		}
		return c
	}
	for kind, size := range map[string]int{"mft1": 1, "mft2": 2} {
		if body := container.ProfileTag(profile, "A2B0", kind); body != nil {
			if stages, ok = readFixed(body, size); ok && lab {
				last = labOf(float64(0xff00) / 0xffff)
				if size == 1 {
					last = labOf(1)
				}
			}
			return append(stages, last), ok
		}
	}
	if lab {
		last = labOf(1)
	}
	stages, ok = readFlexible(container.ProfileTag(profile, "A2B0", "mAB "))
	return append(stages, last), ok
}

// readFixed reads lut8Type and lut16Type, without what comes before their
// channels. Their matrix is for XYZ as input only.
func readFixed(body []byte, size int) ([]stage, bool) {
	if len(body) < 44 || body[0] != 3 || body[1] != 3 || body[2] < 2 {
		return nil, false
	}
	points, rest := int(body[2]), body[40:]
	entries, exits := 256, 256
	if size == 2 {
		entries, exits = int(binary.BigEndian.Uint16(rest)), int(binary.BigEndian.Uint16(rest[2:]))
		rest = rest[4:]
	}
	cells := 3 * points * points * points
	if entries < 2 || exits < 2 || len(rest) < size*(3*entries+cells+3*exits) {
		return nil, false
	}
	numbers := values(rest, size)
	return []stage{
		tables(numbers[:3*entries]),
		cube(numbers[3*entries:][:cells], [3]int{points, points, points}),
		tables(numbers[3*entries+cells:][:3*exits]),
	}, true
}

// readFlexible reads lutAToBType.
func readFlexible(body []byte) (stages []stage, ok bool) {
	if len(body) < 24 || body[0] != 3 || body[1] != 3 {
		return nil, false
	}
	part := func(n int) []byte { // offsets count from the type, eight bytes before body
		at := int64(binary.BigEndian.Uint32(body[4+4*n:])) - 8
		if at < 24 || at > int64(len(body)) {
			return nil
		}
		return body[at:]
	}
	const b, matrix, m, clut, a = 0, 1, 2, 3, 4
	for _, n := range []int{a, clut, m, matrix, b} {
		data := part(n)
		if data == nil {
			continue
		}
		var next stage
		switch n {
		case clut:
			next, ok = readCube(data)
		case matrix:
			next, ok = readMatrix(data)
		default:
			next, ok = readCurves(data)
		}
		if !ok {
			return nil, false
		}
		stages = append(stages, next)
	}
	return stages, len(stages) > 0
}

func readCube(data []byte) (stage, bool) {
	if len(data) < 20 || data[16] < 1 || data[16] > 2 {
		return nil, false
	}
	points, size := [3]int{int(data[0]), int(data[1]), int(data[2])}, int(data[16])
	cells := 3 * points[0] * points[1] * points[2]
	if min(points[0], points[1], points[2]) < 2 || len(data) < 20+size*cells {
		return nil, false
	}
	return cube(values(data[20:], size)[:cells], points), true
}

func readMatrix(data []byte) (stage, bool) {
	if len(data) < 48 {
		return nil, false
	}
	var e [12]float64
	for i := range e {
		e[i] = fixed(data[4*i:])
	}
	return func(c [3]float64) (out [3]float64) {
		for i := range out {
			out[i] = e[3*i]*c[0] + e[3*i+1]*c[1] + e[3*i+2]*c[2] + e[9+i]
		}
		return out
	}, true
}

func readCurves(data []byte) (stage, bool) {
	var curves [3]func(float64) float64
	for i := range curves {
		curve, length := readCurve(data)
		if curve == nil {
			return nil, false
		}
		curves[i] = curve
		data = data[min(len(data), (length+3)&^3):]
	}
	return func(c [3]float64) [3]float64 {
		for i := range c {
			c[i] = curves[i](unit(c[i]))
		}
		return c
	}, true
}

// readCurve reads curveType or parametricCurveType (ICC.1:2022, 10.6 and 10.18),
// and returns how long it is.
func readCurve(data []byte) (curve func(x float64) float64, length int) {
	if len(data) < 16 {
		return nil, 0
	}
	switch string(data[:4]) {
	case "curv":
		count := int(binary.BigEndian.Uint32(data[8:]))
		if count > (len(data)-12)/2 {
			return nil, 0
		}
		length = 12 + 2*count
		if count == 0 {
			return func(x float64) float64 { return x }, length
		}
		if count == 1 {
			gamma := float64(binary.BigEndian.Uint16(data[12:])) / 256
			return func(x float64) float64 { return math.Pow(x, gamma) }, length
		}
		numbers := values(data[12:length], 2)
		return func(x float64) float64 {
			low, part := math.Modf(x * float64(count-1))
			at := int(low)
			return numbers[at] + part*(numbers[min(at+1, count-1)]-numbers[at])
		}, length
	case "para":
		return readFormula(data)
	}
	return nil, 0
}

// readFormula reads parametricCurveType. Its five kinds are one formula with
// more and more parameters: (ax+b)^g + e from d on, cx + f below.
func readFormula(data []byte) (curve func(x float64) float64, length int) {
	kind := int(binary.BigEndian.Uint16(data[8:]))
	counts := []int{1, 3, 4, 5, 7}
	if kind >= len(counts) || len(data) < 12+4*counts[kind] {
		return nil, 0
	}
	p := [7]float64{1, 1} // g, a, b, c, d, e, f
	for i := range counts[kind] {
		p[i] = fixed(data[12+4*i:])
	}
	if kind == 1 || kind == 2 { // below -b/a it is constant
		constant := p[3]
		p[3], p[4], p[5], p[6] = 0, -p[2]/p[1], constant, constant
	}
	return func(x float64) float64 {
		if x < p[4] {
			return p[3]*x + p[6]
		}
		return math.Pow(p[1]*x+p[2], p[0]) + p[5]
	}, 12 + 4*counts[kind]
}

// fixed reads an s15Fixed16Number (4.6).
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 0x10000 }

// values are numbers of one or two bytes, as parts of their largest.
func values(data []byte, size int) []float64 {
	numbers := make([]float64, len(data)/size)
	for i := range numbers {
		if size == 1 {
			numbers[i] = float64(data[i]) / 0xff
		} else {
			numbers[i] = float64(binary.BigEndian.Uint16(data[2*i:])) / 0xffff
		}
	}
	return numbers
}

func unit(x float64) float64 { return math.Max(0, math.Min(1, x)) }

// tables looks each channel up in its third of some numbers.
func tables(numbers []float64) stage {
	length := len(numbers) / 3
	return func(c [3]float64) [3]float64 {
		for i := range c {
			low, part := math.Modf(unit(c[i]) * float64(length-1))
			table, at := numbers[i*length:][:length], int(low)
			c[i] = table[at] + part*(table[min(at+1, length-1)]-table[at])
		}
		return c
	}
}

// cube looks colours up in a grid, whose last channel varies first.
func cube(numbers []float64, points [3]int) stage {
	return func(c [3]float64) (out [3]float64) {
		var low [3]int
		var part [3]float64
		for i := range c {
			whole, rest := math.Modf(unit(c[i]) * float64(points[i]-1))
			low[i], part[i] = int(whole), rest
		}
		for corner := range 8 {
			weight, at := 1.0, 0
			for i := range 3 {
				step := corner >> i & 1
				if step == 1 {
					weight *= part[i]
				} else {
					weight *= 1 - part[i]
				}
				at = at*points[i] + min(low[i]+step, points[i]-1)
			}
			for i := range out {
				out[i] += weight * numbers[3*at+i]
			}
		}
		return out
	}
}

// labOf converts CIELAB, whose whole range is encoded up to a part of 1, to XYZ
// (ICC.1:2022, 6.3.4).
func labOf(whole float64) stage {
	return func(c [3]float64) [3]float64 {
		l, a, b := 100*c[0]/whole, 255*c[1]/whole-128, 255*c[2]/whole-128
		fy := (l + 16) / 116
		white := [3]float64{0.9642, 1, 0.8249}
		for i, f := range [3]float64{fy + a/500, fy, fy - b/200} {
			if f > 6.0/29 {
				c[i] = white[i] * f * f * f
			} else {
				c[i] = white[i] * (f - 4.0/29) * 3 * 36 / 841
			}
		}
		return c
	}
}

// sRGB encodes XYZ, relative to D50 (IEC 61966-2-1, adapted as in its profile).
func sRGB(xyz [3]float64) (c [3]uint8) {
	for i, row := range [3][3]float64{
		{3.1338561, -1.6168667, -0.4906146},
		{-0.9787684, 1.9161415, 0.0334540},
		{0.0719453, -0.2289914, 1.4052427},
	} {
		x := unit(row[0]*xyz[0] + row[1]*xyz[1] + row[2]*xyz[2])
		if x <= 0.0031308 {
			x *= 12.92
		} else {
			x = 1.055*math.Pow(x, 1/2.4) - 0.055
		}
		c[i] = uint8(math.Round(0xff * x))
	}
	return c
}

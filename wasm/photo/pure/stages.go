package pure

import (
	"encoding/binary"
	"math"

	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// colour is a colour of up to four channels.
type colour [4]float64

// stage is one step of a conversion from device colours to XYZ.
type stage func(c colour) colour

// greyStages returns the stages of a grey profile, which is a curve to light.
func greyStages(profile []byte) (stages []stage, ok bool) {
	if string(profile[16:24]) != "GRAYXYZ " {
		return nil, false
	}
	for _, kind := range []string{"curv", "para"} {
		body := container.ProfileTag(profile, "kTRC", kind)
		if curve, _ := readCurve(append([]byte(kind+"\x00\x00\x00\x00"), body...)); body != nil && curve != nil {
			return []stage{func(c colour) colour {
				light := curve(c[0])
				return colour{white[0] * light, white[1] * light, white[2] * light}
			}}, true
		}
	}
	return nil, false
}

// readStages reads the table of a profile of so many channels.
func readStages(profile []byte, inputs int) (stages []stage, ok bool) {
	if inputs == 0 {
		return nil, false
	}
	lab := string(profile[20:24]) == "Lab "
	last := func(c colour) colour { // the whole range is 1 + 32767/32768
		for i := range c {
			c[i] *= 1 + 32767.0/32768
		}
		return c
	}
	for kind, size := range map[string]int{"mft1": 1, "mft2": 2} {
		if body := container.ProfileTag(profile, "A2B0", kind); body != nil {
			if stages, ok = readFixed(body, inputs, size); ok && lab {
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
	stages, ok = readFlexible(container.ProfileTag(profile, "A2B0", "mAB "), inputs)
	return append(stages, last), ok
}

// readFixed reads lut8Type and lut16Type. It ignores their matrix, which applies
// only to XYZ input.
func readFixed(body []byte, inputs, size int) ([]stage, bool) {
	if len(body) < 44 || int(body[0]) != inputs || body[1] != 3 || body[2] < 2 {
		return nil, false
	}
	points, rest := int(body[2]), body[40:]
	entries, exits := 256, 256
	if size == 2 {
		entries, exits = int(binary.BigEndian.Uint16(rest)), int(binary.BigEndian.Uint16(rest[2:]))
		rest = rest[4:]
	}
	cells := 3
	for range inputs {
		cells *= points
	}
	if entries < 2 || exits < 2 || len(rest) < size*(inputs*entries+cells+3*exits) {
		return nil, false
	}
	numbers := values(rest[:size*(inputs*entries+cells+3*exits)], size)
	return []stage{
		tables(numbers[:inputs*entries], inputs),
		cube(numbers[inputs*entries:][:cells], []int{points, points, points, points}[:inputs]),
		tables(numbers[inputs*entries+cells:], 3),
	}, true
}

// readFlexible reads lutAToBType.
func readFlexible(body []byte, inputs int) (stages []stage, ok bool) {
	if len(body) < 24 || int(body[0]) != inputs || body[1] != 3 {
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
			next, ok = readCube(data, inputs)
		case matrix:
			next, ok = readMatrix(data)
		case a:
			next, ok = readCurves(data, inputs)
		default:
			next, ok = readCurves(data, 3)
		}
		if !ok {
			return nil, false
		}
		stages = append(stages, next)
	}
	return stages, len(stages) > 0
}

func readCube(data []byte, inputs int) (stage, bool) {
	if len(data) < 20 || data[16] < 1 || data[16] > 2 {
		return nil, false
	}
	points, size, cells := make([]int, inputs), int(data[16]), 3
	for i := range points {
		if points[i] = int(data[i]); points[i] < 2 || cells > len(data) {
			return nil, false
		}
		cells *= points[i]
	}
	if len(data) < 20+size*cells {
		return nil, false
	}
	return cube(values(data[20:][:size*cells], size), points), true
}

func readMatrix(data []byte) (stage, bool) {
	if len(data) < 48 {
		return nil, false
	}
	var e [12]float64
	for i := range e {
		e[i] = fixed(data[4*i:])
	}
	return func(c colour) (out colour) {
		for i := range 3 {
			out[i] = e[3*i]*c[0] + e[3*i+1]*c[1] + e[3*i+2]*c[2] + e[9+i]
		}
		return out
	}, true
}

func readCurves(data []byte, count int) (stage, bool) {
	curves := make([]func(float64) float64, count)
	for i := range curves {
		curve, length := readCurve(data)
		if curve == nil {
			return nil, false
		}
		curves[i] = curve
		data = data[min(len(data), (length+3)&^3):]
	}
	return func(c colour) colour {
		for i, curve := range curves {
			c[i] = curve(unit(c[i]))
		}
		return c
	}, true
}

// readCurve reads curveType or parametricCurveType (ICC.1:2022, 10.6 and 10.18), and
// returns its length.
func readCurve(data []byte) (curve func(x float64) float64, length int) {
	if len(data) < 12 {
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

// readFormula reads parametricCurveType. Its five kinds are the same formula with
// one to seven parameters: (ax+b)^g + e from d on, cx + f below.
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

// values returns numbers of one or two bytes, divided by the largest possible one.
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

// tables returns the stage that looks up each channel in its part of the numbers.
func tables(numbers []float64, channels int) stage {
	length := len(numbers) / channels
	return func(c colour) colour {
		for i := range channels {
			low, part := math.Modf(unit(c[i]) * float64(length-1))
			table, at := numbers[i*length:][:length], int(low)
			c[i] = table[at] + part*(table[min(at+1, length-1)]-table[at])
		}
		return c
	}
}

// cube returns the stage that looks up colours in a grid whose last channel varies
// fastest.
func cube(numbers []float64, points []int) stage {
	return func(c colour) (out colour) {
		var low [4]int
		var part [4]float64
		for i, count := range points {
			whole, rest := math.Modf(unit(c[i]) * float64(count-1))
			low[i], part[i] = int(whole), rest
		}
		for corner := range 1 << len(points) {
			weight, at := 1.0, 0
			for i, count := range points {
				step := corner >> i & 1
				if step == 1 {
					weight *= part[i]
				} else {
					weight *= 1 - part[i]
				}
				at = at*count + min(low[i]+step, count-1)
			}
			for i := range 3 {
				out[i] += weight * numbers[3*at+i]
			}
		}
		return out
	}
}

// white is D50.
var white = [3]float64{0.9642, 1, 0.8249}

// labOf returns the stage from CIELAB to XYZ (ICC.1:2022, 6.3.4). Whole is the
// encoded value of the largest L*.
func labOf(whole float64) stage {
	return func(c colour) colour {
		l, a, b := 100*c[0]/whole, 255*c[1]/whole-128, 255*c[2]/whole-128
		fy := (l + 16) / 116
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

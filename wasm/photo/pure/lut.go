package pure

import (
	"image"
	"image/color"
	"math"
)

// lut converts colours to sRGB with a grid of colours. It replaces the profiles of
// printers and scanners, which are grids too. Such a profile has a megabyte or
// more, too much for a photo of 1 MB.
type lut struct {
	inputs int     // channels: 1, 3 or 4
	points int     // of the grid, along each channel
	grid   []uint8 // three bytes a point; the last channel varies fastest
}

// gridPoints is the number of points along each channel, by the number of channels.
var gridPoints = [5]int{1: 256, 3: 33, 4: 13}

// newLUT evaluates the table A2B0 of a profile (ICC.1:2022, 10.10 to 10.12), or the
// curve of a grey profile. It returns nil if neither can be read.
func newLUT(profile []byte) *lut {
	if len(profile) < 132 {
		return nil
	}
	inputs := map[string]int{"GRAY": 1, "RGB ": 3, "CMYK": 4}[string(profile[16:20])]
	stages, ok := readStages(profile, inputs)
	if !ok {
		stages, ok = greyStages(profile)
	}
	if !ok {
		return nil
	}
	return evaluate(inputs, stages)
}

// evaluate makes a grid by evaluating stages at each of its points.
func evaluate(inputs int, stages []stage) *lut {
	l := &lut{inputs: inputs, points: gridPoints[inputs]}
	var at [4]int
	for at[0] < l.points {
		var c colour
		for i := range inputs {
			c[i] = float64(at[i]) / float64(l.points-1)
		}
		for _, stage := range stages {
			c = stage(c)
		}
		rgb := sRGB(c)
		l.grid = append(l.grid, rgb[:]...)
		last := inputs - 1
		for at[last]++; last > 0 && at[last] == l.points; last-- {
			at[last] = 0
			at[last-1]++
		}
	}
	return l
}

// convert converts a picture. It interpolates between the points of the grid.
func (l *lut) convert(m *image.YCbCr) *image.YCbCr {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	return planesOfRows(width, height, func(y int, rgba []byte) {
		for x := range width {
			p := m.YCbCrAt(x, y)
			r, g, b := color.YCbCrToRGB(p.Y, p.Cb, p.Cr)
			c := l.at([4]uint8{r, g, b})
			copy(rgba[4*x:], []byte{c[0], c[1], c[2], 0xff})
		}
	})
}

func (l *lut) at(channels [4]uint8) (c [3]uint8) {
	var low, part [4]int
	whole := 1
	for i := range l.inputs {
		at := int(channels[i]) * (l.points - 1)
		low[i], part[i] = at/0xff, at%0xff
		whole *= 0xff
	}
	var sum [3]int
	for corner := range 1 << l.inputs {
		weight, place := 1, 0
		for i := range l.inputs {
			step := corner >> i & 1
			if step == 1 {
				weight *= part[i]
			} else {
				weight *= 0xff - part[i]
			}
			place = place*l.points + min(low[i]+step, l.points-1)
		}
		if weight == 0 {
			continue
		}
		for i, value := range l.grid[3*place:][:3] {
			sum[i] += weight * int(value)
		}
	}
	for i := range c {
		c[i] = uint8((sum[i] + whole/2) / whole)
	}
	return c
}

// sRGB encodes XYZ, relative to D50 (IEC 61966-2-1, adapted as in its profile).
func sRGB(xyz colour) (c [3]uint8) {
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

package pure

import (
	"image"
	"math"
	"math/bits"
)

const (
	taps       = 4  // samples that the kernel covers
	weightBits = 14 // bits of a tap's weight; the weights add up to 1 << weightBits
	carryBits  = 6  // bits of the fraction that are kept between the two directions
)

// scale returns a 4:2:0 picture of the given size. It scales each plane separately,
// without a conversion to RGB. A plane that is at least twice as large is first
// averaged in boxes, so that a short kernel is enough for the rest.
func scale(source raster, width, height int) *image.YCbCr {
	target := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	stepX, stepY := float64(source.width)/float64(width), float64(source.height)/float64(height)
	for i, to := range rasterOf(target).planes {
		from := source.planes[i]
		scalePlane(to, from, stepX*from.densityX/to.densityX, stepY*from.densityY/to.densityY)
	}
	return target
}

// scalePlane fills a plane whose samples are stepX and stepY source samples apart.
func scalePlane(to, from plane, stepX, stepY float64) {
	if stepX == 1 && stepY == 1 && from.width == to.width && from.height == to.height {
		for y := range to.height {
			copy(to.row(y), from.row(y))
		}
		return
	}
	boxX, boxY := powerOfTwo(stepX), powerOfTwo(stepY)
	from = padded(boxed(from, boxX, boxY))
	stepX, stepY = stepX/float64(boxX), stepY/float64(boxY)
	columns, rows := kernels(to.width, from.width, stepX), kernels(to.height, from.height, stepY)
	// The newest rows that are scaled across.
	var ready [taps][]int16
	for i := range ready {
		ready[i] = make([]int16, to.width)
	}
	next := 0
	for y, k := range rows {
		for ; next < k.at+taps; next++ {
			scaleAcross(ready[next%taps], from.row(next), columns)
		}
		scaleDown(
			to.row(y),
			k.weights,
			ready[k.at%taps],
			ready[(k.at+1)%taps],
			ready[(k.at+2)%taps],
			ready[(k.at+3)%taps],
		)
	}
}

// kernel is the weights of the source samples at, at+1, … for one target sample.
type kernel struct {
	at      int
	weights [taps]int32
}

// kernels returns the kernel of each target sample: a sinc in a Hamming window of
// two steps, at least two samples. It is as narrow as a triangle, and sharper.
// Beyond an edge, the edge is repeated.
func kernels(count, length int, step float64) []kernel {
	all := make([]kernel, count)
	radius := max(1, step)
	for i := range all {
		centre := (float64(i)+0.5)*step - 0.5
		first := int(math.Floor(centre)) - 1
		var weights [taps]float64
		sum := 0.0
		for t := range weights {
			weights[t] = hamming((float64(first+t) - centre) / radius)
			sum += weights[t]
		}
		k := kernel{at: min(max(first, 0), length-taps)}
		left := int32(1 << weightBits)
		for t, weight := range weights {
			w := int32(math.Round(weight / sum * (1 << weightBits)))
			if t == taps-1 {
				w = left
			}
			left -= w
			k.weights[min(max(first+t, 0), length-1)-k.at] += w
		}
		all[i] = k
	}
	return all
}

func hamming(x float64) float64 {
	switch {
	case math.Abs(x) >= 1:
		return 0
	case math.Abs(x) < 1e-9:
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x) * (0.54 + 0.46*math.Cos(math.Pi*x))
}

func scaleAcross(to []int16, from []byte, columns []kernel) {
	to = to[:len(columns)]
	for x := range columns {
		k := &columns[x]
		s := from[k.at : k.at+taps : k.at+taps]
		sum := int32(s[0])*k.weights[0] + int32(s[1])*k.weights[1] + int32(s[2])*k.weights[2] + int32(s[3])*k.weights[3]
		to[x] = int16(sum >> (weightBits - carryBits))
	}
}

func scaleDown(to []byte, w [taps]int32, a, b, c, d []int16) {
	const bits = weightBits + carryBits
	a, b, c, d = a[:len(to)], b[:len(to)], c[:len(to)], d[:len(to)]
	for x := range to {
		sum := int32(a[x])*w[0] + int32(b[x])*w[1] + int32(c[x])*w[2] + int32(d[x])*w[3]
		to[x] = byte((sum + 1<<(bits-1)) >> bits)
	}
}

// powerOfTwo returns the largest power of two that is at most step, at least 1.
func powerOfTwo(step float64) int {
	power := 1
	for float64(2*power) <= step {
		power *= 2
	}
	return power
}

// boxed averages boxes of samples. Their sides are powers of two. Beyond an edge,
// the edge is repeated.
func boxed(from plane, boxX, boxY int) plane {
	if boxX == 1 && boxY == 1 {
		return from
	}
	small := newPlane((from.width+boxX-1)/boxX, (from.height+boxY-1)/boxY)
	sums := make([]uint32, small.width*boxX)
	shift := bits.Len(uint(boxX*boxY)) - 1
	for y := range small.height {
		clear(sums)
		for i := range boxY {
			addRow(sums, from.row(min(y*boxY+i, from.height-1)))
		}
		averageAcross(small.row(y), sums, boxX, shift)
	}
	return small
}

func addRow(sums []uint32, row []byte) {
	beyond := sums[len(row):]
	sums = sums[:len(row)]
	for x, sample := range row {
		sums[x] += uint32(sample)
	}
	for x := range beyond {
		beyond[x] += uint32(row[len(row)-1])
	}
}

func averageAcross(to []byte, sums []uint32, box, shift int) {
	half := uint32(1) << shift >> 1
	for x := range to {
		sum := half
		for _, s := range sums[x*box:][:box] {
			sum += s
		}
		to[x] = byte(sum >> (shift & 31))
	}
}

// padded repeats the edge of a plane that is too small for a kernel.
func padded(p plane) plane {
	if p.width >= taps && p.height >= taps {
		return p
	}
	large := newPlane(max(p.width, taps), max(p.height, taps))
	for y := range large.height {
		row := large.row(y)
		n := copy(row, p.row(min(y, p.height-1)))
		for x := n; x < len(row); x++ {
			row[x] = row[n-1]
		}
	}
	return large
}

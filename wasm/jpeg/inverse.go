package jpeg

import "math"

// The inverse transforms. In one direction, N points are
//
//	x[i] = F[0]/√8 + ½ Σ F[k] cos((2i+1)kπ/2N), 0 < k < N
//
// For N = 8 this is section A.3.3. For fewer points it leaves out the finer
// coefficients: the result is the picture that the block's coarse coefficients
// describe, in N by N samples. Even and odd coefficients have separate sums,
// because both halves of a block use them, one with the opposite sign. All is in
// fixed point, first down, then across.
//
// A factor that applies once to each coefficient is part of the coefficient's
// multiplier, together with its quantiser.

const (
	sampleBits = 16 // bits of a sample's fraction, until it is stored
	factorBits = 14 // bits of the fraction of the factors below

	cos15, cos18, cos22, cos30 = 15826, 15582, 15137, 14189 // cos22 is of 22.5°
	cos36, cos45, cos54, cos67 = 13255, 11585, 9630, 6270   // cos67 is of 67.5°
	cos72, cos75               = 5063, 4240
)

func times(x, factor int) int { return x * factor >> factorBits }

// multipliers returns the factors of the coefficients, in zigzag order, for the
// transform to size by size samples.
func multipliers(quantiser *[64]uint16, size int) (all [64]int32) {
	for k := range all {
		row, column := int(zigzag[k]>>3), int(zigzag[k]&7)
		all[k] = int32(
			math.Round(float64(quantiser[k]) * share(row, size) * share(column, size) / 8 * (1 << sampleBits)),
		)
	}
	return all
}

// share returns the part of a coefficient's weight that its multiplier contains.
func share(k, size int) float64 {
	switch {
	case k == 0:
		return 1
	case size == 8: // Arai, Agui, Nakajima, "A fast DCT-SQ scheme for images", 1988
		return math.Sqrt2 * math.Cos(float64(k)*math.Pi/16)
	case size == 2 || size == 4 && k == 2:
		return 1 // √2 cos(π/4)
	}
	return math.Sqrt2
}

// flat stores a block that has only the first coefficient, so that all its
// samples are equal.
func flat(b *block, to []byte, stride, size int) {
	value := sample(level(b))
	for y := range size {
		row := to[y*stride:][:size]
		for x := range row {
			row[x] = value
		}
	}
}

// level returns the first coefficient, plus the two constants that each sample
// needs: the level shift (section A.3.1) and the half that rounds.
func level(b *block) int { return int(b[0]) + 128<<sampleBits + 1<<(sampleBits-1) }

func sample(x int) byte { return byte(max(0, min(255, x>>sampleBits))) }

func inverse8(b *block, to []byte, stride int) {
	b[0] = int32(level(b))
	for x := range 8 {
		if b[8+x]|b[16+x]|b[24+x]|b[32+x]|b[40+x]|b[48+x]|b[56+x] == 0 {
			f := b[x]
			b[8+x], b[16+x], b[24+x], b[32+x], b[40+x], b[48+x], b[56+x] = f, f, f, f, f, f, f
			continue
		}
		e0, e1, e2, e3 := even8(int(b[x]), int(b[16+x]), int(b[32+x]), int(b[48+x]))
		f1, f3, f5, f7 := int(b[8+x]), int(b[24+x]), int(b[40+x]), int(b[56+x])
		o0, o1, o2, o3 := odd8(f1-f7, f1+f7, f5-f3, f5+f3)
		b[x], b[8+x], b[16+x], b[24+x] = int32(e0+o0), int32(e1+o1), int32(e2+o2), int32(e3+o3)
		b[32+x], b[40+x], b[48+x], b[56+x] = int32(e3-o3), int32(e2-o2), int32(e1-o1), int32(e0-o0)
	}
	for y := range 8 {
		f, row := b[8*y:8*y+8:8*y+8], to[y*stride:y*stride+8:y*stride+8]
		e0, e1, e2, e3 := even8(int(f[0]), int(f[2]), int(f[4]), int(f[6]))
		f1, f3, f5, f7 := int(f[1]), int(f[3]), int(f[5]), int(f[7])
		o0, o1, o2, o3 := odd8(f1-f7, f1+f7, f5-f3, f5+f3)
		row[0], row[1], row[2], row[3] = sample(e0+o0), sample(e1+o1), sample(e2+o2), sample(e3+o3)
		row[4], row[5], row[6], row[7] = sample(e3-o3), sample(e2-o2), sample(e1-o1), sample(e0-o0)
	}
}

// even8 and odd8 are figure 4-8 of Pennebaker and Mitchell, "JPEG", in reverse.
func even8(f0, f2, f4, f6 int) (int, int, int, int) {
	sum := f2 + f6
	difference := times(f2-f6, 2*cos45) - sum
	return f0 + f4 + sum, f0 - f4 + difference, f0 - f4 - difference, f0 + f4 - sum
}

func odd8(outer, outerSum, inner, innerSum int) (int, int, int, int) {
	rotated := times(outer+inner, 2*cos22)
	o0 := outerSum + innerSum
	o1 := rotated - times(inner, 2*(cos22+cos67)) - o0
	o2 := times(outerSum-innerSum, 2*cos45) - o1
	return o0, o1, o2, rotated - times(outer, 2*(cos22-cos67)) - o2
}

func inverse6(b *block, to []byte, stride int) {
	b[0] = int32(level(b))
	for x := range 6 {
		e0, e1, e2 := even6(int(b[x]), int(b[16+x]), int(b[32+x]))
		o0, o1, o2 := odd6(int(b[8+x]), int(b[24+x]), int(b[40+x]))
		b[x], b[8+x], b[16+x] = int32(e0+o0), int32(e1+o1), int32(e2+o2)
		b[24+x], b[32+x], b[40+x] = int32(e2-o2), int32(e1-o1), int32(e0-o0)
	}
	for y := range 6 {
		f, row := b[8*y:8*y+6:8*y+6], to[y*stride:y*stride+6:y*stride+6]
		e0, e1, e2 := even6(int(f[0]), int(f[2]), int(f[4]))
		o0, o1, o2 := odd6(int(f[1]), int(f[3]), int(f[5]))
		row[0], row[1], row[2] = sample(e0+o0), sample(e1+o1), sample(e2+o2)
		row[3], row[4], row[5] = sample(e2-o2), sample(e1-o1), sample(e0-o0)
	}
}

func even6(f0, f2, f4 int) (int, int, int) {
	wide := times(f2, cos30)
	return f0 + f4>>1 + wide, f0 - f4, f0 + f4>>1 - wide
}

func odd6(f1, f3, f5 int) (int, int, int) {
	middle := times(f3, cos45)
	outer := f1 - f5
	return times(f1, cos15) + middle + times(f5, cos75),
		times(outer-f3, cos45),
		times(f1, cos75) - middle + times(f5, cos15)
}

func inverse5(b *block, to []byte, stride int) {
	b[0] = int32(level(b))
	for x := range 5 {
		e0, e1, e2 := even5(int(b[x]), int(b[16+x]), int(b[32+x]))
		o0, o1 := odd5(int(b[8+x]), int(b[24+x]))
		b[x], b[8+x], b[16+x], b[24+x], b[32+x] = int32(e0+o0), int32(e1+o1), int32(e2), int32(e1-o1), int32(e0-o0)
	}
	for y := range 5 {
		f, row := b[8*y:8*y+5:8*y+5], to[y*stride:y*stride+5:y*stride+5]
		e0, e1, e2 := even5(int(f[0]), int(f[2]), int(f[4]))
		o0, o1 := odd5(int(f[1]), int(f[3]))
		row[0], row[1], row[2], row[3], row[4] = sample(e0+o0), sample(e1+o1), sample(e2), sample(e1-o1), sample(e0-o0)
	}
}

func even5(f0, f2, f4 int) (int, int, int) {
	return f0 + times(f2, cos36) + times(f4, cos72), f0 - times(f2, cos72) - times(f4, cos36), f0 - f2 + f4
}

func odd5(f1, f3 int) (int, int) {
	return times(f1, cos18) + times(f3, cos54), times(f1, cos54) - times(f3, cos18)
}

func inverse4(b *block, to []byte, stride int) {
	b[0] = int32(level(b))
	for x := range 4 {
		e0, e1 := int(b[x]+b[16+x]), int(b[x]-b[16+x])
		o0, o1 := odd4(int(b[8+x]), int(b[24+x]))
		b[x], b[8+x], b[16+x], b[24+x] = int32(e0+o0), int32(e1+o1), int32(e1-o1), int32(e0-o0)
	}
	for y := range 4 {
		f, row := b[8*y:8*y+4:8*y+4], to[y*stride:y*stride+4:y*stride+4]
		e0, e1 := int(f[0]+f[2]), int(f[0]-f[2])
		o0, o1 := odd4(int(f[1]), int(f[3]))
		row[0], row[1], row[2], row[3] = sample(e0+o0), sample(e1+o1), sample(e1-o1), sample(e0-o0)
	}
}

func odd4(f1, f3 int) (int, int) {
	return times(f1, cos22) + times(f3, cos67), times(f1, cos67) - times(f3, cos22)
}

func inverse3(b *block, to []byte, stride int) {
	b[0] = int32(level(b))
	for x := range 3 {
		edges, odd := int(b[x])+int(b[16+x])>>1, times(int(b[8+x]), cos30)
		b[8+x] = b[x] - b[16+x]
		b[x], b[16+x] = int32(edges+odd), int32(edges-odd)
	}
	for y := range 3 {
		f, row := b[8*y:8*y+3:8*y+3], to[y*stride:y*stride+3:y*stride+3]
		edges, odd := int(f[0])+int(f[2])>>1, times(int(f[1]), cos30)
		row[0], row[1], row[2] = sample(edges+odd), sample(int(f[0]-f[2])), sample(edges-odd)
	}
}

func inverse2(b *block, to []byte, stride int) {
	left, right := level(b)+int(b[8]), int(b[1]+b[9])
	upper := to[:2:2]
	upper[0], upper[1] = sample(left+right), sample(left-right)
	left, right = level(b)-int(b[8]), int(b[1]-b[9])
	lower := to[stride : stride+2 : stride+2]
	lower[0], lower[1] = sample(left+right), sample(left-right)
}

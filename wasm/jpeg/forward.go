package jpeg

// The forward transform (section A.3.3) of Arai, Agui and Nakajima, first across,
// then down, in fixed point. It needs five multiplications for eight samples,
// because each coefficient is 8 share(row) share(column) times too large. The
// division by the quantiser removes that factor at no cost.

const coefficientBits = 8 // bits of a coefficient's fraction

// forward transforms eight rows of eight samples, without the level shift.
func forward(samples []byte, stride int, b *block) {
	for y := range 8 {
		s, f := samples[y*stride:y*stride+8:y*stride+8], b[8*y:8*y+8:8*y+8]
		s0, s1, s2, s3 := scaled(s[0]), scaled(s[1]), scaled(s[2]), scaled(s[3])
		s4, s5, s6, s7 := scaled(s[4]), scaled(s[5]), scaled(s[6]), scaled(s[7])
		e0, e2, e4, e6 := evens(s0+s7, s1+s6, s2+s5, s3+s4)
		d0, d1, d2, d3 := s0-s7, s1-s6, s2-s5, s3-s4
		o1, o3, o5, o7 := odds(d0, times(d1+d2, cos45), d0+d1, d2+d3)
		f[0], f[2], f[4], f[6] = int32(e0), int32(e2), int32(e4), int32(e6)
		f[1], f[3], f[5], f[7] = int32(o1), int32(o3), int32(o5), int32(o7)
	}
	for x := range 8 {
		f0, f1, f2, f3 := int(b[x]), int(b[8+x]), int(b[16+x]), int(b[24+x])
		f4, f5, f6, f7 := int(b[32+x]), int(b[40+x]), int(b[48+x]), int(b[56+x])
		e0, e2, e4, e6 := evens(f0+f7, f1+f6, f2+f5, f3+f4)
		d0, d1, d2, d3 := f0-f7, f1-f6, f2-f5, f3-f4
		o1, o3, o5, o7 := odds(d0, times(d1+d2, cos45), d0+d1, d2+d3)
		b[x], b[16+x], b[32+x], b[48+x] = int32(e0), int32(e2), int32(e4), int32(e6)
		b[8+x], b[24+x], b[40+x], b[56+x] = int32(o1), int32(o3), int32(o5), int32(o7)
	}
}

// scaled returns a sample in fixed point.
func scaled(sample byte) int { return int(sample) << coefficientBits }

// evens returns the even coefficients, from the sums of opposite samples.
func evens(s0, s1, s2, s3 int) (int, int, int, int) {
	outer, inner := s0+s3, s1+s2
	rotated := times(s1-s2+s0-s3, cos45)
	return outer + inner, s0 - s3 + rotated, outer - inner, s0 - s3 - rotated
}

// odds returns the odd coefficients, from the differences of opposite samples:
// the first, the rotated sum of the middle two, and the sums of the first two and
// of the last two.
func odds(d0, middle, d01, d23 int) (int, int, int, int) {
	common := times(d23-d01, cos67)
	low, high := times(d23, cos22-cos67)+common, times(d01, cos22+cos67)+common
	return d0 + middle + high, d0 - middle - low, d0 - middle + low, d0 + middle - high
}

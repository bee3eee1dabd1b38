package baseline

// zigzag is where the coefficients of a block come to lie (figure A.6).
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10,
	17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34,
	27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36,
	29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46,
	53, 60, 61, 54, 47, 55, 62, 63,
}

// block is eight rows of eight coefficients, ready for inverse.
type block [64]int32

// decodeScan decodes the MCUs of the only scan (section F.2.1).
func (m *Image) decodeScan(across, down int) error {
	r := reader{data: m.scan}
	var b block
	left := m.interval
	restarts := 0
	for y := range down {
		for x := range across {
			if m.interval > 0 && left == 0 {
				if err := r.restart(restarts % 8); err != nil {
					return err
				}
				for i := range m.components {
					m.components[i].predicted = 0
				}
				restarts++
				left = m.interval
			}
			left--
			for i := range m.components {
				c := &m.components[i]
				for v := range c.v {
					for h := range c.h {
						last := r.block(c, &b)
						if last < 0 {
							return ErrDamaged
						}
						c.store(&b, last, x*c.h+h, y*c.v+v)
					}
				}
			}
		}
		if r.overrun() {
			return ErrDamaged
		}
	}
	return nil
}

// block decodes the coefficients of a block (section F.2.2) and multiplies them
// for the transform. It answers which in zigzag order is the last that is not
// 0, or -1 if the data is damaged.
func (r *reader) block(c *component, b *block) (last int) {
	if r.count < 32 {
		r.fill()
	}
	e := c.dc.look[r.bits>>(uint(r.count-lookBits)&63)&(1<<lookBits-1)]
	if e == 0 {
		if e = c.dc.long(int(r.bits >> (uint(r.count-16) & 63) & 0xffff)); e == 0 {
			return -1
		}
	}
	r.count -= int(e & 31)
	difference := int(e >> valueShift)
	if follow := int(e >> followShift & 15); follow > 0 {
		r.count -= follow
		difference = extend(int(r.bits>>(uint(r.count)&63))&(1<<follow-1), follow)
	}
	c.predicted += difference
	b[0] = int32(c.predicted) * c.multiplier[0]

	bits, count, at, data := r.bits, r.count, r.at, r.data
	table, multiplier := c.ac, &c.multiplier
	for k := 0; k < 63; {
		if count < 32 {
			word, plain := uint32(0), false
			if at+4 <= len(data) {
				four := data[at : at+4 : at+4]
				word = uint32(four[0])<<24 | uint32(four[1])<<16 | uint32(four[2])<<8 | uint32(four[3])
				plain = (^word-0x01010101)&word&0x80808080 == 0 // no byte is 0xff
			}
			if plain {
				bits = bits<<32 | uint64(word)
				at += 4
				count += 32
			} else {
				r.bits, r.count, r.at = bits, count, at
				r.fill()
				bits, count, at = r.bits, r.count, r.at
			}
		}
		e := table.look[bits>>(uint(count-lookBits)&63)&(1<<lookBits-1)]
		if e == 0 {
			if e = table.long(int(bits >> (uint(count-16) & 63) & 0xffff)); e == 0 {
				return -1
			}
		}
		count -= int(e & 31)
		step := int(e >> stepShift & 127)
		k += step
		if k > 63 {
			if step != endOfBlock {
				return -1
			}
			break
		}
		value := int(e >> valueShift)
		if follow := int(e >> followShift & 15); follow > 0 {
			count -= follow
			value = int(bits>>(uint(count)&63)) & (1<<follow - 1)
			value += (value>>(follow-1) - 1) & (1 - 1<<follow) // as extend does
		}
		b[zigzag[k&63]&63] = int32(value) * multiplier[k&63]
		last = k
	}
	r.bits, r.count, r.at = bits, count, at
	return last
}

// store transforms a block, lets it be samples of the plane, and clears it.
func (c *component) store(b *block, last, x, y int) {
	size := c.size
	to := c.plane.Samples[y*size*c.plane.Stride+x*size:]
	if last == 0 {
		flat(b, to, c.plane.Stride, size)
		return
	}
	switch size {
	case 8:
		inverse8(b, to, c.plane.Stride)
	case 6:
		inverse6(b, to, c.plane.Stride)
	case 5:
		inverse5(b, to, c.plane.Stride)
	case 4:
		inverse4(b, to, c.plane.Stride)
	case 3:
		inverse3(b, to, c.plane.Stride)
	case 2:
		inverse2(b, to, c.plane.Stride)
	case 1:
		flat(b, to, c.plane.Stride, size)
	}
	*b = block{}
}

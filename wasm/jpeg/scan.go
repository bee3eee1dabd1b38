package jpeg

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

// decodeSequential decodes the only scan (section F.2.1).
func (m *Image) decodeSequential() error {
	if len(m.scan.components) != len(m.components) {
		return ErrUnsupported // components one after the other
	}
	for i := range m.components {
		c := &m.components[i]
		if c.quantiser == nil || c.dc == nil || c.ac == nil {
			return ErrDamaged
		}
		c.prepare(m)
	}
	var b block
	_, err := m.decodeScan(m.scan, m.data, func(r *reader, component, x, y int) bool {
		c := &m.components[component]
		last := r.block(c, &r.predicted[component], &b)
		if last >= 0 {
			c.store(&b, last, x, y)
		}
		return last >= 0
	})
	return err
}

// decodeScan has decode read each block of a scan in order (section A.2): of
// which component it is, and its place in that. Decode reports whether the data
// is sound. What follows the scan is the answer.
func (m *Image) decodeScan(
	s scan,
	data []byte,
	decode func(r *reader, component, x, y int) bool,
) (rest []byte, err error) {
	across, down := m.mcus()
	r := reader{data: data}
	decodeMCU := func(x, y int) bool {
		for _, i := range s.components {
			c := &m.components[i]
			for v := range c.v {
				for h := range c.h {
					if !decode(&r, i, x*c.h+h, y*c.v+v) {
						return false
					}
				}
			}
		}
		return true
	}
	if len(s.components) == 1 { // an MCU is one block, and none lies wholly beyond the picture
		across, down = m.blocks(s.components[0])
		decodeMCU = func(x, y int) bool { return decode(&r, s.components[0], x, y) }
	}
	left, restarts := m.tables.interval, 0
	for y := range down {
		for x := range across {
			if left == 0 && m.tables.interval > 0 {
				if err := r.restart(restarts % 8); err != nil {
					return nil, err
				}
				restarts++
				left = m.tables.interval
			}
			left--
			if !decodeMCU(x, y) {
				return nil, ErrDamaged
			}
		}
		if r.overrun() {
			return nil, ErrDamaged
		}
	}
	return r.rest()
}

// block decodes the coefficients of a block (section F.2.2) and multiplies them
// for the transform. It answers which in zigzag order is the last that is not
// 0, or -1 if the data is damaged.
func (r *reader) block(c *component, predicted *int, b *block) (last int) {
	difference := r.entry(c.dc)
	if difference == 0 {
		return -1
	}
	*predicted += r.number(difference)
	b[0] = int32(*predicted) * c.multiplier[0]

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

package jpeg

// zigzag maps the order of coefficients in a file to their place in a block (figure A.6).
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

// decodeSequential decodes all scans (section F.2.1). A file may have one scan for
// all components, or one scan for each.
func (m *Image) decodeSequential() error {
	left := len(m.components)
	_, err := m.eachScan(func(s scan, at int) (end int, err error) {
		for _, i := range s.components {
			c := &m.components[i]
			if c.quantiser == nil || c.dc == nil || c.ac == nil || c.plane.Samples != nil {
				return 0, ErrDamaged
			}
			c.dc.prepare(false)
			c.ac.prepare(true)
			c.prepare(m)
			left--
		}
		var b block
		return m.decodeScan(s, at, func(r *reader, component, x, y int) {
			c, last := &m.components[component], 0
			if !r.starved {
				last = r.block(c, &r.predicted[component], &b)
			}
			c.store(&b, last, x, y)
		}, nil)
	}, func() bool { return left == 0 })
	if err == nil && left > 0 {
		return ErrTruncated
	}
	return err
}

// eachScan decodes scans until the image is complete, and returns where the last
// one ends. It does not read further. An end marker may also end an incomplete
// image.
func (m *Image) eachScan(decode func(s scan, at int) (end int, err error), complete func() bool) (int, error) {
	s, at, most := m.scan, m.at, m.maxWork()
	for range maxScans {
		if m.work += m.visits(s); m.work > most {
			return 0, ErrTooComplex
		}
		end, err := decode(s, at)
		if err != nil || complete() {
			return end, err
		}
		next, after, err := m.nextScan(end)
		if err != nil || next == nil {
			return end, err
		}
		s, at = *next, after
	}
	return 0, ErrTooComplex
}

// visits returns the number of blocks in a scan.
func (m *Image) visits(s scan) int {
	if len(s.components) == 1 {
		across, down := m.blocks(s.components[0])
		return across * down
	}
	across, down := m.mcus()
	blocks := 0
	for _, i := range s.components {
		blocks += m.components[i].h * m.components[i].v
	}
	return across * down * blocks
}

// nextScan reads the segments up to the next scan. It returns nil at the end of the
// image.
func (m *Image) nextScan(at int) (s *scan, next int, err error) {
	for {
		segment, next, err := nextSegment(m.file, at)
		switch {
		case err != nil:
			return nil, 0, err
		case segment.Marker == markerEOI:
			return nil, 0, nil
		case segment.Marker == markerSOS:
			s, err := m.scanHeader(segment.Body)
			return &s, next, err
		}
		if err := m.tables.define(segment); err != nil {
			return nil, 0, err
		}
		at = next
	}
}

// decodeScan calls decode for each block of a scan in order (section A.2), with the
// block's component and its place in that component. It calls ended, if not nil,
// with the bytes of each interval and the number of padding bits in the last byte.
// It returns where the scan ends.
//
// If data is missing before a restart marker, the blocks up to it stay empty. That
// is what libjpeg shows. decodeScan fails with ErrTruncated if much is missing at
// the end, and for a strict image with ErrDamaged for any irregularity.
func (m *Image) decodeScan(
	s scan, at int, decode func(r *reader, component, x, y int), ended func(from, to, padding int),
) (end int, err error) {
	across, down := m.mcus()
	r := reader{data: m.file, at: at}
	decodeMCU := func(x, y int) {
		for _, i := range s.components {
			c := &m.components[i]
			for v := range c.v {
				for h := range c.h {
					decode(&r, i, x*c.h+h, y*c.v+v)
				}
			}
		}
	}
	if len(s.components) == 1 { // an MCU is one block, and every block touches the picture
		across, down = m.blocks(s.components[0])
		decodeMCU = func(x, y int) { decode(&r, s.components[0], x, y) }
	}
	from, left, restarts, missing := at, m.tables.interval, 0, 0
	for y := range down {
		for x := range across {
			if left == 0 && m.tables.interval > 0 {
				if err := m.endInterval(&r, from, ended); err != nil {
					return 0, err
				}
				if err := r.restart(restarts % 8); err != nil {
					return 0, err
				}
				from, left = r.at, m.tables.interval
				restarts++
			}
			left--
			decodeMCU(x, y)
			switch {
			case r.starved:
				missing++
			case r.overrun():
				if r.starved, r.damaged = true, true; r.atEnd() {
					return 0, ErrTruncated
				}
				missing++
			default:
				missing = 0
			}
		}
	}
	if missing*missingShare > across*down {
		return 0, ErrTruncated
	}
	if err := m.endInterval(&r, from, ended); err != nil {
		return 0, err
	}
	end, _ = r.end()
	return end, nil
}

// endInterval calls ended with the bytes of an interval. It fails with ErrDamaged
// for an irregular interval of a strict image.
func (m *Image) endInterval(r *reader, from int, ended func(from, to, padding int)) error {
	if m.strict && !r.whole() {
		return ErrDamaged
	}
	if ended != nil {
		to, padding := r.end()
		ended(from, to, padding)
	}
	return nil
}

// block decodes the coefficients of a block (section F.2.2) and multiplies them for
// the transform. It returns the zigzag index of the last coefficient that is not 0.
// An invalid code ends the block.
//
// This is the hottest loop of the package. It repeats fill, entry and take in its
// body and keeps the reader's fields in local variables, so that the compiler can
// keep them in registers. A call for each code would prevent that.
func (r *reader) block(c *component, predicted *int, b *block) (last int) {
	*predicted += r.number(r.entry(c.dc))
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
				r.damaged = true
				count -= badCode
				break
			}
		}
		count -= int(e & 31)
		step := int(e >> stepShift & 127)
		k += step
		if k > 63 {
			if step < endOfBlock { // libjpeg consumes the number's bits here too
				r.damaged = true
				count -= int(e >> followShift & 15)
			}
			break
		}
		value := int(e >> valueShift)
		if follow := int(e >> followShift & 15); follow > 0 {
			count -= follow
			value = int(bits>>(uint(count)&63)) & (1<<follow - 1)
			value += (value>>(follow-1) - 1) & (1 - 1<<follow) // extend without a branch
		}
		b[zigzag[k&63]&63] = int32(value) * multiplier[k&63]
		last = k
	}
	r.bits, r.count, r.at = bits, count, at
	return last
}

// store transforms a block into samples of the plane, and clears the block for
// reuse.
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

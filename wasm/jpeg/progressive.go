package jpeg

import "math/bits"

// maxScans bounds the work that a small file can ask for. Encoders make ten, or
// some twenty where they search for the fewest bytes.
const maxScans = 64

// coefficients are those of a component, as the scans bring them (annex G).
type coefficients struct {
	across int // blocks, of whole MCUs
	// kept are the coefficients of a block that its transform takes, in zigzag
	// order; place is where each of all is among them, -1 if it is left out.
	kept  []uint8
	place [64]int8
	// values are the kept ones, block by block; nonzero says of every one of a
	// block whether it is not 0: later scans read a bit more of those.
	values  []int16
	nonzero []uint64
	// known says down to which bit each coefficient is known; -1: not at all.
	known [64]int8
}

func newCoefficients(c *component, m *Image) *coefficients {
	across, down := m.mcus()
	f := &coefficients{across: across * c.h}
	for k := range f.place {
		f.known[k], f.place[k] = -1, -1
		if int(zigzag[k]>>3) < c.size && int(zigzag[k]&7) < c.size {
			f.place[k] = int8(len(f.kept))
			f.kept = append(f.kept, uint8(k))
		}
	}
	blocks := f.across * down * c.v
	f.values, f.nonzero = make([]int16, blocks*len(f.kept)), make([]uint64, blocks)
	return f
}

// decodeProgressive decodes all scans (section G.2), then the blocks.
func (m *Image) decodeProgressive() error {
	all := make([]*coefficients, len(m.components))
	for i := range m.components {
		all[i] = newCoefficients(&m.components[i], m)
	}
	s, data := m.scan, m.data
	for range maxScans {
		rest, err := m.decodeBand(s, data, all)
		if err != nil {
			return err
		}
		next, after, err := m.nextScan(rest)
		if err != nil {
			return err
		}
		if next == nil {
			return m.transform(all)
		}
		s, data = *next, after
	}
	return ErrUnsupported
}

// nextScan reads the segments between two scans. It answers nil at the end of
// the image.
func (m *Image) nextScan(data []byte) (s *scan, rest []byte, err error) {
	for {
		if len(data) >= 2 && data[0] == 0xff && data[1] == markerEOI {
			return nil, nil, nil
		}
		marker, body, after, err := nextSegment(data)
		if err != nil {
			return nil, nil, err
		}
		if marker == markerSOS {
			s, err := m.scanHeader(body)
			return &s, after, err
		}
		if err := m.tables.define(marker, body); err != nil {
			return nil, nil, err
		}
		data = after
	}
}

// decodeBand decodes a scan. It answers what follows it.
func (m *Image) decodeBand(s scan, data []byte, all []*coefficients) (rest []byte, err error) {
	if s.from > s.to || s.to > 63 || s.from == 0 && s.to != 0 || s.from > 0 && len(s.components) != 1 || s.low > 13 {
		return nil, ErrDamaged
	}
	for _, i := range s.components {
		c := &m.components[i]
		if c.quantiser == nil || s.from == 0 && s.high == 0 && c.dc == nil || s.from > 0 && c.ac == nil ||
			!all[i].advance(s) {
			return nil, ErrDamaged
		}
	}
	return m.decodeScan(s, data, func(r *reader, component, x, y int) bool {
		c, f := &m.components[component], all[component]
		at := y*f.across + x
		switch {
		case s.from > 0 && s.high == 0:
			return f.first(r, c.ac, &s, at)
		case s.from > 0:
			return f.refine(r, c.ac, &s, at)
		case s.high == 0:
			e := r.entry(c.dc)
			r.predicted[component] += r.number(e)
			f.values[at*len(f.kept)] = int16(r.predicted[component] << s.low)
			return e != 0
		}
		f.values[at*len(f.kept)] |= int16(r.bit() << s.low)
		return true
	})
}

// advance reports whether a scan goes on where the ones before it stopped.
func (f *coefficients) advance(s scan) bool {
	for k := s.from; k <= s.to; k++ {
		before := int8(s.high)
		if s.high == 0 {
			before = -1
		}
		if f.known[k] != before || s.high > 0 && s.high != s.low+1 {
			return false
		}
		f.known[k] = int8(s.low)
	}
	return true
}

// first decodes a block's part of a band's first scan (section G.1.2.2). It
// reports whether the data is sound.
func (f *coefficients) first(r *reader, ac *huffman, s *scan, at int) bool {
	if r.run > 0 {
		r.run--
		return true
	}
	for k := s.from - 1; k < s.to; {
		e := r.entry(ac)
		step := int(e >> stepShift & 127)
		if step >= endOfBlock {
			r.run = r.blocks(step) - 1
			return true
		}
		k += step
		if e == 0 || k > s.to {
			return false
		}
		if value := r.number(e); value != 0 {
			f.set(at, k, value<<s.low)
		}
	}
	return true
}

// blocks takes how many blocks a run has (table G.1).
func (r *reader) blocks(step int) int {
	size := step - endOfBlock
	return 1<<size + r.take(size)
}

// refine decodes a block's part of a later scan (section G.1.2.3): one bit more
// of what is not 0, and what becomes so. It reports whether the data is sound.
func (f *coefficients) refine(r *reader, ac *huffman, s *scan, at int) bool {
	k := s.from
	for r.run == 0 && k <= s.to {
		e := r.entry(ac)
		step := int(e >> stepShift & 127)
		if step >= endOfBlock {
			r.run = r.blocks(step)
			break
		}
		value := r.number(e)
		end := f.pass(at, k, s.to, step-1)
		f.correct(r, at, k, end, s.low)
		if e == 0 || end > s.to || value < -1 || value > 1 {
			return false
		}
		if value != 0 {
			f.set(at, end, value<<s.low)
		}
		k = end + 1
	}
	if r.run > 0 {
		f.correct(r, at, k, s.to+1, s.low)
		r.run--
	}
	return true
}

// pass goes on from k past some zeros, and to the next; to+1 if there are none.
func (f *coefficients) pass(at, k, to, zeros int) int {
	for nonzero := f.nonzero[at] >> k; k <= to; k, nonzero = k+1, nonzero>>1 {
		if nonzero&1 == 0 {
			if zeros == 0 {
				return k
			}
			zeros--
		}
	}
	return k
}

// correct takes a bit for each coefficient from k to before end that is not 0.
func (f *coefficients) correct(r *reader, at, k, end, low int) {
	for left := f.nonzero[at] & (1<<end - 1<<k); left != 0; left &= left - 1 {
		place := f.place[bits.TrailingZeros64(left)]
		if r.bit() == 0 || place < 0 {
			continue
		}
		if value := &f.values[at*len(f.kept)+int(place)]; *value < 0 {
			*value -= 1 << low
		} else {
			*value += 1 << low
		}
	}
}

func (f *coefficients) set(at, k, value int) {
	f.nonzero[at] |= 1 << k
	if place := f.place[k]; place >= 0 {
		f.values[at*len(f.kept)+int(place)] = int16(value)
	}
}

// transform makes the planes of the blocks.
func (m *Image) transform(all []*coefficients) error {
	for i, f := range all {
		c := &m.components[i]
		if f.known[0] < 0 {
			return ErrDamaged
		}
		c.prepare(m)
		var b block
		for at := range f.nonzero {
			last, values := 0, f.values[at*len(f.kept):][:len(f.kept)]
			b[0] = int32(values[0]) * c.multiplier[0]
			for place, value := range values[1:] {
				if value != 0 {
					last = int(f.kept[1+place])
					b[zigzag[last]] = int32(value) * c.multiplier[last]
				}
			}
			c.store(&b, last, at%f.across, at/f.across)
		}
	}
	return nil
}

package jpeg

import (
	"math/bits"
	"slices"
)

// coefficients collects the coefficients of a component over all scans (annex G).
type coefficients struct {
	across int // blocks in a row of whole MCUs
	// kept lists the coefficients that the transform uses, in zigzag order. place
	// is the index of each coefficient in kept, or -1 if it is not used. Decoding
	// to half the width therefore stores a quarter of the coefficients.
	kept  []uint8
	place [64]int8
	// values holds the kept coefficients, block by block. nonzero has a bit for
	// each coefficient of a block, used or not, that is not 0: later scans contain
	// a correction bit for each of them, which has to be read.
	values  []int16
	nonzero []uint64
	known   known
}

func newCoefficients(c *component, m *Image) *coefficients {
	across, down := m.mcus()
	f := &coefficients{across: across * c.h, known: nothing()}
	for k := range f.place {
		f.place[k] = -1
		if int(zigzag[k]>>3) < c.size && int(zigzag[k]&7) < c.size {
			f.place[k] = int8(len(f.kept))
			f.kept = append(f.kept, uint8(k))
		}
	}
	blocks := f.across * down * c.v
	f.values, f.nonzero = make([]int16, blocks*len(f.kept)), make([]uint64, blocks)
	return f
}

// decodeProgressive decodes all scans (section G.2), then transforms the blocks.
func (m *Image) decodeProgressive() error {
	all := make([]*coefficients, len(m.components))
	for i := range m.components {
		all[i] = newCoefficients(&m.components[i], m)
	}
	_, err := m.eachScan(func(s scan, at int) (int, error) { return m.decodeBand(s, at, all) }, func() bool {
		return !slices.ContainsFunc(all, func(f *coefficients) bool { return !f.known.all() })
	})
	if err == nil && slices.ContainsFunc(all, func(f *coefficients) bool { return f.known[0] < 0 }) {
		err = ErrTruncated
	}
	if err == nil {
		m.transform(all)
	}
	return err
}

// decodeBand decodes a scan and returns where it ends.
func (m *Image) decodeBand(s scan, at int, all []*coefficients) (end int, err error) {
	if !s.sound() {
		return 0, ErrDamaged
	}
	for _, i := range s.components {
		c := &m.components[i]
		if !c.has(s) || !all[i].known.advance(s) {
			return 0, ErrDamaged
		}
		c.dc.prepare(false)
		c.ac.prepare(true)
	}
	return m.decodeScan(s, at, func(r *reader, component, x, y int) {
		c, f := &m.components[component], all[component]
		at := y*f.across + x
		switch {
		case r.starved:
		case s.from > 0 && s.high == 0:
			f.first(r, c.ac, &s, at)
		case s.from > 0:
			f.refine(r, c.ac, &s, at)
		case s.high == 0:
			r.predicted[component] += r.number(r.entry(c.dc))
			f.values[at*len(f.kept)] = int16(r.predicted[component] << s.low)
		default:
			f.values[at*len(f.kept)] |= int16(r.bit() << s.low)
		}
	}, nil)
}

// first decodes a block's part of a band's first scan (section G.1.2.2).
func (f *coefficients) first(r *reader, ac *huffman, s *scan, at int) {
	if r.run > 0 {
		r.run--
		return
	}
	for k := s.from - 1; k < s.to; {
		e := r.entry(ac)
		step := int(e >> stepShift & 127)
		if step >= endOfBlock {
			r.run = r.blocks(step) - 1
			return
		}
		k += step
		value := r.number(e)
		if e == 0 || k > s.to {
			r.damaged = true
			return
		}
		if value != 0 {
			f.set(at, k, value<<s.low)
		}
	}
}

// blocks reads the number of blocks in a run (table G.1).
func (r *reader) blocks(step int) int {
	size := step - endOfBlock
	return 1<<size + r.take(size)
}

// refine decodes a block's part of a later scan (section G.1.2.3). The scan has
// one more bit of each coefficient that is not 0 already, and the coefficients
// that become ±1 at this bit. Both kinds of bits are interleaved: the bits of the
// coefficients that are passed over come before those of the next new one.
func (f *coefficients) refine(r *reader, ac *huffman, s *scan, at int) {
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
			r.damaged = true
			return
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
}

// pass returns the index of the zero coefficient that follows so many zero
// coefficients from k on, or to+1 if there are not enough.
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

// correct reads a bit for each coefficient in k…end-1 that is not 0, and moves the
// coefficient away from 0 if the bit is 1.
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

// transform makes the planes from the blocks.
func (m *Image) transform(all []*coefficients) {
	for i, f := range all {
		c := &m.components[i]
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
}

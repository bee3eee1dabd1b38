package jpeg

// reader takes bits from entropy-coded data, in which a 0 follows each byte
// 0xff (section F.1.2.3). After the end it goes on with zeros.
type reader struct {
	data   []byte
	at     int
	bits   uint64 // the next ones, at the right end
	count  int    // how many of them
	beyond int    // how many were made up

	predicted [3]int // DC of each component's block before (section F.1.1.5.1)
	run       int    // blocks to come whose band is at its end (section G.1.2.2)
}

// fill has at least 32 bits ready.
func (r *reader) fill() {
	for r.count <= 32 {
		next := uint64(0)
		switch {
		case r.at >= len(r.data) || r.data[r.at] == 0xff && (r.at+1 >= len(r.data) || r.data[r.at+1] != 0):
			r.beyond += 8
		case r.data[r.at] == 0xff:
			next = 0xff
			r.at += 2
		default:
			next = uint64(r.data[r.at])
			r.at++
		}
		r.bits = r.bits<<8 | next
		r.count += 8
	}
}

// overrun reports whether bits were taken that are not there.
func (r *reader) overrun() bool { return r.beyond > r.count }

// entry takes a code; it answers 0 if that is none. At least 16 bits are left
// for what follows it.
func (r *reader) entry(h *huffman) entry {
	if r.count < 32 {
		r.fill()
	}
	e := h.look[r.bits>>(uint(r.count-lookBits)&63)&(1<<lookBits-1)]
	if e == 0 {
		e = h.long(int(r.bits >> (uint(r.count-16) & 63) & 0xffff))
	}
	r.count -= int(e & 31)
	return e
}

// number answers an entry's number, of which the bits may be yet to take.
func (r *reader) number(e entry) int {
	if follow := int(e >> followShift & 15); follow > 0 {
		return extend(r.take(follow), follow)
	}
	return int(e >> valueShift)
}

// take takes bits, at most 16 after an entry.
func (r *reader) take(count int) int {
	r.count -= count
	return int(r.bits>>(uint(r.count)&63)) & (1<<count - 1)
}

// bit takes one.
func (r *reader) bit() int {
	if r.count == 0 {
		r.fill()
	}
	return r.take(1)
}

// restart passes over the marker RSTn (section F.2.1.3.1).
func (r *reader) restart(n int) error {
	rest, err := r.rest()
	if err != nil {
		return err
	}
	if len(rest) < 2 || rest[1] != byte(markerRST0+n) {
		return ErrDamaged
	}
	*r = reader{data: rest[2:]}
	return nil
}

// rest answers what follows the entropy-coded data: a marker, which whole bytes
// precede.
func (r *reader) rest() ([]byte, error) {
	if r.overrun() || r.count-r.beyond >= 8 || r.at >= len(r.data) || r.data[r.at] != 0xff {
		return nil, ErrDamaged
	}
	return r.data[r.at:], nil
}

package baseline

// reader takes bits from entropy-coded data, in which a 0 follows each byte
// 0xff (section F.1.2.3). After the end it goes on with zeros.
type reader struct {
	data   []byte
	at     int
	bits   uint64 // the next ones, at the right end
	count  int    // how many of them
	beyond int    // how many were made up
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

// restart passes over the marker RSTn, which whole bytes precede (section
// F.2.1.3.1).
func (r *reader) restart(n int) error {
	if r.overrun() || r.count-r.beyond >= 8 || r.at+2 > len(r.data) || r.data[r.at] != 0xff || r.data[r.at+1] != byte(markerRST0+n) {
		return ErrDamaged
	}
	*r = reader{data: r.data, at: r.at + 2}
	return nil
}

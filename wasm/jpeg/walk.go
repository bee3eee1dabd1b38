package jpeg

// walk passes over the scans of an image and decodes no more of them than it
// takes to know where they end and what they use.
type walk struct {
	image   *Image
	known   [4]known
	nonzero [4][]uint64 // of a progressive image: which coefficients of each block are not 0
	met     [4]uint64   // which coefficients of a component are not 0 in every block
	across  [4]int      // blocks
	visit   func(s scan) (ended func(from, to, padding int))
}

// run walks to the end of the image, and returns where that is. Visit, if there
// is one, gets each scan before it is walked.
func (w *walk) run() (end int, err error) {
	m := w.image
	across, down := m.mcus()
	for i, c := range m.components {
		w.known[i], w.across[i] = nothing(), across*c.h
		if m.marker == markerSOF2 {
			w.nonzero[i] = make([]uint64, across*c.h*down*c.v)
		}
	}
	end, err = m.eachScan(w.scan, w.complete)
	if err == nil && !w.begun() {
		err = ErrTruncated
	}
	return end, err
}

// complete reports whether all is known of every component.
func (w *walk) complete() bool {
	for i := range w.image.components {
		if !w.known[i].all() {
			return false
		}
	}
	return true
}

// begun reports whether something is known of every component.
func (w *walk) begun() bool {
	for i := range w.image.components {
		if w.known[i][0] < 0 {
			return false
		}
	}
	return true
}

func (w *walk) scan(s scan, at int) (end int, err error) {
	m := w.image
	progressive := m.marker == markerSOF2
	if progressive && !s.sound() {
		return 0, ErrDamaged
	}
	for _, i := range s.components {
		c := &m.components[i]
		if !c.has(s) || !progressive && c.ac == nil || !w.known[i].advance(s) {
			return 0, ErrDamaged
		}
	}
	var ended func(from, to, padding int)
	if w.visit != nil {
		ended = w.visit(s)
	}
	return m.decodeScan(s, at, func(r *reader, i, x, y int) {
		c := &m.components[i]
		switch {
		case r.starved:
		case !progressive:
			r.difference(c.dc)
			w.met[i] |= r.band(c.ac, 1, 63)
			r.damaged = r.damaged || r.run > 0 // for progressive images only
		case s.from == 0 && s.high > 0:
			r.bit()
		case s.from == 0:
			r.difference(c.dc)
		default:
			block := &w.nonzero[i][y*w.across[i]+x]
			if s.high > 0 {
				r.refined(c.ac, s, block)
			} else if r.run > 0 {
				r.run--
			} else {
				*block |= r.band(c.ac, s.from, s.to)
			}
			w.met[i] |= *block
		}
	}, ended)
}

// difference passes over a DC coefficient.
func (r *reader) difference(dc *huffman) {
	size := r.symbol(dc)
	r.damaged = r.damaged || size > 11
	r.count -= size & 15
}

// band passes over a block's coefficients of a band, and returns which are not
// 0. Beyond the first scan of a progressive image, see refined.
func (r *reader) band(ac *huffman, from, to int) (nonzero uint64) {
	for k := from; k <= to; k++ {
		symbol := r.symbol(ac)
		zeros, size := symbol>>4, symbol&15
		if size == 0 && zeros < 15 {
			r.run = 1<<zeros + r.take(zeros) - 1
			return nonzero
		}
		r.count -= size
		if k += zeros; k > to || size > 10 {
			r.damaged = true
			return nonzero
		}
		if size > 0 {
			nonzero |= 1 << k
		}
	}
	return nonzero
}

// refined passes over one bit more of a block's coefficients of a band (section
// G.1.2.3).
func (r *reader) refined(ac *huffman, s scan, nonzero *uint64) {
	k := s.from
	for r.run == 0 && k <= s.to {
		symbol := r.symbol(ac)
		zeros, size := symbol>>4, symbol&15
		if size == 0 && zeros < 15 {
			r.run = 1<<zeros + r.take(zeros)
			break
		}
		r.take(size)
		for ; k <= s.to; k++ { // the zeros, with bits for what is not 0 between them
			if *nonzero>>k&1 == 1 {
				r.bit()
			} else if zeros--; zeros < 0 {
				break
			}
		}
		if k > s.to || size > 1 {
			r.damaged = true
			return
		}
		if size == 1 {
			*nonzero |= 1 << k
		}
		k++
	}
	if r.run > 0 {
		for ; k <= s.to; k++ {
			if *nonzero>>k&1 == 1 {
				r.bit()
			}
		}
		r.run--
	}
}

package jpeg

// walk reads the scans of an image without computing values. It decodes only what
// is necessary to know where each scan ends, and which codes and quantisers the
// image uses. Rebuild needs no more than that, and no coefficients are stored.
type walk struct {
	image   *Image
	known   [4]known
	nonzero [4][]uint64 // for a progressive image: the coefficients of each block that are not 0
	met     [4]uint64   // by component: the coefficients that are not 0 in some block
	across  [4]int      // blocks in a row
	visit   func(s scan) (ended func(from, to, padding int))
}

// run walks to the end of the image and returns where it is. It calls visit, if not
// nil, before each scan.
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

// complete reports whether every bit of every component is known.
func (w *walk) complete() bool {
	for i := range w.image.components {
		if !w.known[i].all() {
			return false
		}
	}
	return true
}

// begun reports whether at least the DC of every component is known.
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
			r.damaged = r.damaged || r.run > 0 // only progressive images have runs of blocks
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

// difference skips a DC coefficient.
func (r *reader) difference(dc *huffman) {
	size := r.symbol(dc)
	r.damaged = r.damaged || size > 11
	r.count -= size & 15
}

// band skips a block's coefficients of a band, and returns which are not 0. It is
// for the first scan of a band; refined is for the later ones.
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

// refined skips a block's part of a later scan of a band (section G.1.2.3). It has
// the order of bits that coefficients.refine explains.
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
		for ; k <= s.to; k++ { // skips the zeros, and the bits of other coefficients between them
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

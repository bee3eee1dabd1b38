package jpeg

// known is the lowest bit that is known of each coefficient of a component, or -1
// if no bit is known. A scan must continue exactly where the scans before it
// stopped. That refuses repeated scans, and it shows when the image is complete.
type known [64]int8

func nothing() (none known) {
	for k := range none {
		none[k] = -1
	}
	return none
}

// all reports whether every bit is known.
func (n *known) all() bool { return *n == known{} }

// advance records a scan. It returns false if the scan does not continue where the
// scans before it stopped.
func (n *known) advance(s scan) bool {
	for k := s.from; k <= s.to; k++ {
		before := int8(s.high)
		if s.high == 0 {
			before = -1
		}
		if n[k] != before || s.high > 0 && s.high != s.low+1 {
			return false
		}
		n[k] = int8(s.low)
	}
	return true
}

// sound reports whether the band of a progressive scan is allowed (section G.1.1.1).
func (s scan) sound() bool {
	switch {
	case s.from > s.to, s.to > 63, s.low > 13:
		return false
	case s.from == 0:
		return s.to == 0
	}
	return len(s.components) == 1
}

// has reports whether the file has defined the tables that a progressive scan needs.
func (c *component) has(s scan) bool {
	switch {
	case c.quantiser == nil:
		return false
	case s.from > 0:
		return c.ac != nil
	}
	return s.high > 0 || c.dc != nil
}

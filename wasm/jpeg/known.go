package jpeg

// known says down to which bit each coefficient of a component is known; -1:
// not at all.
type known [64]int8

func nothing() (none known) {
	for k := range none {
		none[k] = -1
	}
	return none
}

// all reports whether every bit is known.
func (n *known) all() bool { return *n == known{} }

// advance reports whether a scan goes on where the ones before it stopped.
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

// sound reports whether a progressive scan may have its band (section G.1.1.1).
func (s scan) sound() bool {
	switch {
	case s.from > s.to, s.to > 63, s.low > 13:
		return false
	case s.from == 0:
		return s.to == 0
	}
	return len(s.components) == 1
}

// has reports whether the tables that a progressive scan needs are there.
func (c *component) has(s scan) bool {
	switch {
	case c.quantiser == nil:
		return false
	case s.from > 0:
		return c.ac != nil
	}
	return s.high > 0 || c.dc != nil
}

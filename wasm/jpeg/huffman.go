package jpeg

// lookBits is how much of the data a table looks at at once: most codes fit,
// many together with the number that follows them.
const lookBits = 10

// huffman decodes one table's codes (annex C).
type huffman struct {
	// look holds the entry for the next lookBits bits; 0 where the code is longer.
	look [1 << lookBits]entry
	// limit is the first code that is longer than i bits, as 16 bits from the
	// left; first is where the code 0 of that length would be in the list.
	limit [17]int
	first [17]int
	list  []entry
	// counts and symbols specify the code, the way a DHT segment does.
	counts  [16]byte
	symbols []byte
	// short is the code of the next 8 bits: its place in the list and its length,
	// which is 0 where the code is longer or none.
	short [1 << 8]struct{ place, length uint8 }
	// used notes which codes a walk has met, by their place in the list.
	used [256]bool
}

// entry is what a code says: from the right, how many bits to take (5), how
// many bits of a number follow them (4), how many coefficients to go on (7);
// and in the upper 16, the number itself where it was looked up too.
type entry int32

const (
	endOfBlock = 64 // goes on beyond every coefficient; with the bits of a run of blocks added, in progressive scans

	followShift = 5
	stepShift   = 9
	valueShift  = 16
)

// newHuffman takes how many codes there are of each length and the symbols in
// their order. It fails with ErrDamaged.
func newHuffman(counts [16]byte, symbols []byte) (*huffman, error) {
	h := &huffman{counts: counts}
	code, place := 0, 0
	for i, count := range counts {
		length := i + 1
		h.first[length] = place - code
		code += int(count)
		place += int(count)
		if code > 1<<length || place > min(len(symbols), 256) {
			return nil, ErrDamaged
		}
		h.limit[length] = code << (16 - length)
		for n := place - int(count); n < place && length <= 8; n++ {
			from := (n - h.first[length]) << (8 - length)
			for i := range 1 << (8 - length) {
				h.short[from+i].place, h.short[from+i].length = uint8(n), uint8(length)
			}
		}
		code <<= 1
	}
	h.symbols = symbols[:place]
	return h, nil
}

// prepare makes the entries that decoders look up. A symbol of an AC table is a
// run of zeros and the bits of a number (section F.1.2.2) or the bits of a run
// of blocks (section G.1.2.2), of a DC table the bits of a number (section
// F.1.2.1).
func (h *huffman) prepare(ac bool) {
	if h == nil || h.list != nil {
		return
	}
	for length := 1; length <= 16; length++ {
		for range h.counts[length-1] {
			place := len(h.list)
			e := newEntry(h.symbols[place], length, ac)
			if h.list = append(h.list, e); length <= lookBits {
				h.fill(place-h.first[length], length, e)
			}
		}
	}
}

// newEntry returns the entry of a code, 0 if its symbol has no place in samples
// of eight bits.
func newEntry(symbol byte, length int, ac bool) entry {
	step, follow := 0, int(symbol)
	if ac {
		step, follow = int(symbol>>4)+1, int(symbol&15)
		if follow == 0 && step != 16 {
			step = endOfBlock + step - 1
		}
	}
	if follow > 11 || ac && follow > 10 {
		return 0
	}
	return entry(length | follow<<followShift | step<<stepShift)
}

// fill sets every look that begins with a code.
func (h *huffman) fill(code, length int, e entry) {
	if e == 0 {
		return
	}
	spare := lookBits - length
	follow := int(e >> followShift & 15)
	for rest := range 1 << spare {
		found := e
		if follow > 0 && follow <= spare {
			value := extend(rest>>(spare-follow), follow)
			found = e&^(31|15<<followShift) | entry(length+follow) | entry(value)<<valueShift
		}
		h.look[code<<spare|rest] = found
	}
}

// extend is section F.2.2.1: a number of some bits whose leading 0 says that it
// is negative.
func extend(bits, count int) int {
	if bits < 1<<(count-1) {
		return bits - 1<<count + 1
	}
	return bits
}

// long returns the entry for a code of more than lookBits bits, the first of
// the next 16; 0 if it is none.
func (h *huffman) long(bits int) entry {
	if bits < h.limit[lookBits] {
		return 0
	}
	for length := lookBits + 1; length <= 16; length++ {
		if bits < h.limit[length] {
			return h.list[h.first[length]+bits>>(16-length)]
		}
	}
	return 0
}

// place finds the code that the next 16 bits begin with: where it is in the
// list, and its length; -1 if there is none.
func (h *huffman) place(bits int) (place, length int) {
	for length = 1; length <= 16; length++ {
		if bits < h.limit[length] {
			return h.first[length] + bits>>(16-length), length
		}
	}
	return -1, badCode
}

package jpeg

// lookBits is how many bits one lookup covers. Most codes fit into it, many
// together with the number after them.
const lookBits = 10

// huffman decodes one table's codes (annex C).
type huffman struct {
	// look holds the entry for the next lookBits bits, or 0 for a longer code.
	look [1 << lookBits]entry
	// limit[i] is the first code that is longer than i bits, left-aligned in 16
	// bits. first[i] plus a code of i bits is the code's place in the list.
	limit [17]int
	first [17]int
	list  []entry
	// counts and symbols specify the code, the way a DHT segment does.
	counts  [16]byte
	symbols []byte
	// short holds the code that the next 8 bits start with: its place in the list
	// and its length. Length is 0 for a longer or an invalid code.
	short [1 << 8]struct{ place, length uint8 }
	// used marks the codes that a walk has met, by their place in the list.
	used [256]bool
}

// entry is a decoded code, packed into one word so that one lookup returns all of
// it. From the right: bits to consume (5), bits of the number that follow (4),
// coefficients to advance (7), and the number itself (16) if it fitted into the
// lookup. Then the bits that follow are 0.
type entry int32

const (
	// endOfBlock is a step beyond the last coefficient. In progressive scans, the
	// size of a run of blocks is added to it.
	endOfBlock = 64

	followShift = 5
	stepShift   = 9
	valueShift  = 16
)

// newHuffman makes a table from the number of codes of each length, and the
// symbols in order. It fails with ErrDamaged.
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

// prepare makes the entries that decoders look up, once per table. A symbol of
// an AC table is a run of zeros and the size of a number (section F.1.2.2), or
// the size of a run of blocks (section G.1.2.2). A symbol of a DC table is the
// size of a number (section F.1.2.1).
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

// newEntry returns the entry of a code, or 0 if its symbol cannot occur in samples
// of eight bits: their DC differences have at most 11 bits, their AC coefficients 10.
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

// fill stores an entry in every place of look that starts with its code.
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

// extend converts bits to a signed number (section F.2.2.1). A leading 0 means
// that the number is negative.
func extend(bits, count int) int {
	if bits < 1<<(count-1) {
		return bits - 1<<count + 1
	}
	return bits
}

// long returns the entry of a code that is longer than lookBits, from the next 16
// bits. It returns 0 if they start with no code.
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

// place returns the list's place and the length of the code that the next 16 bits
// start with. The place is -1 if there is no such code.
func (h *huffman) place(bits int) (place, length int) {
	for length = 1; length <= 16; length++ {
		if bits < h.limit[length] {
			return h.first[length] + bits>>(16-length), length
		}
	}
	return -1, badCode
}

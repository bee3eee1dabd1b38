package jpeg

import "math/bits"

// writer appends entropy-coded data, with a 0 after each byte 0xff, so that the
// data contains no markers (section F.1.2.3).
type writer struct {
	data  []byte
	bits  uint64 // the bits that are not in data yet, right-aligned
	count int    // how many of bits are valid, fewer than 32
}

// block writes a block of coefficients (section F.1.2).
func (w *writer) block(b *block, c *channel) {
	level := quantised(b[0]-levelShift, c.reciprocals[0])
	difference := level - c.previous
	c.previous = level
	size := bits.Len(uint(max(difference, -difference)))
	word, length := pack(c.dc[size], difference, size)
	w.put(word, length)
	run := 0
	for k := 1; k < 64; k++ {
		value := quantised(b[zigzag[k]&63], c.reciprocals[k])
		if value == 0 {
			run++
			continue
		}
		for ; run > 15; run -= 16 {
			w.put(pack(c.ac[0xf0], 0, 0))
		}
		size := bits.Len(uint(max(value, -value)))
		word, length := pack(c.ac[(run<<4|size)&0xff], value, size)
		if w.bits, w.count = w.bits<<uint(length&63)|word, w.count+length; w.count >= 32 {
			w.flush()
		}
		run = 0
	}
	if run > 0 {
		w.put(pack(c.ac[0], 0, 0))
	}
}

// quantised returns the coefficient divided by its quantiser, rounded.
func quantised(coefficient int32, reciprocal int) int {
	return (int(coefficient)*reciprocal + 1<<(reciprocalBits-1)) >> reciprocalBits
}

// pack appends the bits of a number to a code. For a negative number these are the
// lowest bits of the number minus 1 (section F.1.2.1.1).
func pack(c code, number, size int) (word uint64, length int) {
	number += number >> 63
	return uint64(c>>5)<<uint(size&63) | uint64(number)&(1<<uint(size&63)-1), int(c&31) + size
}

func (w *writer) put(word uint64, length int) {
	w.bits, w.count = w.bits<<uint(length)|word, w.count+length
	if w.count >= 32 {
		w.flush()
	}
}

// flush moves four bytes to the data.
func (w *writer) flush() {
	w.count -= 32
	four := uint32(w.bits >> uint(w.count))
	if (^four-0x01010101)&four&0x80808080 == 0 { // no byte is 0xff
		w.data = append(w.data, byte(four>>24), byte(four>>16), byte(four>>8), byte(four))
		return
	}
	for shift := 24; shift >= 0; shift -= 8 {
		w.data = stuffed(w.data, byte(four>>shift))
	}
}

// finish fills the last byte with ones (section F.1.2.3), and returns the data.
func (w *writer) finish() []byte {
	w.put(1<<7-1, 7)
	for ; w.count >= 8; w.count -= 8 {
		w.data = stuffed(w.data, byte(w.bits>>(w.count-8)))
	}
	return w.data
}

func stuffed(data []byte, b byte) []byte {
	if b == 0xff {
		return append(data, b, 0)
	}
	return append(data, b)
}

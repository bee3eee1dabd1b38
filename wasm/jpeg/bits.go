package jpeg

// reader reads bits from entropy-coded data, in which a 0 follows each byte
// 0xff (section F.1.2.3). After the end of the data it returns zeros, so that
// the decoders need no check for the end at each bit. They call overrun after
// each MCU instead.
type reader struct {
	data   []byte
	at     int
	bits   uint64 // the next bits, right-aligned
	count  int    // how many of bits are valid
	beyond int    // how many zeros were added after the end

	predicted [4]int // DC of the previous block of each component (section F.1.1.5.1)
	run       int    // following blocks that have no more coefficients in this band (section G.1.2.2)
	damaged   bool   // the data contained an invalid code
	starved   bool   // there is no data up to the next restart, so blocks stay empty
}

// fill makes at least 32 bits available. Its fast path takes four bytes at once.
// Most groups of four bytes contain no 0xff, so they need no check byte by byte.
// The bit trick is "does a word contain a zero byte", applied to the complement.
func (r *reader) fill() {
	if r.count <= 32 && r.at+4 <= len(r.data) {
		four := r.data[r.at : r.at+4 : r.at+4]
		word := uint32(four[0])<<24 | uint32(four[1])<<16 | uint32(four[2])<<8 | uint32(four[3])
		if (^word-0x01010101)&word&0x80808080 == 0 {
			r.bits, r.count, r.at = r.bits<<32|uint64(word), r.count+32, r.at+4
			return
		}
	}
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

// overrun reports whether more bits were read than the data has.
func (r *reader) overrun() bool { return r.beyond > r.count }

// atEnd reports whether no marker follows the data.
func (r *reader) atEnd() bool {
	_, _, ok := nextMarker(r.data, r.at)
	return !ok
}

// entry reads a code and returns its entry, or 0 if the code is invalid. At
// least 16 bits stay available, enough for the number after the code.
func (r *reader) entry(h *huffman) entry {
	if r.count < 32 {
		r.fill()
	}
	e := h.look[r.bits>>(uint(r.count-lookBits)&63)&(1<<lookBits-1)]
	if e == 0 {
		e = h.long(int(r.bits >> (uint(r.count-16) & 63) & 0xffff))
	}
	if e == 0 {
		r.damaged = true
		r.count -= badCode
		return 0
	}
	r.count -= int(e & 31)
	return e
}

// badCode is how many bits libjpeg consumes for an invalid code. The same number
// is consumed here, so that damaged photos look as they do in browsers.
const badCode = 17

// number returns an entry's number. It reads the number's bits if the lookup did
// not include them.
func (r *reader) number(e entry) int {
	if follow := int(e >> followShift & 15); follow > 0 {
		return extend(r.take(follow), follow)
	}
	return int(e >> valueShift)
}

// symbol reads a code and returns its symbol. It needs no entries: a walk does
// not build them, because it needs no numbers.
func (r *reader) symbol(h *huffman) int {
	if r.count < 32 {
		r.fill()
	}
	if short := h.short[r.bits>>(uint(r.count-8)&63)&0xff]; short.length > 0 {
		r.count -= int(short.length)
		h.used[short.place] = true
		return int(h.symbols[short.place])
	}
	place, length := h.place(int(r.bits >> (uint(r.count-16) & 63) & 0xffff))
	r.count -= length
	if place < 0 {
		r.damaged = true
		return 0 // the end of the block
	}
	h.used[place] = true
	return int(h.symbols[place])
}

// take reads bits, at most 16 after an entry.
func (r *reader) take(count int) int {
	r.count -= count
	return int(r.bits>>(uint(r.count)&63)) & (1<<count - 1)
}

// bit reads one bit.
func (r *reader) bit() int {
	if r.count == 0 {
		r.fill()
	}
	return r.take(1)
}

// end returns the end of the byte that contained the last bit, and how many bits
// of that byte are unread. fill reads ahead, so end steps back over whole bytes.
func (r *reader) end() (at, padding int) {
	left := max(0, r.count-r.beyond)
	at = r.at
	for range left / 8 {
		at--
		if at > 0 && r.data[at] == 0 && r.data[at-1] == 0xff {
			at--
		}
	}
	return at, left % 8
}

// restart skips the marker RSTn (section F.2.1.3.1). If another marker is found,
// restart does what libjpeg does (jpeg_resync_to_restart in jdmarker.c). One of
// the next two RSTs stays for its turn, one of the last two is skipped, and any
// other RST counts as the right one. It fails with ErrTruncated.
func (r *reader) restart(n int) error {
	at, _ := r.end()
	for {
		marker, start, ok := nextMarker(r.data, at)
		if !ok {
			return ErrTruncated
		}
		ahead := (int(marker) - markerRST0 - n) & 7
		switch {
		case marker < markerSOF0, marker >= markerRST0 && marker <= markerRST7 && ahead >= 6:
			at = start + 2
			continue
		case marker < markerRST0, marker > markerRST7, ahead == 1, ahead == 2:
			*r = reader{data: r.data, at: start, starved: true, damaged: true}
		default:
			*r = reader{data: r.data, at: start + 2, damaged: r.damaged || ahead != 0}
		}
		return nil
	}
}

// whole reports whether the data is undamaged and is followed only by fill bytes
// and a marker, or by the end of the file.
func (r *reader) whole() bool {
	at, _ := r.end()
	_, start, ok := nextMarker(r.data, at)
	if !ok {
		start = len(r.data)
	}
	for ; at < start; at++ {
		if r.data[at] != 0xff {
			return false
		}
	}
	return !r.damaged && !r.overrun()
}

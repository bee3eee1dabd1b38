package jpeg

// reader takes bits from entropy-coded data, in which a 0 follows each byte
// 0xff (section F.1.2.3). After the end it goes on with zeros.
type reader struct {
	data   []byte
	at     int
	bits   uint64 // the next ones, at the right end
	count  int    // how many of them
	beyond int    // how many were made up

	predicted [4]int // DC of each component's block before (section F.1.1.5.1)
	run       int    // blocks to come whose band is at its end (section G.1.2.2)
	damaged   bool   // a code was read that is none
	starved   bool   // there is no data up to the next restart: blocks stay empty
}

// fill has at least 32 bits ready. Mostly there are four bytes without a 0xff.
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

// overrun reports whether bits were taken that are not there.
func (r *reader) overrun() bool { return r.beyond > r.count }

// atEnd reports whether the file ends where the data does.
func (r *reader) atEnd() bool {
	_, _, ok := nextMarker(r.data, r.at)
	return !ok
}

// entry takes a code; it returns 0 if that is none. At least 16 bits are left
// for what follows it.
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

// badCode is how many bits libjpeg takes before it knows that they are no code.
const badCode = 17

// number returns an entry's number, whose bits may still have to be taken.
func (r *reader) number(e entry) int {
	if follow := int(e >> followShift & 15); follow > 0 {
		return extend(r.take(follow), follow)
	}
	return int(e >> valueShift)
}

// symbol takes a code and returns its symbol, without the entries to look it up.
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

// end returns where the byte ends that the last bit came from, and how many of
// its bits are left.
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

// restart passes over the marker RSTn (section F.2.1.3.1). Where another marker
// is, it goes on as libjpeg does (jpeg_resync_to_restart in jdmarker.c): one of
// the next two is left for its turn, one of the last two is passed over, and
// any other RST is taken for the right one. It fails with ErrTruncated.
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

// whole reports whether the data ends in whole bytes, with nothing behind them
// but fill bytes and a marker, or the file's end.
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

package jpeg

import (
	"encoding/binary"
	"slices"
)

// Rebuild returns the same picture, bit for bit, in a file of known parts only. It
// writes headers and tables again from their values, overwrites table entries that
// no coefficient uses, and sets the scans' spare bits to 1. Nothing else of the
// file is in the result, not even a colour profile. So no text can hide in it.
//
// Rebuild fails with ErrDamaged if the file contains anything besides the picture.
// One unexpected byte means that others may be unexpected too, and then only
// decoding and encoding again is safe. It also fails with ErrUnsupported,
// ErrTruncated and ErrTooComplex, like Decode.
func Rebuild(file []byte) ([]byte, error) {
	m, err := Parse(file)
	if err != nil {
		return nil, err
	}
	m.strict = true
	b := builder{image: m}
	w := walk{image: m, visit: b.begin}
	if _, err := w.run(); err != nil {
		return nil, err
	}
	if b.met = w.met; !seamless(file) {
		return nil, ErrDamaged
	}
	if clean := b.build(); !b.text {
		return clean, nil
	}
	return nil, ErrDamaged
}

// Clean is Rebuild for the output of a trusted encoder that wrote one scan. It
// copies the scan unread, so it costs no more than a copy.
func Clean(file []byte) ([]byte, error) {
	m, err := Parse(file)
	if err != nil {
		return nil, err
	}
	end, last := m.at, byte(0)
	for start := end; last == 0 || last >= markerRST0 && last <= markerRST7; end = start {
		var ok bool
		if last, start, ok = nextMarker(file, end); !ok {
			return nil, ErrTruncated
		}
		if last != markerEOI {
			start += 2
		}
	}
	if last != markerEOI || m.marker == markerSOF2 || len(m.scan.components) != len(m.components) {
		return Rebuild(file)
	}
	b := builder{image: m}
	b.begin(m.scan)(m.at, end, 0)
	return b.build(), nil
}

// builder collects the parts of one file and writes another file from them.
type builder struct {
	image *Image
	scans []*keptScan
	met   [4]uint64 // by component: the coefficients that some block uses

	out        []byte
	quantisers []*[64]uint16
	written    [2][4]*huffman // the tables that the output has defined so far
	interval   int
	text       bool // a table of quantisers or a scan may contain text
}

// keptScan is a scan with its tables.
type keptScan struct {
	scan
	interval int
	tables   [2][4]*huffman // for DC and AC, by the components of the scan; nil: no table
	pieces   []piece
}

// piece is the bytes of an interval. The last padding bits are unused.
type piece struct{ from, to, padding int }

// begin records a scan. It returns a function that records the scan's intervals.
func (b *builder) begin(s scan) (ended func(from, to, padding int)) {
	kept := &keptScan{scan: s, interval: b.image.tables.interval}
	for n, i := range s.components {
		c := &b.image.components[i]
		if s.from == 0 && s.high == 0 {
			kept.tables[0][n] = c.dc
		}
		if s.to > 0 {
			kept.tables[1][n] = c.ac
		}
	}
	b.scans = append(b.scans, kept)
	return func(from, to, padding int) { kept.pieces = append(kept.pieces, piece{from, to, padding}) }
}

// build writes the file.
func (b *builder) build() []byte {
	m := b.image
	b.out = append(make([]byte, 0, len(m.file)+1024), 0xff, markerSOI)
	switch m.Colours {
	case Grey, YCbCr:
		b.segment(markerAPP0, "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
	case YCCK:
		b.segment(markerAPP14, "Adobe\x00\x64\x00\x00\x00\x00\x02")
	default:
		b.segment(markerAPP14, "Adobe\x00\x64\x00\x00\x00\x00\x00")
	}
	b.frame()
	for _, s := range b.scans {
		b.scan(s)
	}
	return append(b.out, 0xff, markerEOI)
}

func (b *builder) segment(marker byte, body string) {
	b.out = appendSegment(b.out, marker, []byte(body)...)
}

// frame writes the quantisers and the frame header.
func (b *builder) frame() {
	m := b.image
	body := make([]byte, 6+3*len(m.components))
	body[0], body[5] = 8, byte(len(m.components))
	binary.BigEndian.PutUint16(body[1:], uint16(m.Height))
	binary.BigEndian.PutUint16(body[3:], uint16(m.Width))
	for i, c := range m.components {
		table := slices.Index(b.quantisers, c.quantiser)
		if table < 0 {
			table = len(b.quantisers)
			b.quantisers = append(b.quantisers, c.quantiser)
			b.quantiser(table)
		}
		spec := body[6+3*i:]
		spec[0], spec[1], spec[2] = byte(1+i), byte(c.h<<4|c.v), byte(table)
	}
	b.segment(m.marker, string(body))
}

// tableText is the number of printable characters in a row that make a table of
// quantisers count as text.
const tableText = 6

// plainQuantiser returns a table in which each unused value is replaced by the
// value before it. A typical table is returned unchanged.
func (b *builder) plainQuantiser(table *[64]uint16) (values [64]uint16) {
	if isTypical(table) {
		return *table
	}
	b.text = b.text || b.longestText(table) >= tableText
	met := b.metBy(table)
	values = *table
	for k := range values {
		if met>>k&1 == 0 && b.image.strict {
			values[k] = values[k-1]
		}
	}
	return values
}

// longestText returns the longest run of printable ASCII characters among the used
// values of a table.
func (b *builder) longestText(table *[64]uint16) (most int) {
	met, row := b.metBy(table), 0
	for k, value := range table {
		for _, c := range [2]byte{byte(value >> 8), byte(value)} {
			switch {
			case met>>k&1 == 0, c == 0 && value > 0:
			case c < ' ', c > '~':
				row = 0
			default:
				row++
				most = max(most, row)
			}
		}
	}
	return most
}

// metBy returns which values of a table are used. The first value always counts as
// used.
func (b *builder) metBy(table *[64]uint16) uint64 {
	met := uint64(1)
	for i, c := range b.image.components {
		if c.quantiser == table {
			met |= b.met[i]
		}
	}
	return met
}

// isTypical reports whether a table is one of annex K, scaled to some quality.
func isTypical(table *[64]uint16) bool {
	for quality := 1; quality <= 100; quality++ {
	next:
		for which := range typicalQuantisers {
			for k, value := range scaledQuantiser(which, quality) {
				if table[k] != uint16(value) {
					continue next
				}
			}
			return true
		}
	}
	return false
}

// quantiser writes a table with one or two bytes per value.
func (b *builder) quantiser(table int) {
	values := b.plainQuantiser(b.quantisers[table])
	body := make([]byte, 1+64, 1+128)
	body[0] = byte(table)
	for k, value := range values {
		if body[1+k] = byte(value); value > 0xff {
			body = body[:1+128]
			body[0] = 0x10 | byte(table)
		}
	}
	if len(body) > 1+64 {
		for k, value := range values {
			binary.BigEndian.PutUint16(body[1+2*k:], value)
		}
	}
	b.segment(markerDQT, string(body))
}

// scan writes a scan with the tables that it needs.
func (b *builder) scan(s *keptScan) {
	header := make([]byte, 4+2*len(s.components))
	header[0] = byte(len(s.components))
	for n, i := range s.components {
		header[1+2*n] = byte(1 + i)
		header[2+2*n] = b.table(0, s, n)<<4 | b.table(1, s, n)
	}
	rest := header[len(header)-3:]
	rest[0], rest[1], rest[2] = byte(s.from), byte(s.to), byte(s.high<<4|s.low)
	if s.interval != b.interval {
		b.interval = s.interval
		b.segment(markerDRI, string([]byte{byte(s.interval >> 8), byte(s.interval)}))
	}
	b.segment(markerSOS, string(header))
	for n, p := range s.pieces {
		if n > 0 {
			b.out = append(b.out, 0xff, byte(markerRST0+(n-1)%8))
		}
		start := len(b.out)
		b.out = append(b.out, b.image.file[p.from:p.to]...)
		// Spare bits are ones (section F.1.2.3). If the last byte of data is 0xff,
		// they are ones already, and the 0 after it stays.
		if last := len(b.out) - 1; p.padding > 0 && b.out[last-1] != 0xff {
			if b.out[last] |= 1<<p.padding - 1; b.out[last] == 0xff {
				b.out = append(b.out, 0)
			}
		}
		b.text = b.text || b.image.strict && saysText(b.out[start:], len(b.image.file))
	}
}

// table returns the number of a component's table in a scan. It writes the table
// first if the output has not defined it. Components may share a table.
func (b *builder) table(class int, s *keptScan, n int) byte {
	needed := s.tables[class]
	h := needed[n]
	if h == nil {
		return 0
	}
	number, before := 0, 0
	for i, other := range needed[:n+1] { // counts the different tables before this one
		if slices.Index(needed[:i], other) < 0 {
			number = before
			before++
		}
		if other == h {
			break
		}
	}
	if b.written[class][number] != h {
		b.written[class][number] = h
		body := append([]byte{byte(class<<4 | number)}, h.counts[:]...)
		b.segment(markerDHT, string(append(body, h.plain(class)...)))
	}
	return byte(number)
}

// plain returns the symbols of a table. The symbols of unused codes are replaced
// by the first free symbols of the typical table, so that they carry no message. A
// typical table is returned unchanged.
func (h *huffman) plain(class int) []byte {
	all := [2]*[2]typicalHuffman{&typicalDC, &typicalAC}[class]
	if h.used == [256]bool{} || string(h.symbols) == all[0].symbols || string(h.symbols) == all[1].symbols {
		return h.symbols
	}
	symbols := slices.Clone(h.symbols)
	var taken [256]bool
	for i, used := range h.used {
		if used {
			taken[symbols[i]] = true
		}
	}
	free := []byte(all[0].symbols)
	for i := range symbols {
		if h.used[i] {
			continue
		}
		for len(free) > 1 && taken[free[0]] {
			free = free[1:]
		}
		symbols[i] = free[0]
		taken[free[0]] = true
	}
	return symbols
}

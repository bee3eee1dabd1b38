package jpeg

import (
	"encoding/binary"
	"slices"
)

// Rebuild returns the same picture, bit for bit, in a file that is made of
// known parts alone. Headers and tables are written again from their values, in
// tables what no coefficient uses is overwritten, the scans' spare bits are set
// to 1, and nothing else of the file is in the result: no colour profile either.
//
// It fails with ErrDamaged if the file is not exactly the picture: where a byte
// is too many, others may be anything, and only a decoder can tell what the
// picture is. It fails with ErrUnsupported, ErrTruncated and ErrTooComplex as
// Decode does.
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

// Clean is Rebuild for what a trusted encoder has just written in one scan. It
// takes the scan as it is, and so costs no more than a copy.
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

// builder makes a file of what it has read of another.
type builder struct {
	image *Image
	scans []*keptScan
	met   [4]uint64 // which coefficients of a component are not 0 in every block

	out        []byte
	quantisers []*[64]uint16
	written    [2][4]*huffman // the tables that are valid for the next scan
	interval   int
	text       bool // a table of quantisers or a scan may be text
}

// keptScan is a scan with what it needs.
type keptScan struct {
	scan
	interval int
	tables   [2][4]*huffman // for DC and AC, by the components of the scan; nil: none
	pieces   []piece
}

// piece is the bytes of an interval. The last so many bits of them say nothing.
type piece struct{ from, to, padding int }

// begin notes a scan. What it returns notes the intervals.
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

// tableText is how many letters in a row make a table of quantisers text.
const tableText = 6

// plainQuantiser returns a table in which a value that no coefficient meets is
// the one before. A typical table stays what it is.
func (b *builder) plainQuantiser(table *[64]uint16) (values [64]uint16) {
	if isTypical(table) {
		return *table
	}
	b.text = b.text || b.letters(table) >= tableText
	met := b.metBy(table)
	values = *table
	for k := range values {
		if met>>k&1 == 0 && b.image.strict {
			values[k] = values[k-1]
		}
	}
	return values
}

// letters is how many printable ASCII characters there are in a row, at most,
// in the values of a table that coefficients meet.
func (b *builder) letters(table *[64]uint16) (most int) {
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

// metBy says which values of a table coefficients meet, the first one always.
func (b *builder) metBy(table *[64]uint16) uint64 {
	met := uint64(1)
	for i, c := range b.image.components {
		if c.quantiser == table {
			met |= b.met[i]
		}
	}
	return met
}

// isTypical reports whether a table is one of annex K, scaled to a quality.
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

// quantiser writes a table: of one byte a value, or of two.
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
		// Spare bits are ones (section F.1.2.3). Behind a byte 0xff is a 0 already.
		if last := len(b.out) - 1; p.padding > 0 && b.out[last-1] != 0xff {
			if b.out[last] |= 1<<p.padding - 1; b.out[last] == 0xff {
				b.out = append(b.out, 0)
			}
		}
		b.text = b.text || b.image.strict && saysText(b.out[start:], len(b.image.file))
	}
}

// table returns the number of a component's table in a scan, which is written if
// it is not valid yet. Components share a table, and its number.
func (b *builder) table(class int, s *keptScan, n int) byte {
	needed := s.tables[class]
	h := needed[n]
	if h == nil {
		return 0
	}
	number, before := 0, 0
	for i, other := range needed[:n+1] { // the number of different tables before
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

// plain returns the symbols of a table. Those of codes that are not used are
// replaced by the first of the typical table that are free, which says nothing.
// A typical table stays what it is.
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

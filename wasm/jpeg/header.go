package jpeg

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Markers of table B.1.
const (
	markerTEM   = 0x01
	markerSOF0  = 0xc0 // baseline
	markerSOF2  = 0xc2 // progressive
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerSOF15 = 0xcf
	markerRST0  = 0xd0
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerDQT   = 0xdb
	markerDRI   = 0xdd
	markerAPP14 = 0xee
)

// tables are what marker segments define for the scans that follow (section
// B.2.4).
type tables struct {
	quantisers [4]*[64]uint8 // in zigzag order
	dc, ac     [4]*huffman
	interval   int // MCUs between restart markers; 0: none
}

// Parse reads the marker segments up to the first scan (section B.2). It fails
// with ErrUnsupported or ErrDamaged.
func Parse(file []byte) (*Image, error) {
	if !bytes.HasPrefix(file, []byte{0xff, markerSOI}) {
		return nil, ErrUnsupported
	}
	var m Image
	for rest := file[2:]; ; {
		marker, body, after, err := nextSegment(rest)
		if err != nil {
			return nil, err
		}
		rest = after
		switch {
		case marker == markerSOF0 || marker == markerSOF2:
			m.progressive = marker == markerSOF2
			err = m.frame(body)
		case marker == markerAPP14:
			err = adobe(body)
		case marker == markerSOS:
			if m.scan, err = m.scanHeader(body); err != nil {
				return nil, err
			}
			m.data = rest
			return &m, nil
		case marker > markerSOF0 && marker <= markerSOF15 &&
			marker != markerDHT && marker != markerJPG || marker == markerEOI:
			err = ErrUnsupported
		default:
			err = m.tables.define(marker, body)
		}
		if err != nil {
			return nil, err
		}
	}
}

// define reads a segment of tables, and passes over every other.
func (t *tables) define(marker byte, body []byte) error {
	switch marker {
	case markerDHT:
		return t.huffmanTables(body)
	case markerDQT:
		return t.quantisationTables(body)
	case markerDRI:
		return t.restartInterval(body)
	}
	return nil
}

// nextSegment passes over fill bytes (section B.1.1.2) and takes a segment.
func nextSegment(data []byte) (marker byte, body, rest []byte, err error) {
	fill := 0
	for fill < len(data) && data[fill] == 0xff {
		fill++
	}
	data = data[fill:]
	if fill == 0 || len(data) < 3 || data[0] == 0 || data[0] == markerTEM ||
		data[0] >= markerRST0 && data[0] <= markerSOI {
		return 0, nil, nil, ErrDamaged
	}
	length := int(binary.BigEndian.Uint16(data[1:]))
	if length < 2 || 1+length > len(data) {
		return 0, nil, nil, ErrDamaged
	}
	return data[0], data[3 : 1+length], data[1+length:], nil
}

// frame reads the frame header (section B.2.2). Y may be subsampled against
// nothing, Cb and Cr against Y.
func (m *Image) frame(body []byte) error {
	if len(m.components) > 0 || len(body) < 6 || len(body) != 6+3*int(body[5]) {
		return ErrDamaged
	}
	m.Height, m.Width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	count := int(body[5])
	if body[0] != 8 || m.Height == 0 || m.Width == 0 || count != 1 && count != 3 {
		return ErrUnsupported
	}
	m.components = make([]component, count)
	for i := range m.components {
		spec := body[6+3*i:]
		across, down := int(spec[1]>>4), int(spec[1]&15)
		if count == 1 { // an MCU is one block, whatever the file says (section A.2.2)
			across, down = 1, 1
		}
		if i == 0 && (across != 1 && across != 2 && across != 4 || down != 1 && down != 2) ||
			i > 0 && (across != 1 || down != 1) ||
			spec[2] > 3 {
			return ErrUnsupported
		}
		m.components[i] = component{id: spec[0], h: across, v: down, choice: spec[2]}
	}
	if c := m.components; count == 3 && c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B' {
		return ErrUnsupported
	}
	return nil
}

// adobe refuses a picture that is not of Y, Cb and Cr (Adobe technical note
// 5116, section 18).
func adobe(body []byte) error {
	if len(body) >= 12 && bytes.HasPrefix(body, []byte("Adobe")) && body[11] == 0 {
		return ErrUnsupported
	}
	return nil
}

// quantisationTables reads a DQT segment (section B.2.4.1).
func (t *tables) quantisationTables(body []byte) error {
	for ; len(body) >= 65; body = body[65:] {
		if body[0] > 3 { // or of 16 bits
			return ErrUnsupported
		}
		table := [64]uint8(body[1:])
		t.quantisers[body[0]] = &table
	}
	return leftOver(body)
}

// huffmanTables reads a DHT segment (section B.2.4.2).
func (t *tables) huffmanTables(body []byte) error {
	for len(body) >= 17 {
		class, to := body[0]>>4, body[0]&15
		if class > 1 || to > 3 {
			return ErrUnsupported
		}
		table, length, err := newHuffman([16]byte(body[1:]), body[17:], class == 1)
		if err != nil {
			return err
		}
		if class == 0 {
			t.dc[to] = table
		} else {
			t.ac[to] = table
		}
		body = body[17+length:]
	}
	return leftOver(body)
}

// restartInterval reads a DRI segment (section B.2.4.4).
func (t *tables) restartInterval(body []byte) error {
	if len(body) != 2 {
		return ErrDamaged
	}
	t.interval = int(binary.BigEndian.Uint16(body))
	return nil
}

// scan is a scan header (section B.2.3).
type scan struct {
	components []int // that are in it, by their place in the frame
	// from and to are the band of coefficients, in zigzag order. The bits of
	// them above low are in this scan; those above high, if that is not 0, were
	// in earlier ones (section G.1.1).
	from, to  int
	high, low int
}

// scanHeader reads a scan header and gives the components their tables.
func (m *Image) scanHeader(body []byte) (scan, error) {
	if len(m.components) == 0 || len(body) == 0 || body[0] == 0 || len(body) != 4+2*int(body[0]) {
		return scan{}, ErrDamaged
	}
	var s scan
	count := int(body[0])
	for i := range count {
		id, dc, ac := body[1+2*i], body[2+2*i]>>4, body[2+2*i]&15
		at := slices.IndexFunc(m.components, func(c component) bool { return c.id == id })
		if at < 0 || slices.Contains(s.components, at) || dc > 3 || ac > 3 {
			return scan{}, ErrDamaged
		}
		s.components = append(s.components, at)
		c := &m.components[at]
		c.dc, c.ac = m.tables.dc[dc], m.tables.ac[ac]
		if c.quantiser == nil { // the first scan's is every scan's
			c.quantiser = m.tables.quantisers[c.choice]
		}
	}
	rest := body[1+2*count:]
	s.from, s.to, s.high, s.low = int(rest[0]), int(rest[1]), int(rest[2]>>4), int(rest[2]&15)
	return s, nil
}

func leftOver(body []byte) error {
	if len(body) > 0 {
		return ErrDamaged
	}
	return nil
}

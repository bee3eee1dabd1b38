package jpeg

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// noFrames are the markers within the range of the frame markers that start no
// frame. DAC is ignored, because only arithmetic coding uses it.
var noFrames = []byte{markerDHT, markerJPG, markerDAC}

// tables holds the tables that marker segments define for the following scans
// (section B.2.4).
type tables struct {
	quantisers [4]*[64]uint16 // in zigzag order
	dc, ac     [4]*huffman
	interval   int // MCUs between restart markers; 0: no markers
	defined    int // number of Huffman tables so far
}

// Parse reads the marker segments up to the first scan (section B.2). It fails
// with ErrUnsupported, ErrDamaged, ErrTruncated or ErrTooComplex.
func Parse(file []byte) (*Image, error) {
	m := Image{file: file}
	var failed error
	jfif, transform := false, -1
	err := EachSegment(file, func(s Segment) {
		if failed != nil {
			return
		}
		switch {
		case s.Marker >= markerSOF0 && s.Marker <= markerSOF2:
			m.marker = s.Marker
			failed = m.frame(s.Body)
		case s.Marker > markerSOF2 && s.Marker <= markerSOF15 && !slices.Contains(noFrames, s.Marker):
			failed = ErrUnsupported
		case s.Marker == markerAPP0:
			jfif = jfif || bytes.HasPrefix(s.Body, []byte("JFIF\x00"))
		case s.Marker == markerAPP14 && len(s.Body) >= 12 && bytes.HasPrefix(s.Body, []byte("Adobe")):
			transform = int(s.Body[11])
		case s.Marker == markerSOS:
			m.at = s.Start + 4 + len(s.Body)
			m.scan, failed = m.scanHeader(s.Body)
		default:
			failed = m.tables.define(s)
		}
	})
	if failed != nil {
		return nil, failed
	}
	if err != nil {
		return nil, err
	}
	m.Colours = m.colours(jfif, transform)
	return &m, nil
}

// colours returns what the components are. It decides by JFIF's segment, by
// Adobe's segment and by the components' names, in the order that libjpeg uses
// (default_decompress_parms in jdapimin.c).
func (m *Image) colours(jfif bool, transform int) Colours {
	switch c := m.components; {
	case len(c) == 1:
		return Grey
	case len(c) == 4 && transform == 2:
		return YCCK
	case len(c) == 4:
		return CMYK
	case jfif:
		return YCbCr
	case transform == 0, transform < 0 && c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B':
		return RGB
	}
	return YCbCr
}

// define reads a segment of tables. It ignores other segments.
func (t *tables) define(s Segment) error {
	switch s.Marker {
	case markerDHT:
		return t.huffmanTables(s.Body)
	case markerDQT:
		return t.quantisationTables(s.Body)
	case markerDRI:
		return t.restartInterval(s.Body)
	}
	return nil
}

// frame reads the frame header (section B.2.2).
func (m *Image) frame(body []byte) error {
	if len(m.components) > 0 || len(body) < 6 || len(body) < 6+3*int(body[5]) {
		return ErrDamaged
	}
	m.Height, m.Width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	count := int(body[5])
	if body[0] != 8 || m.Height == 0 || m.Width == 0 || count != 1 && count != 3 && count != 4 {
		return ErrUnsupported
	}
	m.components = make([]component, count)
	for i := range m.components {
		spec := body[6+3*i:]
		across, down := int(spec[1]>>4), int(spec[1]&15)
		if across < 1 || across > 4 || down < 1 || down > 4 || spec[2] > 3 {
			return ErrDamaged
		}
		if count == 1 { // an MCU is one block, whatever the file says (section A.2.2)
			across, down = 1, 1
		}
		m.components[i] = component{id: spec[0], h: across, v: down, choice: spec[2]}
	}
	return nil
}

// quantisationTables reads a DQT segment (section B.2.4.1).
func (t *tables) quantisationTables(body []byte) error {
	for len(body) > 0 {
		bytes, to := 1+int(body[0]>>4), body[0]&15
		if bytes > 2 || to > 3 || len(body) < 1+64*bytes {
			return ErrDamaged
		}
		var table [64]uint16
		for k := range table {
			for _, b := range body[1+k*bytes:][:bytes] {
				table[k] = table[k]<<8 | uint16(b)
			}
		}
		t.quantisers[to] = &table
		body = body[1+64*bytes:]
	}
	return nil
}

// huffmanTables reads a DHT segment (section B.2.4.2). It ignores trailing bytes
// that are too few for a table.
func (t *tables) huffmanTables(body []byte) error {
	for len(body) >= 17 {
		class, to := body[0]>>4, body[0]&15
		if class > 1 || to > 3 {
			return ErrDamaged
		}
		if t.defined++; t.defined > maxTables {
			return ErrTooComplex
		}
		table, err := newHuffman([16]byte(body[1:]), body[17:])
		if err != nil {
			return err
		}
		if class == 0 {
			t.dc[to] = table
		} else {
			t.ac[to] = table
		}
		body = body[17+len(table.symbols):]
	}
	return nil
}

// restartInterval reads a DRI segment (section B.2.4.4).
func (t *tables) restartInterval(body []byte) error {
	if len(body) < 2 {
		return ErrDamaged
	}
	t.interval = int(binary.BigEndian.Uint16(body))
	return nil
}

// scan is a scan header (section B.2.3).
type scan struct {
	components []int // by their place in the frame
	// from and to are the first and the last coefficient of the band, in zigzag
	// order. The scan contains the coefficients' bits down to bit low. If high is
	// not 0, earlier scans contained the bits down to bit high (section G.1.1).
	from, to  int
	high, low int
}

// maxInterleaved is the maximum number of blocks in an MCU (section B.2.3).
const maxInterleaved = 10

// scanHeader reads a scan header and gives the components their tables.
func (m *Image) scanHeader(body []byte) (scan, error) {
	if len(m.components) == 0 || len(body) == 0 || body[0] == 0 || len(body) < 4+2*int(body[0]) {
		return scan{}, ErrDamaged
	}
	var s scan
	count, blocks := int(body[0]), 0
	for i := range count {
		id, dc, ac := body[1+2*i], body[2+2*i]>>4, body[2+2*i]&15
		at := 0
		for at < len(m.components) && (m.components[at].id != id || slices.Contains(s.components, at)) {
			at++ // names may be the same, as in libjpeg (get_sos in jdmarker.c)
		}
		if at == len(m.components) || dc > 3 || ac > 3 {
			return scan{}, ErrDamaged
		}
		s.components = append(s.components, at)
		c := &m.components[at]
		blocks += c.h * c.v
		c.dc, c.ac = m.tables.huffman(0, dc), m.tables.huffman(1, ac)
		if c.quantiser == nil { // the table of a component's first scan applies to all its scans
			c.quantiser = m.tables.quantisers[c.choice]
		}
	}
	if count > 1 && blocks > maxInterleaved {
		return scan{}, ErrUnsupported
	}
	rest := body[1+2*count:]
	s.from, s.to, s.high, s.low = int(rest[0]), int(rest[1]), int(rest[2]>>4), int(rest[2]&15)
	if m.marker != markerSOF2 {
		s.from, s.to, s.high, s.low = 0, 63, 0, 0 // whatever the file says
	}
	return s, nil
}

// huffman returns a table. If the file does not define it, huffman returns the
// typical table of that number: frames of Motion JPEG rely on that.
func (t *tables) huffman(class int, number byte) *huffman {
	all := [2]*[4]*huffman{&t.dc, &t.ac}[class]
	if all[number] == nil && number < 2 {
		typical := [2]*[2]typicalHuffman{&typicalDC, &typicalAC}[class][number]
		all[number], _ = newHuffman([16]byte([]byte(typical.counts)), []byte(typical.symbols))
	}
	return all[number]
}

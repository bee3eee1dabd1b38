package baseline

import (
	"bytes"
	"encoding/binary"
)

// Markers of table B.1.
const (
	markerTEM   = 0x01
	markerSOF0  = 0xc0 // baseline
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
	markerSOF15 = 0xcf
	markerRST0  = 0xd0
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerDQT   = 0xdb
	markerDRI   = 0xdd
	markerAPP14 = 0xee
)

// header gathers what the marker segments before the scan define.
type header struct {
	image      Image
	quantisers [4]*[64]uint8 // in zigzag order
	choice     [4]byte       // of a component's quantiser
	dc, ac     [4]*huffman
}

// Parse reads the marker segments up to the scan (section B.2). It fails with
// ErrUnsupported or ErrDamaged.
func Parse(file []byte) (*Image, error) {
	if !bytes.HasPrefix(file, []byte{0xff, markerSOI}) {
		return nil, ErrUnsupported
	}
	var h header
	for rest := file[2:]; ; {
		marker, body, after, err := nextSegment(rest)
		if err != nil {
			return nil, err
		}
		rest = after
		switch {
		case marker == markerDHT:
			err = h.huffmanTables(body)
		case marker == markerDQT:
			err = h.quantisationTables(body)
		case marker == markerDRI:
			err = h.restartInterval(body)
		case marker == markerSOF0:
			err = h.frame(body)
		case marker == markerAPP14:
			err = adobe(body)
		case marker == markerSOS:
			if err := h.scan(body); err != nil {
				return nil, err
			}
			h.image.scan = rest
			return &h.image, nil
		case marker > markerSOF0 && marker <= markerSOF15 && marker != markerJPG || marker == markerEOI:
			err = ErrUnsupported
		}
		if err != nil {
			return nil, err
		}
	}
}

// nextSegment passes over fill bytes (section B.1.1.2) and takes a segment.
func nextSegment(data []byte) (marker byte, body, rest []byte, err error) {
	fill := 0
	for fill < len(data) && data[fill] == 0xff {
		fill++
	}
	data = data[fill:]
	if fill == 0 || len(data) < 3 || data[0] == 0 || data[0] == markerTEM || data[0] >= markerRST0 && data[0] <= markerSOI {
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
func (h *header) frame(body []byte) error {
	if len(h.image.components) > 0 || len(body) < 6 || len(body) != 6+3*int(body[5]) {
		return ErrDamaged
	}
	h.image.Height, h.image.Width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	count := int(body[5])
	if body[0] != 8 || h.image.Height == 0 || h.image.Width == 0 || count != 1 && count != 3 {
		return ErrUnsupported
	}
	h.image.components = make([]component, count)
	for i := range h.image.components {
		spec := body[6+3*i:]
		across, down := int(spec[1]>>4), int(spec[1]&15)
		if count == 1 { // an MCU is one block, whatever the file says (section A.2.2)
			across, down = 1, 1
		}
		if i == 0 && (across != 1 && across != 2 && across != 4 || down != 1 && down != 2) || i > 0 && (across != 1 || down != 1) || spec[2] > 3 {
			return ErrUnsupported
		}
		h.image.components[i] = component{id: spec[0], h: across, v: down}
		h.choice[i] = spec[2]
	}
	if c := h.image.components; count == 3 && c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B' {
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
func (h *header) quantisationTables(body []byte) error {
	for ; len(body) >= 65; body = body[65:] {
		if body[0] > 3 { // or of 16 bits
			return ErrUnsupported
		}
		table := [64]uint8(body[1:])
		h.quantisers[body[0]] = &table
	}
	return leftOver(body)
}

// huffmanTables reads a DHT segment (section B.2.4.2).
func (h *header) huffmanTables(body []byte) error {
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
			h.dc[to] = table
		} else {
			h.ac[to] = table
		}
		body = body[17+length:]
	}
	return leftOver(body)
}

// restartInterval reads a DRI segment (section B.2.4.4).
func (h *header) restartInterval(body []byte) error {
	if len(body) != 2 {
		return ErrDamaged
	}
	h.image.interval = int(binary.BigEndian.Uint16(body))
	return nil
}

// scan reads the scan header (section B.2.3) and gives the components their
// tables.
func (h *header) scan(body []byte) error {
	components := h.image.components
	if len(components) == 0 || len(body) == 0 || len(body) != 4+2*int(body[0]) {
		return ErrDamaged
	}
	if int(body[0]) != len(components) {
		return ErrUnsupported // components one after the other
	}
	for i := range components {
		c, spec := &components[i], body[1+2*i:]
		if spec[0] != c.id || spec[1]>>4 > 3 || spec[1]&15 > 3 {
			return ErrDamaged
		}
		c.quantiser, c.dc, c.ac = h.quantisers[h.choice[i]], h.dc[spec[1]>>4], h.ac[spec[1]&15]
		if c.quantiser == nil || c.dc == nil || c.ac == nil {
			return ErrDamaged
		}
	}
	return nil
}

func leftOver(body []byte) error {
	if len(body) > 0 {
		return ErrDamaged
	}
	return nil
}

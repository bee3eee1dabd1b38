package jpeg

import (
	"bytes"
	"encoding/binary"
)

// Markers of table B.1.
const (
	markerTEM   = 0x01
	markerSOF0  = 0xc0 // baseline
	markerSOF1  = 0xc1 // extended sequential
	markerSOF2  = 0xc2 // progressive
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
	markerSOF15 = 0xcf
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerDQT   = 0xdb
	markerDNL   = 0xdc
	markerDRI   = 0xdd
	markerAPP0  = 0xe0
	markerAPP2  = 0xe2
	markerAPP14 = 0xee
	markerAPP15 = 0xef
	markerCOM   = 0xfe
)

// Segment is a marker segment (section B.1.1.4).
type Segment struct {
	Marker byte
	Body   []byte // the bytes after the length
	Start  int    // of the marker in the file
}

// EachSegment calls visit for every marker segment up to the first scan header. It
// skips bytes that belong to no segment, like browsers. It fails with
// ErrUnsupported for a file that is not a JPEG, ErrDamaged or ErrTruncated.
func EachSegment(file []byte, visit func(Segment)) error {
	if !bytes.HasPrefix(file, []byte{0xff, markerSOI}) {
		return ErrUnsupported
	}
	for at := 2; ; {
		segment, next, err := nextSegment(file, at)
		if err != nil {
			return err
		}
		if segment.Marker == markerEOI {
			return ErrDamaged
		}
		visit(segment)
		if segment.Marker == markerSOS {
			return nil
		}
		at = next
	}
}

// nextSegment reads the next segment and returns where to search for the one after
// it. The segment of EOI has no body. It fails with ErrTruncated if no complete
// segment is left, and with ErrDamaged for a second SOI or an unknown marker.
func nextSegment(file []byte, at int) (s Segment, next int, err error) {
	for {
		marker, start, ok := nextMarker(file, at)
		switch {
		case !ok:
			return Segment{}, 0, ErrTruncated
		case marker == markerEOI:
			return Segment{Marker: marker, Start: start}, start + 2, nil
		case marker == markerTEM, marker >= markerRST0 && marker <= markerRST7:
			at = start + 2
			continue
		case marker == markerSOI, marker < markerSOF0:
			return Segment{}, 0, ErrDamaged
		case start+4 > len(file):
			return Segment{}, 0, ErrTruncated
		}
		length := int(binary.BigEndian.Uint16(file[start+2:]))
		if length < 2 && (marker >= markerAPP0 && marker <= markerAPP15 || marker == markerCOM) {
			length = 2 // libjpeg skips them (skip_variable in jdmarker.c)
		}
		if length < 2 {
			return Segment{}, 0, ErrDamaged
		}
		if next = start + 2 + length; next > len(file) {
			return Segment{}, 0, ErrTruncated
		}
		return Segment{marker, file[start+4 : next], start}, next, nil
	}
}

// nextMarker finds the next marker from at on. It skips fill bytes (section
// B.1.1.2), stuffed bytes and all other bytes that are not a marker.
func nextMarker(file []byte, at int) (marker byte, start int, ok bool) {
	for at < len(file) {
		next := bytes.IndexByte(file[at:], 0xff)
		if next < 0 {
			return 0, 0, false
		}
		for at += next; at+1 < len(file) && file[at+1] == 0xff; {
			at++
		}
		if at+1 >= len(file) {
			return 0, 0, false
		}
		if file[at+1] != 0 {
			return file[at+1], at, true
		}
		at += 2
	}
	return 0, 0, false
}

// seamless reports whether the marker segments up to the first scan have no bytes
// between them, and no more bytes than they need.
func seamless(file []byte) bool {
	next, whole := 2, true
	_ = EachSegment(file, func(s Segment) {
		need := len(s.Body)
		switch {
		case s.Marker >= markerSOF0 && s.Marker <= markerSOF2:
			need = 6 + 3*int(s.Body[5])
		case s.Marker == markerDRI:
			need = 2
		case s.Marker == markerSOS:
			need = 4 + 2*int(s.Body[0])
		}
		whole = whole && s.Start == next && need == len(s.Body)
		next = s.Start + 4 + len(s.Body)
	})
	return whole
}

// appendSegment appends a marker segment.
func appendSegment(to []byte, marker byte, body ...byte) []byte {
	to = append(to, 0xff, marker)
	to = binary.BigEndian.AppendUint16(to, uint16(2+len(body)))
	return append(to, body...)
}

package container

import (
	"bytes"
	"encoding/binary"
)

// Markers of ITU-T T.81, table B.1.
const (
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	markerTEM   = 0x01
	markerAPP0  = 0xe0
	markerAPP1  = 0xe1
	markerAPP2  = 0xe2
	markerAPP14 = 0xee
	markerAPP15 = 0xef
	markerCOM   = 0xfe
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
)

// Segment is one marker segment of a JPEG.
type Segment struct {
	Marker byte
	Body   []byte // what follows the length
	start  int    // of its 0xff
}

var iccPrefix = []byte("ICC_PROFILE\x00")

// ICC answers the part of a colour profile that the segment carries: its number
// from 1, how many there are, and its bytes (ICC.1:2022, annex B.4).
func (s Segment) ICC() (number, count int, part []byte, ok bool) {
	at := len(iccPrefix)
	if s.Marker != markerAPP2 || len(s.Body) < at+2 || !bytes.HasPrefix(s.Body, iccPrefix) {
		return 0, 0, nil, false
	}
	return int(s.Body[at]), int(s.Body[at+1]), s.Body[at+2:], true
}

func isSOF(marker byte) bool {
	return marker >= 0xc0 && marker <= 0xcf && marker != markerDHT && marker != markerJPG && marker != markerDAC
}

// EachSegment calls visit for every marker segment up to EOI, and passes over
// the entropy-coded data between them. It answers where the image ends, or
// fails with truncated. What follows EOI (a maker's trailer, a second picture)
// is not looked at.
func EachSegment(file []byte, visit func(Segment)) (end int, err error) {
	at := 2
	for {
		next := bytes.IndexByte(file[min(at, len(file)):], 0xff)
		if next < 0 {
			return 0, truncated()
		}
		at += next
		for at+1 < len(file) && file[at+1] == 0xff { // fill bytes
			at++
		}
		if at+1 >= len(file) {
			return 0, truncated()
		}
		marker := file[at+1]
		switch {
		case marker == 0, marker == markerTEM, marker >= markerRST0 && marker <= markerSOI:
			at += 2 // a stuffed byte or a marker without a length
			continue
		case marker == markerEOI:
			return at + 2, nil
		}
		if at+4 > len(file) {
			return 0, truncated()
		}
		length := int(binary.BigEndian.Uint16(file[at+2:]))
		if length < 2 || at+2+length > len(file) {
			return 0, truncated()
		}
		visit(Segment{marker, file[at+4 : at+2+length], at})
		at += 2 + length
	}
}

func readJPEGHeader(file []byte, header *Header) error {
	_, err := EachSegment(file, func(s Segment) {
		switch {
		case isSOF(s.Marker) && header.Width == 0 && len(s.Body) >= 6:
			header.Height = int(binary.BigEndian.Uint16(s.Body[1:]))
			header.Width = int(binary.BigEndian.Uint16(s.Body[3:]))
			header.Components = int(s.Body[5])
			header.Precision = int(s.Body[0])
			header.Progressive = s.Marker == 0xc2
		case s.Marker == markerAPP1 && bytes.HasPrefix(s.Body, exifPrefix):
			exif := readEXIF(s.Body[len(exifPrefix):])
			if exif.orientation != 0 {
				header.Orientation = exif.orientation
			}
			if exif.taken != "" {
				header.taken, header.offset = exif.taken, exif.offset
			}
		default:
			if _, count, profile, ok := s.ICC(); ok && count == 1 && isSRGB(profile) {
				header.IdleProfile = Part{int64(s.start), int64(4 + len(s.Body))}
			}
		}
	})
	if err == nil && (header.Width == 0 || header.Height == 0) {
		return truncated()
	}
	return err
}

// keeps reports whether a segment is needed to show the picture: everything but
// APPn and COM, and of those JFIF, the ICC profile and Adobe's colour transform.
func keeps(s Segment) bool {
	switch {
	case s.Marker == markerAPP0:
		// A JFIF header may hold a thumbnail after its 14 bytes.
		return bytes.HasPrefix(s.Body, []byte("JFIF\x00")) && len(s.Body) == 14
	case s.Marker == markerAPP14:
		return bytes.HasPrefix(s.Body, []byte("Adobe")) && len(s.Body) == 12
	case s.Marker == markerCOM, s.Marker >= markerAPP0 && s.Marker <= markerAPP15:
		_, _, _, icc := s.ICC()
		return icc
	}
	return true
}

// Strip removes from a JPEG every metadata segment but colour, and whatever
// follows the end of the image. Compressed pixels stay bit for bit. It fails
// with truncated.
func Strip(file []byte) ([]byte, error) {
	var drop []Segment
	end, err := EachSegment(file, func(s Segment) {
		if !keeps(s) {
			drop = append(drop, s)
		}
	})
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, end)
	at := 0
	for _, s := range drop {
		out = append(out, file[at:s.start]...)
		at = s.start + 4 + len(s.Body)
	}
	return append(out, file[at:end]...), nil
}

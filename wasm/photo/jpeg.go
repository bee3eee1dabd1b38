package photo

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

// segment is one marker segment of a JPEG.
type segment struct {
	marker byte
	start  int    // of its 0xff
	body   []byte // what follows the length
}

func isSOF(marker byte) bool {
	return marker >= 0xc0 && marker <= 0xcf && marker != markerDHT && marker != markerJPG && marker != markerDAC
}

// eachSegment calls visit for every marker segment up to EOI, and passes over
// the entropy-coded data between them. It answers where the image ends, or
// fails with truncated. What follows EOI (a maker's trailer, a second picture)
// is not looked at.
func eachSegment(file []byte, visit func(segment)) (end int, err error) {
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
		visit(segment{marker, at, file[at+4 : at+2+length]})
		at += 2 + length
	}
}

func readJPEGHeader(file []byte, header *Header) error {
	_, err := eachSegment(file, func(s segment) {
		switch {
		case isSOF(s.marker) && header.Width == 0 && len(s.body) >= 6:
			header.Height = int(binary.BigEndian.Uint16(s.body[1:]))
			header.Width = int(binary.BigEndian.Uint16(s.body[3:]))
			header.Components = int(s.body[5])
			header.Progressive = s.marker == 0xc2
		case s.marker == markerAPP1 && bytes.HasPrefix(s.body, exifPrefix):
			exif := readEXIF(s.body[len(exifPrefix):])
			if exif.orientation != 0 {
				header.Orientation = exif.orientation
			}
			if exif.capturedAt != nil {
				header.CapturedAt = exif.capturedAt
			}
		case isICC(s):
			header.ICC = true
		}
	})
	if err == nil && (header.Width == 0 || header.Height == 0) {
		return truncated()
	}
	return err
}

var iccPrefix = []byte("ICC_PROFILE\x00")

func isICC(s segment) bool { return s.marker == markerAPP2 && bytes.HasPrefix(s.body, iccPrefix) }

// keeps reports whether a segment is needed to show the picture: everything but
// APPn and COM, and of those JFIF, the ICC profile and Adobe's colour transform.
func keeps(s segment) bool {
	switch {
	case s.marker == markerAPP0:
		// A JFIF header may hold a thumbnail after its 14 bytes.
		return bytes.HasPrefix(s.body, []byte("JFIF\x00")) && len(s.body) == 14
	case s.marker == markerAPP14:
		return bytes.HasPrefix(s.body, []byte("Adobe")) && len(s.body) == 12
	case s.marker == markerCOM, s.marker >= markerAPP0 && s.marker <= markerAPP15:
		return isICC(s)
	}
	return true
}

// strip removes every metadata segment but colour, and whatever follows the
// end of the image. Compressed pixels stay bit for bit.
func strip(file []byte) ([]byte, error) {
	var drop []segment
	end, err := eachSegment(file, func(s segment) {
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
		at = s.start + 4 + len(s.body)
	}
	return append(out, file[at:end]...), nil
}

// withICC puts the source's colour profile into an encoded JPEG.
func withICC(jpeg, source []byte) []byte {
	var profile []byte
	eachSegment(source, func(s segment) {
		if isICC(s) {
			profile = append(profile, source[s.start:s.start+4+len(s.body)]...)
		}
	})
	if len(profile) == 0 {
		return jpeg
	}
	out := make([]byte, 0, len(jpeg)+len(profile))
	out = append(out, jpeg[:2]...)
	out = append(out, profile...)
	return append(out, jpeg[2:]...)
}

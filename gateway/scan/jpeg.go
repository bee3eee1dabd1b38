package scan

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Errors of this package. Each says what kind of JPEG cannot be wrapped.
var (
	ErrNotJPEG     = errors.New("scan: not a whole JPEG")
	ErrProgressive = errors.New("scan: a TIFF holds baseline JPEG only, this one is not baseline")
	ErrColour      = errors.New("scan: only grey and YCbCr JPEGs can be wrapped")
	ErrTooLarge    = errors.New("scan: the document does not fit the size limit")
)

// JPEG markers (ITU-T T.81, table B.1).
const (
	markerSOF0  = 0xc0
	markerSOF2  = 0xc2
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
	markerRST0  = 0xd0
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerAPP0  = 0xe0
	markerAPP2  = 0xe2
	markerAPP14 = 0xee
)

// frame is what the headers of a JPEG say.
type frame struct {
	width, height int
	components    int // 1 or 3
	baseline      bool
	subsampling   [2]uint16 // horizontal and vertical factor of the first component against the others
	density       [2]uint16 // JFIF density; 72 × 72 if it gives none
	densityUnit   uint16    // TIFF's ResolutionUnit: 1 none, 2 inch, 3 centimetre
	profile       []byte    // ICC profile; nil if there is none
}

// readFrame reads the headers up to the first scan. It fails with ErrNotJPEG or
// ErrColour.
func readFrame(jpeg []byte) (frame, error) {
	f := frame{density: [2]uint16{72, 72}, densityUnit: 2}
	if len(jpeg) < 4 || !bytes.HasPrefix(jpeg, []byte{0xff, 0xd8}) || !bytes.HasSuffix(jpeg, []byte{0xff, markerEOI}) {
		return f, ErrNotJPEG
	}
	var profile profileParts
	transform := -1
	for at := 2; ; {
		if at+4 > len(jpeg) || jpeg[at] != 0xff {
			return f, ErrNotJPEG
		}
		marker := jpeg[at+1]
		if marker == 0xff { // a fill byte
			at++
			continue
		}
		end := at + 2 + int(binary.BigEndian.Uint16(jpeg[at+2:]))
		if end < at+4 || end > len(jpeg) {
			return f, ErrNotJPEG
		}
		body := jpeg[at+4 : end]
		switch {
		case isFrameHeader(marker):
			if err := f.readSize(marker, body); err != nil {
				return f, err
			}
		case marker == markerAPP0 && len(body) >= 12 && bytes.HasPrefix(body, []byte("JFIF\x00")):
			f.readDensity(body)
		case marker == markerAPP2:
			profile.add(body)
		case marker == markerAPP14 && len(body) >= 12 && bytes.HasPrefix(body, []byte("Adobe")):
			transform = int(body[11])
		case marker == markerSOS:
			f.profile = profile.join()
			return f, f.check(transform)
		}
		at = end
	}
}

func isFrameHeader(marker byte) bool {
	return marker >= markerSOF0 && marker < markerRST0 &&
		marker != markerDHT && marker != markerJPG && marker != markerDAC
}

// readSize reads a frame header (T.81, B.2.2).
func (f *frame) readSize(marker byte, body []byte) error {
	if len(body) < 6 || len(body) < 6+3*int(body[5]) || body[5] == 0 {
		return ErrNotJPEG
	}
	f.baseline = marker == markerSOF0
	f.height, f.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	f.components = int(body[5])
	if body[0] != 8 {
		return fmt.Errorf("%w: %d bits a sample", ErrColour, body[0])
	}
	first, second := body[7], body[7]
	if f.components > 1 {
		second = body[10]
	}
	if second&0x0f == 0 || second>>4 == 0 {
		return ErrNotJPEG
	}
	f.subsampling = [2]uint16{uint16(first>>4) / uint16(second>>4), uint16(first&0x0f) / uint16(second&0x0f)}
	return nil
}

// readDensity reads JFIF's resolution (JFIF 1.02). Its units 0, 1 and 2 are
// TIFF's 1, 2 and 3.
func (f *frame) readDensity(body []byte) {
	x, y := binary.BigEndian.Uint16(body[8:]), binary.BigEndian.Uint16(body[10:])
	if unit := body[7]; unit <= 2 && x > 0 && y > 0 {
		f.density, f.densityUnit = [2]uint16{x, y}, uint16(unit)+1
	}
}

func (f *frame) check(transform int) error {
	switch {
	case f.width == 0 || f.height == 0:
		return ErrNotJPEG
	case f.components != 1 && f.components != 3, f.components == 3 && transform == 0:
		return ErrColour
	}
	return nil
}

// profileParts collects an ICC profile that is spread over several segments
// (ICC.1:2022, annex B.4).
type profileParts map[byte][]byte

var profilePrefix = []byte("ICC_PROFILE\x00")

func (p *profileParts) add(body []byte) {
	if rest, ok := bytes.CutPrefix(body, profilePrefix); ok && len(rest) > 2 {
		if *p == nil {
			*p = profileParts{}
		}
		(*p)[rest[0]] = rest[2:]
	}
}

// join returns the profile, or nil if a part is missing.
func (p profileParts) join() []byte {
	var whole []byte
	for number := 1; number <= len(p); number++ {
		part, ok := p[byte(number)]
		if !ok {
			return nil
		}
		whole = append(whole, part...)
	}
	return whole
}

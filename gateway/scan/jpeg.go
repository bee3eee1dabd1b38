package scan

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// The errors of this package. Each is for one kind of JPEG that cannot be wrapped.
var (
	ErrNotJPEG  = errors.New("scan: not a whole JPEG")
	ErrCoding   = errors.New("scan: a JPEG of a coding that few readers know")
	ErrColour   = errors.New("scan: a JPEG whose colours are uncertain")
	ErrTIFF     = errors.New("scan: a TIFF cannot hold this kind of JPEG, a PDF can")
	ErrTooLarge = errors.New("scan: the document does not fit the size limit")
)

// JPEG markers (ITU-T T.81, table B.1).
const (
	markerSOF0  = 0xc0 // baseline
	markerSOF1  = 0xc1 // extended sequential
	markerSOF2  = 0xc2 // progressive
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
	markerRST0  = 0xd0
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerAPP0  = 0xe0
	markerAPP1  = 0xe1
	markerAPP2  = 0xe2
	markerAPP14 = 0xee
)

// colours are what the components of a JPEG mean.
type colours int

const (
	grey colours = iota
	yCbCr
	rgb
	cmyk // or YCCK; inverted, because Adobe stores it so
)

// frame is the content of a JPEG's headers.
type frame struct {
	width, height int
	coding        byte // the marker of the frame header
	components    []component
	colours       colours
	orientation   uint16    // EXIF's, 1 to 8; 1 is upright
	density       [2]uint16 // JFIF density; 72 × 72 if there is none
	densityUnit   uint16    // TIFF's ResolutionUnit: 1 none, 2 inch, 3 centimetre
	profile       []byte    // ICC profile; nil if there is none
	adobe         int       // start of Adobe's segment; 0 if there is none
}

// component is one colour of a frame: its name and its sampling factors.
type component struct{ id, horizontal, vertical byte }

// hints are the parts of a JPEG that show its colours, besides its components.
type hints struct {
	jfif      bool
	transform int // of Adobe's segment; -1 if there is none
}

// readFrame reads the headers up to the first scan. It fails with ErrNotJPEG,
// ErrCoding or ErrColour.
func readFrame(jpeg []byte) (frame, error) {
	f := frame{density: [2]uint16{72, 72}, densityUnit: 2, orientation: 1}
	if len(jpeg) < 4 || !bytes.HasPrefix(jpeg, []byte{0xff, 0xd8}) || !bytes.HasSuffix(jpeg, []byte{0xff, markerEOI}) {
		return f, ErrNotJPEG
	}
	var profile profileParts
	found := hints{transform: -1}
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
		case marker == markerAPP0 && bytes.HasPrefix(body, []byte("JFIF\x00")):
			found.jfif = true
			f.readDensity(body)
		case marker == markerAPP1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
			f.orientation = orientation(body[6:])
		case marker == markerAPP2:
			profile.add(body)
		case marker == markerAPP14 && len(body) >= 12 && bytes.HasPrefix(body, []byte("Adobe")):
			f.adobe, found.transform = at, int(body[11])
		case marker == markerSOS:
			f.profile = profile.join()
			return f, f.check(found)
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
	if len(body) < 6 || len(body) < 6+3*int(body[5]) || f.components != nil {
		return ErrNotJPEG
	}
	f.coding = marker
	f.height, f.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	f.components = []component{}
	for at := 6; at < 6+3*int(body[5]); at += 3 {
		f.components = append(f.components, component{body[at], body[at+1] >> 4, body[at+1] & 0x0f})
	}
	if body[0] != 8 {
		return fmt.Errorf("%w: %d bits a sample", ErrCoding, body[0])
	}
	return nil
}

// readDensity reads JFIF's resolution (JFIF 1.02). Its units 0, 1 and 2 are
// TIFF's 1, 2 and 3.
func (f *frame) readDensity(body []byte) {
	if len(body) < 12 {
		return
	}
	x, y := binary.BigEndian.Uint16(body[8:]), binary.BigEndian.Uint16(body[10:])
	if unit := body[7]; unit <= 2 && x > 0 && y > 0 {
		f.density, f.densityUnit = [2]uint16{x, y}, uint16(unit)+1
	}
}

// check fails for a JPEG that readers show differently.
func (f *frame) check(found hints) error {
	switch {
	case f.width == 0 || f.height == 0 || len(f.components) == 0:
		return ErrNotJPEG
	case f.coding > markerSOF2: // arithmetic, lossless, hierarchical
		return ErrCoding
	}
	for _, c := range f.components {
		if c.horizontal < 1 || c.horizontal > 4 || c.vertical < 1 || c.vertical > 4 {
			return ErrNotJPEG
		}
	}
	return f.setColours(found)
}

// setColours sets what the components mean, from JFIF's segment, Adobe's segment and
// the names of the components. It fails if these contradict each other, because
// readers then show different colours.
func (f *frame) setColours(found hints) error {
	c := f.components
	switch named := len(c) == 3 && c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B'; {
	case len(c) == 1:
		f.colours = grey
	case len(c) == 3 && found.transform == 0 && !found.jfif:
		f.colours = rgb
	case len(c) == 3 && found.transform != 0 && !(named && found.transform < 0):
		f.colours = yCbCr
	case len(c) == 4 && (found.transform == 0 || found.transform == 2):
		f.colours = cmyk
	default:
		return ErrColour
	}
	return nil
}

// fitsTIFF reports whether TIFF and its Technical Note 2 allow this kind of JPEG.
// It must be baseline. Its second and third component must have one sample for 1, 2
// or 4 of the first, and be subsampled across at least as much as down. It must be
// upright, because readers do not agree on TIFF's tag for orientation.
func (f *frame) fitsTIFF() bool {
	if f.coding != markerSOF0 || f.colours == cmyk || f.orientation != 1 {
		return false
	}
	if f.colours == grey {
		return true
	}
	first := f.components[0]
	for _, c := range f.components[1:] {
		if c.horizontal != 1 || c.vertical != 1 {
			return false
		}
	}
	if f.colours == rgb {
		return first.horizontal == 1 && first.vertical == 1
	}
	return first.horizontal != 3 && first.vertical != 3 && first.vertical <= first.horizontal
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

const exifOrientation = 274

// orientation reads the orientation of EXIF's first directory (EXIF 2.32,
// 4.6.4); 1, upright, if there is none.
func orientation(exif []byte) uint16 {
	var order binary.ByteOrder = binary.LittleEndian
	if len(exif) < 8 {
		return 1
	}
	if exif[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(exif[4:]))
	if at+2 > int64(len(exif)) {
		return 1
	}
	fields := exif[at+2:]
	for range order.Uint16(exif[at:]) {
		if len(fields) < 12 {
			break
		}
		if value := order.Uint16(fields[8:]); order.Uint16(fields) == exifOrientation && value >= 1 && value <= 8 {
			return value
		}
		fields = fields[12:]
	}
	return 1
}

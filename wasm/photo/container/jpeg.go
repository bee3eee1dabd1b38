package container

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/jpeg"
)

const (
	markerAPP1 = 0xe1
	markerAPP2 = 0xe2
)

var iccPrefix = []byte("ICC_PROFILE\x00")

// ICC returns the part of a colour profile in a segment: its number from 1, the
// number of parts, and its bytes (ICC.1:2022, annex B.4).
func ICC(s jpeg.Segment) (number, count int, part []byte, ok bool) {
	at := len(iccPrefix)
	if s.Marker != markerAPP2 || len(s.Body) < at+2 || !bytes.HasPrefix(s.Body, iccPrefix) {
		return 0, 0, nil, false
	}
	return int(s.Body[at]), int(s.Body[at+1]), s.Body[at+2:], true
}

// isSOF reports whether a marker starts a frame. DHT, JPG and DAC are in the same range.
func isSOF(marker byte) bool {
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

func readJPEG(file []byte, header *Header) error {
	seen := false
	err := jpeg.EachSegment(file, func(s jpeg.Segment) {
		switch {
		case isSOF(s.Marker) && header.Width == 0 && len(s.Body) >= 6:
			header.Height = int(binary.BigEndian.Uint16(s.Body[1:]))
			header.Width = int(binary.BigEndian.Uint16(s.Body[3:]))
			header.Components = int(s.Body[5])
			if s.Marker > 0xc2 || s.Body[0] != 8 {
				header.Refusal = shared.CodeUnsupportedFormat
			}
		case s.Marker == markerAPP1 && bytes.HasPrefix(s.Body, exifPrefix):
			if seen {
				header.MoreEXIF = append(header.MoreEXIF, Part{int64(s.Start), int64(4 + len(s.Body))})
				return
			}
			seen = true
			header.exif = readEXIF(s.Body)
		default:
			header.profile(s)
		}
	})
	if n := header.exif.orientation; n != 0 {
		header.Orientation = n
	}
	if err == nil && (header.Width == 0 || header.Height == 0) {
		err = jpeg.ErrTruncated
	}
	return JPEGError(err)
}

// profile records the colour profile of a JPEG.
func (h *Header) profile(s jpeg.Segment) {
	_, count, part, ok := ICC(s)
	switch {
	case !ok:
	case count == 1 && isSRGB(part):
		h.IdleProfile = Part{int64(s.Start), int64(4 + len(s.Body))}
	default:
		h.OtherProfile = true
	}
}

// JPEGError converts an error of the JPEG codec into one with a code.
func JPEGError(err error) error {
	code := shared.CodeCannotDecode
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jpeg.ErrTruncated):
		code = shared.CodeTruncated
	case errors.Is(err, jpeg.ErrTooComplex):
		code = shared.CodeTooComplex
	case errors.Is(err, jpeg.ErrUnsupported):
		code = shared.CodeUnsupportedFormat
	}
	return &shared.Error{Code: code, Err: err}
}

// EndOfJPEG returns where the image in a JPEG ends. Proper is false if it has no
// end marker. It fails with truncated, too_complex, unsupported_format or
// cannot_decode.
func EndOfJPEG(file []byte) (end int, proper bool, err error) {
	end, proper, err = jpeg.End(file)
	return end, proper, JPEGError(err)
}

// WholeJPEG fails with truncated if much of a JPEG's data is missing at its end,
// even if an end marker is present.
func WholeJPEG(file []byte) error {
	if err := jpeg.Whole(file); errors.Is(err, jpeg.ErrTruncated) {
		return JPEGError(err)
	}
	return nil
}

// Rebuild returns a JPEG of known parts only, with the same compressed pixels. It
// has no metadata, and nothing from between or after the segments. Ok is false if
// the pixels have to be encoded again. That includes all colour spaces other than
// sRGB, because a profile has room for text. It fails with truncated or
// too_complex.
func (h Header) Rebuild(file []byte) (clean []byte, ok bool, err error) {
	if h.OtherProfile || h.Components != 1 && h.Components != 3 {
		return nil, false, nil
	}
	clean, err = jpeg.Rebuild(file)
	if errors.Is(err, jpeg.ErrDamaged) || errors.Is(err, jpeg.ErrUnsupported) {
		return nil, false, nil
	}
	return clean, err == nil, JPEGError(err)
}

// Clean rebuilds a JPEG that an encoder has just written. It fails with
// cannot_decode.
func Clean(file []byte) ([]byte, error) {
	clean, err := jpeg.Clean(file)
	return clean, JPEGError(err)
}

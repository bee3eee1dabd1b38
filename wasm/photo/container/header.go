// Package container reads the data around the pixels of an image file: format,
// size, orientation, time and colours. Inputs may be hostile. Every input gives a
// result or an error, never a panic.
package container

import (
	"encoding/binary"

	"github.com/clinicpro/photobridge/shared"
)

// MaxPixels is the largest picture that a phone can process. A larger one is
// refused before it is decoded.
const MaxPixels = 120_000_000

// Header is the information in a file that is read without decoding pixels.
type Header struct {
	Type          Type
	Width, Height int // as stored, before orientation; 0 if not read
	Orientation   int // as browsers apply it, 1 to 8
	Components    int // JPEG: 1 grey, 3 colour, 4 CMYK
	// Refusal is the error code to use if the browser cannot decode the file. It is
	// empty for formats that the pure codecs know.
	Refusal shared.Code
	// IdleProfile is a JPEG's colour profile if it describes sRGB. It has no
	// effect, because a picture without a profile is sRGB too.
	IdleProfile Part
	// OtherProfile is true if a JPEG has another colour profile than sRGB.
	OtherProfile bool
	// MoreEXIF are the EXIF segments of a JPEG after the first one. Only the first
	// one counts; these are removed so that all browsers agree.
	MoreEXIF []Part

	exif exif
}

// Part is a range of bytes of a file.
type Part struct{ Start, Length int64 }

// Upright returns the size after applying the orientation.
func (h Header) Upright() (width, height int) {
	if h.Orientation >= 5 {
		return h.Height, h.Width
	}
	return h.Width, h.Height
}

// ReadHeader reads the header of a complete file. It fails with empty_file,
// not_an_image, truncated, cannot_decode or too_many_pixels.
func ReadHeader(file []byte, maxPixels int) (Header, error) {
	if len(file) == 0 {
		return Header{}, refuse(shared.CodeEmptyFile)
	}
	header := Header{Orientation: 1}
	header.Type, header.Refusal = sniff(file)
	var err error
	switch header.Type {
	case TypeJPEG:
		err = readJPEG(file, &header)
	case TypePNG:
		err = readPNG(file, &header)
	case TypeGIF:
		header.Width, header.Height = le16(file, 6), le16(file, 8)
		err = wholeGIF(file)
	case TypeWebP:
		header.exif = readEXIF(WebPChunk(WebPChunks(file), "EXIF"))
		err = wholeWebP(file)
	case TypeTIFF:
		if header.exif = readEXIF(file); header.exif.orientation != 0 {
			header.Orientation = header.exif.orientation
		}
	case TypeHEIF, TypeAVIF:
		header.exif = readEXIF(exifOfHEIF(file)) // only for the time: orientation is a property of the item
	case TypePDF:
		err = refuse(header.Refusal)
	}
	if err == nil && header.Width*header.Height > maxPixels {
		err = refuse(shared.CodeTooManyPixels)
	}
	return header, err
}

// refuse returns an error with a code.
func refuse(code shared.Code) error { return &shared.Error{Code: code} }

func be32(b []byte, at int) int {
	if len(b) < at+4 {
		return 0
	}
	return int(binary.BigEndian.Uint32(b[at:]) & 0x7fffffff)
}

func le16(b []byte, at int) int {
	if len(b) < at+2 {
		return 0
	}
	return int(binary.LittleEndian.Uint16(b[at:]))
}

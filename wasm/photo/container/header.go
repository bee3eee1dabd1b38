// Package container reads what an image file says around its pixels: its
// format, size, orientation, time and colours. Inputs are hostile: every one
// gives a result or an error, never a panic.
package container

import (
	"encoding/binary"

	"github.com/clinicpro/photobridge/shared"
)

// MaxPixels is what a phone can work on; more is refused before it is decoded.
const MaxPixels = 120_000_000

// Header is what a file says of itself before its pixels are decoded.
type Header struct {
	Type          Type
	Width, Height int // as stored, before orientation; 0 if not read
	Orientation   int // as browsers apply it, 1 to 8
	Components    int // JPEG: 1 grey, 3 colour, 4 CMYK
	// Refusal is the code for a file that the browser cannot decode and the
	// pure codecs do not know; empty where they do.
	Refusal shared.Code
	// IdleProfile is a JPEG's colour profile if it says sRGB, which a picture
	// without one is too.
	IdleProfile Part
	// OtherProfile says that a JPEG has a colour profile that is not sRGB's.
	OtherProfile bool
	// MoreEXIF are EXIF segments of a JPEG behind the first one, which is the
	// one that counts.
	MoreEXIF []Part

	exif exif
}

// Part is some bytes of a file.
type Part struct{ Start, Length int64 }

// Upright is the size after orientation.
func (h Header) Upright() (width, height int) {
	if h.Orientation >= 5 {
		return h.Height, h.Width
	}
	return h.Width, h.Height
}

// ReadHeader reads the header of a file given whole. It fails with empty_file,
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
		header.exif = readEXIF(exifOfHEIF(file)) // its orientation is the file's own property
	case TypePDF:
		err = refuse(header.Refusal)
	}
	if err == nil && header.Width*header.Height > maxPixels {
		err = refuse(shared.CodeTooManyPixels)
	}
	return header, err
}

// refuse makes an error of a code.
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

// Package container reads what an image file says around its pixels: its
// format, size, orientation, time and colour profile. Inputs are hostile: every
// one is an answer or an error, never a panic.
package container

import (
	"bytes"
	"encoding/binary"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// Type is a file format, told by its bytes and not by its name.
type Type string

// The types that are recognized.
const (
	TypeJPEG Type = "jpeg"
	TypePNG  Type = "png"
	TypeWebP Type = "webp"
	TypeGIF  Type = "gif"
	TypeBMP  Type = "bmp"
	TypeTIFF Type = "tiff"
	TypeHEIF Type = "heif"
)

// MaxPixels is what a phone can work on; more is refused before it is decoded.
const MaxPixels = 120_000_000

// Header is what a file says of itself before its pixels are decoded.
type Header struct {
	Type          Type
	Width, Height int // as stored, before orientation; 0 if not read
	Orientation   int // EXIF, 1 to 8
	Components    int // JPEG: 1 grey, 3 colour, 4 CMYK
	Precision     int // JPEG: bits a sample
	Progressive   bool
	// IdleProfile is a JPEG's colour profile if it says sRGB, which a picture
	// without one is too.
	IdleProfile Part

	taken, offset string // EXIF DateTimeOriginal and OffsetTimeOriginal
}

// Part is some bytes of a file.
type Part struct{ Start, Length int64 }

// CapturedAt is the EXIF time, read as UTC where no offset is given; nil if the
// file does not say.
func (h Header) CapturedAt() *time.Time {
	at, err := time.Parse("2006:01:02 15:04:05-07:00", h.taken+h.offset)
	if err != nil {
		at, err = time.Parse("2006:01:02 15:04:05", h.taken)
	}
	if err != nil || at.Year() < 1990 {
		return nil
	}
	at = at.UTC()
	return &at
}

// Upright is the size after orientation.
func (h Header) Upright() (width, height int) {
	if h.Orientation >= 5 {
		return h.Height, h.Width
	}
	return h.Width, h.Height
}

// ReadHeader reads the header of a file given whole. It fails with empty_file,
// not_an_image, truncated or too_many_pixels.
func ReadHeader(file []byte, maxPixels int) (Header, error) {
	kind, err := sniff(file)
	if err != nil {
		return Header{}, err
	}
	header := Header{Type: kind, Orientation: 1}
	switch kind {
	case TypeJPEG:
		err = readJPEGHeader(file, &header)
	case TypePNG:
		if header.Width, header.Height = be32(file, 16), be32(file, 20); header.Width == 0 || header.Height == 0 {
			err = truncated()
		}
	case TypeGIF:
		header.Width, header.Height = le16(file, 6), le16(file, 8)
	case TypeHEIF:
		readHEIFHeader(file, &header)
	}
	if err != nil {
		return Header{}, err
	}
	if header.Width*header.Height > maxPixels {
		return Header{}, shared.NewError(shared.CodeTooManyPixels,
			"This picture has more pixels than a phone can work on. Take it again with the camera's ordinary setting.")
	}
	return header, nil
}

func sniff(file []byte) (Type, error) {
	has := func(offset int, text string) bool {
		return len(file) >= offset+len(text) && string(file[offset:offset+len(text)]) == text
	}
	switch {
	case len(file) == 0:
		return "", shared.NewError(
			shared.CodeEmptyFile,
			"This file is empty. Choose the photo again, or take it again.",
		)
	case has(0, "\xff\xd8\xff"):
		return TypeJPEG, nil
	case has(0, "\x89PNG\r\n\x1a\n"):
		return TypePNG, nil
	case has(0, "RIFF") && has(8, "WEBP"):
		return TypeWebP, nil
	case has(0, "GIF87a"), has(0, "GIF89a"):
		return TypeGIF, nil
	case has(0, "BM") && len(file) > 26:
		return TypeBMP, nil
	case has(0, "II*\x00"), has(0, "MM\x00*"):
		return TypeTIFF, nil
	case has(4, "ftyp") && heifBrand(file):
		return TypeHEIF, nil
	}
	return "", shared.NewError(
		shared.CodeNotAnImage,
		"This file is not a photo. Choose a picture, or take one with the camera.",
	)
}

// heifBrand looks for a still-image brand (ISO/IEC 23008-12, section 10).
func heifBrand(file []byte) bool {
	box := file[:min(len(file), max(12, be32(file, 0)), 256)]
	for _, brand := range []string{"heic", "heix", "heim", "heis", "mif1", "msf1", "hevc", "avif"} {
		if at := bytes.Index(box, []byte(brand)); at >= 8 {
			return true
		}
	}
	return false
}

// readHEIFHeader reads the time. The Exif item may lie anywhere in the file; it
// is found by how it begins (ISO/IEC 23008-12, A.2.1). Its orientation is not
// for use: the file turns its pixels by a property of their own.
func readHEIFHeader(file []byte, header *Header) {
	for {
		at := bytes.Index(file, exifPrefix)
		if at < 0 {
			return
		}
		file = file[at+len(exifPrefix):]
		if exif := readEXIF(file); exif.taken != "" {
			header.taken, header.offset = exif.taken, exif.offset
			return
		}
	}
}

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

func truncated() error {
	return shared.NewError(shared.CodeTruncated, "This file is cut short. Choose the photo again, or take it again.")
}

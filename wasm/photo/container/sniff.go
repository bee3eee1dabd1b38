package container

import (
	"bytes"

	"github.com/clinicpro/photobridge/shared"
)

// Type is a file format, recognised by its bytes and not by its name.
type Type string

// The formats that sniff recognises.
const (
	TypeJPEG  Type = "jpeg"
	TypePNG   Type = "png"
	TypeWebP  Type = "webp"
	TypeGIF   Type = "gif"
	TypeBMP   Type = "bmp"
	TypeTIFF  Type = "tiff"
	TypeHEIF  Type = "heif"
	TypeAVIF  Type = "avif"
	TypeRAW   Type = "raw"   // a sensor's data, not a picture yet
	TypePDF   Type = "pdf"   // never a photo, although some browsers draw its first page
	TypeOther Type = "other" // the browser may know it
)

// magics lists the first bytes of each format, and the error code of the formats
// that the pure codecs do not know.
var magics = []struct {
	at      int
	text    string
	kind    Type
	refusal shared.Code
}{
	{0, "\xff\xd8\xff", TypeJPEG, ""},
	{0, "\x89PNG\r\n\x1a\n", TypePNG, ""},
	{8, "WEBP", TypeWebP, ""},
	{0, "GIF87a", TypeGIF, ""},
	{0, "GIF89a", TypeGIF, ""},
	{8, "CR\x02\x00", TypeRAW, shared.CodeRawPhoto}, // Canon, in a TIFF
	{0, "II*\x00", TypeTIFF, ""},
	{0, "MM\x00*", TypeTIFF, ""},
	{4, "ftypcrx ", TypeRAW, shared.CodeRawPhoto},
	{0, "FUJIFILMCCD-RAW", TypeRAW, shared.CodeRawPhoto},
	{0, "IIRO", TypeRAW, shared.CodeRawPhoto}, // Olympus
	{0, "IIRS", TypeRAW, shared.CodeRawPhoto},
	{0, "MMOR", TypeRAW, shared.CodeRawPhoto},
	{0, "IIU\x00", TypeRAW, shared.CodeRawPhoto}, // Panasonic
	{0, "\x00MRM", TypeRAW, shared.CodeRawPhoto}, // Minolta
	{0, "FOVb", TypeRAW, shared.CodeRawPhoto},    // Sigma
	{0, "\xff\x0a", TypeOther, shared.CodeUnsupportedJXL},
	{4, "JXL \r\n\x87\n", TypeOther, shared.CodeUnsupportedJXL},
	{4, "jP  \r\n\x87\n", TypeOther, shared.CodeUnsupportedJP2},
	{0, "\xff\x4f\xff\x51", TypeOther, shared.CodeUnsupportedJP2},
	{0, "II\xbc", TypeOther, shared.CodeUnsupportedFormat},  // JPEG XR
	{0, "II+\x00", TypeOther, shared.CodeUnsupportedFormat}, // BigTIFF
	{0, "MM\x00+", TypeOther, shared.CodeUnsupportedFormat},
	{0, "8BPS", TypeOther, shared.CodeUnsupportedFormat}, // Photoshop
	{0, "\x00\x00\x01\x00", TypeOther, shared.CodeUnsupportedFormat},
	{0, "<svg", TypeOther, shared.CodeUnsupportedFormat},
}

// sniff recognises a format. Refusal is the error code of a format that the pure
// codecs do not know.
func sniff(file []byte) (kind Type, refusal shared.Code) {
	for _, m := range magics {
		if len(file) >= m.at && bytes.HasPrefix(file[m.at:], []byte(m.text)) {
			return m.kind, m.refusal
		}
	}
	switch {
	case len(file) > 26 && string(file[:2]) == "BM":
		return TypeBMP, ""
	case len(file) > 12 && string(file[4:8]) == "ftyp":
		return brand(file)
	case bytes.Contains(file[:min(len(file), pdfStart)], []byte("%PDF-")):
		return TypePDF, shared.CodePDF
	}
	return TypeOther, shared.CodeNotAnImage
}

// pdfStart is how far into a file PDF readers search for the header of a PDF (ISO
// 32000-1, annex H, note 13).
const pdfStart = 1024

// brand returns the type of a HEIF file by its brands (ISO/IEC 23008-12, section 10).
func brand(file []byte) (Type, shared.Code) {
	box := file[8:min(len(file), max(12, be32(file, 0)), 256)]
	kind, refusal := TypeOther, shared.CodeNotAnImage
	for ; len(box) >= 4; box = box[4:] {
		switch string(box[:4]) {
		case "heic", "heix", "heim", "heis", "hevc", "hevx":
			return TypeHEIF, ""
		case "avif", "avis":
			kind, refusal = TypeAVIF, shared.CodeUnsupportedAVIF
		case "mif1", "msf1":
			if kind == TypeOther {
				kind, refusal = TypeHEIF, ""
			}
		}
	}
	return kind, refusal
}

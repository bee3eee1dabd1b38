package container

import "encoding/binary"

var exifPrefix = []byte("Exif\x00\x00")

// Tags of EXIF 2.32 that matter here: everything else is thrown away.
const (
	tagOrientation      = 0x0112
	tagExifIFD          = 0x8769
	tagDateTimeOriginal = 0x9003
	tagOffsetOriginal   = 0x9011

	typeASCII = 2
	typeShort = 3
	typeLong  = 4

	maxEntries = 1000
)

type exif struct {
	orientation   int    // 0: not said
	taken, offset string // "2006:01:02 15:04:05" and "-07:00"
}

// readEXIF reads a TIFF structure (EXIF 2.32, section 4.5). What is damaged is
// taken as not said.
func readEXIF(tiff []byte) exif {
	var order binary.ByteOrder
	switch {
	case len(tiff) < 8:
		return exif{}
	case string(tiff[:4]) == "II*\x00":
		order = binary.LittleEndian
	case string(tiff[:4]) == "MM\x00*":
		order = binary.BigEndian
	default:
		return exif{}
	}
	var found exif
	var exifIFD uint32
	eachEntry(tiff, order, order.Uint32(tiff[4:]), func(tag, kind uint16, count uint32, value []byte) {
		switch {
		case tag == tagOrientation && kind == typeShort:
			if n := int(order.Uint16(value)); n >= 1 && n <= 8 {
				found.orientation = n
			}
		case tag == tagExifIFD && kind == typeLong:
			exifIFD = order.Uint32(value)
		}
	})
	eachEntry(tiff, order, exifIFD, func(tag, kind uint16, count uint32, value []byte) {
		if kind != typeASCII {
			return
		}
		switch tag {
		case tagDateTimeOriginal:
			found.taken = textAt(tiff, order, count, value)
		case tagOffsetOriginal:
			found.offset = textAt(tiff, order, count, value)
		}
	})
	return found
}

func eachEntry(
	tiff []byte,
	order binary.ByteOrder,
	at uint32,
	visit func(tag, kind uint16, count uint32, value []byte),
) {
	if at == 0 || uint64(at)+2 > uint64(len(tiff)) {
		return
	}
	entries := min(int(order.Uint16(tiff[at:])), maxEntries)
	for i := range entries {
		entry := int(at) + 2 + 12*i
		if entry+12 > len(tiff) {
			return
		}
		e := tiff[entry : entry+12]
		visit(order.Uint16(e), order.Uint16(e[2:]), order.Uint32(e[4:]), e[8:])
	}
}

func textAt(tiff []byte, order binary.ByteOrder, count uint32, value []byte) string {
	if count > 64 {
		return ""
	}
	text := value[:min(int(count), 4)]
	if count > 4 {
		at := uint64(order.Uint32(value))
		if at+uint64(count) > uint64(len(tiff)) {
			return ""
		}
		text = tiff[at : at+uint64(count)]
	}
	for len(text) > 0 && text[len(text)-1] == 0 {
		text = text[:len(text)-1]
	}
	return string(text)
}

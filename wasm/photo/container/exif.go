package container

import (
	"bytes"
	"encoding/binary"
)

// exifPrefix starts an EXIF segment of a JPEG. Browsers accept any byte after it.
var exifPrefix = []byte("Exif\x00")

// The tags of EXIF 2.32 that we read. No other field leaves the phone.
const (
	tagOrientation = 0x0112
	tagExifIFD     = 0x8769

	typeASCII = 2
	typeShort = 3
	typeLong  = 4

	maxEntries = 1000
)

// momentTags are EXIF's times, the best one first, with their offsets from UTC.
var momentTags = [3]struct{ time, offset uint16 }{
	{0x9003, 0x9011}, // original
	{0x9004, 0x9012}, // digitized
	{0x0132, 0x9010}, // changed
}

type exif struct {
	orientation int // 0: missing
	moments     [3]struct{ time, offset string }
}

// Entry is a field of an IFD.
type Entry struct {
	Tag, Kind uint16
	Count     uint32
	Value     []byte // four bytes
}

// TIFF is a TIFF structure (EXIF 2.32, section 4.5).
type TIFF struct {
	Data  []byte
	Order binary.ByteOrder
}

// OpenTIFF returns the structure and the position of its first IFD. It ignores
// damaged parts.
func OpenTIFF(data []byte) (t TIFF, first uint32, ok bool) {
	if len(data) < 8 {
		return TIFF{}, 0, false
	}
	switch string(data[:4]) {
	case "II*\x00":
		t = TIFF{data, binary.LittleEndian}
	case "MM\x00*":
		t = TIFF{data, binary.BigEndian}
	default:
		return TIFF{}, 0, false
	}
	return t, t.Order.Uint32(data[4:]), true
}

// withoutPrefix returns an EXIF structure without its prefix.
func withoutPrefix(data []byte) []byte {
	if len(data) > len(exifPrefix) && bytes.HasPrefix(data, exifPrefix) {
		return data[len(exifPrefix)+1:]
	}
	return data
}

// readEXIF reads an EXIF structure with or without its prefix.
func readEXIF(data []byte) exif {
	t, first, ok := OpenTIFF(withoutPrefix(data))
	if !ok {
		return exif{}
	}
	return t.exif(first)
}

// exif reads orientation and times from an IFD and from the EXIF IFD that it points to.
func (t TIFF) exif(first uint32) exif {
	var found exif
	var exifIFD uint32
	read := func(e Entry) {
		switch {
		case e.Tag == tagOrientation && e.Kind == typeShort && e.Count == 1:
			if n := int(t.Order.Uint16(e.Value)); n >= 1 && n <= 8 && found.orientation == 0 {
				found.orientation = n
			}
		case e.Tag == tagExifIFD && e.Kind == typeLong:
			exifIFD = t.Order.Uint32(e.Value)
		case e.Kind == typeASCII:
			for i, tags := range momentTags {
				switch e.Tag {
				case tags.time:
					found.moments[i].time = t.text(e)
				case tags.offset:
					found.moments[i].offset = t.text(e)
				}
			}
		}
	}
	t.EachEntry(first, read)
	if exifIFD != first {
		t.EachEntry(exifIFD, read)
	}
	return found
}

// EachEntry calls visit for every entry of an IFD. It returns the position of the
// next IFD.
func (t TIFF) EachEntry(at uint32, visit func(Entry)) (next uint32) {
	if at == 0 || uint64(at)+2 > uint64(len(t.Data)) {
		return 0
	}
	entries := int(t.Order.Uint16(t.Data[at:]))
	for i := range min(entries, maxEntries) {
		start := int(at) + 2 + 12*i
		if start+12 > len(t.Data) {
			return 0
		}
		e := t.Data[start : start+12]
		visit(Entry{t.Order.Uint16(e), t.Order.Uint16(e[2:]), t.Order.Uint32(e[4:]), e[8:]})
	}
	if after := int(at) + 2 + 12*entries; after+4 <= len(t.Data) {
		return t.Order.Uint32(t.Data[after:])
	}
	return 0
}

// text returns the text of an entry without the zeros at its end.
func (t TIFF) text(e Entry) string {
	if e.Count > 64 {
		return ""
	}
	text := e.Value[:min(int(e.Count), 4)]
	if e.Count > 4 {
		at := uint64(t.Order.Uint32(e.Value))
		if at+uint64(e.Count) > uint64(len(t.Data)) {
			return ""
		}
		text = t.Data[at : at+uint64(e.Count)]
	}
	for len(text) > 0 && text[len(text)-1] == 0 {
		text = text[:len(text)-1]
	}
	return string(text)
}

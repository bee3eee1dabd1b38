package container

import (
	"strings"
	"testing"
	"time"
)

// hostile returns small files that declare as much as their formats allow in as few bytes as possible.
func hostile() map[string][]byte {
	const items = 65_535
	heif := func(boxes ...string) []byte {
		return []byte(boxOf("ftyp", "heic\x00\x00\x00\x00heic") + boxOf("meta", noFlags, strings.Join(boxes, "")))
	}
	exif := boxOf("iinf", noFlags, be16(1), boxOf("infe", "\x02\x00\x00\x00", be16(7), be16(0), "Exif\x00"))
	item := be16(1) + be16(0) + be16(0xffff)
	last := be16(7) + be16(0) + be16(0xffff)
	segment := "\xff\xe1\x00\x08" + string(exifPrefix) + "\x00"
	return map[string][]byte{
		"iloc with parts of no bytes": heif(exif,
			boxOf("iloc", noFlags, "\x00\x00", be16(items), strings.Repeat(item, items-1), last)),
		"ipma with more entries than bytes": heif(boxOf("pitm", noFlags, be16(7)),
			boxOf("iprp", boxOf("ipco", nclx(9)), boxOf("ipma", noFlags, n32(1<<32-1),
				strings.Repeat(be16(1)+"\x00", items)))),
		"iinf with empty boxes": heif(boxOf("iinf", noFlags, be16(items), strings.Repeat(boxOf("infe"), items))),
		"iref with empty boxes": heif(boxOf("pitm", noFlags, be16(7)),
			boxOf("iref", noFlags, strings.Repeat(boxOf("prem"), items))),
		"TIFF with as many entries as possible": []byte(ifd(8, "",
			strings.Split(strings.Repeat(entryOf(tagExifIFD, typeLong, 1<<32-1, "\x08")+"|", items), "|")[:items]...)),
		"PNG with empty chunks": []byte(sniffedPNG + chunk("IHDR", n32(1)+n32(1)) +
			strings.Repeat(chunk("eXIf", ""), items)),
		"GIF with empty blocks":  []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00" + strings.Repeat("\x21\xfe\x00", items)),
		"WebP with empty chunks": []byte("RIFF" + le(4) + "WEBP" + strings.Repeat("JUNK"+le(0), items)),
		"JPEG with EXIF segments": []byte("\xff\xd8" + strings.Repeat(segment, items) +
			"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\xff\xda\x00\x02"),
	}
}

// TestWorkIsBounded: no small file keeps the engine's worker busy. A header takes milliseconds. Without a limit
// the worst of these files took a minute.
func TestWorkIsBounded(t *testing.T) {
	const most = 2 * time.Second // for a slow machine
	for name, file := range hostile() {
		start := time.Now()
		if header, _ := ReadHeader(file, MaxPixels); header.Type == TypeOther {
			t.Errorf("%s: the format is not recognised", name)
		}
		ReadHEIF(file)
		if took := time.Since(start); took > most {
			t.Errorf("%s: %d bytes take %v", name, len(file), took)
		}
	}
}

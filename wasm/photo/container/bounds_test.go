package container

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"
)

func le(n uint32) string { return string(binary.LittleEndian.AppendUint32(nil, n)) }

// ifd returns a little-endian TIFF structure of one IFD, followed by rest.
func ifd(next uint32, rest string, entries ...string) string {
	count := string(binary.LittleEndian.AppendUint16(nil, uint16(len(entries))))
	return "II*\x00" + le(8) + count + strings.Join(entries, "") + le(next) + rest
}

func entryOf(tag, kind uint16, count uint32, value string) string {
	head := binary.LittleEndian.AppendUint16(nil, tag)
	head = binary.LittleEndian.AppendUint16(head, kind)
	return string(binary.LittleEndian.AppendUint32(head, count)) + (value + "\x00\x00\x00\x00")[:4]
}

func TestOrientations(t *testing.T) {
	for _, test := range []struct {
		written uint16
		want    int
	}{{0, 0}, {1, 1}, {4, 4}, {5, 5}, {8, 8}, {9, 0}} {
		value := string(binary.LittleEndian.AppendUint16(nil, test.written))
		found := readEXIF([]byte(ifd(0, "", entryOf(tagOrientation, typeShort, 1, value))))
		if found.orientation != test.want {
			t.Errorf("%d is read as %d", test.written, found.orientation)
		}
		width, height := (Header{Width: 30, Height: 20, Orientation: test.want}).Upright()
		if turned := test.want >= 5; turned != (width == 20 && height == 30) {
			t.Errorf("orientation %d: %d×%d", test.want, width, height)
		}
	}
	long := ifd(0, "", entryOf(tagOrientation, typeLong, 1, "\x06"))
	if found := readEXIF([]byte(long)); found.orientation != 0 {
		t.Errorf("an orientation of another type is read as %d", found.orientation)
	}
}

// TestTIFFAtItsEnd cuts a structure at every byte. The rest is ignored.
func TestTIFFAtItsEnd(t *testing.T) {
	whole := ifd(77, "", entryOf(tagOrientation, typeShort, 1, "\x06"), entryOf(tagExifIFD, typeLong, 1, "\x00"))
	for n := range len(whole) + 1 {
		tiff, first, ok := OpenTIFF([]byte(whole[:n]))
		if ok != (n >= 8) {
			t.Fatalf("with %d bytes it is one: %v", n, ok)
		}
		if !ok {
			continue
		}
		visited := 0
		next := tiff.EachEntry(first, func(Entry) { visited++ })
		want, wantNext := max(0, min(2, (n-10)/12)), uint32(0)
		if n == len(whole) {
			wantNext = 77
		}
		if visited != want || next != wantNext {
			t.Errorf("with %d bytes: %d entries, then %d; want %d, %d", n, visited, next, want, wantNext)
		}
	}
	tiff, _, _ := OpenTIFF([]byte(whole))
	for _, at := range []uint32{0, uint32(len(whole)) - 1, uint32(len(whole)), 1 << 31, 1<<32 - 1} {
		if next := tiff.EachEntry(at, func(Entry) { t.Errorf("an entry at %d", at) }); next != 0 {
			t.Errorf("after %d comes %d", at, next)
		}
	}
}

func TestTIFFText(t *testing.T) {
	long := strings.Repeat("x", 65)
	const at = 8 + 2 + 12 + 4
	tests := []struct {
		name  string
		count uint32
		value string
		want  string
	}{
		{"none", 0, "abcd", ""},
		{"in the entry", 4, "abcd", "abcd"},
		{"without the zeros at its end", 4, "a\x00b\x00", "a\x00b"},
		{"of zeros", 4, "", ""},
		{"behind the entries", 5, le(at), "xxxxx"},
		{"as long as a time may be", 64, le(at), long[:64]},
		{"longer", 65, le(at), ""},
		{"up to the end", 5, le(at + 60), "xxxxx"},
		{"beyond the end", 5, le(at + 61), ""},
		{"far beyond", 5, le(1<<32 - 1), ""},
	}
	for _, test := range tests {
		tiff, _, ok := OpenTIFF([]byte(ifd(0, long, entryOf(0x9003, typeASCII, 0, ""))))
		if !ok {
			t.Fatal("it is no TIFF")
		}
		value := []byte((test.value + "\x00\x00\x00\x00")[:4])
		if got := tiff.text(Entry{0x9003, typeASCII, test.count, value}); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestNumbersAtTheEnd(t *testing.T) {
	file := []byte{1, 2, 3, 4, 5, 6}
	if be32(file, 2) != 0x03040506 || be32(file, 3) != 0 || be32([]byte{0xff, 0, 0, 1}, 0) != 0x7f000001 {
		t.Error("32 bits are read wrong")
	}
	if le16(file, 4) != 0x0605 || le16(file, 5) != 0 {
		t.Error("16 bits are read wrong")
	}
}

func TestPixelLimit(t *testing.T) {
	gif := []byte("GIF89a\x40\x00\x20\x00")
	if _, err := ReadHeader(gif, 64*32); err != nil {
		t.Errorf("as many pixels as there may be: %v", err)
	}
	if _, err := ReadHeader(gif, 64*32-1); err == nil {
		t.Error("one pixel more is accepted")
	}
}

func TestChunksAtTheEnd(t *testing.T) {
	const signature = "\x89PNG\r\n\x1a\n"
	file := signature + chunk("IDAT", "abc") + chunk("eXIf", "de") + chunk("IEND", "")
	kinds := func(file string) (found []string) {
		EachChunk([]byte(file), func(kind string, body, whole []byte) bool {
			if len(whole) != len(body)+12 || string(whole[4:8]) != kind {
				t.Errorf("%s: %q in %q", kind, body, whole)
			}
			found = append(found, kind+" "+string(body))
			return kind != "IEND"
		})
		return found
	}
	want := []string{"IDAT abc", "eXIf de", "IEND "}
	if got := kinds(file + chunk("tEXt", "behind")); !slices.Equal(got, want) {
		t.Errorf("chunks %q", got)
	}
	first, second := len(signature)+15, len(signature)+15+14
	for n := range len(file) {
		count := 0
		if n >= first {
			count++
		}
		if n >= second {
			count++
		}
		if got := kinds(file[:n]); !slices.Equal(got, want[:count]) {
			t.Errorf("with %d bytes: %q", n, got)
		}
	}
}

func TestWebPChunksAtTheEnd(t *testing.T) {
	chunks := "ODD " + le(3) + "abc\x00" + "EVEN" + le(2) + "de" + "LAST" + le(1) + "f"
	for kind, want := range map[string]string{"ODD ": "abc", "EVEN": "de", "LAST": "f"} {
		if got := WebPChunk([]byte(chunks), kind); string(got) != want {
			t.Errorf("%s is %q", kind, got)
		}
	}
	for n := range len(chunks) {
		for kind, end := range map[string]int{"ODD ": 11, "EVEN": 22, "LAST": 31} {
			if got := WebPChunk([]byte(chunks[:n]), kind); (got != nil) != (n >= end) {
				t.Errorf("with %d bytes %s is %q", n, kind, got)
			}
		}
	}
	if WebPChunk([]byte(chunks), "none") != nil || WebPChunk(nil, "none") != nil {
		t.Error("a chunk that is not there is found")
	}
	if got := WebPChunks([]byte("RIFF")); len(got) != 0 {
		t.Errorf("a file of four bytes has %q", got)
	}
}

func TestCapturedEdges(t *testing.T) {
	tests := []struct{ name, taken, want string }{
		{"a short year", "980:01:01 10:00:00", ""},
		{"a long year", "12026:01:01 10:00:00", ""},
		{"the last minute and second", "2026:03:01 23:59:59", "2026-03-01T23:59:59"},
		{"minute 60", "2026:03:01 10:60:00", ""},
		{"second 60", "2026:03:01 10:00:60", ""},
		{"hour 25", "2026:03:01 25:00:00", ""},
		{"24:01", "2026:02:28 24:01:00", ""},
		{"month 13", "2026:13:01 10:00:00", ""},
		{"day 0", "2026:03:00 10:00:00", ""},
		{"digits that join", "20260301100000", ""},
		{"more numbers", "2026:03:01 10:00:00 77", "2026-03-01T10:00:00"},
	}
	for _, test := range tests {
		local, ok := parseLocal(test.taken)
		if got := local.Format("2006-01-02T15:04:05"); ok != (test.want != "") || ok && got != test.want {
			t.Errorf("%s: %s, %v", test.name, got, ok)
		}
	}
	for offset, want := range map[string]string{
		"+14:00": "+14:00", "+14:01": "", "+13:59": "+13:59", "+13:60": "", "-00:30": "-00:30",
		"++1300": "", "1+300": "", "13:00": "", "Z00": "", "+Z": "", "+9": "", "+09300": "", "/12:00": "", "+12;00": "",
	} {
		if got := parseOffset(offset); got != want {
			t.Errorf("%s is %q, want %q", offset, got, want)
		}
	}
	for _, year := range []int{firstYear - 1, firstYear} {
		header := Header{}
		header.exif.moments[0].time = time.Date(year, 12, 31, 10, 0, 0, 0, time.UTC).Format("2006:01:02 15:04:05")
		if got := header.Captured(now); (got != nil) != (year == firstYear) {
			t.Errorf("%d: %v", year, got)
		}
	}
}

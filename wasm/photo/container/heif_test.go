package container

import (
	"encoding/binary"
	"strings"
	"testing"
)

func be16(n uint16) string { return string(binary.BigEndian.AppendUint16(nil, n)) }
func n32(n uint32) string  { return string(binary.BigEndian.AppendUint32(nil, n)) }

const noFlags = "\x00\x00\x00\x00"

func nclx(primaries uint16) string { return boxOf("colr", "nclx", be16(primaries), be16(13), "\x80") }
func prof(profile string) string   { return boxOf("colr", "prof", profile) }

// TestColoursOfHEIF reads the colours of the primary image, whose id is 7.
func TestColoursOfHEIF(t *testing.T) {
	pitm := boxOf("pitm", noFlags, be16(7))
	// links is the short form: one byte for each property.
	links := func(indexes string) string {
		return boxOf("ipma", noFlags, n32(1), be16(7), string(rune(len(indexes))), indexes)
	}
	two := boxOf("ipco", nclx(9), nclx(12))
	tests := []struct {
		name, pitm, ipco, ipma string
		profile                string
		primaries              int
	}{
		{"a profile", pitm, boxOf("ipco", prof("P")), links("\x01"), "P", 0},
		{"an older profile", pitm, boxOf("ipco", boxOf("colr", "rICC", "P")), links("\x01"), "P", 0},
		{"the first of two profiles", pitm, boxOf("ipco", prof("P"), prof("Q")), links("\x01\x02"), "P", 0},
		{"a profile and code points", pitm, boxOf("ipco", prof("P"), nclx(12)), links("\x01\x02"), "P", 12},
		{"numbers beyond the properties", pitm, two, links("\x00\x09\x02"), "", 12},
		{"an essential property", pitm, two, links("\x82"), "", 12},
		{"long numbers of properties", pitm, two,
			boxOf("ipma", "\x00\x00\x00\x01", n32(1), be16(7), "\x01", be16(0x8002)), "", 12},
		{"the ninth property", pitm, boxOf("ipco", strings.Repeat(nclx(9), 8), nclx(12)),
			boxOf("ipma", "\x00\x00\x00\x01", n32(1), be16(7), "\x01", be16(0x8009)), "", 12},
		{"long numbers of items", boxOf("pitm", "\x01\x00\x00\x00", n32(7)), two,
			boxOf("ipma", "\x01\x00\x00\x00", n32(2), n32(6), "\x01\x01", n32(7), "\x01\x02"), "", 12},
		{"only among the properties of tiles", pitm, two, links(""), "", 9},
		{"a tile's profile before code points", pitm, boxOf("ipco", prof("P"), nclx(12)), links(""), "P", 0},
		{"a tile's code points before a profile", pitm, boxOf("ipco", nclx(12), prof("P")), links(""), "", 12},
		{"code points without a range", pitm, boxOf("ipco", boxOf("colr", "nclx", be16(9), be16(16))),
			links("\x01"), "", 9},
		{"cut code points", pitm, boxOf("ipco", boxOf("colr", "nclx\x00\x09\x00")), links("\x01"), "", 0},
		{"a cut kind", pitm, boxOf("ipco", boxOf("colr", "pro")), links("\x01"), "", 0},
		{"an empty profile, and a tile's code points", pitm, boxOf("ipco", prof(""), nclx(9)), links("\x01"), "", 9},
		{"another property", pitm, boxOf("ipco", boxOf("pixi", "nclx", be16(9), be16(16))), links("\x01"), "", 0},
	}
	for _, test := range tests {
		file := boxOf("meta", noFlags, test.pitm, boxOf("iprp", test.ipco, test.ipma))
		got := ReadHEIF([]byte(file))
		if string(got.Profile) != test.profile || got.Primaries != test.primaries {
			t.Errorf("%s: profile %q, primaries %d, want %q, %d",
				test.name, got.Profile, got.Primaries, test.profile, test.primaries)
		}
	}
}

// TestEXIFOfHEIF finds the EXIF item, whose id is 7, wherever a file places it.
func TestEXIFOfHEIF(t *testing.T) {
	const data = "II*\x00"
	item := n32(0) + data
	size := n32(uint32(len(item)))
	mdat := boxOf("mdat", item)
	infe := boxOf("infe", "\x02\x00\x00\x00", be16(7), be16(0), "Exif\x00")
	iinf := boxOf("iinf", noFlags, be16(1), infe)
	// first is a place of four-byte numbers at the beginning of mdat.
	first := be16(7) + be16(0) + be16(1) + n32(8) + size
	iloc := boxOf("iloc", noFlags, "\x44\x00", be16(1), first)
	inIDAT := func(method uint16, offset, length uint32) string {
		return boxOf("iloc", "\x01\x00\x00\x00\x44\x00", be16(1), be16(7), be16(method), be16(0), be16(1),
			n32(offset), n32(length)) + boxOf("idat", item)
	}
	whole := uint32(len(item))
	long := "\x00\x00\x00\x01mdat" + n32(0) + n32(uint32(16+len(item))) + item
	tests := []struct{ name, before, iinf, iloc, want string }{
		{"four-byte numbers", mdat, iinf, iloc, data},
		{"a base", mdat, iinf, boxOf("iloc", noFlags, "\x44\x40", be16(1),
			be16(7), be16(0), n32(5), be16(1), n32(3), size), data},
		{"numbered parts", mdat, iinf, boxOf("iloc", "\x01\x00\x00\x00\x44\x04", be16(1),
			be16(7), be16(0), be16(0), be16(1), n32(1), n32(8), size), data},
		{"long ids", mdat, boxOf("iinf", noFlags, be16(1),
			boxOf("infe", "\x03\x00\x00\x00", n32(7), be16(0), "Exif\x00")),
			boxOf("iloc", "\x02\x00\x00\x00\x44\x00", n32(1), n32(7), be16(0), be16(0), be16(1), n32(8), size), data},
		{"a long list of items", mdat, boxOf("iinf", "\x01\x00\x00\x00", n32(1), infe), iloc, data},
		{"behind an item of two parts", mdat, iinf, boxOf("iloc", noFlags, "\x44\x00", be16(2),
			be16(6), be16(0), be16(2), n32(0), n32(4), n32(4), n32(4), first), data},
		{"behind an item of numbered parts", mdat, iinf, boxOf("iloc", "\x01\x00\x00\x00\x44\x02", be16(2),
			be16(6), be16(0), be16(0), be16(2), be16(1), n32(0), n32(4), be16(2), n32(4), n32(4),
			be16(7), be16(0), be16(0), be16(1), be16(1), n32(8), size), data},
		{"behind an item of cut parts", mdat, iinf, boxOf("iloc", noFlags, "\x44\x00", be16(2),
			be16(6), be16(0), be16(9), n32(0), n32(4), first), ""},
		{"reserved bits where later versions have a size", mdat, iinf, boxOf("iloc", noFlags, "\x44\x04", be16(2),
			be16(6), be16(0), be16(1), n32(0), n32(4), first), data},
		{"without parts", mdat, iinf, boxOf("iloc", noFlags, "\x44\x00", be16(1), be16(7), be16(0), be16(0)), ""},
		{"the first of two parts", mdat, iinf, boxOf("iloc", noFlags, "\x44\x00", be16(1),
			be16(7), be16(0), be16(2), n32(8), size, n32(0), n32(4)), data},
		{"inside the metadata", "", iinf, inIDAT(1, 0, whole), data},
		{"longer than what holds it", "", iinf, inIDAT(1, 0, whole+1), ""},
		{"behind what holds it", "", iinf, inIDAT(1, whole+1, 0), ""},
		{"made from other items", "", iinf, inIDAT(2, 8, whole), ""},
		{"a box of eight-byte length", long, iinf, boxOf("iloc", noFlags, "\x44\x00", be16(1),
			be16(7), be16(0), be16(1), n32(16), size), data},
		{"behind an empty box", boxOf("mdat", item) + boxOf("free"), iinf, iloc, data},
		{"behind a box shorter than its head", mdat + n32(7) + "free", iinf, iloc, ""},
		{"without an item of that kind", mdat, boxOf("iinf", noFlags, be16(1),
			boxOf("infe", "\x02\x00\x00\x00", be16(7), be16(0), "hvc1\x00")), iloc, ""},
		{"without a list of items", mdat, "", iloc, ""},
	}
	for _, test := range tests {
		file := test.before + boxOf("meta", noFlags, test.iinf, test.iloc)
		if got := exifOfHEIF([]byte(file)); string(got) != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	open := []byte(mdat + n32(0) + "meta" + noFlags + iinf + iloc)
	if got := exifOfHEIF(open); string(got) != data {
		t.Errorf("a box up to the end of the file: %q", got)
	}
	skipped := boxOf("mdat", n32(2), "xx", data)
	place := boxOf("iloc", noFlags, "\x44\x00", be16(1), be16(7), be16(0), be16(1), n32(8), n32(10))
	if got := exifOfHEIF([]byte(skipped + boxOf("meta", noFlags, iinf, place))); string(got) != data {
		t.Errorf("behind a gap: %q", got)
	}
}

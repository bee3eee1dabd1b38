package container

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
)

// withTag returns a profile with another body under a name.
func withTag(profile []byte, name, body string) []byte {
	out := bytes.Clone(profile)
	for at := 132; ; at += 12 {
		if string(out[at:at+4]) == name {
			binary.BigEndian.PutUint32(out[at+4:], uint32(len(out)))
			binary.BigEndian.PutUint32(out[at+8:], uint32(len(body)))
			return append(out, body...)
		}
	}
}

func para(kind uint16, numbers ...float64) string {
	return string(appendFixed([]byte("para\x00\x00\x00\x00"+be16(kind)+"\x00\x00"), numbers...))
}

func curv(count int, values ...uint16) string {
	body := "curv\x00\x00\x00\x00" + n32(uint32(count))
	for _, value := range values {
		body += be16(value)
	}
	return body
}

// TestCurvesOfAPlainProfile: a curve is kept only if it is one, and it is complete.
func TestCurvesOfAPlainProfile(t *testing.T) {
	rising := make([]uint16, maxCurve+1)
	for i := range rising {
		rising[i] = uint16(i)
	}
	tests := []struct {
		name, curve string
		ok          bool
	}{
		{"no point", curv(0), true},
		{"a gamma", curv(1, 0x233), true},
		{"a level part", curv(3, 0, 7, 7), true},
		{"falls at its end", curv(3, 0, 7, 6), false},
		{"falls at its beginning", curv(3, 1, 0, 7), false},
		{"one point is missing", curv(3, 0, 7), false},
		{"as many points as there may be", curv(maxCurve, rising[:maxCurve]...), true},
		{"one more", curv(maxCurve+1, rising...), false},
		{"formula 0", para(0, 2.2), true},
		{"formula 0, cut", para(0), false},
		{"formula 1", para(1, 2.2, 1, 0), true},
		{"formula 1, cut", para(1, 2.2, 1), false},
		{"formula 2", para(2, 2.2, 1, 0, 0), true},
		{"formula 3", para(3, 2.4, 1, 0, 1, 0), true},
		{"formula 4", para(4, 2.4, 1, 0, 1, 0, 0, 0), true},
		{"formula 4, cut", para(4, 2.4, 1, 0, 1, 0, 0), false},
		{"formula 5", para(5, 2.4, 1, 0, 1, 0, 0, 0), false},
		{"numbers as large as they may be", para(1, 8, -8, 0), true},
		{"a number larger than that", para(1, 1, 1, -8.01), false},
		{"a formula without its number", "para\x00\x00\x00\x00\x00\x00", false},
		{"another kind", "text\x00\x00\x00\x00Jane", false},
	}
	for _, test := range tests {
		profile := withTag(profileOf(displayP3, tableOf(64, linear)), "gTRC", test.curve)
		plain, ok := PlainProfile(profile)
		if ok != test.ok {
			t.Errorf("%s: %v, want %v", test.name, ok, test.ok)
		}
		if !ok {
			continue
		}
		kind := test.curve[:4]
		if got := ProfileTag(plain, "gTRC", kind); string(got) != test.curve[8:] {
			t.Errorf("%s: the curve is %x, want %x", test.name, got, test.curve[8:])
		}
		if got := ProfileTag(plain, "rTRC", "curv"); !bytes.Equal(got, tableOf(64, linear)[8:]) {
			t.Errorf("%s: the curve of red is %x", test.name, got)
		}
	}
}

// TestPrimariesOfAPlainProfile: the primaries stay, if they are white together.
func TestPrimariesOfAPlainProfile(t *testing.T) {
	plain, ok := PlainProfile(profileOf(displayP3, tableOf(64, linear)))
	if !ok {
		t.Fatal("Display P3 is not plain")
	}
	for i, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
		for axis := range 3 {
			got := fixed(ProfileTag(plain, name, "XYZ ")[4*axis:])
			if math.Abs(got-displayP3[i][axis]) > 1.0/0x10000 {
				t.Errorf("%s[%d] is %g, want %g", name, axis, got, displayP3[i][axis])
			}
		}
	}
	if size := binary.BigEndian.Uint32(plain); int(size) != len(plain) {
		t.Errorf("the profile says that it has %d bytes, and has %d", size, len(plain))
	}
	white := ProfileTag(plain, "wtpt", "XYZ ")
	if !bytes.Equal(white, plain[68:80]) || math.Abs(fixed(white)-0.9642) > 1.0/0x10000 {
		t.Errorf("white is %x", white)
	}
	for at := 136; at < 132+9*12; at += 12 {
		if place := binary.BigEndian.Uint32(plain[at:]); place%4 != 0 {
			t.Errorf("an element begins at %d", place)
		}
	}
	for axis := range 3 {
		for sign, ok := range map[float64]bool{0.015: true, -0.015: true, 0.025: false, -0.025: false} {
			shifted := displayP3
			shifted[1][axis] += sign
			if _, got := PlainProfile(profileOf(shifted, tableOf(64, linear))); got != ok {
				t.Errorf("axis %d of white is off by %g: %v", axis, sign, got)
			}
		}
	}
}

// TestProfilesThatAreNotPlain: a profile that primaries and curves cannot express is refused.
func TestProfilesThatAreNotPlain(t *testing.T) {
	whole := profileOf(displayP3, tableOf(64, linear))
	renamed := func(from, to string) []byte { return bytes.Replace(whole, []byte(from), []byte(to), 1) }
	lut := func(kind string) []byte {
		head := bytes.Clone(whole[:132])
		binary.BigEndian.PutUint32(head[128:], 7)
		out := append(append(head, "A2B0\x00\x00\x00\x00\x00\x00\x00\x0c"...), whole[132:]...)
		for at := 144; at < 144+6*12; at += 12 {
			binary.BigEndian.PutUint32(out[at+4:], binary.BigEndian.Uint32(out[at+4:])+12)
		}
		return withTag(out, "A2B0", kind+"\x00\x00\x00\x00....")
	}
	for name, profile := range map[string][]byte{
		"grey":                 renamed("RGB XYZ ", "GRAYXYZ "),
		"in Lab":               renamed("RGB XYZ ", "RGB Lab "),
		"a missing primary":    renamed("bXYZ", "none"),
		"a cut primary":        withTag(whole, "bXYZ", "XYZ \x00\x00\x00\x00\x00\x00\x00\x00"),
		"a missing curve":      renamed("bTRC", "none"),
		"an 8-bit table":       lut("mft1"),
		"a 16-bit table":       lut("mft2"),
		"a table of version 4": lut("mAB "),
	} {
		if _, ok := PlainProfile(profile); ok {
			t.Errorf("%s is plain", name)
		}
	}
	if _, ok := PlainProfile(lut("text")); !ok {
		t.Error("a tag that is no table is one")
	}
}

// TestIsSRGBWithin: every primary and every part of a curve counts.
func TestIsSRGBWithin(t *testing.T) {
	table := tableOf(32, linear)
	if !isSRGB(profileOf(srgb, table)) {
		t.Error("a short table is another curve")
	}
	for i := range 3 {
		for axis := range 3 {
			for _, off := range []float64{0.002, -0.002} {
				other := srgb
				other[i][axis] += off
				if isSRGB(profileOf(other, table)) {
					t.Errorf("primary %d, axis %d: off by %g is sRGB", i, axis, off)
				}
			}
		}
	}
	for _, x := range []float64{0.02, 0.2, 0.5, 0.8, 1} {
		bent := tableOf(1024, func(at float64) float64 {
			if math.Abs(at-x) < 0.01 {
				return linear(at) - 0.002
			}
			return linear(at)
		})
		for _, name := range []string{"rTRC", "gTRC", "bTRC"} {
			if isSRGB(withTag(profileOf(srgb, table), name, string(bent))) {
				t.Errorf("a curve of %s bent at %g is sRGB's", name, x)
			}
		}
	}
	good := []float64{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045}
	for i := range good {
		numbers := append([]float64{}, good...)
		numbers[i] *= 3
		same := i == 4 // no sample lies where the line is too long
		if got := isSRGB(profileOf(srgb, []byte(para(3, numbers...)))); got != same {
			t.Errorf("number %d of the formula is larger: %v", i, got)
		}
	}
	for name, curve := range map[string]string{
		"the line higher":     para(4, append(good, 0, 0.01)...),
		"the power higher":    para(4, append(good, 0.01, 0)...),
		"a formula cut short": para(4, append(good, 0)...),
		"another formula":     para(2, append(good, 0, 0)...),
		"numbers missing":     para(3, good[:4]...),
		"a table of a point":  curv(1, 0xffff),
		"a table without one": string(table[:len(table)-2]),
	} {
		if isSRGB(profileOf(srgb, []byte(curve))) {
			t.Errorf("%s is sRGB", name)
		}
	}
}

// TestProfileTag: a tag is found by name and type, if it is inside the profile.
func TestProfileTag(t *testing.T) {
	profile := make([]byte, 128)
	profile = append(profile, n32(4)...)
	const data = 132 + 5*12
	for _, tag := range []struct {
		name     string
		at, size uint32
	}{
		{"wide", data + 1, 13}, {"tiny", data + 1, 7}, {"text", data, 8}, {"text", data + 1, 12},
		{"late", data + 1, 12},
	} {
		profile = append(append(append(profile, tag.name...), n32(tag.at)...), n32(tag.size)...)
	}
	profile = append(profile, "xcurvabcdefgh"...)
	for name, want := range map[string]string{"wide": "", "tiny": "", "text": "efgh", "late": ""} {
		if got := ProfileTag(profile, name, "curv"); string(got) != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

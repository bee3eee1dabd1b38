package container

import (
	"encoding/binary"
	"math"
)

// isSRGB reports whether an ICC profile describes sRGB: its primaries, adapted to
// D50, and its curve (IEC 61966-2-1). A picture without a profile is sRGB too.
func isSRGB(profile []byte) bool {
	if len(profile) < 132 || string(profile[12:20]) != "mntrRGB " {
		return false
	}
	for name, want := range map[string][3]float64{
		"rXYZ": {0.4361, 0.2225, 0.0139}, "gXYZ": {0.3851, 0.7169, 0.0971}, "bXYZ": {0.1431, 0.0606, 0.7141},
	} {
		body := ProfileTag(profile, name, "XYZ ")
		for i, value := range want {
			if len(body) < 12 || math.Abs(fixed(body[4*i:])-value) > 0.001 {
				return false
			}
		}
	}
	for _, name := range []string{"rTRC", "gTRC", "bTRC"} {
		curve := toneCurve(profile, name)
		for _, x := range []float64{0.02, 0.2, 0.5, 0.8, 1} {
			if curve == nil || math.Abs(curve(x)-linear(x)) > 0.001 {
				return false
			}
		}
	}
	return true
}

// linear converts a channel of sRGB to light. Both are from 0 to 1.
func linear(x float64) float64 {
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

// toneCurve reads a curve (ICC.1:2022, 10.6 and 10.18) that is a table or a formula
// of sRGB's form. It returns nil for other curves.
func toneCurve(profile []byte, name string) func(x float64) float64 {
	if body := ProfileTag(profile, name, "curv"); len(body) >= 4 {
		last := int(binary.BigEndian.Uint32(body)) - 1
		if body = body[4:]; last < 1 || last >= len(body)/2 {
			return nil
		}
		return func(x float64) float64 {
			at, part := math.Modf(x * float64(last))
			value := func(i float64) float64 {
				return float64(binary.BigEndian.Uint16(body[2*min(int(i), last):])) / 0xffff
			}
			return (1-part)*value(at) + part*value(at+1)
		}
	}
	body := ProfileTag(profile, name, "para")
	if len(body) < 24 {
		return nil
	}
	g, a, b, c, d := fixed(body[4:]), fixed(body[8:]), fixed(body[12:]), fixed(body[16:]), fixed(body[20:])
	var e, f float64
	switch kind := binary.BigEndian.Uint16(body); {
	case kind == 4 && len(body) >= 32: // Chromium writes this kind
		e, f = fixed(body[24:]), fixed(body[28:])
	case kind != 3:
		return nil
	}
	return func(x float64) float64 {
		if x < d {
			return c*x + f
		}
		return math.Pow(a*x+b, g) + e
	}
}

// ProfileTag returns the data after the type of a tag (7.3), or nil if the profile
// has no tag of that name and type.
func ProfileTag(profile []byte, name, kind string) []byte {
	const header, entry = 128, 12
	count := int(binary.BigEndian.Uint32(profile[header:]))
	table := profile[header+4:]
	for ; count > 0 && len(table) >= entry; count, table = count-1, table[entry:] {
		at, size := uint64(binary.BigEndian.Uint32(table[4:])), uint64(binary.BigEndian.Uint32(table[8:]))
		if string(table[:4]) != name || size < 8 || at+size > uint64(len(profile)) {
			continue
		}
		if body := profile[at : at+size]; string(body[:4]) == kind {
			return body[8:]
		}
	}
	return nil
}

// fixed reads an s15Fixed16Number (4.6).
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 0x10000 }

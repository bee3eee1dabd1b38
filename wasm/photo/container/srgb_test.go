package container

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
)

type primaries [3][3]float64

var (
	srgb      = primaries{{0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.7141}}
	displayP3 = primaries{{0.5151, 0.2412, -0.0011}, {0.2920, 0.6922, 0.0419}, {0.1571, 0.0666, 0.7841}}
)

func appendFixed(b []byte, values ...float64) []byte {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(v*0x10000))))
	}
	return b
}

// profileOf returns a profile for a display with the same curve in every channel.
func profileOf(p primaries, curve []byte) []byte {
	tags := []struct {
		name string
		body []byte
	}{
		{
			"rXYZ",
			appendFixed([]byte("XYZ \x00\x00\x00\x00"), p[0][:]...),
		},
		{"gXYZ", appendFixed([]byte("XYZ \x00\x00\x00\x00"), p[1][:]...)},
		{
			"bXYZ",
			appendFixed([]byte("XYZ \x00\x00\x00\x00"), p[2][:]...),
		},
		{"rTRC", curve},
		{"gTRC", curve},
		{"bTRC", curve},
	}
	profile := make([]byte, 128)
	copy(profile[12:], "mntrRGB XYZ ")
	profile = binary.BigEndian.AppendUint32(profile, uint32(len(tags)))
	at := len(profile) + 12*len(tags)
	var bodies []byte
	for _, tag := range tags {
		profile = append(profile, tag.name...)
		profile = binary.BigEndian.AppendUint32(profile, uint32(at+len(bodies)))
		profile = binary.BigEndian.AppendUint32(profile, uint32(len(tag.body)))
		bodies = append(bodies, tag.body...)
	}
	return append(profile, bodies...)
}

func tableOf(count int, curve func(float64) float64) []byte {
	body := binary.BigEndian.AppendUint32([]byte("curv\x00\x00\x00\x00"), uint32(count))
	for i := range count {
		body = binary.BigEndian.AppendUint16(body, uint16(math.Round(0xffff*curve(float64(i)/float64(count-1)))))
	}
	return body
}

func TestIsSRGB(t *testing.T) {
	table := tableOf(1024, linear)
	parametric := appendFixed(
		[]byte("para\x00\x00\x00\x00\x00\x03\x00\x00"),
		2.4,
		1/1.055,
		0.055/1.055,
		1/12.92,
		0.04045,
	)
	// The general formula with its two constants, which sRGB leaves at 0.
	general := appendFixed(
		[]byte("para\x00\x00\x00\x00\x00\x04\x00\x00"),
		2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045, 0, 0,
	)
	shifted := appendFixed(
		[]byte("para\x00\x00\x00\x00\x00\x04\x00\x00"),
		2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045, 0.1, 0.1,
	)
	gamma := []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33")
	tests := []struct {
		name    string
		profile []byte
		want    bool
	}{
		{"a table", profileOf(srgb, table), true},
		{"a formula", profileOf(srgb, parametric), true},
		{"the general formula, as Chromium writes it", profileOf(srgb, general), true},
		{"the general formula of a curve that begins higher", profileOf(srgb, shifted), false},
		{"Display P3", profileOf(displayP3, parametric), false},
		{"a gamma of 2.2", profileOf(srgb, gamma), false},
		{"a table of another curve", profileOf(srgb, tableOf(256, func(x float64) float64 { return x * x })), false},
		{"a table longer than it is", profileOf(srgb, table[:500]), false},
		{"for printers", bytes.Replace(profileOf(srgb, table), []byte("mntr"), []byte("prtr"), 1), false},
		{"cut off", profileOf(srgb, table)[:300], false},
		{"none", nil, false},
	}
	for _, test := range tests {
		if got := isSRGB(test.profile); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestReadHeaderFindsAnIdleProfile(t *testing.T) {
	plain := encoded(t, 30, 20)
	profile := "ICC_PROFILE\x00\x01\x01" + string(profileOf(srgb, tableOf(1024, linear)))
	header, err := ReadHeader(with(plain, markerAPP2, profile), MaxPixels)
	if err != nil || header.IdleProfile != (Part{2, int64(4 + len(profile))}) {
		t.Errorf("%+v, %v", header.IdleProfile, err)
	}
	for name, part := range map[string]string{
		"one of two": "ICC_PROFILE\x00\x01\x02" + profile[14:],
		"another":    "ICC_PROFILE\x00\x01\x01" + string(profileOf(displayP3, tableOf(1024, linear))),
	} {
		if header, err := ReadHeader(
			with(plain, markerAPP2, part),
			MaxPixels,
		); err != nil ||
			header.IdleProfile != (Part{}) {
			t.Errorf("%s: %+v, %v", name, header.IdleProfile, err)
		}
	}
}

func FuzzIsSRGB(f *testing.F) {
	f.Add(profileOf(srgb, tableOf(32, linear)))
	f.Add(profileOf(displayP3, []byte("para\x00\x00\x00\x00\x00\x03\x00\x00")))
	f.Fuzz(func(t *testing.T, profile []byte) { isSRGB(profile) })
}

package container

import (
	"bytes"
	"strings"
	"testing"

	"github.com/clinicpro/photobridge/shared"
)

// TestRebuild: text beside the pixels is removed, and everything that is needed to
// show the pixels stays.
func TestRebuild(t *testing.T) {
	plain := encoded(t, 30, 20)
	clean := rebuilt(t, plain)
	icc := func(profile string) string { return "ICC_PROFILE\x00\x01\x01" + profile }
	tests := []struct {
		name string
		file []byte
		want []byte
	}{
		{"rebuilt", clean, clean},
		{"EXIF", with(plain, 0xe1, exifOf(6, "", "")), clean},
		{"XMP", with(plain, 0xe1, "http://ns.adobe.com/xap/1.0/\x00<x/>"), clean},
		{"IPTC", with(plain, 0xed, "Photoshop 3.0\x00"), clean},
		{"a comment", with(plain, 0xfe, "Dr. No"), clean},
		{"MPF", with(plain, 0xe2, "MPF\x00II*\x00"), clean},
		{"JFIF's thumbnail", with(plain, 0xe0, "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x01\x01rgb"), clean},
		{"a trailer", append(bytes.Clone(plain), "a second picture with GPS"...), clean},
		{"no end marker", plain[:len(plain)-2], clean},
		{"sRGB's profile", with(plain, 0xe2, icc(string(profileOf(srgb, tableOf(1024, linear))))), clean},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := rebuilt(t, test.file)
			if !bytes.Equal(got, test.want) {
				t.Errorf("%d bytes, want %d", len(got), len(test.want))
			}
		})
	}
}

func rebuilt(t *testing.T, file []byte) []byte {
	t.Helper()
	header, err := ReadHeader(file, MaxPixels)
	if err != nil {
		t.Fatal(err)
	}
	clean, ok, err := header.Rebuild(file)
	if err != nil || !ok {
		t.Fatalf("not rebuilt: %v", err)
	}
	return clean
}

// TestRebuildLeavesToADecoder: a picture is encoded again if its bytes are not
// exactly a picture, or if its colours are not sRGB.
func TestRebuildLeavesToADecoder(t *testing.T) {
	plain := encoded(t, 30, 20)
	end := len(plain) - 2
	tests := []struct {
		name string
		file []byte
		code shared.Code
	}{
		{"text behind the scan", append(bytes.Clone(plain[:end]), "Jane\xff\xd9"...), ""},
		{"another colour space", with(plain, 0xe2, "ICC_PROFILE\x00\x01\x01"+
			string(profileOf(displayP3, tableOf(64, linear)))), ""},
		{"a profile that is a table", with(plain, 0xe2, "ICC_PROFILE\x00\x01\x01"+string(make([]byte, 200))), ""},
		{"a profile in parts", with(plain, 0xe2, "ICC_PROFILE\x00\x01\x02"+string(make([]byte, 200))), ""},
		{"a cut scan", plain[:end-6], shared.CodeTruncated},
	}
	for _, test := range tests {
		header, err := ReadHeader(test.file, MaxPixels)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok, err := header.Rebuild(test.file); ok || shared.CodeOf(err) != test.code {
			t.Errorf("%s: %v, %v", test.name, ok, err)
		}
	}
}

// TestPlainProfile: only the primaries and curves of a profile are kept.
func TestPlainProfile(t *testing.T) {
	gamma := []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33")
	falling := tableOf(16, func(x float64) float64 { return 1 - x })
	large := []byte("para\x00\x00\x00\x00\x00\x00\x00\x00Jane")
	off := displayP3
	off[0] = [3]float64{0.9, 0.2412, -0.0011}
	tests := []struct {
		name    string
		profile []byte
		ok, nul bool
	}{
		{"none", nil, true, true},
		{"sRGB", profileOf(srgb, tableOf(1024, linear)), true, true},
		{"Display P3", profileOf(displayP3, gamma), true, false},
		{"a table", profileOf(displayP3, tableOf(512, linear)), true, false},
		{"a curve that falls", profileOf(displayP3, falling), false, true},
		{"a number that could be text", profileOf(displayP3, large), false, true},
		{"primaries that are not white together", profileOf(off, gamma), false, true},
		{"too short", []byte("Jane"), false, true},
	}
	const text = "GPS 41.2S 174.7E NHI ZZZ0016 Jane Example"
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plain, ok := PlainProfile(test.profile)
			if ok != test.ok || (plain == nil) != test.nul {
				t.Fatalf("%d bytes, %v", len(plain), ok)
			}
			if plain == nil {
				return
			}
			if again, ok := PlainProfile(plain); !ok || !bytes.Equal(again, plain) {
				t.Error("what is plain is not the same again")
			}
			texts := append(bytes.Clone(test.profile), text...)
			copy(texts[48:], text)
			if plain, ok := PlainProfile(texts); !ok || strings.Contains(string(plain), "Jane") {
				t.Error("text is left")
			}
		})
	}
}

func FuzzPlainProfile(f *testing.F) {
	f.Add(profileOf(srgb, tableOf(32, linear)))
	f.Add(profileOf(displayP3, []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33")))
	f.Fuzz(func(t *testing.T, profile []byte) {
		plain, ok := PlainProfile(profile)
		if again, same := PlainProfile(plain); ok && (!same || !bytes.Equal(again, plain)) {
			t.Error("what is plain is not the same again")
		}
	})
}

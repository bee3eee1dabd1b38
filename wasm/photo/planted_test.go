package photo

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/clinicpro/photobridge/shared"
)

// TestPlantedTextNeverSurvives plants text anywhere in a JPEG. No road returns a
// result that contains it.
func TestPlantedTextNeverSurvives(t *testing.T) {
	bases := [][]byte{withSegment(encodeJPEG(t, picture(160, 120, 20), 85), 0xe1, exifSegment(1))}
	for _, name := range []string{
		"420", "444", "grey", "restart", "rgb", "separate", "progressive-420", "progressive-restart",
	} {
		bases = append(bases, fixture(t, name))
	}
	roads := []*Compressor{New(nil, goCodec{}, GoDigest), New(faulty{}, goCodec{}, GoDigest)}
	results := 0
	rapid.Check(t, func(t *rapid.T) {
		file := bytes.Clone(rapid.SampledFrom(bases).Draw(t, "base"))
		for range rapid.IntRange(1, 3).Draw(t, "times") {
			file = plant(t, file)
		}
		limits := DefaultLimits()
		if rapid.Bool().Draw(t, "scaled") {
			limits.MaxEdge = 50
		}
		for _, road := range roads {
			result, err := road.Compress(t.Context(), Memory(file), limits)
			if err != nil {
				if code := shared.CodeOf(err); code == shared.CodeInternal || code == "" {
					t.Fatalf("an error without a code: %v", err)
				}
				continue
			}
			results++
			for _, text := range texts {
				if at := bytes.Index(result.JPEG, []byte(text[:11])); at >= 0 {
					t.Fatalf("%s: %q is at %d of %d bytes", result.Road, text, at, len(result.JPEG))
				}
			}
		}
	})
	if results == 0 {
		t.Error("no file was a photo")
	}
}

// texts are the planted texts: a long one, a name, a number, an address.
var texts = []string{planted, "Jane Example", "NHI ZZZ0016", "jane@mail.nz"}

// plant inserts a text into a file as a segment, inserts it anywhere, or overwrites
// bytes with it.
func plant(t *rapid.T, file []byte) []byte {
	text := []byte(rapid.SampledFrom(texts).Draw(t, "text"))
	segment := func(marker byte, body []byte) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(2+len(body))), body...)
	}
	starts := starts(file)
	between := rapid.SampledFrom(starts).Draw(t, "segment")
	insert := func(at int, what []byte) []byte { return slices.Insert(bytes.Clone(file), at, what...) }
	profile := make([]byte, 300)
	copy(profile[16:], "RGB XYZ ")
	copy(profile[140:], text)
	switch rapid.IntRange(0, 10).Draw(t, "where") {
	case 0:
		return insert(
			between,
			segment(rapid.SampledFrom([]byte{0xe0, 0xe1, 0xe5, 0xed, 0xee, 0xfe, 0xdc, 0xf0}).Draw(t, "marker"), text),
		)
	case 1:
		return insert(between, text) // belongs to no segment
	case 2:
		return insert(between, append(bytes.Repeat([]byte{0xff}, 3), segment(0xfe, text)...))
	case 3:
		return insert(2, segment(0xe2, append([]byte("ICC_PROFILE\x00\x01\x01"), profile...)))
	case 4:
		return insert(2, segment(0xe0, append([]byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x04\x04"), text...)))
	case 5: // a table of quantisers that nothing uses
		return insert(2, segment(0xdb, append(append([]byte{3}, text...), make([]byte, 64-len(text))...)))
	case 6: // a table of codes that nothing uses
		counts := [16]byte{15: byte(len(text))}
		return insert(2, segment(0xc4, slices.Concat([]byte{0x13}, counts[:], text)))
	case 7:
		return append(file, text...)
	case 8:
		return append(append(bytes.TrimSuffix(file, []byte{0xff, 0xd9}), text...), 0xff, 0xd9)
	case 9:
		return insert(rapid.IntRange(2, len(file)).Draw(t, "at"), text)
	}
	at := rapid.IntRange(2, len(file)-len(text)).Draw(t, "over")
	copy(file[at:], text)
	return file
}

// starts returns where marker segments start, including that of the first scan.
func starts(file []byte) []int {
	all := []int{2}
	for at := 2; at+4 <= len(file) && file[at] == 0xff; {
		all = append(all, at)
		if file[at+1] == 0xda {
			break
		}
		at += 2 + int(binary.BigEndian.Uint16(file[at+2:]))
	}
	return all
}

// fixture returns a file of the JPEG codec's tests.
func fixture(t testing.TB, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("..", "jpeg", "testdata", name+".jpg"))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

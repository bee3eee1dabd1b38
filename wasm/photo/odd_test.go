package photo

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/clinicpro/photobridge/shared"
)

// planted is the text in the odd files. No result may contain it.
const planted = "GPS 41.2S 174.7E NHI ZZZ0016 Jane Example"

// TestOddFiles compares the results for the files in PHOTOS/odd with that folder's
// README, with and without a browser's codec.
func TestOddFiles(t *testing.T) {
	folder := os.Getenv("PHOTOS")
	if folder == "" {
		t.Skip("PHOTOS is not set; the other tests make their own")
	}
	at := func(local, offset string) *shared.Captured {
		return &shared.Captured{Local: local, Offset: offset, Source: shared.CapturedInFile}
	}
	tests := []struct {
		name          string
		code          shared.Code // of the error
		width, height int         // 0: any
		captured      *shared.Captured
	}{
		{"no-eoi.jpg", "", 160, 120, nil},
		{"no-eoi-zeros.jpg", "", 160, 120, nil},
		{"no-eoi-trailer.jpg", "", 160, 120, nil},
		{"no-eoi-trailer-with-ffd9.jpg", "", 160, 120, nil},
		{"trailer.jpg", "", 160, 120, nil},
		{"cut-in-the-scan.jpg", shared.CodeTruncated, 0, 0, nil},
		{"bytes-between-segments.jpg", "", 160, 120, nil},
		{"segment-with-00-for-ff.jpg", "", 160, 120, nil},
		{"damaged-scan-marker.jpg", shared.CodeTruncated, 0, 0, nil},
		{"date-morning-plus13.jpg", "", 160, 120, at("2026-03-02T08:15:30", "+13:00")},
		{"date-evening-minus8.jpg", "", 160, 120, at("2026-03-02T21:38:00", "-08:00")},
		{"date-no-offset.jpg", "", 160, 120, at("2026-03-02T08:15:30", "")},
		{"date-offset-without-colon.jpg", "", 160, 120, at("2026-03-02T08:15:30", "+13:00")},
		{"date-offset-blank.jpg", "", 160, 120, at("2026-03-02T08:15:30", "")},
		{"date-trailing-blank.jpg", "", 160, 120, at("2026-03-02T08:15:30", "+13:00")},
		{"date-dashes.jpg", "", 160, 120, at("2026-03-02T08:15:30", "")},
		{"date-blank.jpg", "", 160, 120, nil},
		{"date-2036.jpg", "", 160, 120, nil},
		{"date-only-0x0132.jpg", "", 160, 120, at("2026-03-02T08:15:30", "")},
		{"date-only-0x9004.jpg", "", 160, 120, at("2026-03-02T08:15:30", "")},
		{"exif-twice-1-then-6.jpg", "", 160, 120, nil},
		{"exif-twice-6-then-1.jpg", "", 120, 160, nil},
		{"turned-by-eXIf.png", "", 120, 160, nil},
		{"turned-by-exif.webp", "", 160, 120, nil},
		{"no-huffman-tables.jpg", "", 160, 120, nil},
		{"wrong-restart-marker.jpg", "", 160, 120, nil},
		{"raw-with-thumbnail.dng", shared.CodeRawPhoto, 0, 0, nil},
		{"panorama.jpg", "", 6000, 700, nil},
		{"empty.jpg", shared.CodeEmptyFile, 0, 0, nil},
		{"note.txt.jpg", shared.CodeNotAnImage, 0, 0, nil},
	}
	files, err := filepath.Glob(filepath.Join(folder, "odd", "*.*"))
	if err != nil || len(files) != len(tests)+1 { // one more: the README
		t.Errorf("%d files, want %d: %v", len(files), len(tests)+1, err)
	}
	for _, road := range []struct {
		name   string
		native Codec
	}{{"native", faulty{}}, {"pure", nil}} {
		for _, test := range tests {
			t.Run(road.name+"/"+test.name, func(t *testing.T) {
				file, err := os.ReadFile(filepath.Join(folder, "odd", test.name))
				if err != nil {
					t.Fatal(err)
				}
				result, err := New(
					road.native,
					goCodec{},
					GoDigest,
				).Compress(t.Context(), Memory(file), DefaultLimits())
				if err != nil || test.code != "" {
					if shared.CodeOf(err) != test.code {
						t.Errorf("%v, want %q", err, test.code)
					}
					return
				}
				check(t, result, DefaultLimits())
				if result.Width != test.width || result.Height != test.height {
					t.Errorf("%d×%d, want %d×%d", result.Width, result.Height, test.width, test.height)
				}
				if got, want := result.Captured, test.captured; (got == nil) != (want == nil) ||
					got != nil && *got != *want {
					t.Errorf("captured %v, want %v", got, want)
				}
				for n := range len(planted) - 5 {
					if bytes.Contains(result.JPEG, []byte(planted[n:n+6])) {
						t.Errorf("%q is left", planted[n:n+6])
					}
				}
			})
		}
	}
}

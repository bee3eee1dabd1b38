package pure

import (
	"testing"

	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// TestFromRGBA: what is transparent in a HEIC becomes white, and colours that are
// stored multiplied by alpha are not darkened twice.
func TestFromRGBA(t *testing.T) {
	const head = "\x00\x00\x00\x14ftypheic\x00\x00\x00\x00heic"
	const premultiplied = head + "\x00\x00\x00\x34meta\x00\x00\x00\x00" +
		"\x00\x00\x00\x0epitm\x00\x00\x00\x00\x00\x01" +
		"\x00\x00\x00\x1airef\x00\x00\x00\x00\x00\x00\x00\x0eprem\x00\x01\x00\x01\x00\x02"
	tests := []struct {
		name, file string
		stored     [4]byte
		want       uint8
	}{
		{"opaque", head, [4]byte{100, 100, 100, 255}, 100},
		{"transparent", head, [4]byte{100, 100, 100, 0}, 255},
		{"half", head, [4]byte{100, 100, 100, 128}, 177},
		{"half, multiplied", premultiplied, [4]byte{50, 50, 50, 128}, 177},
		{"opaque, multiplied", premultiplied, [4]byte{100, 100, 100, 255}, 100},
		{"transparent, multiplied", premultiplied, [4]byte{0, 0, 0, 0}, 255},
		{"brighter than alpha allows", premultiplied, [4]byte{200, 200, 200, 100}, 255},
	}
	for _, test := range tests {
		picture, err := FromRGBA([]byte(test.file), 16, 16, container.MaxPixels, func(_ int, rgba []byte) {
			for i := range rgba {
				rgba[i] = test.stored[i%4]
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		rgba, _ := picture.Sample(t.Context(), 16, 16)
		if got := rgba[0]; got < test.want-1 || got > test.want && got-test.want > 1 {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

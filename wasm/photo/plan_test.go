package photo

import (
	"testing"

	"github.com/clinicpro/photobridge/wasm/photo/container"
)

func TestPlan(t *testing.T) {
	photo := func(width, height, orientation int) container.Header {
		return container.Header{
			Type:        container.TypeJPEG,
			Width:       width,
			Height:      height,
			Orientation: orientation,
			Components:  3,
		}
	}
	cmyk := photo(800, 600, 1)
	cmyk.Components = 4
	tests := []struct {
		name   string
		header container.Header
		bytes  int
		native bool
		want   Plan
	}{
		{"small and upright", photo(800, 600, 1), 200_000, true, Plan{RoadPass, 800, 600}},
		{"small but turned", photo(800, 600, 6), 200_000, true, Plan{RoadNative, 600, 800}},
		{"small but with a long edge", photo(4000, 300, 1), 200_000, true, Plan{RoadNative, 2560, 192}},
		{"12 megapixels", photo(4032, 3024, 1), 3_500_000, true, Plan{RoadNative, 2560, 1920}},
		{"12 megapixels, turned", photo(4032, 3024, 6), 3_500_000, true, Plan{RoadNative, 1920, 2560}},
		{"without a codec", photo(4032, 3024, 1), 3_500_000, false, Plan{RoadPure, 2560, 1920}},
		{"never larger", photo(1000, 800, 1), 1_200_000, true, Plan{RoadNative, 1000, 800}},
		{"CMYK", cmyk, 200_000, true, Plan{RoadNative, 800, 600}},
		{
			"size not in the header",
			container.Header{Type: container.TypeHEIF, Orientation: 1},
			0,
			true,
			Plan{RoadNative, 0, 0},
		},
	}
	for _, test := range tests {
		if got := plan(test.header, test.bytes, test.native, DefaultLimits()); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

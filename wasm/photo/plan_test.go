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
	tests := []struct {
		name   string
		header container.Header
		bytes  int // of the rebuilt file; 0: it cannot be rebuilt
		native bool
		want   Plan
	}{
		{"small and upright", photo(800, 600, 1), 200_000, true, Plan{RoadPass, 800, 600}},
		{"small but turned", photo(800, 600, 6), 200_000, true, Plan{RoadNative, 600, 800}},
		{"small but with a long edge", photo(4000, 2000, 1), 200_000, true, Plan{RoadNative, 2560, 1280}},
		{"small, not rebuilt", photo(800, 600, 1), 0, true, Plan{RoadNative, 800, 600}},
		{"12 megapixels", photo(4032, 3024, 1), 3_500_000, true, Plan{RoadNative, 2560, 1920}},
		{"12 megapixels, turned", photo(4032, 3024, 6), 3_500_000, true, Plan{RoadNative, 1920, 2560}},
		{"without a codec", photo(4032, 3024, 1), 3_500_000, false, Plan{RoadPure, 2560, 1920}},
		{"never larger", photo(1000, 800, 1), 1_200_000, true, Plan{RoadNative, 1000, 800}},
		{"size not in the header", container.Header{Type: container.TypeHEIF, Orientation: 1}, 0, true,
			Plan{RoadNative, 0, 0}},
		{"a TIFF", container.Header{Type: container.TypeTIFF, Orientation: 1}, 0, true, Plan{RoadPure, 0, 0}},
		{"a PNG", container.Header{Type: container.TypePNG, Width: 80, Height: 60, Orientation: 1}, 0, true,
			Plan{RoadNative, 80, 60}},
		{"a PNG, turned", container.Header{Type: container.TypePNG, Width: 80, Height: 60, Orientation: 6}, 0, true,
			Plan{RoadPure, 60, 80}},
		{"a small panorama", photo(6000, 700, 1), 200_000, true, Plan{RoadPass, 6000, 700}},
		{"a panorama", photo(6000, 700, 1), 0, true, Plan{RoadNative, 6000, 700}},
		{"a panorama of 60 megapixels", photo(16_000, 3750, 1), 0, true, Plan{RoadNative, 5266, 1234}},
		{"a long screenshot", photo(1080, 20_000, 1), 0, true, Plan{RoadNative, 442, 8192}},
		{"a long screenshot, turned", photo(20_000, 1080, 6), 0, true, Plan{RoadNative, 442, 8192}},
		{"a wide screen", photo(4000, 1800, 1), 0, true, Plan{RoadNative, 2560, 1152}},
		{"a line", photo(65_000, 1, 1), 0, true, Plan{RoadNative, 8192, 1}},
	}
	for _, test := range tests {
		got := plan(test.header, test.bytes, test.native, DefaultLimits())
		if got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
		if again := got.within(DefaultLimits()); again != got {
			t.Errorf("%s: %+v does not stay so: %+v", test.name, got, again)
		}
	}
}

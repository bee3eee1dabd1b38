package pure

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// letters returns a plane from its rows.
func letters(rows ...string) plane {
	p := newPlane(len(rows[0]), len(rows))
	for y, row := range rows {
		copy(p.row(y), row)
	}
	return p
}

func TestTurnPlane(t *testing.T) {
	// EXIF 2.32, 4.6.4: where the 0th row and column of the stored picture appear.
	tests := map[int]plane{
		1: letters("abc", "def"),
		2: letters("cba", "fed"),
		3: letters("fed", "cba"),
		4: letters("def", "abc"),
		5: letters(
			"ad",
			"be",
			"cf",
		),
		6: letters("da", "eb", "fc"),
		7: letters("fc", "eb", "da"),
		8: letters("cf", "be", "ad"),
	}
	stored := letters("abc", "def")
	for orientation, want := range tests {
		if orientation == 1 {
			continue // turn does not change it
		}
		got := newPlane(want.width, want.height)
		turnPlane(got, stored, orientation)
		if !bytes.Equal(got.samples, want.samples) {
			t.Errorf("orientation %d: %s, want %s", orientation, got.samples, want.samples)
		}
	}
}

func TestScaleKeepsAFlatPlaneFlat(t *testing.T) {
	for _, size := range [][4]int{
		{4032, 3024, 2048, 1536},
		{100, 80, 99, 79},
		{33, 17, 4, 2},
		{3, 2, 1, 1},
		{1, 1, 1, 1},
		{64, 4, 16, 1},
		{5, 5, 5, 5},
	} {
		from, to := newPlane(size[0], size[1]), newPlane(size[2], size[3])
		for i := range from.samples {
			from.samples[i] = 201
		}
		scalePlane(to, from, float64(size[0])/float64(size[2]), float64(size[1])/float64(size[3]))
		if slices.Min(to.samples) != 201 || slices.Max(to.samples) != 201 {
			t.Errorf("%v: %d to %d", size, slices.Min(to.samples), slices.Max(to.samples))
		}
	}
}

func TestScaleKeepsPlaces(t *testing.T) {
	// A ramp stays a ramp. Shifts and wrong weights would be visible everywhere.
	const width, height = 400, 300
	from := newPlane(width, height)
	for y := range height {
		for x := range from.row(y) {
			from.row(y)[x] = byte(x/4 + y/3)
		}
	}
	for _, by := range []float64{1.0 / 7, 0.3, 0.5, 0.64, 0.99} {
		to := newPlane(int(math.Round(width*by)), int(math.Round(height*by)))
		stepX, stepY := width/float64(to.width), height/float64(to.height)
		scalePlane(to, from, stepX, stepY)
		for y := 2; y < to.height-2; y++ {
			for x := 2; x < to.width-2; x++ {
				want := ((float64(x)+0.5)*stepX-2)/4 + ((float64(y)+0.5)*stepY-1.5)/3
				if got := float64(to.row(y)[x]); math.Abs(got-want) > 1.7 {
					t.Fatalf("by %v at %d,%d: %v, want %.1f", by, x, y, got, want)
				}
			}
		}
	}
}

func TestScaleHasNoSide(t *testing.T) {
	// Scaling and then mirroring gives the same as mirroring and then scaling.
	from := newPlane(157, 93)
	for i := range from.samples {
		from.samples[i] = byte(i * i >> 3)
	}
	mirrored := newPlane(157, 93)
	turnPlane(mirrored, from, 3)
	for _, width := range []int{150, 101, 80} {
		height := width * 93 / 157
		to, other, back := newPlane(width, height), newPlane(width, height), newPlane(width, height)
		stepX, stepY := 157/float64(width), 93/float64(height)
		scalePlane(to, from, stepX, stepY)
		scalePlane(other, mirrored, stepX, stepY)
		turnPlane(back, other, 3)
		for i := range to.samples {
			if max(to.samples[i], back.samples[i])-min(to.samples[i], back.samples[i]) > 1 {
				t.Fatalf("to %d×%d: sample %d is %d and %d", width, height, i, to.samples[i], back.samples[i])
			}
		}
	}
}

// patches returns a picture of four colours, one per quarter.
func patches(width, height int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetNRGBA(x, y, quarters[2*(2*y/height)+2*x/width])
		}
	}
	return img
}

var quarters = [4]color.NRGBA{{200, 40, 40, 255}, {40, 160, 40, 255}, {40, 60, 200, 255}, {0, 0, 0, 0}}

func TestEveryKindOfPixelIsScaledAndEncoded(t *testing.T) {
	source := patches(640, 480)
	white := color.NRGBA{255, 255, 255, 255}
	as := func(m interface {
		image.Image
		Set(x, y int, c color.Color)
	}) image.Image {
		for y := range 480 {
			for x := range 640 {
				m.Set(x, y, source.At(x, y))
			}
		}
		return m
	}
	subsampled := func(ratio image.YCbCrSubsampleRatio) image.Image {
		m := image.NewYCbCr(source.Rect, ratio)
		for y := range 480 {
			for x := range 640 {
				c := source.NRGBAAt(x, y)
				if c.A == 0 {
					c = white
				}
				m.Y[m.YOffset(x, y)], m.Cb[m.COffset(x, y)], m.Cr[m.COffset(x, y)] = color.RGBToYCbCr(c.R, c.G, c.B)
			}
		}
		return m
	}
	tests := map[string]image.Image{
		"NRGBA":   source,
		"RGBA":    as(image.NewRGBA(source.Rect)),
		"NRGBA64": as(image.NewNRGBA64(source.Rect)),
		"Paletted": as(
			image.NewPaletted(source.Rect, color.Palette{quarters[0], quarters[1], quarters[2], quarters[3]}),
		),
		"4:4:4": subsampled(
			image.YCbCrSubsampleRatio444,
		),
		"4:2:2": subsampled(image.YCbCrSubsampleRatio422),
		"4:4:0": subsampled(image.YCbCrSubsampleRatio440),
		"4:2:0": subsampled(
			image.YCbCrSubsampleRatio420,
		),
		"4:1:1": subsampled(image.YCbCrSubsampleRatio411),
		"4:1:0": subsampled(image.YCbCrSubsampleRatio410),
	}
	for name, img := range tests {
		t.Run(name, func(t *testing.T) {
			picture := &Picture{source: rasterOf(planesOf(img)), orientation: 1}
			file, err := picture.Encode(t.Context(), 301, 227, 0.9)
			if err != nil {
				t.Fatal(err)
			}
			decoded, err := jpeg.Decode(bytes.NewReader(file))
			if err != nil || decoded.Bounds().Size() != image.Pt(301, 227) {
				t.Fatalf("%v, %v", decoded.Bounds(), err)
			}
			for i, want := range quarters {
				if want.A == 0 {
					want = white
				}
				got := color.NRGBAModel.Convert(decoded.At(75+150*(i%2), 56+113*(i/2))).(color.NRGBA)
				if far(got.R, want.R) || far(got.G, want.G) || far(got.B, want.B) {
					t.Errorf("quarter %d is %v, want %v", i, got, want)
				}
			}
		})
	}
}

func TestDecodeJPEG(t *testing.T) {
	var colour bytes.Buffer
	if err := jpeg.Encode(&colour, patches(640, 480), &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	// image/jpeg writes black where patches is transparent.
	want := [4]color.NRGBA{quarters[0], quarters[1], quarters[2], {0, 0, 0, 255}}
	for _, edge := range []int{20, 100, 301, 500, 640, 2560} {
		picture, err := Decode(colour.Bytes(), container.MaxPixels, edge)
		if err != nil {
			t.Fatal(err)
		}
		if width, height := picture.Size(); width != 640 || height != 480 {
			t.Errorf("for %d: size %d×%d", edge, width, height)
		}
		width, height := min(edge, 640), min(edge, 640)*3/4
		rgba, err := picture.Sample(t.Context(), width, height)
		if err != nil || len(rgba) != 4*width*height {
			t.Fatalf("for %d: %d bytes, %v", edge, len(rgba), err)
		}
		for i, want := range want {
			got := rgba[4*((height/4+height/2*(i/2))*width+width/4+width/2*(i%2)):]
			if far(got[0], want.R) || far(got[1], want.G) || far(got[2], want.B) {
				t.Errorf("for %d: quarter %d is %v, want %v", edge, i, got[:3], want)
			}
		}
	}
}

// TestDecodeOtherJPEG: a JPEG that our own decoder refuses is decoded by image/jpeg.
func TestDecodeOtherJPEG(t *testing.T) {
	for _, name := range []string{"420", "grey", "progressive-420", "rgb", "separate"} {
		file, err := os.ReadFile("../../jpeg/testdata/" + name + ".jpg")
		if err != nil {
			t.Fatal(err)
		}
		picture, err := Decode(file, container.MaxPixels, 2560)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := picture.Sample(t.Context(), 83, 61)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := jpeg.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if want := rgbaOf(scale(rasterOf(planesOf(decoded)), 83, 61)); apart(got, want) > 0.5 {
			t.Errorf("%s: off by %.1f", name, apart(got, want))
		}
	}
}

// apart returns the mean difference of samples.
func apart(a, b []byte) (mean float64) {
	for i := range a {
		mean += math.Abs(float64(a[i])-float64(b[i])) / float64(len(a))
	}
	return mean
}

func TestPointsFor(t *testing.T) {
	for _, test := range []struct{ length, needed, want int }{
		{4032, 2560, 6}, {4032, 2520, 5}, {4032, 2240, 5}, {4032, 2016, 4}, {8064, 2560, 3}, {3264, 2560, 8},
		{2000, 2560, 8}, {4032, 384, 1}, {1, 1, 8},
	} {
		if got := pointsFor(test.length, test.needed); got != test.want {
			t.Errorf("%d of %d: %d points, want %d", test.needed, test.length, got, test.want)
		}
	}
}

func far(a, b uint8) bool { return max(a, b)-min(a, b) > 6 }

func TestEstimateIsNear(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 1200, 900))
	for i := range img.Pix {
		img.Pix[i] = byte(i*i>>7) | 0x80
	}
	picture := &Picture{source: rasterOf(planesOf(img)), orientation: 6}
	for _, quality := range []float64{0.6, 0.9} {
		file, err := picture.Encode(t.Context(), 900, 1200, quality)
		if err != nil {
			t.Fatal(err)
		}
		estimated, err := picture.Estimate(t.Context(), 900, 1200, quality)
		if off := float64(estimated)/float64(len(file)) - 1; err != nil || math.Abs(off) > 0.1 {
			t.Errorf("at %v: off by %.0f%%, %v", quality, 100*off, err)
		}
	}
}

func TestProfiles(t *testing.T) {
	var plain, flat bytes.Buffer
	if err := jpeg.Encode(&plain, patches(64, 48), nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&flat, patches(64, 48)); err != nil {
		t.Fatal(err)
	}
	profile := codedColours(primariesP3, 13).profile
	large := append(bytes.Clone(profile), make([]byte, 150_000)...)
	var packed bytes.Buffer
	writer := zlib.NewWriter(&packed)
	writer.Write(profile)
	writer.Close()
	chunk := append([]byte("Display P3\x00\x00"), packed.Bytes()...)
	iccp := binary.BigEndian.AppendUint32(nil, uint32(len(chunk)))
	iccp = append(append(append(iccp, "iCCP"...), chunk...), 0, 0, 0, 0)
	box := func(kind string, body []byte) []byte {
		return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), kind...), body...)
	}
	heif := append(
		box("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")),
		box(
			"meta",
			append(
				make([]byte, 4),
				box(
					"iprp",
					box(
						"ipco",
						append(box("colr", []byte("nclx\x00")), box("colr", append([]byte("prof"), profile...))...),
					),
				)...),
		)...)
	webp := append(
		[]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x05\x00\x00\x00\x20\x00\x00\x00\x00\x00ICCP"),
		binary.LittleEndian.AppendUint32(nil, uint32(len(profile)))...)
	tests := []struct {
		name string
		kind container.Type
		file []byte
		want []byte
	}{
		{"JPEG", container.TypeJPEG, withProfile(plain.Bytes(), profile), profile},
		{"JPEG, in parts", container.TypeJPEG, inParts(plain.Bytes(), large), profile},
		{"JPEG without", container.TypeJPEG, plain.Bytes(), nil},
		{"PNG", container.TypePNG, slices.Concat(flat.Bytes()[:33], iccp, flat.Bytes()[33:]), profile},
		{"PNG without", container.TypePNG, flat.Bytes(), nil},
		{"WebP", container.TypeWebP, append(webp, profile...), profile},
		{"HEIF", container.TypeHEIF, heif, profile},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			read := func(file []byte) []byte {
				if test.kind == container.TypeJPEG {
					return coloursOf(jpegProfile(file), 3).profile
				}
				return readColours(file, test.kind).profile
			}
			if got := read(test.file); !bytes.Equal(got, test.want) {
				t.Errorf("%d bytes, want %d", len(got), len(test.want))
			}
			for n := range min(len(test.file), 2000) {
				read(test.file[:n]) // does not panic
			}
		})
	}
}

// inParts inserts a profile into a JPEG in three segments.
func inParts(file, profile []byte) []byte {
	out := bytes.Clone(file[:2])
	const part = 60_000
	for i := range 3 {
		body := append([]byte(iccPrefix), byte(i+1), 3)
		body = append(body, profile[i*part:min(len(profile), (i+1)*part)]...)
		out = append(out, 0xff, 0xe2)
		out = append(binary.BigEndian.AppendUint16(out, uint16(2+len(body))), body...)
	}
	return append(out, file[2:]...)
}

func TestDecodeRefuses(t *testing.T) {
	var whole bytes.Buffer
	if err := jpeg.Encode(&whole, patches(64, 48), nil); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		file []byte
		code shared.Code
	}{
		{
			"12-bit JPEG",
			bytes.Replace(whole.Bytes(), []byte("\xff\xc0\x00\x11\x08"), []byte("\xff\xc1\x00\x11\x0c"), 1),
			shared.CodeUnsupportedFormat,
		},
		{
			"too many pixels in a BMP",
			[]byte(
				"BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00" +
					"\x28\x00\x00\x00\x00\x00\x10\x00\x00\x00\x10\x00\x01\x00\x18\x00" + string(
					make([]byte, 24),
				),
			),
			shared.CodeTooManyPixels,
		},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), shared.CodeCannotDecode},
	}
	for _, test := range tests {
		if _, err := Decode(test.file, container.MaxPixels, 2560); shared.CodeOf(err) != test.code {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

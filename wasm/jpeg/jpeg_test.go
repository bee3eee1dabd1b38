package jpeg

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestInverse compares every transform with the formula of its definition.
func TestInverse(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var quantiser [64]uint16
	for k := range quantiser {
		quantiser[k] = uint16(1 + k)
	}
	for _, size := range []int{1, 2, 3, 4, 5, 6, 8} {
		c := component{
			size:       size,
			multiplier: multipliers(&quantiser, size),
			plane:      Plane{Samples: make([]byte, size*size), Stride: size},
		}
		for range 200 {
			var stored block
			var coefficients [8][8]float64
			last := 0
			for k := range random.IntN(64) {
				bound := 800 / (1 + k*k/4) / int(quantiser[k])
				level := random.IntN(2*bound+1) - bound
				stored[zigzag[k]] = int32(level) * c.multiplier[k]
				coefficients[zigzag[k]/8][zigzag[k]%8] = float64(level * int(quantiser[k]))
				if level != 0 {
					last = k
				}
			}
			c.store(&stored, last, 0, 0)
			for y := range size {
				for x := range size {
					want := max(0, min(255, 128+defined(&coefficients, size, x, y)))
					if got := float64(c.plane.Samples[y*size+x]); math.Abs(got-want) > 0.55 {
						t.Fatalf("%d points, %d,%d: %v, want %.2f", size, x, y, got, want)
					}
				}
			}
			if last > 0 && stored != (block{}) {
				t.Fatalf("%d points: the block is not cleared", size)
			}
		}
	}
}

// defined is a sample by section A.3.3, of size points.
func defined(coefficients *[8][8]float64, size, x, y int) (sum float64) {
	weight := func(k, at int) float64 {
		if k == 0 {
			return 1 / math.Sqrt(8)
		}
		return math.Cos(float64((2*at+1)*k)*math.Pi/float64(2*size)) / 2
	}
	for v := range size {
		for u := range size {
			sum += coefficients[v][u] * weight(u, x) * weight(v, y)
		}
	}
	return sum
}

var decoded = []string{
	"420", "422", "444", "440", "411", "restart", "grey",
	"progressive-420", "progressive-422", "progressive-444", "progressive-440", "progressive-411", "progressive-grey",
	"progressive-spectral", "progressive-deep", "progressive-restart",
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", name+".jpg"))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestAgreesWithImageJPEG compares every sample; TestInverse holds the finer
// bound, but only this one sees what is around the transform.
func TestAgreesWithImageJPEG(t *testing.T) {
	for _, name := range decoded {
		if name == "progressive-restart" || name == "progressive-deep" {
			continue // image/jpeg takes the interval of a scan of one component for that of whole MCUs
		}
		t.Run(name, func(t *testing.T) { agree(t, read(t, name)) })
	}
}

// TestGreyIsOneBlock: with one component, an MCU is a block, whatever the
// sampling factors say (section A.2.2).
func TestGreyIsOneBlock(t *testing.T) {
	file := bytes.Replace(read(t, "grey"), []byte("\x01\x11\x00\xff"), []byte("\x01\x22\x00\xff"), 1)
	if bytes.Equal(file, read(t, "grey")) {
		t.Fatal("no frame header is there")
	}
	agree(t, file)
}

// TestAgreesOnPhotos does the same with the photos in PHOTOS.
func TestAgreesOnPhotos(t *testing.T) {
	photos, _ := filepath.Glob(filepath.Join(os.Getenv("PHOTOS"), "*.jpg"))
	if os.Getenv("PHOTOS") == "" || len(photos) == 0 {
		t.Skip("PHOTOS names no folder of photos")
	}
	for _, photo := range photos {
		t.Run(filepath.Base(photo), func(t *testing.T) {
			file, err := os.ReadFile(photo)
			if err != nil {
				t.Fatal(err)
			}
			if m, err := Parse(file); err != nil || m.Colours > YCbCr {
				t.Skip("of another kind", err)
			}
			if _, err := jpeg.Decode(bytes.NewReader(file)); err != nil {
				t.Skip(err) // image/jpeg forgives less
			}
			agree(t, file)
		})
	}
}

func agree(t *testing.T, file []byte) {
	t.Helper()
	m, err := Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	planes, err := m.Decode(8, 8)
	if err != nil {
		t.Fatal(err)
	}
	want, err := jpeg.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	switch want := want.(type) {
	case *image.Gray:
		near(t, planes[0], want.Pix, want.Stride)
	case *image.YCbCr:
		if size := want.Rect.Size(); size != image.Pt(m.Width, m.Height) {
			t.Fatalf("%d×%d, want %v", m.Width, m.Height, size)
		}
		near(t, planes[0], want.Y, want.YStride)
		near(t, planes[1], want.Cb, want.CStride)
		near(t, planes[2], want.Cr, want.CStride)
	default:
		t.Fatalf("image/jpeg made a %T of it", want)
	}
}

func near(t *testing.T, p Plane, want []byte, stride int) {
	t.Helper()
	for y := range p.Height {
		for x := range p.Width {
			if got, want := int(p.Samples[y*p.Stride+x]), int(want[y*stride+x]); got-want > 2 || want-got > 2 {
				t.Fatalf("at %d,%d: %d, want %d", x, y, got, want)
			}
		}
	}
}

// TestFractions compares what fewer points make with the mean of the samples
// that they stand for.
func TestFractions(t *testing.T) {
	for _, name := range decoded {
		m, err := Parse(read(t, name))
		if err != nil {
			t.Fatal(err)
		}
		whole, err := m.Decode(8, 8)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{1, 2, 3, 4, 5, 6} {
			planes, err := m.Decode(size, size)
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range planes {
				if p.Width != int(math.Ceil(float64(m.Width)*p.DensityX)) ||
					p.Height != int(math.Ceil(float64(m.Height)*p.DensityY)) ||
					p.DensityX != whole[i].DensityX*float64(size)/8 ||
					p.DensityY != whole[i].DensityY*float64(size)/8 {
					t.Errorf(
						"%s, %d points, plane %d: %d×%d, %v by %v a pixel",
						name,
						size,
						i,
						p.Width,
						p.Height,
						p.DensityX,
						p.DensityY,
					)
				}
				for block := range (p.Width / size) * (p.Height / size) {
					x, y := block%(p.Width/size), block/(p.Width/size)
					if got, want := mean(p, x, y, size), mean(whole[i], x, y, 8); math.Abs(got-want) > 6 {
						t.Errorf(
							"%s, %d points, plane %d, block %d,%d: mean %v, want %v",
							name,
							size,
							i,
							x,
							y,
							got,
							want,
						)
					}
				}
			}
		}
	}
}

// TestProgressiveIsTheSamePicture: the progressive fixtures are the sequential
// ones with their coefficients in another order (jpegtran), so that every size
// comes out sample for sample.
func TestProgressiveIsTheSamePicture(t *testing.T) {
	for _, name := range decoded {
		variant, ok := strings.CutPrefix(name, "progressive-")
		if !ok {
			continue
		}
		if !slices.Contains(decoded, variant) || variant == "restart" {
			variant = "420"
		}
		for _, size := range []int{1, 2, 3, 4, 5, 6, 8} {
			got, want := planes(t, name, size), planes(t, variant, size)
			for i := range want {
				for y := range want[i].Height {
					from, to := y*want[i].Stride, y*want[i].Stride+want[i].Width
					if !bytes.Equal(got[i].Samples[from:to], want[i].Samples[from:to]) {
						t.Fatalf("%s, %d points: plane %d differs from that of %s in row %d", name, size, i, variant, y)
					}
				}
			}
		}
	}
}

func planes(t *testing.T, name string, size int) []Plane {
	t.Helper()
	m, err := Parse(read(t, name))
	if err != nil {
		t.Fatal(err)
	}
	planes, err := m.Decode(size, size)
	if err != nil {
		t.Fatal(name, err)
	}
	return planes
}

func mean(p Plane, x, y, size int) (sum float64) {
	for row := range size {
		for _, s := range p.Samples[(y*size+row)*p.Stride+x*size:][:size] {
			sum += float64(s)
		}
	}
	return sum / float64(size*size)
}

func TestRefuses(t *testing.T) {
	whole := read(t, "420")
	changed := func(old, new string) []byte { return bytes.Replace(whole, []byte(old), []byte(new), 1) }
	tests := []struct {
		name string
		file []byte
		want error
	}{
		{"arithmetic", read(t, "arithmetic"), ErrUnsupported},
		{"lossless", changed("\xff\xc0", "\xff\xc3"), ErrUnsupported},
		{"12 bits", changed("\xff\xc0\x00\x11\x08", "\xff\xc1\x00\x11\x0c"), ErrUnsupported},
		{"no pixels", changed("\xff\xc0\x00\x11\x08\x00\x3d", "\xff\xc0\x00\x11\x08\x00\x00"), ErrUnsupported},
		{"not a JPEG", []byte("\x89PNG\r\n\x1a\n"), ErrUnsupported},
		{"a second start", changed("\xff\xdb", "\xff\xd8\xff\xdb"), ErrDamaged},
		{"a marker that is none", changed("\xff\xdb", "\xff\x80\xff\xdb"), ErrDamaged},
		{"an end before the picture", changed("\xff\xdb", "\xff\xd9\xff\xdb"), ErrDamaged},
		{"an end in the picture", slices.Concat(whole[:len(whole)*2/3], []byte{0xff, markerEOI}), ErrTruncated},
		{"a component without scans", firstScan(read(t, "progressive-deep")), ErrTruncated},
		{"more scans than encoders make", sparse(83, 61, maxScans+1), ErrTooComplex},
		{"more work than photos are", sparse(4000, 3000, 63), ErrTooComplex},
		{"no quantisers", bytes.ReplaceAll(whole, []byte("\xff\xdb"), []byte("\xff\xeb")), ErrDamaged},
		{"more codes than there are", changed("\xff\xc4\x00\x1f\x00\x00", "\xff\xc4\x00\x1f\x00\x03"), ErrDamaged},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := decode(test.file); !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
	for _, name := range decoded {
		file := read(t, name)
		for n := 0; n < len(file)-4; n += 1 + len(file)/1000 { // the last bits may be padding
			if decode(file[:n]) == nil {
				t.Errorf("%s is decoded from %d of %d bytes", name, n, len(file))
			}
		}
	}
}

// TestRefusesScans changes a scan header of what jpegtran makes: the first is
// of all DC, the second of luma's coefficients 1 to 5 but for two bits, the
// fifth of its others, the sixth of all of these and one bit more.
func TestRefusesScans(t *testing.T) {
	tests := []struct {
		name string
		nth  int
		body string
	}{
		{"a refinement of what is not known", 2, "\x01\x01\x00\x01\x05\x32"},
		{"a band again", 5, "\x01\x01\x00\x01\x3f\x02"},
		{"a refinement by two bits", 6, "\x01\x01\x00\x01\x3f\x20"},
		{"a band backwards", 2, "\x01\x01\x00\x05\x01\x02"},
		{"a band beyond the block", 5, "\x01\x01\x00\x06\x40\x02"},
		{"a band too short for its runs", 2, "\x01\x01\x00\x01\x02\x02"},
		{"DC together with AC", 1, "\x03\x01\x00\x02\x10\x03\x10\x00\x05\x01"},
		{"AC of two components", 2, "\x02\x01\x00\x02\x00\x01\x05\x02"},
		{"more bits than there are", 1, "\x03\x01\x00\x02\x10\x03\x10\x00\x00\x0e"},
		{"no component", 1, "\x00\x00\x00\x00"},
		{"a component twice", 1, "\x03\x01\x00\x02\x10\x02\x10\x00\x00\x01"},
		{"a component that is not there", 1, "\x03\x01\x00\x02\x10\x04\x10\x00\x00\x01"},
		{"a table that is not there", 2, "\x01\x01\x03\x01\x05\x02"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file := read(t, "progressive-420")
			before := 0
			for range test.nth {
				before += 2 + bytes.Index(file[before:], []byte{0xff, markerSOS})
			}
			after := before + int(file[before+1])
			changed := slices.Concat(
				file[:before],
				[]byte{0, byte(2 + len(test.body))},
				[]byte(test.body),
				file[after:],
			)
			if err := decode(changed); !errors.Is(err, ErrDamaged) {
				t.Errorf("%v, want %v", err, ErrDamaged)
			}
		})
	}
}

// firstScan cuts a file after its first scan and the tables that follow.
func firstScan(file []byte) []byte {
	marker := []byte{0xff, markerSOS}
	first := bytes.Index(file, marker) + len(marker)
	return append(file[:first+bytes.Index(file[first:], marker)], 0xff, markerEOI)
}

// sparse is a grey progressive picture of one colour in some scans: that of DC,
// and one of one bit of one coefficient each.
func sparse(width, height, scans int) []byte {
	blocks := ceil(width, 8) * ceil(height, 8)
	file := []byte{0xff, markerSOI}
	segment := func(marker byte, body ...byte) {
		file = append(file, 0xff, marker, byte((2+len(body))>>8), byte(2+len(body)))
		file = append(file, body...)
	}
	one := func(class, symbol byte) { // the code of one bit for one symbol
		segment(markerDHT, append(append([]byte{class << 4, 1}, make([]byte, 15)...), symbol)...)
	}
	segment(markerDQT, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)
	segment(markerSOF2, 8, byte(height>>8), byte(height), byte(width>>8), byte(width), 1, 1, 0x11, 0)
	one(0, 0)
	one(1, 0xe0) // a run of 16384 blocks, if its 14 bits are 0
	segment(markerSOS, 1, 1, 0, 0, 0, 0)
	file = append(file, make([]byte, ceil(blocks, 8))...)
	for scan := range scans - 1 {
		k, high, low := byte(1+scan%63), byte(0), byte(1)
		if scan >= 63 {
			high, low = 1, 0
		}
		segment(markerSOS, 1, 1, 0, k, k, high<<4|low)
		file = append(file, make([]byte, ceil(15*ceil(blocks, 1<<14), 8))...)
	}
	return append(file, 0xff, markerEOI)
}

// TestPassesOver: data that is not part of the picture is skipped, as in libjpeg.
func TestPassesOver(t *testing.T) {
	whole := read(t, "420")
	for name, segment := range map[string]string{
		"a segment without a length":           "\xff\xe5\x00\x00",
		"a comment that is shorter than that":  "\xff\xfe\x00\x01",
		"conditioning of arithmetic coding":    "\xff\xcc\x00\x04\x00\x10",
		"a restart marker before the picture":  "\xff\xd0",
		"fill bytes, and a marker without one": "\xff\xff\xff\x01",
	} {
		if err := decode(slices.Concat(whole[:2], []byte(segment), whole[2:])); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNamesMayBeTheSame: components that have one name are taken in their order.
func TestNamesMayBeTheSame(t *testing.T) {
	whole := read(t, "420")
	same := bytes.Replace(whole, []byte("\x02\x11\x01\x03\x11\x01"), []byte("\x01\x11\x01\x01\x11\x01"), 1)
	same = bytes.Replace(same, []byte("\x03\x01\x00\x02\x11\x03\x11"), []byte("\x03\x01\x00\x01\x11\x01\x11"), 1)
	if bytes.Equal(same, whole) {
		t.Fatal("nothing was changed")
	}
	for i, plane := range all(t, same) {
		if !bytes.Equal(plane.Samples, all(t, whole)[i].Samples) {
			t.Errorf("component %d is another", i)
		}
	}
}

// TestWorkIsBounded counts the blocks that are visited, which is what scans cost,
// up to the end or to the scan that is one too many.
func TestWorkIsBounded(t *testing.T) {
	const blocks = 500 * 375 // of 12 megapixels
	for _, scans := range []int{2, 10, maxVisits, 63, 100} {
		m, err := Parse(sparse(4000, 3000, scans))
		if err != nil {
			t.Fatal(err)
		}
		_, err = (&walk{image: m}).run()
		if refused := errors.Is(err, ErrTooComplex); refused != (scans > maxVisits) || m.work > (maxVisits+1)*blocks {
			t.Errorf("%d scans: %d visits, %v", scans, m.work, err)
		}
	}
}

// TestUsualScansAreNotTooMuch: the ten scans of libjpeg (jpeg_simple_progression
// in jcparam.c) are no work of another order, however large the photo is.
func TestUsualScansAreNotTooMuch(t *testing.T) {
	usual := [][]int{{0, 1, 2}, {0}, {2}, {1}, {0}, {0}, {0, 1, 2}, {2}, {1}, {0}}
	for _, luma := range []int{1, 2} {
		for _, edge := range []int{100, 4000, 10_000} {
			chroma := component{h: 1, v: 1}
			m := &Image{Width: edge, Height: edge, components: []component{{h: luma, v: luma}, chroma, chroma}}
			work := 0
			for _, components := range usual {
				work += m.visits(scan{components: components})
			}
			if most := m.maxWork(); work > most {
				t.Errorf("%d pixels, %d luma blocks a side: %d visits of %d", edge, luma, work, most)
			}
		}
	}
}

func decode(file []byte) error {
	m, err := Parse(file)
	if err != nil {
		return err
	}
	_, err = m.Decode(8, 4)
	return err
}

// FuzzDecode: no input panics, and what is decoded is of the size that it says.
func FuzzDecode(f *testing.F) {
	for _, name := range append(decoded, "separate") {
		f.Add(read(f, name), uint8(4))
	}
	sizes := []int{1, 2, 3, 4, 5, 6, 8}
	f.Fuzz(func(t *testing.T, file []byte, choice uint8) {
		m, err := Parse(file)
		if err != nil || m.Width*m.Height > 1<<20 {
			return
		}
		planes, err := m.Decode(sizes[int(choice)%7], sizes[int(choice)/7%7])
		if err != nil {
			return
		}
		for _, p := range planes {
			if p.Width < 1 || p.Height < 1 || len(p.Samples) < (p.Height-1)*p.Stride+p.Width {
				t.Errorf("a plane of %d×%d in %d bytes", p.Width, p.Height, len(p.Samples))
			}
		}
	})
}

package jpeg

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"testing"
)

// TestEncode: the decoded result is as close to the picture as that of
// image/jpeg, and as small.
func TestEncode(t *testing.T) {
	for _, size := range []image.Point{{160, 96}, {1, 1}, {17, 15}, {83, 61}, {8, 200}} {
		for _, quality := range []int{1, 40, 50, 76, 92, 100} {
			t.Run(fmt.Sprint(size, quality), func(t *testing.T) {
				picture := scene(size.X, size.Y)
				file := Encode(planesOf(picture), quality)
				got, err := jpeg.Decode(bytes.NewReader(file))
				if err != nil {
					t.Fatal(err)
				}
				if got.Bounds() != picture.Rect {
					t.Fatalf("%v, want %v", got.Bounds(), picture.Rect)
				}
				var theirs bytes.Buffer
				if err := jpeg.Encode(&theirs, picture, &jpeg.Options{Quality: quality}); err != nil {
					t.Fatal(err)
				}
				if len(file) > theirs.Len()+theirs.Len()/200+20 {
					t.Errorf("%d bytes, image/jpeg %d", len(file), theirs.Len())
				}
				want, err := jpeg.Decode(&theirs)
				if err != nil {
					t.Fatal(err)
				}
				ours, other := distance(got, picture), distance(want, picture)
				if ours > 1.02*other+0.1 {
					t.Errorf("%.2f from the picture, image/jpeg %.2f", ours, other)
				}
			})
		}
	}
}

func TestWriter(t *testing.T) {
	tests := []struct {
		name string
		bits []uint64 // of 9 each
		want string
	}{
		{"filled with ones", []uint64{0}, "\x00\x7f"},
		{"a 0 after each 0xff", []uint64{0x1ff, 0x1ff, 0x1ff, 0x1ff}, "\xff\x00\xff\x00\xff\x00\xff\x00\xff\x00"},
		{"0xff over four bytes' end", []uint64{0, 0, 0, 0x0f, 0x1e0}, "\x00\x00\x00\x00\xff\x00\x07"},
	}
	for _, test := range tests {
		var w writer
		for _, b := range test.bits {
			w.put(b, 9)
		}
		if got := string(w.finish()); got != test.want {
			t.Errorf("%s: %x, want %x", test.name, got, test.want)
		}
	}
}

// planesOf returns the planes of a 4:2:0 picture.
func planesOf(m *image.YCbCr) [3]Plane {
	width, height := m.Rect.Dx(), m.Rect.Dy()
	return [3]Plane{
		{Samples: m.Y, Width: width, Height: height, Stride: m.YStride},
		{Samples: m.Cb, Width: (width + 1) / 2, Height: (height + 1) / 2, Stride: m.CStride},
		{Samples: m.Cr, Width: (width + 1) / 2, Height: (height + 1) / 2, Stride: m.CStride},
	}
}

// scene returns a picture with edges, slopes and noise in each component.
func scene(width, height int) *image.YCbCr {
	random := rand.New(rand.NewPCG(3, 4))
	m := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	for _, plane := range []struct {
		samples []byte
		stride  int
	}{{m.Y, m.YStride}, {m.Cb, m.CStride}, {m.Cr, m.CStride}} {
		for i := range plane.samples {
			x, y := i%plane.stride, i/plane.stride
			value := 40 + x + y/2 + random.IntN(1+x/8)
			if (x/13+y/9)%3 == 0 {
				value += 90
			}
			plane.samples[i] = byte(min(255, value))
		}
	}
	return m
}

// distance returns the mean squared difference of two pictures of the same size.
func distance(decoded image.Image, from *image.YCbCr) float64 {
	a, sum, count := decoded.(*image.YCbCr), 0, 0
	for y := range from.Rect.Dy() {
		for x := range from.Rect.Dx() {
			p, q := a.YCbCrAt(x, y), from.YCbCrAt(x, y)
			for _, d := range []int{int(p.Y) - int(q.Y), int(p.Cb) - int(q.Cb), int(p.Cr) - int(q.Cr)} {
				sum += d * d
				count++
			}
		}
	}
	return float64(sum) / float64(count)
}

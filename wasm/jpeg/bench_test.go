package jpeg

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"
)

// BenchmarkDecode shows time and memory for 12 megapixels, whole and scaled:
// go test ./wasm/jpeg -run '^$' -bench Decode -benchmem
func BenchmarkDecode(b *testing.B) {
	const width, height = 4000, 3000
	baseline := Encode(planesOf(grain(width, height)), 85)
	progressive := sparse(width, height, 10)
	b.Run("baseline/image/jpeg", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := jpeg.Decode(bytes.NewReader(baseline)); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, file := range []struct {
		name string
		data []byte
	}{{"baseline", baseline}, {"progressive, grey", progressive}} {
		for _, points := range []int{8, 5, 4, 2, 1} {
			b.Run(fmt.Sprintf("%s/%d of 8", file.name, points), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					m, err := Parse(file.data)
					if err != nil {
						b.Fatal(err)
					}
					if _, err := m.Decode(points, points); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	b.Run("progressive, grey/image/jpeg", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := jpeg.Decode(bytes.NewReader(progressive)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// grain returns a picture that compresses about as well as a photo, to a quarter of a byte per pixel.
func grain(width, height int) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	random := rand.New(rand.NewPCG(5, 6))
	for i := range m.Y {
		x, y := i%m.YStride, i/m.YStride
		m.Y[i] = byte(128 + 60*math.Sin(float64(x)/90) + 40*math.Cos(float64(y)/70) + float64(random.IntN(14)))
	}
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = byte(110+i%m.CStride*30/m.CStride), byte(120+i/m.CStride*20/m.CStride)
	}
	return m
}

func BenchmarkRebuild(b *testing.B) {
	file := Encode(planesOf(grain(1600, 1200)), 85)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, err := Rebuild(file); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	picture := grain(2560, 1920)
	b.Run("ours", func(b *testing.B) {
		for b.Loop() {
			Encode(planesOf(picture), 85)
		}
	})
	b.Run("image/jpeg", func(b *testing.B) {
		for b.Loop() {
			_ = jpeg.Encode(&bytes.Buffer{}, image.Image(picture), &jpeg.Options{Quality: 85})
		}
	})
}

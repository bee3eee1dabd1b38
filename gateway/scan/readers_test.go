package scan

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/bep/imagemeta"
	"github.com/hhrutter/tiff"
)

// TestReaders: four readers decode the same pixels as the JPEG has: one in Go, one of
// npm, libtiff, and ImageMagick. For subsampled colours some readers interpolate.
func TestReaders(t *testing.T) {
	folder := t.TempDir()
	jpegs, tiffs := map[string][]byte{}, []string{}
	for i, kind := range kinds {
		if kind.tiff != nil {
			continue
		}
		photo := kind.make(t)
		file, err := TIFF(photo, Caption{})
		if err != nil {
			t.Fatalf("%s: %v", kind.name, err)
		}
		path := filepath.Join(folder, strconv.Itoa(i)+".tiff")
		save(t, path, file)
		save(t, path+".jpg", photo)
		jpegs[path] = photo
		tiffs = append(tiffs, path)
	}
	// Start node once for all files, because starting takes longer than a file.
	run(t, "node", append([]string{"testdata/geotiff.mjs"}, tiffs...)...)
	for i, kind := range kinds {
		path := filepath.Join(folder, strconv.Itoa(i)+".tiff")
		if kind.tiff != nil {
			continue
		}
		t.Run(kind.name, func(t *testing.T) {
			want, err := decode(jpegs[path])
			if err != nil {
				t.Fatal(err)
			}
			same(t, "Go", decodeStrip(t, load(t, path)), want, 0)
			similar(t, "npm", decodePPM(t, load(t, path+".ppm")), want)
			run(t, "tiff2rgba", "-c", "none", path, path+".raw")
			similar(t, "libtiff", decodeTIFF(t, load(t, path+".raw")), want)
			equal(t, "ImageMagick", path, path+".jpg")
		})
	}
}

// decodeStrip finds the strip with a metadata reader and decodes it with image/jpeg.
func decodeStrip(t *testing.T, file []byte) image.Image {
	t.Helper()
	fields := map[string]int{}
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(file), ImageFormat: imagemeta.TIFF, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(imagemeta.TagInfo) bool { return true },
		HandleTag: func(tag imagemeta.TagInfo) error {
			switch value := tag.Value.(type) {
			case uint32:
				fields[tag.Tag] = int(value)
			case uint16:
				fields[tag.Tag] = int(value)
			}
			return nil
		},
	})
	if err != nil {
		t.Fatalf("Go: %v", err)
	}
	if fields["Compression"] != compressionJPEG {
		t.Fatalf("Go: %v", fields)
	}
	start := fields["StripOffsets"]
	picture, err := decode(file[start : start+fields["StripByteCounts"]])
	if err != nil {
		t.Fatalf("Go: %v", err)
	}
	if size := picture.Bounds().Size(); size != image.Pt(fields["ImageWidth"], fields["ImageHeight"]) {
		t.Errorf("Go: %v, and the TIFF says %v", size, fields)
	}
	return picture
}

// decodePPM reads the pixels that testdata/geotiff.mjs writes.
func decodePPM(t *testing.T, file []byte) image.Image {
	t.Helper()
	head, pixels, _ := bytes.Cut(file, []byte("\n"))
	var width, height int
	if _, err := fmt.Sscanf(string(head), "P6 %d %d 255", &width, &height); err != nil {
		t.Fatal(err)
	}
	if len(pixels) != 3*width*height {
		t.Fatalf("%d bytes of %d × %d pixels", len(pixels), width, height)
	}
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		copy(picture.Pix[4*i:], pixels[3*i:3*i+3])
		picture.Pix[4*i+3] = 255
	}
	return picture
}

func decodeTIFF(t *testing.T, file []byte) image.Image {
	t.Helper()
	picture, err := tiff.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// decode decodes with image/jpeg.
func decode(photo []byte) (image.Image, error) {
	if !bytes.HasPrefix(photo, []byte("\xff\xd8")) {
		return nil, errors.New("not a JPEG")
	}
	return jpeg.Decode(bytes.NewReader(photo))
}

func same(t *testing.T, reader string, got, want image.Image, tolerance int) {
	t.Helper()
	if got.Bounds().Size() != want.Bounds().Size() {
		t.Fatalf("%s: %v pixels, want %v", reader, got.Bounds().Size(), want.Bounds().Size())
	}
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			a := color.NRGBAModel.Convert(got.At(x, y)).(color.NRGBA)
			b := color.NRGBAModel.Convert(want.At(x, y)).(color.NRGBA)
			if apart(a.R, b.R) > tolerance || apart(a.G, b.G) > tolerance || apart(a.B, b.B) > tolerance {
				t.Fatalf("%s: pixel %d,%d is %v, want %v", reader, x, y, a, b)
			}
		}
	}
}

// similar compares two pictures by the mean difference of their samples.
func similar(t *testing.T, reader string, got, want image.Image) {
	t.Helper()
	if got.Bounds().Size() != want.Bounds().Size() {
		t.Fatalf("%s: %v pixels, want %v", reader, got.Bounds().Size(), want.Bounds().Size())
	}
	sum, count := 0, 0
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			a := color.NRGBAModel.Convert(got.At(x, y)).(color.NRGBA)
			b := color.NRGBAModel.Convert(want.At(x, y)).(color.NRGBA)
			sum += apart(a.R, b.R) + apart(a.G, b.G) + apart(a.B, b.B)
			count += 3
		}
	}
	if mean := float64(sum) / float64(count); mean > 2 {
		t.Errorf("%s: samples differ by %.2f of 255 on average", reader, mean)
	}
}

func apart(a, b uint8) int { return max(int(a), int(b)) - min(int(a), int(b)) }

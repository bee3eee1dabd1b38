package pure

import (
	"os"
	"path/filepath"
	"testing"
)

func BenchmarkPhotos(b *testing.B) {
	files, _ := filepath.Glob(filepath.Join(os.Getenv("PHOTOS"), "*.jpg"))
	for _, path := range files {
		file, _ := os.ReadFile(path)
		picture, err := Decode(file, 120_000_000)
		if err != nil {
			continue
		}
		name := filepath.Base(path)
		b.Run("decode/"+name, func(b *testing.B) {
			for b.Loop() {
				Decode(file, 120_000_000)
			}
		})
		w, h := picture.Size()
		if max(w, h) > 3072 {
			h, w = h*3072/max(w, h), w*3072/max(w, h)
		}
		b.Run("scale/"+name, func(b *testing.B) {
			for b.Loop() {
				picture.at(w, h)
			}
		})
		picture.Encode(b.Context(), w, h, 0.76)
		b.Run("encode/"+name, func(b *testing.B) {
			for b.Loop() {
				picture.Encode(b.Context(), w, h, 0.76)
			}
		})
	}
}

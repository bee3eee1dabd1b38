package container

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"slices"
	"testing"

	"github.com/clinicpro/photobridge/shared"
)

// TestWebPCut: only missing pixels make a WebP truncated.
func TestWebPCut(t *testing.T) {
	const cut, whole = shared.CodeTruncated, shared.Code("")
	full := func(kind, body string) string { return kind + le(uint32(len(body))) + body }
	half := func(kind string) string { return kind + le(4) + "ab" }
	pixels := full("VP8 ", "abcd")
	tests := []struct {
		name, chunks string
		want         shared.Code
	}{
		{"all of it", pixels, whole},
		{"lossy pixels", half("VP8 "), cut},
		{"lossless pixels", half("VP8L"), cut},
		{"a frame of a film", half("ANMF"), cut},
		{"transparency", half("ALPH"), cut},
		{"the last byte", "VP8 " + le(4) + "abc", cut},
		{"everything after the kind and length", "VP8 " + le(4), cut},
		{"metadata only", half("EXIF"), whole},
		{"metadata behind the pixels", pixels + half("EXIF"), whole},
		{"a later frame", full("ANMF", "abcd") + half("ANMF"), whole},
		{"lossless, then more", full("VP8L", "abcd") + half("VP8 "), whole},
		{"pixels behind transparency", full("ALPH", "abcd") + half("VP8 "), cut},
		{"pixels behind a chunk of odd length", full("ICCP", "abc") + "\x00" + half("VP8 "), cut},
		{"pixels behind a chunk of even length", full("ICCP", "ab") + half("VP8 "), cut},
	}
	for _, test := range tests {
		_, err := ReadHeader([]byte("RIFF\x00\x00\x00\x00WEBP"+test.chunks), MaxPixels)
		if shared.CodeOf(err) != test.want {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// TestGIFCut: a GIF without the end of its first frame is truncated, wherever it ends.
func TestGIFCut(t *testing.T) {
	frame := func() *image.Paletted {
		return image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.Black, color.White})
	}
	var film bytes.Buffer
	// A delay writes an extension before each frame.
	frames := gif.GIF{Image: []*image.Paletted{frame(), frame()}, Delay: []int{9, 9}}
	if err := gif.EncodeAll(&film, &frames); err != nil {
		t.Fatal(err)
	}
	file := film.Bytes()
	const frameHead = 10
	head := bytes.IndexByte(file[13:], ',') + 13 + frameHead
	if file[head-1] != 0x80 {
		t.Fatal("the frame has no palette of two colours")
	}
	end := head + 2*3 + 1 // behind the palette and the size of the codes
	for file[end] != 0 {
		end += 1 + int(file[end])
	}
	for kept := head; kept <= len(file); kept++ {
		want := shared.Code("")
		if kept <= end {
			want = shared.CodeTruncated
		}
		if _, err := ReadHeader(file[:kept:kept], MaxPixels); shared.CodeOf(err) != want {
			t.Errorf("%d bytes, the frame ends at %d: %v, want %q", kept, end, err, want)
		}
	}
}

// TestPNGCut: a PNG is truncated if its pixels have begun and not ended.
func TestPNGCut(t *testing.T) {
	const signature = "\x89PNG\r\n\x1a\n"
	before := signature + chunk("IHDR", "\x00\x00\x00\x02\x00\x00\x00\x02\x08\x00\x00\x00\x00")
	file := []byte(before + chunk("IDAT", "pixels"))
	for kept := len(before); kept <= len(file); kept++ {
		want := shared.Code("")
		if kept >= len(before)+8 && kept < len(file) {
			want = shared.CodeTruncated
		}
		if _, err := ReadHeader(file[:kept:kept], MaxPixels); shared.CodeOf(err) != want {
			t.Errorf("%d of %d bytes: %v, want %q", kept, len(file), err, want)
		}
	}
	var kinds []string
	EachChunk(append(file, chunk("IEND", "")...), func(kind string, _, _ []byte) bool {
		kinds = append(kinds, kind)
		return true
	})
	if want := []string{"IHDR", "IDAT", "IEND"}; !slices.Equal(kinds, want) {
		t.Errorf("chunks %q, want %q", kinds, want)
	}
}

func TestEmptyChunkAtTheEnd(t *testing.T) {
	if WebPChunk([]byte("ODD "+le(1)+"a\x00"+"NONE"+le(0)), "NONE") == nil {
		t.Error("the empty chunk is not found")
	}
}

// TestTimesOfOtherForms: parts that are no time are neither read as one nor too much for the reader.
func TestTimesOfOtherForms(t *testing.T) {
	for text, want := range map[string]string{
		"2026:03:01 10:00:00.25 Z  ": "10:00:00",
		"2026:03:01 10:":             "",
		"2026:03:01 10:5":            "10:05:00",
	} {
		local, ok := parseLocal(text)
		if ok != (want != "") || ok && local.Format("15:04:05") != want {
			t.Errorf("%q is %v, %v, want %q", text, local, ok, want)
		}
	}
	if found := readEXIF(bytes.Clone(exifPrefix)); found != (exif{}) {
		t.Errorf("a prefix alone says %+v", found)
	}
}

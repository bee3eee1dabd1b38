package scan

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hhrutter/tiff"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

var caption = Caption{
	Text:  "Left forearm, close-up. Tamāhine, two weeks after the graft.",
	Taken: time.Date(2026, 3, 4, 8, 15, 0, 0, time.UTC),
}

// photos are the kinds of JPEG that the phone sends.
var photos = []struct {
	name    string
	jpeg    []byte
	colour  string // the word that pdfimages prints
	profile bool
}{
	{"colour", encode(colourful(321, 201)), "rgb", false},
	{"portrait", encode(colourful(201, 321)), "rgb", false},
	{"larger than A4", encode(colourful(1400, 1900)), "rgb", false},
	{"grey", encode(greys(64, 48)), "gray", false},
	{
		"with a profile",
		withSegment(encode(colourful(64, 48)), markerAPP2, "ICC_PROFILE\x00\x01\x01"+profile),
		"icc",
		true,
	},
	{"with a profile in two parts", withSegment(
		withSegment(encode(colourful(80, 60)), markerAPP2, "ICC_PROFILE\x00\x02\x02"+profile[200:]),
		markerAPP2, "ICC_PROFILE\x00\x01\x02"+profile[:200]), "icc", true},
	{"with a resolution", withSegment(encode(colourful(64, 48)), markerAPP0,
		"JFIF\x00\x01\x02\x01\x01\x2c\x01\x2c\x00\x00"), "rgb", false},
}

func TestTIFFKeepsTheJPEG(t *testing.T) {
	for _, photo := range photos {
		t.Run(photo.name, func(t *testing.T) {
			file, err := TIFF(photo.jpeg, caption)
			if err != nil {
				t.Fatal(err)
			}
			if strip := onlyStrip(t, file); !bytes.Equal(strip, photo.jpeg) {
				t.Error("the strip is not the JPEG")
			}
			path := write(t, "scan.tiff", file)
			dump := run(t, "tiffdump", path)
			dump += run(t, "tiffinfo", path)
			for _, want := range []string{
				"Compression (259) SHORT (3) 1<7>", "2026:03:04 08:15:00", "close-up. Tamahine",
			} {
				if !strings.Contains(dump, want) {
					t.Errorf("tiffdump does not print %q:\n%s", want, dump)
				}
			}
			if got := strings.Contains(dump, "34675"); got != photo.profile {
				t.Errorf("has a profile: %v", got)
			}
			if warnings := runBoth(t, "tiffinfo", "-D", path); strings.Contains(warnings, "Warning") {
				t.Errorf("libtiff complains: %s", warnings)
			}
		})
	}
}

func TestPDFKeepsTheJPEG(t *testing.T) {
	for _, photo := range photos {
		t.Run(photo.name, func(t *testing.T) {
			file, err := PDF(Page{photo.jpeg, caption})
			if err != nil {
				t.Fatal(err)
			}
			if err := api.Validate(bytes.NewReader(file), model.NewDefaultConfiguration()); err != nil {
				t.Errorf("pdfcpu: %v", err)
			}
			path := write(t, "scan.pdf", file)
			if got := extract(t, path); len(got) != 1 || !bytes.Equal(got[0], photo.jpeg) {
				t.Errorf("pdfimages returns %d images, or not the JPEG", len(got))
			}
			if list := run(t, "pdfimages", "-list", path); !strings.Contains(list, " "+photo.colour+" ") {
				t.Errorf("colour space:\n%s", list)
			}
			text := strings.Join(strings.Fields(run(t, "pdftotext", path, "-")), " ")
			if text != caption.Text {
				t.Errorf("caption %q", text)
			}
			info := run(t, "pdfinfo", path)
			if strings.Contains(info, "Author") || !strings.Contains(info, "2026-03-04") {
				t.Errorf("document information:\n%s", info)
			}
		})
	}
}

func TestPDFOfSeveral(t *testing.T) {
	var pages []Page
	for _, photo := range photos {
		pages = append(pages, Page{photo.jpeg, caption})
	}
	file, err := PDF(pages...)
	if err != nil {
		t.Fatal(err)
	}
	got := extract(t, write(t, "scan.pdf", file))
	if len(got) != len(photos) {
		t.Fatalf("%d images", len(got))
	}
	for i, photo := range photos {
		if !bytes.Equal(got[i], photo.jpeg) {
			t.Errorf("%s: not the JPEG", photo.name)
		}
	}
}

func TestDeflate(t *testing.T) {
	for _, photo := range photos {
		t.Run(photo.name, func(t *testing.T) {
			file, err := Deflate(photo.jpeg, caption, 50_000_000)
			if err != nil {
				t.Fatal(err)
			}
			want, err := decode(photo.jpeg)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "pixels", decodeTIFF(t, file), want, 1)
			if warnings := runBoth(
				t,
				"tiffinfo",
				"-D",
				write(t, "scan.tiff", file),
			); strings.Contains(
				warnings,
				"Warning",
			) {
				t.Errorf("libtiff complains: %s", warnings)
			}
		})
	}
	t.Run("scales down to its limit", func(t *testing.T) {
		photo := encode(colourful(1200, 900))
		whole, err := Deflate(photo, caption, 50_000_000)
		if err != nil {
			t.Fatal(err)
		}
		limit := len(whole) * 3 / 4
		file, err := Deflate(photo, caption, limit)
		if err != nil || len(file) > limit {
			t.Fatal(len(file), err)
		}
		got, err := tiff.DecodeConfig(bytes.NewReader(file))
		if err != nil || got.Width >= 1200 || got.Width < minEdge {
			t.Errorf("%d pixels wide, %v", got.Width, err)
		}
	})
	t.Run("a small file that needs much memory", func(t *testing.T) {
		huge := bytes.Clone(photos[0].jpeg)
		copy(huge[bytes.Index(huge, []byte{0xff, markerSOF0})+5:], []byte{0xff, 0xff, 0xff, 0xff})
		if _, err := Deflate(huge, caption, 1_000_000); !errors.Is(err, ErrTooLarge) {
			t.Error(err)
		}
	})
	t.Run("a limit that nothing fits", func(t *testing.T) {
		if _, err := Deflate(photos[0].jpeg, caption, 100); !errors.Is(err, ErrTooLarge) {
			t.Error(err)
		}
	})
}

func TestRefusals(t *testing.T) {
	whole := photos[0].jpeg
	frameAt := bytes.Index(whole, []byte{0xff, markerSOF0})
	namedRGB := replaced(replaced(replaced(whole, frameAt+10, 'R'), frameAt+13, 'G'), frameAt+16, 'B')
	for _, test := range []struct {
		name string
		jpeg []byte
		want error
	}{
		{"nothing", nil, ErrNotJPEG},
		{"text", []byte("a letter about a photo"), ErrNotJPEG},
		{"a PNG", []byte("\x89PNG\r\n\x1a\n"), ErrNotJPEG},
		{"cut", whole[:len(whole)-2], ErrNotJPEG},
		{"cut in the headers", append(bytes.Clone(whole[:40]), 0xff, markerEOI), ErrNotJPEG},
		{"two frames", slices.Insert(bytes.Clone(whole), frameAt, whole[frameAt:frameAt+19]...), ErrNotJPEG},
		{"no height", replaced(whole, frameAt+5, 0, 0), ErrNotJPEG},
		{"a sampling factor of 0", replaced(whole, frameAt+11, 0x02), ErrNotJPEG},
		{"a sampling factor of 5", replaced(whole, frameAt+11, 0x51), ErrNotJPEG},
		{"12 bits", replaced(whole, frameAt+4, 12), ErrCoding},
		{"lossless", replaced(whole, frameAt+1, 0xc3), ErrCoding},
		{"names of RGB", namedRGB, ErrColour},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := TIFF(test.jpeg, caption); !errors.Is(err, test.want) {
				t.Errorf("TIFF: %v", err)
			}
			if _, err := PDF(Page{test.jpeg, caption}); !errors.Is(err, test.want) {
				t.Errorf("PDF: %v", err)
			}
			if _, err := Deflate(test.jpeg, caption, 1_000_000); !errors.Is(err, test.want) {
				t.Errorf("Deflate: %v", err)
			}
		})
	}
}

// replaced changes bytes of a copy.
func replaced(file []byte, at int, values ...byte) []byte {
	changed := bytes.Clone(file)
	copy(changed[at:], values)
	return changed
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"Left hand":        "Left hand",
		"Whānau, café":     "Whanau, cafe",
		"one\ntwo\tthree":  "one two three",
		"5 µm — \u202eabc": "5 ?m ? ?abc",
		"\x00\x07":         "??",
	} {
		if got := plain(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// FuzzWrap: any file either becomes a scan that contains it or is refused.
func FuzzWrap(f *testing.F) {
	for _, photo := range photos {
		if len(photo.jpeg) < 10_000 {
			f.Add(photo.jpeg)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if scan, err := TIFF(file, caption); err == nil && !bytes.Equal(onlyStrip(t, scan), file) {
			t.Error("the strip is another")
		}
		if scan, err := PDF(Page{file, caption}); err == nil && !bytes.Contains(scan, file) {
			t.Error("the PDF has another image")
		}
	})
}

func BenchmarkScan(b *testing.B) {
	photo := encode(colourful(2560, 1920))
	for name, wrap := range map[string]func() ([]byte, error){
		"TIFF":    func() ([]byte, error) { return TIFF(photo, caption) },
		"PDF":     func() ([]byte, error) { return PDF(Page{photo, caption}) },
		"Deflate": func() ([]byte, error) { return Deflate(photo, caption, 50_000_000) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(photo)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := wrap(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// profile is the smallest data that readers accept as a colour profile: a header of
// 128 bytes (ICC.1:2022, 7.2) and an empty tag table.
var profile = func() string {
	header := make([]byte, 128+4+200)
	binary.BigEndian.PutUint32(header, uint32(len(header)))
	copy(header[8:], "\x04\x30\x00\x00mntrRGB XYZ ")
	copy(header[36:], "acsp")
	return string(header)
}()

func colourful(width, height int) image.Image {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			picture.SetRGBA(
				x,
				y,
				color.RGBA{uint8(x * 255 / width), uint8(y * 255 / height), uint8((x + y) % 256), 255},
			)
		}
	}
	return picture
}

func greys(width, height int) image.Image {
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for i := range picture.Pix {
		picture.Pix[i] = uint8(i)
	}
	return picture
}

func encode(picture image.Image) []byte {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: 90}); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// withSegment inserts a marker segment after SOI.
func withSegment(file []byte, marker byte, body string) []byte {
	out := []byte{0xff, 0xd8, 0xff, marker}
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), file[2:]...)
}

// onlyStrip reads the TIFF's one strip by its tags.
func onlyStrip(t *testing.T, file []byte) []byte {
	t.Helper()
	fields := map[uint16]uint32{}
	at := int(binary.LittleEndian.Uint32(file[4:]))
	last := uint16(0)
	for i := range int(binary.LittleEndian.Uint16(file[at:])) {
		entry := file[at+2+12*i:]
		tag := binary.LittleEndian.Uint16(entry)
		if tag <= last {
			t.Errorf("tag %d follows tag %d", tag, last)
		}
		last = tag
		fields[tag] = binary.LittleEndian.Uint32(entry[8:])
	}
	start := fields[tagStripOffsets]
	return file[start : start+fields[tagStripByteCounts]]
}

func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	save(t, path, content)
	return path
}

func save(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func load(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// extract returns the images of a PDF as they are stored.
func extract(t *testing.T, pdf string) [][]byte {
	t.Helper()
	folder := t.TempDir()
	run(t, "pdfimages", "-all", pdf, filepath.Join(folder, "image"))
	names, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var images [][]byte
	for _, name := range names {
		images = append(images, load(t, name))
	}
	return images
}

// run returns the output of an external program. Without the program the test is
// skipped. CI has all of them.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	need(t, name)
	command, output := exec.Command(name, args...), &bytes.Buffer{}
	command.Stderr = output
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, output)
	}
	return string(out)
}

// runBoth returns standard output and standard error together; the exit status
// does not count.
func runBoth(t *testing.T, name string, args ...string) string {
	t.Helper()
	need(t, name)
	out, _ := exec.Command(name, args...).CombinedOutput()
	return string(out)
}

func need(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("CI installs %s: see scripts/readers.sh", name)
		}
		t.Skipf("%s is not installed", name)
	}
}

func TestMain(m *testing.M) {
	api.DisableConfigDir()
	os.Exit(m.Run())
}

// TestLayout fails if the directory of a small TIFF changes.
func TestLayout(t *testing.T) {
	file, err := TIFF(photos[3].jpeg, Caption{})
	if err != nil {
		t.Fatal(err)
	}
	var tags []int
	at := int(binary.LittleEndian.Uint32(file[4:]))
	for i := range int(binary.LittleEndian.Uint16(file[at:])) {
		tags = append(tags, int(binary.LittleEndian.Uint16(file[at+2+12*i:])))
	}
	want := []int{256, 257, 258, 259, 262, 273, 277, 278, 279, 282, 283, 284, 296}
	if diff := cmp.Diff(want, tags); diff != "" {
		t.Error(diff)
	}
}

func TestPDFOfAnyCaption(t *testing.T) {
	for _, text := range []string{"healing 👍 well", "𠮷田", "Tamāhine", "\u0000\ufffd\uffff", strings.Repeat("👍", 200)} {
		if _, err := PDF(Page{photos[0].jpeg, Caption{Text: text}}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

package jpeg

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"slices"
	"testing"
)

// rebuildable lists the fixtures that Rebuild accepts.
var rebuildable = append(slices.Clone(decoded), "rgb", "separate")

// TestRebuildIsTheSamePicture: the samples are the same, and rebuilding the result
// changes nothing.
func TestRebuildIsTheSamePicture(t *testing.T) {
	for _, name := range rebuildable {
		t.Run(name, func(t *testing.T) {
			clean, err := Rebuild(read(t, name))
			if err != nil {
				t.Fatal(err)
			}
			same(t, clean, read(t, name))
			if again, err := Rebuild(clean); err != nil || !bytes.Equal(again, clean) {
				t.Errorf("rebuilt again it differs: %v", err)
			}
			if end, proper, err := End(clean); end != len(clean) || !proper || err != nil {
				t.Errorf("ends at %d of %d bytes: %v", end, len(clean), err)
			}
		})
	}
}

func same(t *testing.T, got, want []byte) {
	t.Helper()
	a, b := all(t, got), all(t, want)
	for i := range b {
		if !bytes.Equal(a[i].Samples, b[i].Samples) {
			t.Errorf("plane %d differs", i)
		}
	}
}

func all(t *testing.T, file []byte) []Plane {
	t.Helper()
	m, err := Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	planes, err := m.Decode(8, 8)
	if err != nil {
		t.Fatal(err)
	}
	return planes
}

// TestRebuildAddsTables: frames of Motion JPEG have no Huffman tables.
func TestRebuildAddsTables(t *testing.T) {
	var file bytes.Buffer
	if err := jpeg.Encode(&file, scene(83, 61), nil); err != nil {
		t.Fatal(err)
	}
	var bare []byte
	from := 0
	_ = EachSegment(file.Bytes(), func(s Segment) {
		if s.Marker == markerDHT {
			bare = append(bare, file.Bytes()[from:s.Start]...)
			from = s.Start + 4 + len(s.Body)
		}
	})
	bare = append(bare, file.Bytes()[from:]...)
	clean, err := Rebuild(bare)
	if err != nil || !bytes.Contains(clean, []byte{0xff, markerDHT}) {
		t.Fatalf("no tables are added: %v", err)
	}
	agree(t, clean)
	same(t, clean, file.Bytes())
}

// TestRebuildRefuses: a file that contains more than the picture is refused.
func TestRebuildRefuses(t *testing.T) {
	restart, whole := read(t, "restart"), read(t, "420")
	tests := []struct {
		name string
		file []byte
		want error
	}{
		{"text before the end", slices.Concat(whole[:len(whole)-2], []byte("Jane\xff\xd9")), ErrDamaged},
		{"text behind a scan without an end", slices.Concat(whole[:len(whole)-2], []byte("Jane")), ErrDamaged},
		{
			"text before a restart",
			bytes.Replace(restart, []byte{0xff, markerRST0}, []byte("Jane\xff\xd0"), 1),
			ErrDamaged,
		},
		{"a restart out of turn", bytes.Replace(restart, []byte{0xff, 0xd1}, []byte{0xff, 0xd2}, 1), ErrDamaged},
		{"text between segments", bytes.Replace(whole, []byte("\xff\xc4"), []byte("Jane\xff\xc4"), 1), ErrDamaged},
		{"cut", whole[:len(whole)-20], ErrTruncated},
		{"arithmetic", read(t, "arithmetic"), ErrUnsupported},
	}
	for _, test := range tests {
		if _, err := Rebuild(test.file); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
}

// TestRebuildOverwritesWhatIsNotUsed: spare bits, unused codes and unused
// quantisers are overwritten.
func TestRebuildOverwritesWhatIsNotUsed(t *testing.T) {
	file := sparse(83, 61, 2)
	text := []byte("Jane Example")
	dqt := bytes.Index(file, []byte{0xff, markerDQT})
	copy(file[dqt+30:], text)
	clean, err := Rebuild(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(clean, text) {
		t.Error("the quantisers still say it")
	}
	scan := bytes.Index(clean, []byte{0xff, markerSOS}) + 2 + 8
	first := clean[scan : bytes.IndexByte(clean[scan:], 0xff)+scan]
	if blocks := ceil(83, 8) * ceil(61, 8); first[len(first)-1] != byte(1<<(8*len(first)-blocks)-1) {
		t.Errorf("the spare bits are %08b", first[len(first)-1])
	}
}

// TestRebuildTakesNoText: if text would survive in a valid table or scan, Rebuild
// fails, and the caller encodes the pixels again.
func TestRebuildTakesNoText(t *testing.T) {
	var encoded bytes.Buffer
	if err := jpeg.Encode(&encoded, scene(320, 240), &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	file := encoded.Bytes()
	if _, err := Rebuild(file); err != nil {
		t.Fatal(err)
	}
	m, err := Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	dqt := bytes.Index(file, []byte{0xff, markerDQT})
	over := func(at int, text string) []byte {
		return slices.Concat(file[:at], []byte(text), file[at+len(text):])
	}
	wide := slices.Concat(file[:dqt], appendSegment(nil, markerDQT, append([]byte{0x10}, "Jane Example"+
		string(bytes.Repeat([]byte{0, 1}, 58))...)...), file[dqt:dqt+4], []byte{1}, file[dqt+5:])
	tests := map[string][]byte{"quantisers": over(dqt+5, "Jane Example"), "quantisers of 16 bits": wide}
	for _, text := range []string{
		"Jane Example", "NHI ZZZ0016", "jane@mail.nz", "1984-03-02", "021 555 0199", "41.2S 174.7E",
	} {
		for at := m.at + 100; at < len(file)-100; at += 97 {
			if clean, err := Rebuild(over(at, text)); err == nil && bytes.Contains(clean, []byte(text)) {
				t.Fatalf("%q at %d of %d survives", text, at, len(file))
			}
		}
	}
	for name, file := range tests {
		if _, err := Rebuild(file); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSaysTextSeldomInNoise: noise counts as text about once in a hundred files.
func TestSaysTextSeldomInNoise(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{1000, 30_000, 1_000_000} {
		found, tries := 0, min(1000, 5_000_000/size)
		for range tries {
			noise := make([]byte, size)
			for i := range noise {
				noise[i] = byte(random.Uint32())
			}
			if saysText(noise, size) {
				found++
			}
		}
		if 25*found > tries {
			t.Errorf("%d of %d times in %d bytes", found, tries, size)
		}
	}
}

func TestEnd(t *testing.T) {
	for _, name := range rebuildable {
		whole := read(t, name)
		scan := whole[:len(whole)-2]
		tests := []struct {
			name   string
			file   []byte
			proper bool
		}{
			{"whole", whole, true},
			{"a trailer", append(bytes.Clone(whole), "Jane"...), true},
			{"no end", scan, false},
			{"zeros", append(bytes.Clone(scan), make([]byte, 4096)...), false},
			{"a trailer without an end", append(bytes.Clone(scan), "\x00\x00Jane"...), false},
		}
		for _, test := range tests {
			want := len(scan)
			if test.proper {
				want += 2
			}
			if end, proper, err := End(test.file); end != want || proper != test.proper || err != nil {
				t.Errorf("%s, %s: %d, want %d, %v", name, test.name, end, want, err)
			}
		}
		for _, rest := range []string{"", "\xff\xd9"} {
			cut := append(bytes.Clone(whole[:len(whole)*9/10]), rest...)
			if err := Whole(cut); !errors.Is(err, ErrTruncated) {
				t.Errorf("%s, cut, with %x behind it: %v", name, rest, err)
			}
			if _, _, err := End(cut); rest == "" && !errors.Is(err, ErrTruncated) {
				t.Errorf("%s, cut: %v", name, err)
			}
		}
	}
}

// noise returns a picture whose blocks have more bytes than blocks that are read
// from zeros, so that a block is read from zeros for each of them.
func noise(width, height int) image.Image {
	random := rand.New(rand.NewPCG(3, 4))
	m := image.NewGray(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = byte(random.Uint32())
	}
	return m
}

// TestEndOfWhatWasNotLoaded: the bytes that a partial download lacks are 0.
func TestEndOfWhatWasNotLoaded(t *testing.T) {
	var encoded bytes.Buffer
	if err := jpeg.Encode(&encoded, noise(320, 240), &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	file := encoded.Bytes()
	clear(file[len(file)*6/10:])
	if _, _, err := End(file); !errors.Is(err, ErrTruncated) {
		t.Errorf("%v, want %v", err, ErrTruncated)
	}
}

// TestRestarts: after an unexpected restart marker, the rest of the picture is as
// libjpeg shows it.
func TestRestarts(t *testing.T) {
	whole := read(t, "restart")
	marker := func(n byte) []byte { return []byte{0xff, markerRST0 + n} }
	tests := []struct {
		name string
		file []byte
		same bool // the same picture as without the damage
	}{
		{"bytes before a marker", bytes.Replace(whole, marker(0), append([]byte{0x55}, marker(0)...), 1), true},
		{"one too many of before", bytes.Replace(whole, marker(2), append(marker(1), marker(2)...), 1), true},
		{"one of far away", bytes.Replace(whole, marker(1), marker(5), 1), true},
		{"one of the next", bytes.Replace(whole, marker(1), marker(2), 1), false},
		{"one is missing", bytes.Replace(whole, marker(1), nil, 1), false},
	}
	want := all(t, whole)
	for _, test := range tests {
		got := all(t, test.file)
		if equal := bytes.Equal(got[0].Samples, want[0].Samples); equal != test.same {
			t.Errorf("%s: the same picture: %v, want %v", test.name, equal, test.same)
		}
	}
}

// TestSampling: every sampling is decoded, even if chroma is finer than luma.
func TestSampling(t *testing.T) {
	for _, factors := range [][3]byte{
		{0x11, 0x11, 0x11}, {0x21, 0x11, 0x11}, {0x12, 0x12, 0x12},
		{0x11, 0x21, 0x21}, {0x31, 0x11, 0x11}, {0x22, 0x21, 0x12},
	} {
		file := flatPicture(50, 40, factors)
		m, err := Parse(file)
		if err != nil {
			t.Fatal(err)
		}
		planes, err := m.Decode(8, 8)
		if err != nil {
			t.Fatalf("%x: %v", factors, err)
		}
		for i, p := range planes {
			if float64(p.Width) < 50*p.DensityX || float64(p.Height) < 40*p.DensityY || p.Samples[0] != 128 {
				t.Errorf(
					"%x: plane %d is %d×%d, %v by %v a pixel",
					factors,
					i,
					p.Width,
					p.Height,
					p.DensityX,
					p.DensityY,
				)
			}
		}
	}
}

// flatPicture returns a picture of one grey. Each of its blocks has two bits of DC
// and four bits of AC.
func flatPicture(width, height int, factors [3]byte) []byte {
	file := appendHeader(nil, width, height, &[2][64]uint8{{1}, {1}})
	sof := bytes.Index(file, []byte{0xff, markerSOF0})
	h, v := byte(0), byte(0)
	for i, f := range factors {
		file[sof+11+3*i] = f
		h, v = max(h, f>>4), max(v, f&15)
	}
	dc, ac := [2][256]code{
		typicalDC[0].codes(),
		typicalDC[1].codes(),
	}, [2][256]code{
		typicalAC[0].codes(),
		typicalAC[1].codes(),
	}
	w := writer{data: file}
	for range ceil(width, 8*int(h)) * ceil(height, 8*int(v)) {
		for i, f := range factors {
			for range (f >> 4) * (f & 15) {
				w.put(pack(dc[min(i, 1)][0], 0, 0))
				w.put(pack(ac[min(i, 1)][0], 0, 0))
			}
		}
	}
	return append(w.finish(), 0xff, markerEOI)
}

// FuzzRebuild: no input panics. The result is the same picture, ends where End
// says, and is its own rebuilt file. A name that was inserted anywhere, or written
// over anything, is not in it.
func FuzzRebuild(f *testing.F) {
	for _, name := range rebuildable {
		f.Add(read(f, name), uint16(300))
	}
	f.Fuzz(func(t *testing.T, file []byte, where uint16) {
		m, err := Parse(file)
		if err != nil || m.Width*m.Height > 1<<18 {
			return
		}
		End(file)
		clean, err := Rebuild(file)
		if err != nil {
			return
		}
		want, err := m.Decode(8, 8)
		if err != nil {
			t.Fatalf("rebuilt, not decoded: %v", err)
		}
		got := all(t, clean)
		for i := range want {
			if !bytes.Equal(got[i].Samples, want[i].Samples) {
				t.Fatal("another picture")
			}
		}
		if again, err := Rebuild(clean); err != nil || !bytes.Equal(again, clean) {
			t.Fatalf("not the same again: %v", err)
		}
		if end, proper, err := End(clean); end != len(clean) || !proper || err != nil {
			t.Fatalf("ends at %d of %d: %v", end, len(clean), err)
		}
		name, at := []byte("Jane Example"), int(where)%len(file)
		in := slices.Insert(bytes.Clone(file), at, name...)
		over := slices.Concat(file[:at], name, file[min(at+len(name), len(file)):])
		for _, planted := range [][]byte{in, over} {
			if clean, _ := Rebuild(planted); bytes.Contains(clean, name) && !bytes.Contains(file, name) {
				t.Fatalf("the name at %d survives", at)
			}
		}
	})
}

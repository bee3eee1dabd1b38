package main

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden compares what two packages become with testdata/golden.
func TestGolden(t *testing.T) {
	known := maps.Clone(basics)
	for _, name := range []string{"words", "post"} {
		o, err := generate(filepath.Join("testdata", name), known)
		if err != nil {
			t.Fatal(err)
		}
		for ending, got := range map[string]string{"go": o.codec, "ts": o.typeScript, "yaml": o.schemas} {
			golden := filepath.Join("testdata/golden", name+"."+ending)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s is not what was generated; go test ./shared/generate -update writes it:\n%s", golden, got)
			}
		}
	}
}

// TestRefuses checks that a construct without a mapping is named with file and line.
func TestRefuses(t *testing.T) {
	for field, want := range map[string]string{
		"F float64 `json:\"f\"`":                   "no message may have a field of the type float64",
		"F uint8 `json:\"f\"`":                     "no message may have a field of the type uint8",
		"F any `json:\"f\"`":                       "no message may have a field of the type any",
		"F []byte `json:\"f\"`":                    "no message may have a field of the type []byte",
		"F [][]string `json:\"f\"`":                "no message may have a field of the type [][]string",
		"F [2]string `json:\"f\"`":                 "no message may have a field of the type [2]string",
		"F []int `json:\"f\"`":                     "no message may have a field of the type []int",
		"F map[int]string `json:\"f\"`":            "no message may have a field of the type map[int]string",
		"F map[string]int `json:\"f\"`":            "no message may have a field of the type map[string]int",
		"F *string `json:\"f,omitempty\"`":         "no message may have a field of the type *string",
		"F *Colour `json:\"f,omitempty\"`":         "no message may have a field of the type *Colour",
		"F Count `json:\"f\"`":                     "no message may have a field of the type Count",
		"F Plain `json:\"f\"`":                     "no message may have a field of the type Plain",
		"F func() `json:\"f\"`":                    "no message may have a field of the type func()",
		"F []*Sub `json:\"f\"`":                    "no message may have a field of the type []*Sub",
		"F struct{ A int } `json:\"f\"`":           "no message may have a field of the type struct",
		"F Missing `json:\"f\"`":                   "no message may have a field of the type Missing",
		"F other.Sub `json:\"f\"`":                 "no message may have a field of the type other.Sub",
		"F *Sub `json:\"f\"`":                      "must be a pointer with omitempty, or neither",
		"F Sub `json:\"f,omitempty\"`":             "must be a pointer with omitempty, or neither",
		"F string `json:\"f,string\"`":             "needs a name and a JSON name",
		"F string `json:\",omitempty\"`":           "needs a name and a JSON name",
		"F string":                                 "needs a name and a JSON name",
		"F, G string `json:\"f\"`":                 "needs a name and a JSON name",
		"Sub `json:\"f\"`":                         "needs a name and a JSON name",
		"F string `json:\"f\" schema:\"a: Gone\"`": "Gone is no constant",
	} {
		refused(t, "type Message struct {\n\tA int `json:\"a\"`\n\n\t"+field+"\n}", want)
	}
	constants := "const (\n\tRed  Colour = \"red\"\n\tBlue Colour = \"blue\"\n\tPink Colour = \"pale \" + Red\n)"
	refused(t, constants, "Pink needs a literal value")
	refused(t, "\n\n\ntype A struct {", "expected '}'")
}

// refused checks that a package with this source is refused, for a reason in the source's fourth line.
func refused(t *testing.T, source, want string) {
	t.Helper()
	const before = "package bad\n\ntype Colour string\n\ntype Count int\n\ntype Plain struct{ A int }\n\n" +
		"type Sub struct {\n\tA int `json:\"a\"`\n}\n\n"
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "bad.go"), []byte(before+source+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := generate(folder, maps.Clone(basics))
	if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "bad.go:16:") {
		t.Errorf("%s: %v, want %q at bad.go:14", source, err, want)
	}
}

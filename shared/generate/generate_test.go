package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden compares what two packages become with testdata/golden.
func TestGolden(t *testing.T) {
	all, err := generate("testdata", "words", "post")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"words", "post"} {
		for ending, got := range map[string]string{
			"go": all[i].code, "ts": all[i].typeScript, "yaml": all[i].schemas,
		} {
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
		"F float64 `json:\"f\"`":                      "a type that no message may have: float64",
		"F any `json:\"f\"`":                          "a type that no message may have",
		"F []byte `json:\"f\"`":                       "a type that no message may have: byte",
		"F [][]string `json:\"f\"`":                   "a type that no message may have: [][]string",
		"F map[int]string `json:\"f\"`":               "a type that no message may have: map[int]string",
		"F map[string]int `json:\"f\"`":               "a type that no message may have: map[string]int",
		"F *string `json:\"f,omitempty\"`":            "a type that no message may have: *string",
		"F []*Sub `json:\"f\"`":                       "a type that no message may have",
		"F struct{ A int } `json:\"f\"`":              "a type that no message may have",
		"F Missing `json:\"f\"`":                      "a type that no message may have",
		"F *Sub `json:\"f\"`":                         "must be a pointer with omitempty, or neither",
		"F Sub `json:\"f,omitempty\"`":                "must be a pointer with omitempty, or neither",
		"F string `json:\"f,string\"`":                "needs a JSON name",
		"F string `json:\",omitempty\"`":              "needs a JSON name",
		"F string":                                    "needs a JSON name",
		"Sub `json:\"f\"`":                            "needs a JSON name",
		"F string `json:\"f\" maxLength:\"MaxGone\"`": "names no constant: MaxGone",
	} {
		root := t.TempDir()
		source := "package bad\n\ntype Sub struct {\n\tA int `json:\"a\"`\n}\n\n" +
			"type Message struct {\n\tA int `json:\"a\"`\n\t" + field + "\n}\n"
		if err := os.Mkdir(root+"/bad", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(root+"/bad/bad.go", []byte(source), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := generate(root, "bad")
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "bad/bad.go:9:") {
			t.Errorf("%s: %v, want %q at bad.go:9", field, err, want)
		}
	}
}

func TestRefusesWhatGoRefuses(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(root+"/bad.go", []byte("package bad\n\ntype A struct {\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := generate(root, "."); err == nil || !strings.Contains(err.Error(), "bad.go:") {
		t.Errorf("a syntax error is reported as %v", err)
	}
}

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	readHeader = regexp.MustCompile(`\b(r|response)\.Header\.(?:Get|Values)\("([^"]+)"\)`)
	passedList = regexp.MustCompile(`(?s)const (REQUEST|RESPONSE)_HEADERS = \[(.*?)\]`)
	passedName = regexp.MustCompile(`'([^']+)'`)
)

// TestHostPassesHeaders compares the headers that the code reads with those that
// instance.mjs passes, which are spelled as net/http spells them.
func TestHostPassesHeaders(t *testing.T) {
	host, err := os.ReadFile("instance.mjs")
	if err != nil {
		t.Fatal(err)
	}
	passed := map[string]bool{}
	for _, list := range passedList.FindAllStringSubmatch(string(host), -1) {
		for _, name := range passedName.FindAllStringSubmatch(list[2], -1) {
			passed[list[1]+" "+name[1]] = true
		}
	}
	read := 0
	for _, folder := range []string{".", "api", "objects", "realtime", "upstash", "credential"} {
		files, _ := filepath.Glob(filepath.Join(folder, "*.go"))
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil || strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, use := range readHeader.FindAllStringSubmatch(string(source), -1) {
				kind := map[string]string{"r": "REQUEST ", "response": "RESPONSE "}[use[1]]
				if read++; !passed[kind+http.CanonicalHeaderKey(use[2])] {
					t.Errorf("%s reads %s, which instance.mjs does not pass", file, use[2])
				}
			}
		}
	}
	if read < len(passed) {
		t.Errorf("the code reads %d headers, and instance.mjs passes %d", read, len(passed))
	}
}

// Package docs tests the documents against the code: links lead somewhere, names
// are in the linked files, commands run, samples match what the code produces.
package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the repository's, as tests run in their own folder.
const root = ".."

// documents are all that a reader is sent to.
func documents(t *testing.T) map[string]string {
	t.Helper()
	return matching(
		t, "*.md", "docs/*.md", "docs/decisions/*.md", "web/src/widget/README.md", "local/README.md",
		"wasm/jpeg/README.md",
	)
}

// matching returns the files that each pattern finds, by path.
func matching(t *testing.T, patterns ...string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range patterns {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("%s: %v, %v", pattern, paths, err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			texts[path] = string(text)
		}
	}
	return texts
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	link     = regexp.MustCompile(`\[([^\]]{1,200})\]\(([^)\s]+)\)`)
	fence    = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	heading  = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notASlug = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// TestLinks follows every link inside the repository. Where its text is code,
// that code must be in the file, ignoring spacing: names of tests, constants.
func TestLinks(t *testing.T) {
	followed, quoted := 0, 0
	for path, text := range documents(t) {
		for _, match := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			label, target := match[1], match[2]
			if strings.Contains(target, "://") {
				continue
			}
			followed++
			name, anchor, _ := strings.Cut(target, "#")
			file := path
			if name != "" {
				file = filepath.Join(filepath.Dir(path), name)
			}
			if info, err := os.Stat(file); err != nil || info.IsDir() {
				if err != nil || anchor != "" {
					t.Errorf("%s: %s leads nowhere", path, target)
				}
				continue
			}
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if anchor != "" && !hasHeading(string(content), anchor) {
				t.Errorf("%s: %s has no heading #%s", path, file, anchor)
			}
			code, opens := strings.CutPrefix(label, "`")
			code, closes := strings.CutSuffix(code, "`")
			if opens && closes && filepath.Ext(file) != ".md" {
				quoted++
				if !strings.Contains(fold(string(content)), fold(code)) {
					t.Errorf("%s: %q is not in %s", path, code, file)
				}
			}
		}
	}
	if followed < 100 || quoted < 60 {
		t.Errorf("only %d links and %d names were looked at", followed, quoted)
	}
}

// hasHeading reports whether a heading has this anchor, as GitHub makes them.
func hasHeading(text, anchor string) bool {
	for _, match := range heading.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		if strings.ReplaceAll(notASlug.ReplaceAllString(strings.ToLower(match[1]), ""), " ", "-") == anchor {
			return true
		}
	}
	return false
}

func fold(text string) string { return strings.Join(strings.Fields(text), " ") }

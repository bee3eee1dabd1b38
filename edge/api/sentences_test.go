package api

import (
	"errors"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/clinicpro/photobridge/shared"
)

// TestEveryPartHasASentence reads which parts of a request the edge and the
// messages find wrong.
func TestEveryPartHasASentence(t *testing.T) {
	codes := codesByName(t)
	use := regexp.MustCompile(`Error\{\s*Code: (?:shared\.)?Code(\w+), Field: "([^"]+)"|` +
		`about\(err, shared\.Code(\w+), "([^"]+)"\)`)
	found := 0
	for _, root := range []string{"..", "../../shared"} {
		err := fs.WalkDir(os.DirFS(root), ".", func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(root + "/" + path)
			for _, match := range use.FindAllStringSubmatch(string(text), -1) {
				found++
				wrong := part{codes[match[1]+match[3]], match[2] + match[4]}
				if _, ok := sentences[wrong]; !ok {
					t.Errorf("%s: %s of %s has no sentence", path, wrong.code, wrong.field)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 20 {
		t.Errorf("only %d parts were found: is the source read?", found)
	}
}

func codesByName(t *testing.T) map[string]shared.Code {
	text, err := os.ReadFile("../../shared/errors.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]shared.Code{}
	for _, match := range regexp.MustCompile(`Code(\w+) +\w+ = "(\w+)"`).FindAllStringSubmatch(string(text), -1) {
		codes[match[1]] = shared.Code(match[2])
		if _, ok := problems[codes[match[1]]]; !ok && strings.Contains(match[0], " Code = ") {
			t.Errorf("%s has no status", match[2])
		}
	}
	return codes
}

func TestSentence(t *testing.T) {
	for want, e := range map[string]*shared.Error{
		"This photo is not in the session.":                   {Code: shared.CodeImageNotFound},
		"A photo must have at most 7 bytes. Make it smaller.": {Code: shared.CodeTooLarge, Field: "size", Limit: 7},
		"images.size has the wrong type.":                     {Code: shared.CodeBadRequest, Field: "images.size"},
		"images has the wrong type.":                          {Code: shared.CodeBadRequest, Field: "images"},
		"This deployment is not configured. BASE_URL is empty.": {
			Code: shared.CodeUpstreamUnavailable, Field: "configuration", Err: errors.New("BASE_URL is empty"),
		},
		"The launch token needs patientId: 1 to 64 letters, digits, dots, underscores or hyphens.": {
			Code: shared.CodeUnauthorized, Field: "patientId",
		},
	} {
		if got := sentence(e); got != want {
			t.Errorf("%v: %q, want %q", e, got, want)
		}
	}
	for wrong, text := range sentences {
		e := &shared.Error{Code: wrong.code, Field: wrong.field, Limit: 1, Err: errors.New("why")}
		if got := sentence(e); strings.ContainsAny(got, "{}") || !strings.HasSuffix(text, ".") {
			t.Errorf("%s of %s: %q", wrong.code, wrong.field, got)
		}
	}
}

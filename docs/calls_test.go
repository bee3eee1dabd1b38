package docs

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"
)

// TestCalls compares the table in docs/api.md with shared/openapi.yaml.
func TestCalls(t *testing.T) {
	spec, err := openapi3.NewLoader().LoadFromFile(filepath.Join(root, "shared/openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, path := range spec.Paths.InMatchingOrder() {
		for method, operation := range spec.Paths.Value(path).Operations() {
			want = append(want, fmt.Sprintf("| `%s %s` | %s | %s |",
				method, path, credentialOf(operation), strings.TrimSuffix(operation.Summary, ".")))
		}
	}
	slices.Sort(want)
	var got []string
	for line := range strings.Lines(read(t, "docs/api.md")) {
		if strings.HasPrefix(line, "| `") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\nthe table is:\n%s", diff, strings.Join(want, "\n"))
	}
}

// credentialOf names what a call needs: any of these, or nothing.
func credentialOf(operation *openapi3.Operation) string {
	var names []string
	if operation.Security != nil {
		for _, requirement := range *operation.Security {
			names = append(names, slices.Sorted(maps.Keys(requirement))...)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.ReplaceAll(strings.Join(names, " or "), "Token", " token")
}

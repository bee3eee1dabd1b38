package docs

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/edge/credential"
	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

// sample is the first block of a language in a document.
func sample(t *testing.T, path, language string) string {
	t.Helper()
	for _, match := range block.FindAllStringSubmatch(read(t, path), -1) {
		if match[1] == language {
			return match[2]
		}
	}
	t.Fatalf("%s has no %s block", path, language)
	return ""
}

var launched = session.Launch{
	Clinician:    shared.Clinician{ID: "gp-1", Name: "Dr Test", PractitionerID: "prac-1"},
	FacilityID:   "fac-1",
	PatientID:    "pat-1",
	EncounterID:  "enc-1",
	PatientLabel: "Test Patient",
}

// TestLaunchTokenInNode signs with the sample, and verifies with the edge's own code.
func TestLaunchTokenInNode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node on this machine")
	}
	secret := strings.Repeat("l", 32)
	script := sample(t, "docs/integrate.md", "js") + `
process.stdout.write(launchToken(
	'` + secret + `',
	{
		clinician: { id: 'gp-1', name: 'Dr Test', practitionerId: 'prac-1' },
		facilityId: 'fac-1', patientId: 'pat-1', encounterId: 'enc-1', patientLabel: 'Test Patient',
	},
));`
	token, err := exec.CommandContext(t.Context(), node, "--input-type=module", "--eval", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	keys := credential.Keys{Launch: []byte(secret), Now: time.Now}
	got, err := keys.VerifyLaunch(t.Context(), string(token))
	if diff := cmp.Diff(launched, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// verifier is the rest of a program whose beginning is the Go sample.
const verifier = `package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/clinicpro/photobridge/edge/credential"
)

func main() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(publicKeys(&key.PublicKey))
	defer server.Close()
	encounter := Encounter{"enc-1", "pat-1", "Test Patient", "fac-1"}
	token, err := launchToken(key, Clinician{"gp-1", "Dr Test", "prac-1"}, encounter)
	if err != nil {
		panic(err)
	}
	keys := credential.Keys{
		JWKS: &credential.JWKS{URL: server.URL, HTTP: http.DefaultTransport, Now: time.Now}, Now: time.Now,
	}
	launch, err := keys.VerifyLaunch(context.Background(), token)
	if err != nil {
		panic(err)
	}
	json.NewEncoder(os.Stdout).Encode(launch)
}
`

func TestLaunchTokenInGo(t *testing.T) {
	folder := t.TempDir()
	var files []string
	programs := map[string]string{"sample.go": sample(t, "docs/integrate.md", "go"), "verifier.go": verifier}
	for name, text := range programs {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	program := exec.CommandContext(t.Context(), "go", append([]string{"run"}, files...)...)
	program.Dir = root
	var problems strings.Builder
	program.Stderr = &problems
	output, err := program.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, problems.String())
	}
	var got session.Launch
	if err := json.Unmarshal(output, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(launched, got); diff != "" {
		t.Error(diff)
	}
}

// names are what a pattern's group finds in a text, each once, sorted.
func names(text, pattern string) []string {
	var found []string
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// section returns the text below a heading.
func section(t *testing.T, path, title string) string {
	t.Helper()
	_, rest, found := strings.Cut(read(t, path), "\n"+title+"\n")
	if !found {
		t.Fatalf("%s has no %q", path, title)
	}
	level := title[:strings.Index(title, " ")+1]
	text, _, _ := strings.Cut(rest, "\n"+level)
	return text
}

// TestNames compares lists of names in the documents with the code's own.
func TestNames(t *testing.T) {
	tests := []struct {
		what      string
		got, want []string
	}{
		{"variables",
			names(section(t, "docs/deploy.md", "## 3. The variables"), "(?:^|[ |])`([A-Z][A-Z0-9_]+)`"),
			names(read(t, "edge/config.go"), `"([A-Z][A-Z0-9]*_[A-Z0-9_]+|CONSENT|PAIRING)"`)},
		{"custom properties",
			names(section(t, "web/src/widget/README.md", "## Looks"), "`(--photobridge-[a-z-]+)`"),
			names(read(t, "web/src/widget/style.css"), `var\((--photobridge-[a-z-]+)`)},
		{"attributes",
			names(section(t, "web/src/widget/README.md", "## Attributes and properties"), "(?m)^\\| `([a-z-]+)`"),
			names(read(t, "web/src/widget/element.tsx")+read(t, "web/src/widget/export/options.ts"),
				`(?:Attribute\(|[\[,] )'([a-z-]+)'`)},
		{"parts",
			names(section(t, "web/src/widget/README.md", "## Looks"), "(?m)^\\| `([a-z]+)` \\|"),
			names(widgetFaces(t), `part="([a-z]+)"`)},
		{"events",
			names(section(t, "web/src/widget/README.md", "## Events"), "(?m)^\\| `(photobridge-[a-z]+)`"),
			names(read(t, "web/src/widget/events.ts"), `'(photobridge-[a-z]+)': CustomEvent`)},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, test.got); diff != "" || len(test.got) == 0 {
			t.Errorf("%s, in the code and in the document: %s", test.what, diff)
		}
	}
}

// widgetFaces is all that the widget shows.
func widgetFaces(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, text := range matching(t, "web/src/widget/*.tsx", "web/src/widget/*/*.tsx") {
		all.WriteString(text)
	}
	return all.String()
}

// TestLog compares the log lines of docs/operations.md with the code: every
// field and action is explained, and the samples have no others.
func TestLog(t *testing.T) {
	code, text := read(t, "edge/api/log.go"), section(t, "docs/operations.md", "## The logs")
	fields := names(code, `wire\.\w+\(f, "(\w+)"`)
	for _, name := range append(fields, names(code, `action = "(\w+)"`)...) {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("no document mentions %s", name)
		}
	}
	lines := 0
	for _, match := range block.FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(match[2]) {
			var sample map[string]any
			if match[1] != "json" {
				continue
			}
			if err := json.Unmarshal([]byte(line), &sample); err != nil {
				t.Fatal(err)
			}
			lines++
			for name := range sample {
				if !slices.Contains(fields, name) {
					t.Errorf("a sample line has %s, the code has not", name)
				}
			}
		}
	}
	if lines != 2 {
		t.Errorf("%d sample lines were looked at", lines)
	}
}

// TestDoctorsReport compares the report in docs/deploy.md with the checks in the code.
func TestDoctorsReport(t *testing.T) {
	want := names(read(t, "edge/checks.go"), `\bName:\s+"([a-z0-9 -]+)"`)
	got := names(section(t, "docs/deploy.md", "## 6. The doctor"), `(?m)^ok   ([a-z0-9 -]+): `)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

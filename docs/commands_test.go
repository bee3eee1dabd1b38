package docs

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/harness/edge"
)

const needsAccount = "needs an account"

var (
	block  = regexp.MustCompile("(?ms)^ *```(\\w*)\n(.*?)^ *```$")
	inline = regexp.MustCompile("`((?:make|npx|go run) [^`\n]+)`")
	// What begins a command, after variables that are set for it.
	command = regexp.MustCompile(`(?m)^(?:\w+=\S+ )*(make|npx|go|npm|curl|docker|wrangler)\b`)
)

// TestCommands runs every block of shell commands in the documents, with a
// deployment on fakes in its environment. make only says what it would do: the
// targets have tests of their own. What needs an account says so, and has to be
// something that a shell can read.
func TestCommands(t *testing.T) {
	env := edge.Start(t, root)
	ran := 0
	for path, text := range documents(t) {
		for _, match := range block.FindAllStringSubmatch(text, -1) {
			language, script := match[1], match[2]
			if language != "sh" {
				if language == "" && command.MatchString(script) {
					t.Errorf("%s: a block of commands is marked sh: %s", path, script)
				}
				continue
			}
			ran++
			first, _, _ := strings.Cut(script, "\n")
			t.Run(filepath.Base(path)+": "+first, func(t *testing.T) { run(t, script, env) })
		}
		for line := range strings.Lines(fence.ReplaceAllString(text, "")) {
			for _, match := range inline.FindAllStringSubmatch(line, -1) {
				mention(t, path, line, match[1])
			}
		}
	}
	if ran < 12 {
		t.Errorf("only %d blocks were run", ran)
	}
}

// run runs a block, or only its make lines where the rest needs an account.
func run(t *testing.T, script string, env map[string]string) {
	if strings.Contains(script, needsAccount) {
		if output, err := exec.Command("bash", "-n", "-c", script).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, output)
		}
		script = strings.Join(
			slices.DeleteFunc(
				strings.Split(script, "\n"),
				func(line string) bool { return !strings.Contains(line, "make ") },
			),
			"\n",
		)
	}
	for _, match := range command.FindAllStringSubmatch(script, -1) {
		if _, err := exec.LookPath(match[1]); err != nil {
			t.Skipf("no %s on this machine", match[1])
		}
		if match[1] == "npx" {
			for _, built := range []string{"node_modules/.bin/wrangler", "build/edge.wasm"} {
				if _, err := os.Stat(filepath.Join(root, built)); err != nil {
					t.Skipf("%s is not built; make build does that", built)
				}
			}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	bash := exec.CommandContext(
		ctx,
		"bash",
		"-euo",
		"pipefail",
		"-c",
		`make() { command make --no-print-directory --dry-run "$@" >/dev/null; }`+"\n"+script,
	)
	bash.Dir = root
	bash.Env = environ(env)
	if output, err := bash.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, output)
	}
}

// mention checks a command in a sentence.
func mention(t *testing.T, path, line, text string) {
	words := strings.Fields(text)
	switch {
	case words[0] == "make":
		if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(words[1]) + `:.*## `).MatchString(read(t, "Makefile")) {
			t.Errorf("%s: make has no target %s", path, words[1])
		}
	case words[0] == "go":
		if info, err := os.Stat(filepath.Join(root, words[2])); err != nil || !info.IsDir() {
			t.Errorf("%s: there is no command %s", path, words[2])
		}
	case !strings.Contains(line, needsAccount) && !slices.Contains(words, "--dry-run"):
		t.Errorf("%s: does %q need an account? Then say so", path, text)
	}
}

// environ is this process's environment with the variables over it, and the
// project's own tools first.
func environ(env map[string]string) []string {
	bin, _ := filepath.Abs(filepath.Join(root, "node_modules/.bin"))
	all := append(
		os.Environ(),
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"WRANGLER_SEND_METRICS=false",
	)
	for name, value := range env {
		all = append(all, fmt.Sprintf("%s=%s", name, value))
	}
	return all
}

// Package edge runs the edge as a native program on fakes of every service, for
// tests of what is done at a deployment's shell.
package edge

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clinicpro/photobridge/edge/fakes"
)

// Start builds the edge of the repository at root and runs it until the test
// ends. It returns the variables that the edge is configured with; BASE_URL is
// its address.
func Start(t *testing.T, root string) map[string]string {
	t.Helper()
	env := map[string]string{
		"UPSTASH_REDIS_REST_URL":   fakes.Redis(t),
		"UPSTASH_REDIS_REST_TOKEN": fakes.RedisToken,
		"AWS_REGION":               "us-east-1",
		"AWS_ACCESS_KEY_ID":        "AKIDEXAMPLE",
		"AWS_SECRET_ACCESS_KEY":    "secret",
		"S3_BUCKET_NAME":           "photos",
		"S3_ENDPOINT":              fakes.S3(t),
		"ABLY_API_KEY":             "app.key:secret",
		"ABLY_REST_URL":            fakes.Ably(t),
		"BASE_URL":                 "https://photos.practice.example",
		"ALLOWED_ORIGINS":          "https://practice.example",
		"SESSION_SECRET":           strings.Repeat("s", 32),
		"LAUNCH_SECRET":            strings.Repeat("l", 32),
		"ADMIN_TOKEN":              strings.Repeat("a", 32),
	}
	binary := filepath.Join(t.TempDir(), "edge")
	build := exec.Command("go", "build", "-o", binary, "./edge")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	env["BASE_URL"] = run(t, exec.Command(binary, "-listen", "127.0.0.1:0"), env)
	return env
}

// run starts the edge, waits until it listens and returns its address.
func run(t *testing.T, edge *exec.Cmd, env map[string]string) string {
	t.Helper()
	edge.Env = os.Environ()
	for name, value := range env {
		edge.Env = append(edge.Env, name+"="+value)
	}
	output, err := edge.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := edge.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { edge.Process.Kill(); edge.Wait() })
	line, err := bufio.NewReader(output).ReadString('\n')
	_, address, found := strings.Cut(strings.TrimSpace(line), "listening on ")
	if !found {
		t.Fatalf("the edge does not listen: %q, %v", line, err)
	}
	return address
}

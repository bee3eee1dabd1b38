//go:build !js

// Package e2e holds the worker that wrangler runs, on the local cloud, to the
// same suite as the native handler, and to the vendors' own clients. The
// browsers' tests beside it are TypeScript.
package e2e

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const startLimit = 3 * time.Minute

// stack is the whole product as `make dev` starts it.
type stack struct {
	port int
	env  map[string]string // what the edge is configured with
}

func (s *stack) edge() string { return fmt.Sprintf("http://127.0.0.1:%d", s.port) }

// startStack runs `make dev` on ports and data of its own until the test ends.
func startStack(t *testing.T) *stack {
	t.Helper()
	port, data := freePorts(t), t.TempDir()
	command := exec.Command("make", "--no-print-directory", "dev", "PORT="+strconv.Itoa(port), "DATA="+data)
	command.Dir = ".."
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = command.Stdout
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan bool, 1)
	var said strings.Builder
	done := make(chan struct{})
	go func() {
		defer close(done)
		link := regexp.MustCompile(`/mobile#t=`)
		lines := bufio.NewScanner(output)
		for lines.Scan() {
			said.WriteString(lines.Text() + "\n")
			if link.MatchString(lines.Text()) {
				ready <- true
			}
		}
		ready <- false
	}()
	t.Cleanup(func() {
		syscall.Kill(-command.Process.Pid, syscall.SIGINT)
		<-done
		command.Wait()
	})
	select {
	case ok := <-ready:
		if !ok {
			t.Fatalf("make dev ended:\n%s", said.String())
		}
	case <-time.After(startLimit):
		t.Fatal("make dev printed no link")
	}
	return &stack{port, readEnv(t, filepath.Join(data, "dev.env"))}
}

// freePorts finds the first of seven free ports below the ephemeral range.
func freePorts(t *testing.T) int {
	t.Helper()
	for first := 20_000 + os.Getpid()%1000*10; first < 32_000; first += 10 {
		free := true
		for port := first; port < first+7 && free; port++ {
			listener, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
			if free = err == nil; free {
				listener.Close()
			}
		}
		if free {
			return first
		}
	}
	t.Fatal("found no seven free ports in a row")
	return 0
}

func readEnv(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			values[name] = strings.Trim(value, `"`)
		}
	}
	return values
}

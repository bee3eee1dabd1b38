//go:build unix

// Package stack runs the whole product as `make dev` starts it, on ports and
// its own data, for tests and measurements.
package stack

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const startLimit = 3 * time.Minute

// Stack is the product, running.
type Stack struct {
	Port int
	Env  map[string]string // what the edge is configured with

	command *exec.Cmd
	data    string
	ended   chan struct{} // its output ended
}

// Edge is the origin of the worker.
func (s *Stack) Edge() string { return s.origin(0) }

// Control is the origin of the local cloud's status and switches.
func (s *Stack) Control() string { return s.origin(5) }

func (s *Stack) origin(offset int) string { return fmt.Sprintf("http://127.0.0.1:%d", s.Port+offset) }

// Start runs `make dev` in the repository's root and waits until it prints the
// phone's link. Stop must follow.
func Start(root string) (*Stack, error) {
	port, err := freePorts()
	if err != nil {
		return nil, err
	}
	data, err := os.MkdirTemp("", "photobridge-")
	if err != nil {
		return nil, err
	}
	s := &Stack{Port: port, data: data, ended: make(chan struct{})}
	s.command = exec.Command("make", "--no-print-directory", "dev", "PORT="+strconv.Itoa(port), "DATA="+data)
	s.command.Dir = root
	s.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.run(); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Stack) run() error {
	output, err := s.command.StdoutPipe()
	if err != nil {
		close(s.ended)
		return err
	}
	s.command.Stderr = s.command.Stdout
	if err := s.command.Start(); err != nil {
		close(s.ended)
		return err
	}
	var printed strings.Builder
	ready := make(chan bool, 2)
	go func() {
		defer close(s.ended)
		lines := bufio.NewScanner(output)
		for waiting := true; lines.Scan(); {
			if !waiting {
				continue
			}
			printed.WriteString(lines.Text() + "\n")
			if strings.Contains(lines.Text(), "/mobile#t=") {
				waiting = false
				ready <- true
			}
		}
		ready <- false
	}()
	select {
	case ok := <-ready:
		if !ok {
			return fmt.Errorf("make dev ended:\n%s", printed.String())
		}
	case <-time.After(startLimit):
		return fmt.Errorf("make dev printed no link within %s", startLimit)
	}
	s.Env, err = readEnv(filepath.Join(s.data, "dev.env"))
	return err
}

// Stop is Ctrl-C; it returns when every process has ended, and forgets the data.
func (s *Stack) Stop() error {
	if s.command.Process != nil {
		syscall.Kill(-s.command.Process.Pid, syscall.SIGINT)
		<-s.ended
		s.command.Wait() // an interrupted make fails
	}
	return os.RemoveAll(s.data)
}

// freePorts finds the first of ten free ports below the ephemeral range.
func freePorts() (int, error) {
	for first := 20_000 + os.Getpid()%1000*10; first < 32_000; first += 10 {
		free := true
		for port := first; port < first+10 && free; port++ {
			listener, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
			if free = err == nil; free {
				listener.Close()
			}
		}
		if free {
			return first, nil
		}
	}
	return 0, errors.New("found no ten free ports in a row")
}

func readEnv(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			values[name] = strings.Trim(value, `"`)
		}
	}
	return values, nil
}

//go:build unix

// Package supervise runs a command as the leader of its own process group and
// leaves nothing of it behind.
package supervise

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

const stopLimit = 8 * time.Second

// Child is a running command.
type Child struct {
	group  int
	done   chan struct{}
	status int
}

// Start runs a command in a folder. It has this process's output and no input. It
// fails if there is no such command.
func Start(command []string, folder string) (*Child, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = folder, os.Stdout, os.Stderr
	cmd.SysProcAttr = attributes()
	child := &Child{done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		// The kernel ties the child's life to the thread that started it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		child.group = cmd.Process.Pid
		started <- nil
		child.status = status(cmd.Wait())
		close(child.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", command[0], err)
	}
	return child, nil
}

// Done is closed when the command has ended.
func (c *Child) Done() <-chan struct{} { return c.done }

// Status is the exit status of a command that has ended: its own, or 128 and
// the signal that ended it.
func (c *Child) Status() int {
	<-c.done
	return c.status
}

// Stop ends the command and everything it has started: first with a signal that it
// can handle, and after a while by force.
func (c *Child) Stop() {
	c.signal(syscall.SIGTERM)
	deadline := time.Now().Add(stopLimit)
	for time.Now().Before(deadline) && c.alive() {
		time.Sleep(20 * time.Millisecond)
	}
	c.signal(syscall.SIGKILL)
	<-c.done
}

// alive reports whether any process of the group is left.
func (c *Child) alive() bool {
	return !errors.Is(syscall.Kill(-c.group, 0), syscall.ESRCH)
}

func (c *Child) signal(s syscall.Signal) {
	_ = syscall.Kill(-c.group, s) // fails if they have gone, which is as well
}

func status(err error) int {
	if err == nil {
		return 0
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return 1
	}
	if wait, ok := exit.Sys().(syscall.WaitStatus); ok && wait.Signaled() {
		return 128 + int(wait.Signal())
	}
	return exit.ExitCode()
}

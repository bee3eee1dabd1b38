//go:build unix

package supervise

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestStatusIsTheCommandsOwn(t *testing.T) {
	for script, want := range map[string]int{"exit 0": 0, "exit 7": 7, "kill -KILL $$": 137} {
		child, err := Start([]string{"sh", "-c", script}, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if got := child.Status(); got != want {
			t.Errorf("%s: status %d, want %d", script, got, want)
		}
		child.Stop()
	}
}

func TestACommandThatIsNotThere(t *testing.T) {
	_, err := Start([]string{"no-such-command"}, t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "no-such-command") {
		t.Errorf("error is %v", err)
	}
}

// What the command itself has started goes too, even if the command has gone
// before it.
func TestStopLeavesNothingBehind(t *testing.T) {
	for name, script := range map[string]string{
		"a child of a parent that waits": "sleep 60 & echo $! > pid; wait",
		"a child of a parent that ends":  "sleep 60 & echo $! > pid",
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			child, err := Start([]string{"sh", "-c", script}, folder)
			if err != nil {
				t.Fatal(err)
			}
			grandchild := readPID(t, filepath.Join(folder, "pid"))
			child.Stop()
			if running(grandchild) {
				t.Error("the child's child is still there")
			}
		})
	}
}

func readPID(t *testing.T, file string) int {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		content, _ := os.ReadFile(file)
		if pid, err := strconv.Atoi(strings.TrimSpace(string(content))); err == nil {
			return pid
		}
	}
	t.Fatal("the command wrote no process id")
	return 0
}

// running reports whether a process exists and is not a zombie that waits to be reaped.
func running(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || !strings.Contains(string(stat), ") Z ")
}

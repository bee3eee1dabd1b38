package once

import (
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestUse(t *testing.T) {
	memory := Memory{Folder: t.TempDir(), Life: time.Minute, Now: time.Now}
	var first atomic.Int32
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			ok, err := memory.Use("a launch")
			if err != nil {
				t.Error(err)
			}
			if ok {
				first.Add(1)
			}
		})
	}
	group.Wait()
	if first.Load() != 1 {
		t.Errorf("%d of 50 were the first", first.Load())
	}
	if ok, err := memory.Use("another launch"); !ok || err != nil {
		t.Error(ok, err)
	}
}

func TestForget(t *testing.T) {
	now := time.Now()
	memory := Memory{Folder: t.TempDir(), Life: time.Minute, Now: func() time.Time { return now }}
	if _, err := memory.Use("old"); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		after time.Duration
		files int
	}{{59 * time.Second, 1}, {2 * time.Minute, 0}} {
		now = time.Now().Add(step.after)
		if err := memory.Forget(); err != nil {
			t.Fatal(err)
		}
		names, err := filepath.Glob(filepath.Join(memory.Folder, "*"))
		if err != nil || len(names) != step.files {
			t.Errorf("after %s: %d files, %v", step.after, len(names), err)
		}
	}
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if first, err := (Memory{Folder: file, Life: time.Minute, Now: time.Now}).Use("x"); first || err == nil {
		t.Error("a value was taken that cannot be remembered")
	}
}

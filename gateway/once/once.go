// Package once remembers values that may be used only once, such as launches. The
// memory is a folder, so that several gateways can share it.
package once

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Memory is a folder with one empty file for each used value. The file's name is a
// hash, so the folder does not disclose the values.
type Memory struct {
	Folder string
	// Life is how long a value is remembered. It must be at least as long as a value is valid.
	Life time.Duration
	Now  func() time.Time
}

// Use reports whether this is the first use of value. If it fails, the folder cannot
// be written, and the caller must refuse the value.
func (m Memory) Use(value string) (first bool, err error) {
	sum := sha256.Sum256([]byte(value))
	file, err := os.OpenFile(filepath.Join(m.Folder, hex.EncodeToString(sum[:])), os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, file.Close()
}

// Forget removes expired values. Another gateway may do the same at the same time.
func (m Memory) Forget() error {
	entries, err := os.ReadDir(m.Folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || m.Now().Sub(info.ModTime()) < m.Life {
			continue
		}
		if err := os.Remove(filepath.Join(m.Folder, entry.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

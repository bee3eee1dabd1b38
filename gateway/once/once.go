// Package once remembers what may be used a single time, such as a launch. The
// memory is a folder, so that several gateways which share it agree.
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

// Memory is a folder with one empty file for each used value. The file's name
// is a hash, so the folder discloses nothing.
type Memory struct {
	Folder string
	// Life is how long a value is remembered. It is at least as long as a value is valid.
	Life time.Duration
	Now  func() time.Time
}

// Use reports whether this is the first use of value. It fails if the folder
// cannot be written: the value must then be refused.
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

// Forget removes the values whose time is over. Somebody else may do the same
// at the same time.
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

// Package keyring stores the gateway's keys in a folder: the ES256 keys that sign
// launch tokens, the ES384 keys that authenticate the gateway to SMART servers, and
// the key that seals cookies. Gateways that share the folder share the keys.
package keyring

import (
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// launchPublishFirst is how long a new key for launch tokens is published before
	// it signs. The edge caches a key set for ten minutes.
	launchPublishFirst = 15 * time.Minute
	// clientPublishFirst is longer, because SMART does not say how long a server may
	// cache a key set.
	clientPublishFirst = 24 * time.Hour

	sealingFile  = "sealing.key"
	sealingBytes = 64 + 32 // HMAC-SHA-512 and AES-256
)

// Keyring is a folder of keys. It is safe for concurrent use.
type Keyring struct {
	// Launch signs launch tokens for the edge.
	Launch *Ring
	// Client signs assertions for SMART servers, which take ES384 or RS384.
	Client  *Ring
	folder  string
	sealing []byte
}

// Open reads the keys in folder and creates the missing ones. It fails if the folder
// cannot be read or written, or contains a file that is not a key.
func Open(folder string, now func() time.Time) (*Keyring, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	k := &Keyring{
		Launch: &Ring{
			folder: folder, prefix: "signing-", curve: elliptic.P256(), method: jwt.SigningMethodES256,
			publishFirst: launchPublishFirst, now: now,
		},
		Client: &Ring{
			folder: folder, prefix: "client-", curve: elliptic.P384(), method: jwt.SigningMethodES384,
			publishFirst: clientPublishFirst, now: now,
		},
		folder: folder,
	}
	var err error
	if k.sealing, err = k.sealingKey(); err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	if err := k.Rotate(); err != nil {
		return nil, err
	}
	return k, nil
}

// Rotate replaces signing keys that are old. Call it once an hour.
func (k *Keyring) Rotate() error { return errors.Join(k.Launch.rotate(), k.Client.rotate()) }

// Sealing returns the keys that authenticate and encrypt cookies.
func (k *Keyring) Sealing() (hash, block []byte) { return k.sealing[:64], k.sealing[64:] }

func (k *Keyring) sealingKey() ([]byte, error) {
	key := make([]byte, sealingBytes)
	rand.Read(key)
	if err := create(filepath.Join(k.folder, sealingFile), key); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	key, err := os.ReadFile(filepath.Join(k.folder, sealingFile))
	if err == nil && len(key) != sealingBytes {
		err = fmt.Errorf("%s has %d bytes instead of %d", sealingFile, len(key), sealingBytes)
	}
	return key, err
}

// create writes a new file atomically: another gateway sees the complete file or
// none. It fails with fs.ErrExist if the file exists.
func create(path string, content []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	if _, err := temporary.Write(content); err != nil {
		return errors.Join(err, temporary.Close())
	}
	if err := temporary.Close(); err != nil {
		return err
	}
	return os.Link(temporary.Name(), path)
}

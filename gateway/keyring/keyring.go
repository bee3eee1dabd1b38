// Package keyring keeps the gateway's keys in a folder: the ES256 keys that
// sign launch tokens, and the key that seals cookies. Gateways that share the
// folder share the keys.
package keyring

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

const (
	// rotateAfter is the age at which a signing key is replaced.
	rotateAfter = 30 * 24 * time.Hour
	// publishFirst is how long a new key is published before it signs: the edge
	// keeps a key set for ten minutes.
	publishFirst = 15 * time.Minute
	// keepAfter is how long a replaced key stays published: launch tokens live
	// at most twelve hours.
	keepAfter = 13 * time.Hour
	// rereadAfter is how soon a key is seen that another gateway made.
	rereadAfter = time.Minute

	signingPrefix = "signing-"
	sealingFile   = "sealing.key"
	sealingBytes  = 64 + 32 // HMAC-SHA-512 and AES-256
)

// Keyring is a folder of keys. It is safe for concurrent use.
type Keyring struct {
	folder  string
	now     func() time.Time
	sealing []byte

	mu     sync.Mutex
	keys   []signingKey // oldest first
	readAt time.Time
}

type signingKey struct {
	id      string
	private *ecdsa.PrivateKey
	made    time.Time
}

// Open reads the keys in folder and makes those that are missing. It fails if
// the folder cannot be read or written, or holds a file that is no key.
func Open(folder string, now func() time.Time) (*Keyring, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	k := &Keyring{folder: folder, now: now}
	var err error
	if k.sealing, err = k.sealingKey(); err != nil {
		return nil, fmt.Errorf("keyring: %w", err)
	}
	if err := k.Rotate(); err != nil {
		return nil, err
	}
	return k, nil
}

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

// Rotate makes a new signing key when the newest is old or missing, and removes
// keys that signed nothing that is still valid. Call it once an hour.
func (k *Keyring) Rotate() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.read(); err != nil {
		return err
	}
	now := k.now()
	if len(k.keys) == 0 || now.Sub(k.keys[len(k.keys)-1].made) >= rotateAfter {
		if err := k.make(now); err != nil {
			return err
		}
	}
	for len(k.keys) > 1 && now.Sub(k.keys[1].made) > publishFirst+keepAfter {
		path := filepath.Join(k.folder, k.keys[0].id+".pem")
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("keyring: %w", err)
		}
		k.keys = k.keys[1:]
	}
	return nil
}

// make adds a key. The name holds the day, so that two gateways which rotate at
// the same time end with the same key.
func (k *Keyring) make(now time.Time) error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	path := filepath.Join(k.folder, signingPrefix+now.UTC().Format("2006-01-02")+".pem")
	encoded := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Headers: map[string]string{
		"Made": now.UTC().Format(time.RFC3339),
	}, Bytes: der})
	if err := create(path, encoded); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keyring: %w", err)
	}
	return k.read()
}

// create writes a new file whole: another gateway sees all of it or nothing. It
// fails with fs.ErrExist if there is one already.
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

// read loads the signing keys.
func (k *Keyring) read() error {
	names, err := filepath.Glob(filepath.Join(k.folder, signingPrefix+"*.pem"))
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	k.keys = nil
	for _, name := range names {
		key, err := readSigning(name)
		if errors.Is(err, fs.ErrNotExist) { // another gateway removed it just now
			continue
		}
		if err != nil {
			return fmt.Errorf("keyring: %s: %w", filepath.Base(name), err)
		}
		k.keys = append(k.keys, key)
	}
	slices.SortFunc(k.keys, func(a, b signingKey) int { return a.made.Compare(b.made) })
	k.readAt = k.now()
	return nil
}

func readSigning(path string) (signingKey, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return signingKey{}, err
	}
	block, _ := pem.Decode(content)
	if block == nil {
		return signingKey{}, errors.New("not a PEM file")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return signingKey{}, err
	}
	private, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || private.Curve != elliptic.P256() {
		return signingKey{}, errors.New("not a P-256 key")
	}
	made, err := time.Parse(time.RFC3339, block.Headers["Made"])
	if err != nil {
		return signingKey{}, err
	}
	return signingKey{strings.TrimSuffix(filepath.Base(path), ".pem"), private, made}, nil
}

// Sign signs claims with the newest key that has been published long enough.
func (k *Keyring) Sign(claims jwt.Claims) (string, error) {
	key, err := k.current()
	if err != nil {
		return "", err
	}
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	token.Header["kid"] = key.keyID()
	return token.SignedString(key.private)
}

func (k *Keyring) current() (signingKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.refresh(); err != nil {
		return signingKey{}, err
	}
	now := k.now()
	for i := len(k.keys) - 1; i > 0; i-- {
		if now.Sub(k.keys[i].made) >= publishFirst {
			return k.keys[i], nil
		}
	}
	if len(k.keys) == 0 {
		return signingKey{}, errors.New("keyring: the folder has no signing key")
	}
	return k.keys[0], nil
}

func (k *Keyring) refresh() error {
	if k.now().Sub(k.readAt) < rereadAfter {
		return nil
	}
	return k.read()
}

// Public returns the key set that verifiers fetch (RFC 7517).
func (k *Keyring) Public() (jose.JSONWebKeySet, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.refresh(); err != nil {
		return jose.JSONWebKeySet{}, err
	}
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, key := range k.keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{
			Key: key.private.Public(), KeyID: key.keyID(), Algorithm: "ES256", Use: "sig",
		})
	}
	return set, nil
}

// keyID names the key by its public half: a key file that was replaced by hand
// has another id.
func (s signingKey) keyID() string {
	der, err := x509.MarshalPKIXPublicKey(s.private.Public())
	if err != nil {
		return s.id // a P-256 key can always be written
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:8])
}

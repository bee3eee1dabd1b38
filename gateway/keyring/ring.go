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
	// keepAfter is how long a replaced key stays published. Launch tokens are valid
	// for at most twelve hours.
	keepAfter = 13 * time.Hour
	// rereadAfter is how often the folder is read for keys of other gateways.
	rereadAfter = time.Minute
)

// Ring holds the signing keys for one purpose. It is safe for concurrent use.
type Ring struct {
	folder, prefix string
	curve          elliptic.Curve
	method         *jwt.SigningMethodECDSA
	publishFirst   time.Duration // how long a new key is published before it signs
	now            func() time.Time

	mu     sync.Mutex
	keys   []signingKey // oldest first
	readAt time.Time
}

type signingKey struct {
	id      string
	private *ecdsa.PrivateKey
	made    time.Time
}

// rotate creates a signing key if the newest is old or missing, and removes keys
// whose tokens have all expired.
func (r *Ring) rotate() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.read(); err != nil {
		return err
	}
	now := r.now()
	if len(r.keys) == 0 || now.Sub(r.keys[len(r.keys)-1].made) >= rotateAfter {
		if err := r.make(now); err != nil {
			return err
		}
	}
	for len(r.keys) > 1 && now.Sub(r.keys[1].made) > r.publishFirst+keepAfter {
		path := filepath.Join(r.folder, r.keys[0].id+".pem")
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("keyring: %w", err)
		}
		r.keys = r.keys[1:]
	}
	return nil
}

// make adds a key. Its name contains the day, so that two gateways that rotate at
// the same time end with the same key.
func (r *Ring) make(now time.Time) error {
	private, err := ecdsa.GenerateKey(r.curve, rand.Reader)
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	path := filepath.Join(r.folder, r.prefix+now.UTC().Format("2006-01-02")+".pem")
	encoded := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Headers: map[string]string{
		"Made": now.UTC().Format(time.RFC3339),
	}, Bytes: der})
	if err := create(path, encoded); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keyring: %w", err)
	}
	return r.read()
}

// read loads the signing keys.
func (r *Ring) read() error {
	names, err := filepath.Glob(filepath.Join(r.folder, r.prefix+"*.pem"))
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	r.keys = nil
	for _, name := range names {
		key, err := r.readSigning(name)
		if errors.Is(err, fs.ErrNotExist) { // another gateway has just removed it
			continue
		}
		if err != nil {
			return fmt.Errorf("keyring: %s: %w", filepath.Base(name), err)
		}
		r.keys = append(r.keys, key)
	}
	slices.SortFunc(r.keys, func(a, b signingKey) int { return a.made.Compare(b.made) })
	r.readAt = r.now()
	return nil
}

func (r *Ring) readSigning(path string) (signingKey, error) {
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
	if !ok || private.Curve != r.curve {
		return signingKey{}, fmt.Errorf("not a %s key", r.curve.Params().Name)
	}
	made, err := time.Parse(time.RFC3339, block.Headers["Made"])
	if err != nil {
		return signingKey{}, err
	}
	return signingKey{strings.TrimSuffix(filepath.Base(path), ".pem"), private, made}, nil
}

// Sign signs claims with the newest key that has been published long enough.
func (r *Ring) Sign(claims jwt.Claims) (string, error) {
	key, err := r.current()
	if err != nil {
		return "", err
	}
	token := jwt.NewWithClaims(r.method, claims)
	token.Header["kid"] = key.keyID()
	return token.SignedString(key.private)
}

func (r *Ring) current() (signingKey, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refresh(); err != nil {
		return signingKey{}, err
	}
	now := r.now()
	for i := len(r.keys) - 1; i > 0; i-- {
		if now.Sub(r.keys[i].made) >= r.publishFirst {
			return r.keys[i], nil
		}
	}
	if len(r.keys) == 0 {
		return signingKey{}, errors.New("keyring: the folder has no signing key")
	}
	return r.keys[0], nil
}

func (r *Ring) refresh() error {
	if r.now().Sub(r.readAt) < rereadAfter {
		return nil
	}
	return r.read()
}

// Public returns the key set that verifiers fetch (RFC 7517).
func (r *Ring) Public() (jose.JSONWebKeySet, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refresh(); err != nil {
		return jose.JSONWebKeySet{}, err
	}
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, key := range r.keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{
			Key: key.private.Public(), KeyID: key.keyID(), Algorithm: r.method.Alg(), Use: "sig",
		})
	}
	return set, nil
}

// keyID derives the id from the public key, so that a key file that was replaced by
// hand has another id.
func (s signingKey) keyID() string {
	der, err := x509.MarshalPKIXPublicKey(s.private.Public())
	if err != nil {
		return s.id // cannot happen: a valid ECDSA key can always be encoded
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:8])
}

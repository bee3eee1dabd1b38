package journal

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"slices"
	"time"
)

// A stored value is a version, the time at which it expires, a nonce, and the
// ciphertext with its tag. Values of another version are unreadable.
const (
	version   = 2
	nonceAt   = 1 + 8 // after the version and the seconds since 1970
	nonceSize = 12
	headSize  = nonceAt + nonceSize
)

// sealer encrypts with AES-256-GCM under random 96-bit nonces (NIST SP 800-38D,
// 8.2.2: good for 2³² values under one key; a session writes some hundreds).
// Go's own cipher, because crypto.subtle is missing on plain http.
type sealer struct {
	aead   cipher.AEAD
	random func([]byte)
}

var errUnreadable = errors.New("not readable with this session's key")

func newSealer(key []byte, random func([]byte)) (sealer, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, err
	}
	aead, err := cipher.NewGCM(block)
	return sealer{aead, random}, err
}

// seal returns a value that can only be opened under the same name.
func (s sealer) seal(name string, expires time.Time, plain []byte) []byte {
	sealed := make([]byte, headSize, headSize+len(plain)+s.aead.Overhead())
	sealed[0] = version
	binary.BigEndian.PutUint64(sealed[1:], uint64(expires.Unix()))
	nonce := sealed[nonceAt:headSize]
	s.random(nonce)
	return s.aead.Seal(sealed, nonce, plain, []byte(name))
}

func (s sealer) open(name string, sealed []byte) ([]byte, error) {
	if _, ok := expiryOf(sealed); !ok {
		return nil, errUnreadable
	}
	plain, err := s.aead.Open(nil, sealed[nonceAt:headSize], sealed[headSize:], []byte(name))
	if err != nil {
		return nil, errUnreadable
	}
	return plain, nil
}

// expiryOf reads when a value expires; ok is false if it is not a value of the journal.
func expiryOf(sealed []byte) (expires time.Time, ok bool) {
	if len(sealed) < headSize || sealed[0] != version {
		return time.Time{}, false
	}
	return time.Unix(int64(binary.BigEndian.Uint64(sealed[1:])), 0), true
}

// withExpiry returns a copy of a value that expires at another time. The time is
// not sealed, because pages without the key have to read it.
func withExpiry(sealed []byte, expires time.Time) []byte {
	changed := slices.Clone(sealed)
	binary.BigEndian.PutUint64(changed[1:], uint64(expires.Unix()))
	return changed
}

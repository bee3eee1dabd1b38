package journal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
)

// version is the first byte of every sealed value. A value of another version
// is treated as unreadable.
const version = 1

// sealer encrypts with AES-256-GCM under random 96-bit nonces (NIST SP 800-38D,
// 8.2.2: good for 2³² values under one key; a session writes some hundreds).
// Go's own cipher, because crypto.subtle is missing on plain http.
type sealer struct{ aead cipher.AEAD }

var errUnreadable = errors.New("not readable with this session's key")

func newSealer(key []byte) (sealer, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, err
	}
	aead, err := cipher.NewGCM(block)
	return sealer{aead}, err
}

// seal answers version, nonce, ciphertext and tag. The value only opens under
// the same name.
func (s sealer) seal(name string, plain []byte) []byte {
	head := 1 + s.aead.NonceSize()
	sealed := make([]byte, head, head+len(plain)+s.aead.Overhead())
	sealed[0] = version
	rand.Read(sealed[1:head]) // never fails (crypto/rand)
	return s.aead.Seal(sealed, sealed[1:head], plain, []byte(name))
}

func (s sealer) open(name string, sealed []byte) ([]byte, error) {
	head := 1 + s.aead.NonceSize()
	if len(sealed) < head || sealed[0] != version {
		return nil, errUnreadable
	}
	plain, err := s.aead.Open(nil, sealed[1:head], sealed[head:], []byte(name))
	if err != nil {
		return nil, errUnreadable
	}
	return plain, nil
}

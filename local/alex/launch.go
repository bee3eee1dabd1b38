package alex

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	launchPath = "/vendorforms/api/getlaunchcontextstring/"
	launchLife = 5 * time.Minute
)

// launchKeys encrypt and sign launch contexts.
type launchKeys struct {
	aead   cipher.AEAD
	secret []byte
}

func newLaunchKeys() launchKeys {
	key, secret := make([]byte, 32), make([]byte, 32)
	rand.Read(key)
	rand.Read(secret)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // 32 bytes are always a key
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return launchKeys{aead, secret}
}

// launchContext is what a context decodes to.
type launchContext struct {
	PatientID    *string `json:"patientId"`
	FacilityCode string  `json:"facilityCode"`
	ProviderID   string  `json:"providerId,omitempty"`
	CreatedTime  string  `json:"createdTime,omitempty"`
}

// Launch returns the two values that Evolution puts into a launch URL. An empty
// patientID is a click without a selected patient.
func (s *Server) Launch(patientID, providerID string) (encodedContext, signature string) {
	content := launchContext{
		FacilityCode: s.config.Facility, ProviderID: providerID, CreatedTime: s.config.Now().UTC().Format(time.RFC3339),
	}
	if patientID != "" {
		content.PatientID = &patientID
	}
	plain, err := json.Marshal(content)
	if err != nil {
		panic(err) // a struct of strings can always be written
	}
	nonce := make([]byte, s.launch.aead.NonceSize())
	rand.Read(nonce)
	sealed := s.launch.aead.Seal(nonce, nonce, plain, nil)
	return base64.StdEncoding.EncodeToString(sealed), base64.StdEncoding.EncodeToString(s.launch.sign(sealed))
}

func (k launchKeys) sign(sealed []byte) []byte {
	mac := hmac.New(sha256.New, k.secret)
	mac.Write(sealed)
	return mac.Sum(nil)
}

// decodeLaunch decodes a context for five minutes, any number of times.
func (s *Server) decodeLaunch(w http.ResponseWriter, r *http.Request) {
	segments := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), launchPath), "/")
	if len(segments) != 2 {
		refuse(w, http.StatusBadRequest, "invalid", "Send the context and the signature as one path segment each")
		return
	}
	sealed, err1 := unescape(segments[0])
	signature, err2 := unescape(segments[1])
	size := s.launch.aead.NonceSize()
	if err1 != nil || err2 != nil || len(sealed) < size || !hmac.Equal(signature, s.launch.sign(sealed)) {
		refuse(w, http.StatusBadRequest, "invalid", "The context or its signature is not valid")
		return
	}
	plain, err := s.launch.aead.Open(nil, sealed[:size], sealed[size:], nil)
	if err != nil {
		refuse(w, http.StatusBadRequest, "invalid", "The context cannot be decoded")
		return
	}
	var content launchContext
	if err := json.Unmarshal(plain, &content); err != nil {
		refuse(w, http.StatusBadRequest, "invalid", "The context cannot be decoded")
		return
	}
	created, err := time.Parse(time.RFC3339, content.CreatedTime)
	if err != nil || s.config.Now().Sub(created) > launchLife {
		refuse(w, http.StatusBadRequest, "expired", "The context has expired")
		return
	}
	respond(w, http.StatusOK, "application/json", content)
}

// unescape decodes one path segment of base64. Whether the original reads "+" as a
// space is unknown, so each of "+", "/" and "=" must be escaped.
func unescape(segment string) ([]byte, error) {
	if strings.ContainsAny(segment, "+=") {
		return nil, errors.New("the segment is not percent-encoded")
	}
	text, err := url.PathUnescape(segment)
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(text)
}

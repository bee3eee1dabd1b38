package credential

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/shared"
)

const (
	keysFresh    = 10 * time.Minute // then they are fetched again
	keysPatience = 30 * time.Second // between two fetches, whatever a token asks for
	keysStale    = 12 * time.Hour   // how long known keys serve while the key set cannot be had
	maxKeySet    = 256 << 10        // bytes
	minRSABits   = 2048             // RFC 7518, section 3.3
)

// JWKS is a practice system's published key set (RFC 7517), cached.
type JWKS struct {
	URL  string
	HTTP http.RoundTripper
	Now  func() time.Time

	mu        sync.Mutex
	keys      map[string]any // *rsa.PublicKey or *ecdsa.PublicKey by key id
	fetchedAt time.Time
	triedAt   time.Time
}

// key returns the public key that a token names. For an unknown key id it fetches the
// set again, because keys are rotated, but at most once in keysPatience, because
// tokens can be forged.
func (j *JWKS) key(ctx context.Context, token *jwt.Token) (any, error) {
	kid, _ := token.Header["kid"].(string)
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.Now()
	known, found := j.keys[kid]
	var failure error
	if (!found || now.Sub(j.fetchedAt) > keysFresh) && now.Sub(j.triedAt) > keysPatience {
		j.triedAt = now
		var keys map[string]any
		if keys, failure = j.fetch(ctx); failure == nil {
			j.keys, j.fetchedAt = keys, now
			known, found = keys[kid]
		}
	}
	stale := now.Sub(j.fetchedAt) > keysStale
	switch {
	case stale || failure != nil && !found:
		if j.keys == nil {
			j.triedAt = time.Time{} // nothing to go by: the next request tries again
		}
		return nil, &shared.Error{
			Code: shared.CodeUpstreamUnavailable, Field: "keys", RetryAfter: 5 * time.Second, Err: failure,
		}
	case !found:
		return nil, fmt.Errorf("no key has the token's kid")
	}
	return fitting(known, token.Method.Alg())
}

// fitting returns a key if it fits the token's algorithm. A set may contain keys that
// are for something else.
func fitting(key any, algorithm string) (any, error) {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		if algorithm == "ES256" && key.Curve == elliptic.P256() {
			return key, nil
		}
	case *rsa.PublicKey:
		if algorithm == "RS256" && key.N.BitLen() >= minRSABits {
			return key, nil
		}
	}
	return nil, fmt.Errorf("the key does not fit %s", algorithm)
}

func (j *JWKS) fetch(ctx context.Context) (map[string]any, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, j.URL, nil)
	if err != nil {
		return nil, err
	}
	response, err := j.HTTP.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxKeySet))
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the key set returned %d", response.StatusCode)
	}
	return parseKeySet(body)
}

// parseKeySet keeps the public keys that may have signed a token. One that
// cannot be read does not spoil the others.
func parseKeySet(body []byte) (map[string]any, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, err
	}
	keys := map[string]any{}
	for _, raw := range set.Keys {
		var encoded jwkset.JWKMarshal
		if json.Unmarshal(raw, &encoded) != nil || encoded.USE != "" && encoded.USE != jwkset.UseSig {
			continue
		}
		key, err := jwkset.NewJWKFromMarshal(encoded, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
		if err != nil {
			continue
		}
		switch public := key.Key().(type) {
		case *rsa.PublicKey, *ecdsa.PublicKey:
			keys[encoded.KID] = public
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("the key set holds no RSA or EC key for signatures")
	}
	return keys, nil
}

package realtime

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/local/fault"
)

const (
	maxTokenLife = 24 * time.Hour
	clockLeeway  = 2 * time.Minute // for a token that was issued by a clock ahead of ours
)

// credential is a caller's proven identity.
type credential struct {
	capability capability
	clientID   string    // who they may say they are; * means anyone, empty no one
	expires    time.Time // zero for an API key, which does not expire
}

func (c *credential) expired(now time.Time) bool {
	return !c.expires.IsZero() && !now.Before(c.expires)
}

// claims of an Ably JWT: https://ably.com/docs/auth/token/jwt.
type claims struct {
	jwt.RegisteredClaims
	Capability string `json:"x-ably-capability,omitempty"`
	ClientID   string `json:"x-ably-clientId,omitempty"`
}

// authenticate reads the credential of a request: a key or a token, in the
// Authorization header or the query.
func (s *Server) authenticate(r *http.Request) (*credential, *ErrorInfo) {
	if fault.Expired(r.Context()) {
		return nil, newError(codeTokenExpired, "The token has expired (an injected fault).")
	}
	query := r.URL.Query()
	header := r.Header.Get("Authorization")
	if encoded, ok := strings.CutPrefix(header, "Basic "); ok {
		key, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return nil, newError(codeInvalidCredentials, "The Authorization header is not valid base64.")
		}
		return s.checkKey(string(key))
	}
	if token, ok := strings.CutPrefix(header, "Bearer "); ok {
		return s.checkToken(unwrapToken(token))
	}
	if key := query.Get("key"); key != "" {
		return s.checkKey(key)
	}
	for _, name := range []string{"accessToken", "access_token"} {
		if token := query.Get(name); token != "" {
			return s.checkToken(token)
		}
	}
	return nil, newError(codeInvalidCredentials, "No API key or token was given.")
}

// unwrapToken decodes the base64 in which Ably's clients send every token, even a
// JWT.
func unwrapToken(token string) string {
	if strings.Count(token, ".") == 2 {
		return token
	}
	if decoded, err := base64.StdEncoding.DecodeString(token); err == nil {
		return string(decoded)
	}
	return token
}

func (s *Server) checkKey(key string) (*credential, *ErrorInfo) {
	if subtle.ConstantTimeCompare([]byte(key), []byte(s.config.Key)) != 1 {
		return nil, newError(codeInvalidCredentials, "The API key is not the one of this server.")
	}
	return &credential{capability: everything, clientID: "*"}, nil
}

func (s *Server) checkToken(token string) (*credential, *ErrorInfo) {
	if strings.Count(token, ".") != 2 {
		return nil, newError(codeTokenUnrecognised, "The token is not a JWT.")
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"HS256"}),
		jwt.WithTimeFunc(s.clock.Now),
		jwt.WithExpirationRequired(),
	)
	var c claims
	parsed, err := parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		if t.Header["kid"] != s.keyName {
			return nil, errors.New("kid names another key")
		}
		return []byte(s.keySecret), nil
	})
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return nil, newError(codeTokenExpired, "The token has expired.")
	case err != nil || !parsed.Valid:
		return nil, newError(codeInvalidJWT, "The JWT is not valid: %v.", err)
	case c.IssuedAt == nil || c.IssuedAt.After(s.clock.Now().Add(clockLeeway)):
		return nil, newError(codeInvalidJWT, "The JWT lacks iat, or was issued in the future.")
	case c.ExpiresAt.Sub(c.IssuedAt.Time) > maxTokenLife:
		return nil, newError(codeInvalidJWT, "The JWT lives longer than 24 hours.")
	}
	result := &credential{capability: everything, clientID: c.ClientID, expires: c.ExpiresAt.Time}
	if c.Capability != "" {
		if result.capability, err = parseCapability(c.Capability); err != nil {
			return nil, newError(codeInvalidJWT, "x-ably-capability: %v.", err)
		}
	}
	return result, nil
}

// resolveClientID returns the caller's client id; asked is the one that it
// requested (RSA7, RSA15).
func (c *credential) resolveClientID(asked string) (string, *ErrorInfo) {
	switch {
	case asked == "*":
		return "", newError(codeInvalidClientID, "A clientId cannot be *.")
	case asked == "" && c.clientID == "*":
		return "", nil
	case asked == "":
		return c.clientID, nil
	case c.clientID == "*" || c.clientID == asked:
		return asked, nil
	default:
		return "", newError(codeIncompatible, "The credential does not permit the clientId %q.", asked)
	}
}

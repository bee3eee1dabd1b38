package realtime

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	defaultTokenLife = time.Hour
	requestLife      = 15 * time.Minute // a signed token request is good for this long
)

// requestToken makes a token from a request that is signed with the key, or
// that the key itself comes with.
func (s *Server) requestToken(w http.ResponseWriter, r *http.Request) {
	var request TokenRequest
	if info := s.readBody(w, r, &request); info != nil {
		s.fail(w, r, info)
		return
	}
	if name := r.PathValue("key"); name != s.keyName || request.KeyName != "" && request.KeyName != name {
		s.fail(w, r, newError(codeInvalidCredentials, "No key has this name."))
		return
	}
	if info := s.checkTokenRequest(r, request); info != nil {
		s.fail(w, r, info)
		return
	}
	details, info := s.issue(request)
	if info != nil {
		s.fail(w, r, info)
		return
	}
	s.answer(w, r, http.StatusCreated, details)
}

func (s *Server) checkTokenRequest(r *http.Request, request TokenRequest) *ErrorInfo {
	if request.MAC == "" {
		_, info := s.authenticate(r)
		return info
	}
	ttl, timestamp := number(request.TTL), number(request.Timestamp)
	text := strings.Join(
		[]string{request.KeyName, ttl, request.Capability, request.ClientID, timestamp, request.Nonce, ""},
		"\n",
	)
	mac := hmac.New(sha256.New, []byte(s.keySecret))
	mac.Write([]byte(text))
	if !hmac.Equal([]byte(base64.StdEncoding.EncodeToString(mac.Sum(nil))), []byte(request.MAC)) {
		return newError(codeInvalidCredentials, "The token request's mac does not fit it.")
	}
	signed, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || s.clock.Now().Sub(time.UnixMilli(signed)).Abs() > requestLife {
		return newError(codeTimestamp, "The token request's timestamp is not current.")
	}
	if !s.nonces.use(request.Nonce, s.clock.Now()) {
		return newError(codeNonceReplayed, "The token request was used before.")
	}
	return nil
}

func (s *Server) issue(request TokenRequest) (*TokenDetails, *ErrorInfo) {
	life := defaultTokenLife
	if ttl := number(request.TTL); ttl != "" && ttl != "0" {
		milliseconds, err := strconv.ParseInt(ttl, 10, 64)
		life = time.Duration(milliseconds) * time.Millisecond
		if err != nil || life < time.Millisecond || life > maxTokenLife {
			return nil, newError(codeBadRequest, "A token's ttl is 1 to 86 400 000 milliseconds.")
		}
	}
	capability := request.Capability
	if capability == "" {
		capability = `{"*":["*"]}`
	}
	if _, err := parseCapability(capability); err != nil {
		return nil, newError(codeBadRequest, "The token request: %v.", err)
	}
	// A JWT's dates are whole seconds here, so the end is rounded up.
	now := s.clock.Now()
	expires := now.Add(life + time.Second - 1).Truncate(time.Second)
	issued := &TokenDetails{
		KeyName: s.keyName, Issued: now.UnixMilli(), Expires: expires.UnixMilli(),
		Capability: capability, ClientID: request.ClientID,
	}
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iat": now.Unix(), "exp": expires.Unix(),
		"x-ably-capability": capability, "x-ably-clientId": request.ClientID,
	})
	token.Header["kid"] = s.keyName
	var err error
	if issued.Token, err = token.SignedString([]byte(s.keySecret)); err != nil {
		return nil, newError(codeInternal, "The token could not be signed: %v.", err)
	}
	return issued, nil
}

// number is the text of a number as clients sign it, whichever of JSON's or
// msgpack's types it came as.
func number(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatInt(int64(value), 10)
	case json.Number:
		return value.String()
	default:
		return fmt.Sprint(value)
	}
}

// nonces remembers those of token requests for as long as one is good.
type nonces struct {
	mu   sync.Mutex
	seen map[string]time.Time
}

// use says whether the nonce is new.
func (n *nonces) use(nonce string, now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for old, at := range n.seen {
		if now.Sub(at) > 2*requestLife {
			delete(n.seen, old)
		}
	}
	if _, used := n.seen[nonce]; used {
		return false
	}
	if n.seen == nil {
		n.seen = map[string]time.Time{}
	}
	n.seen[nonce] = now
	return true
}

package smart

import (
	"errors"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// assertionLife is how far ahead an assertion may expire (SMART App Launch 2.2,
// "Client Authentication: Asymmetric").
const assertionLife = 5 * time.Minute

// checkAssertion checks the proof of a client without a secret: an assertion for
// this endpoint, signed by one of its keys and used once.
func (s *Server) checkAssertion(r *http.Request) error {
	const kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	if err := r.ParseForm(); err != nil || r.PostForm.Get("client_assertion_type") != kind {
		return errors.New("there is no assertion")
	}
	var claims jwt.RegisteredClaims
	_, err := jwt.ParseWithClaims(r.PostForm.Get("client_assertion"), &claims, func(token *jwt.Token) (any, error) {
		set, err := s.config.ClientKeys()
		id, _ := token.Header["kid"].(string)
		if found := set.Key(id); err == nil && len(found) == 1 {
			return found[0].Key, nil
		}
		return nil, errors.New("the key is not known")
	},
		jwt.WithValidMethods([]string{"ES384"}), jwt.WithExpirationRequired(), jwt.WithTimeFunc(s.config.Now),
		jwt.WithIssuer(s.config.ClientID), jwt.WithSubject(s.config.ClientID),
		jwt.WithAudience(s.provider.TokenEndpoint()))
	switch {
	case err != nil:
		return err
	case claims.ExpiresAt.After(s.config.Now().Add(assertionLife)):
		return errors.New("the assertion lives too long")
	case claims.ID == "" || s.seen[claims.ID]:
		return errors.New("the assertion has no id, or was used before")
	}
	s.seen[claims.ID] = true
	return nil
}

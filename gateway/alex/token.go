package alex

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"github.com/clinicpro/photobridge/gateway/record"
	"github.com/clinicpro/photobridge/shared"
)

// tokenLife is how long an access token is used. Entra's live 3 599 s.
const tokenLife = 55 * time.Minute

// tokens keeps one access token for all requests.
type tokens struct {
	fetch func(context.Context) (*oauth2.Token, error)
	now   func() time.Time

	mu    sync.Mutex
	token string
	until time.Time
}

// get returns the token, and fetches one if there is none. It fails with
// Unauthorized if Entra refuses the client, Unavailable if it cannot be reached.
func (t *tokens) get(ctx context.Context) (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token != "" && t.now().Before(t.until) {
		return t.token, nil
	}
	token, err := t.fetch(ctx)
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	switch {
	case ok && temporary(refused.Response.StatusCode):
		return "", &record.Error{
			Code:       record.Unavailable,
			Status:     refused.Response.StatusCode,
			RetryAfter: shared.ParseRetryAfter(refused.Response.Header.Get("Retry-After"), t.now()),
			Err:        errors.New("the token endpoint is busy"),
		}
	case ok:
		return "", &record.Error{
			Code:   record.Unauthorized,
			Status: refused.Response.StatusCode,
			Err:    errors.New("the token endpoint refused the client: " + refused.ErrorCode),
		}
	case err != nil:
		return "", unreachable(err)
	}
	t.token, t.until = token.AccessToken, t.now().Add(tokenLife)
	if !token.Expiry.IsZero() && token.Expiry.Before(t.until) {
		t.until = token.Expiry
	}
	return t.token, nil
}

// forget drops the token after ALEX refused it.
func (t *tokens) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.token = ""
}

// Package realtime publishes events through Ably's REST API
// (https://ably.com/docs/api/rest-api) and makes the tokens with which a
// desktop may listen to one channel (https://ably.com/docs/auth/token/jwt).
package realtime

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

const (
	defaultRESTURL = "https://main.realtime.ably.net"
	tokenTTL       = 15 * time.Minute

	// An event must not hold a confirmed photo up: the desktop finds it anyway.
	publishBudget = 3 * time.Second
	publishTries  = 3
	firstWait     = 100 * time.Millisecond
)

// Publisher speaks for one Ably app.
type Publisher struct {
	key     string // app.id:secret
	restURL string // empty: Ably's own
	http    http.RoundTripper
}

var _ session.Notifier = (*Publisher)(nil)

// New returns a publisher with an API key of the form app.id:secret.
func New(key, restURL string, transport http.RoundTripper) (*Publisher, error) {
	if name, secret, ok := strings.Cut(key, ":"); !ok || !strings.Contains(name, ".") || secret == "" {
		return nil, fmt.Errorf("an Ably API key has the form appId.keyId:secret")
	}
	return &Publisher{key, strings.TrimSuffix(restURL, "/"), transport}, nil
}

func (p *Publisher) Publish(ctx context.Context, encounterID string, name shared.EventName, event shared.Event, id string) error {
	data, err := json.Marshal(event)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"id": id, "name": string(name), "data": string(data), "encoding": "json"})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, publishBudget)
	defer cancel()
	wait := firstWait
	for try := 1; ; try++ {
		retryable, err := p.post(ctx, encounterID, body)
		if err == nil || !retryable || try == publishTries {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
			wait *= 3
		}
	}
}

func (p *Publisher) post(ctx context.Context, encounterID string, body []byte) (retryable bool, err error) {
	base := p.restURL
	if base == "" {
		base = defaultRESTURL
	}
	target := base + "/channels/" + url.PathEscape(shared.Channel(encounterID)) + "/messages"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	request.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(p.key)))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	response, err := p.http.RoundTrip(request)
	if err != nil {
		return true, unavailable(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20)); err != nil {
		return true, unavailable(err)
	}
	if response.StatusCode >= 300 {
		return shared.RetryableStatus(response.StatusCode), unavailable(fmt.Errorf("publishing answered %d", response.StatusCode))
	}
	return false, nil
}

func unavailable(cause error) error {
	return shared.Wrap(cause, shared.CodeUpstreamUnavailable, "The desktop could not be told just now; it will find the change by itself.")
}

func (p *Publisher) SubscribeToken(encounterID string, now time.Time) (shared.RealtimeResponse, error) {
	channel := shared.Channel(encounterID)
	capability, err := json.Marshal(map[string][]string{channel: {"subscribe"}})
	if err != nil {
		return shared.RealtimeResponse{}, err
	}
	name, secret, _ := strings.Cut(p.key, ":")
	expires := now.Add(tokenTTL)
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iat":               now.Unix(),
		"exp":               expires.Unix(),
		"x-ably-capability": string(capability),
	})
	token.Header["kid"] = name
	signed, err := token.SignedString([]byte(secret))
	return shared.RealtimeResponse{Token: signed, ExpiresAt: expires, Channel: channel, RealtimeURL: p.restURL}, err
}

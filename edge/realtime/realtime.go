// Package realtime publishes events through Ably's REST API
// (https://ably.com/docs/api/rest-api) and makes the tokens with which a
// desktop may listen to one channel (https://ably.com/docs/auth/token/jwt).
package realtime

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
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

// message is an event as Ably takes it (https://ably.com/docs/api/rest-api#publish).
type message struct {
	ID       string           `json:"id"`
	Name     shared.EventName `json:"name"`
	Data     string           `json:"data"`
	Encoding string           `json:"encoding"`
}

// Publish sends an event to the desktop of an encounter.
func (p *Publisher) Publish(
	ctx context.Context,
	encounterID string,
	name shared.EventName,
	event shared.Event,
	id string,
) error {
	data, err := json.Marshal(event)
	if err != nil {
		return err
	}
	body, err := json.Marshal(message{ID: id, Name: name, Data: string(data), Encoding: "json"})
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
	status, _, err := p.ask(
		ctx,
		http.MethodPost,
		"/channels/"+url.PathEscape(shared.Channel(encounterID))+"/messages",
		body,
	)
	switch {
	case err != nil:
		return true, err
	case status >= 300:
		return shared.RetryableStatus(status), unavailable(fmt.Errorf("publishing answered %d", status))
	}
	return false, nil
}

// ask makes one REST call and reads the answer whole.
func (p *Publisher) ask(ctx context.Context, method, path string, body []byte) (status int, answer []byte, err error) {
	base := p.restURL
	if base == "" {
		base = defaultRESTURL
	}
	request, err := http.NewRequestWithContext(ctx, method, base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(p.key)))
	request.Header.Set("Accept", "application/json")
	if len(body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := p.http.RoundTrip(request)
	if err != nil {
		return 0, nil, unavailable(err)
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return 0, nil, unavailable(err)
	}
	return response.StatusCode, answer, nil
}

// Probe publishes to a channel that nobody listens to.
func (p *Publisher) Probe(ctx context.Context) (string, error) {
	_, err := p.post(ctx, "doctor", []byte(`{"name":"probe","data":""}`))
	if err != nil {
		return "", errors.Unwrap(err)
	}
	return "an event was published", nil
}

// Time is the service's clock.
func (p *Publisher) Time(ctx context.Context) (time.Time, error) {
	status, answer, err := p.ask(ctx, http.MethodGet, "/time", nil)
	if err != nil {
		return time.Time{}, err
	}
	var milliseconds []int64
	if json.Unmarshal(answer, &milliseconds) != nil || len(milliseconds) != 1 {
		return time.Time{}, fmt.Errorf("the time call answered %d without a time", status)
	}
	return time.UnixMilli(milliseconds[0]), nil
}

func unavailable(cause error) error {
	return shared.Wrap(
		cause,
		shared.CodeUpstreamUnavailable,
		"The desktop could not be told just now; it will find the change by itself.",
	)
}

// SubscribeToken signs a token that may subscribe to the channel of one encounter.
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

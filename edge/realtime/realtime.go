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
	"github.com/clinicpro/photobridge/shared/wire"
)

const (
	defaultRESTURL = "https://main.realtime.ably.net"
	tokenTTL       = 15 * time.Minute
)

// Outbox sends a request that nothing waits for, and sends it again if that may
// help. Outgoing is the native one; the worker's is in edge/instance.mjs.
type Outbox interface{ Post(Letter) }

// Letter is a request for an Outbox. Its body is JSON.
type Letter struct {
	URL    string
	Header http.Header
	Body   []byte
}

// Publisher speaks for one Ably app.
type Publisher struct {
	key     string // app.id:secret
	restURL string // empty: Ably's own
	http    http.RoundTripper
	outbox  Outbox
}

var _ session.Notifier = (*Publisher)(nil)

// New returns a publisher with an API key of the form app.id:secret. Events go
// through outbox, everything else through transport.
func New(key, restURL string, transport http.RoundTripper, outbox Outbox) (*Publisher, error) {
	if name, secret, ok := strings.Cut(key, ":"); !ok || !strings.Contains(name, ".") || secret == "" {
		return nil, fmt.Errorf("an Ably API key has the form appId.keyId:secret")
	}
	return &Publisher{key, strings.TrimSuffix(restURL, "/"), transport, outbox}, nil
}

// message is an event as Ably takes it (https://ably.com/docs/api/rest-api#publish).
type message struct {
	ID       string
	Name     shared.EventName
	Data     string
	Encoding string
}

// Fields names the message's fields.
func (m *message) Fields(f *wire.Fields) {
	wire.Text(f, "id", &m.ID, wire.Always)
	wire.Text(f, "name", &m.Name, wire.Always)
	wire.Text(f, "data", &m.Data, wire.Always)
	wire.Text(f, "encoding", &m.Encoding, wire.Always)
}

// Publish sends an event to the desktops of an encounter and does not wait for it.
func (p *Publisher) Publish(
	_ context.Context,
	encounterID string,
	name shared.EventName,
	event shared.Event,
	id string,
) {
	data := string(wire.Marshal(&event))
	body := wire.Marshal(&message{ID: id, Name: name, Data: data, Encoding: "json"})
	p.outbox.Post(Letter{p.url(messagesPath(encounterID)), p.header(body), body})
}

func messagesPath(encounterID string) string {
	return "/channels/" + url.PathEscape(shared.Channel(encounterID)) + "/messages"
}

func (p *Publisher) url(path string) string {
	if p.restURL == "" {
		return defaultRESTURL + path
	}
	return p.restURL + path
}

func (p *Publisher) header(body []byte) http.Header {
	header := http.Header{
		"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte(p.key))},
		"Accept":        {"application/json"},
	}
	if len(body) > 0 {
		header.Set("Content-Type", "application/json")
	}
	return header
}

// ask makes one REST call and reads the reply whole.
func (p *Publisher) ask(ctx context.Context, method, path string, body []byte) (status int, reply []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, p.url(path), bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header = p.header(body)
	response, err := p.http.RoundTrip(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	reply, err = io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return response.StatusCode, reply, err
}

// Probe publishes to a channel without subscribers.
func (p *Publisher) Probe(ctx context.Context) (string, error) {
	status, _, err := p.ask(ctx, http.MethodPost, messagesPath("doctor"), []byte(`{"name":"probe","data":""}`))
	if err == nil && status >= 300 {
		err = fmt.Errorf("publishing returned %d", status)
	}
	return "an event was published", err
}

// Time is the service's clock.
func (p *Publisher) Time(ctx context.Context) (time.Time, error) {
	status, reply, err := p.ask(ctx, http.MethodGet, "/time", nil)
	if err != nil {
		return time.Time{}, err
	}
	var milliseconds []int64
	if json.Unmarshal(reply, &milliseconds) != nil || len(milliseconds) != 1 {
		return time.Time{}, fmt.Errorf("the time call returned %d without a time", status)
	}
	return time.UnixMilli(milliseconds[0]), nil
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

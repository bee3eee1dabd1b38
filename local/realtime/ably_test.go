package realtime

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ably/ably-go/ably"
	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/local/clock"
	"github.com/clinicpro/photobridge/local/fault"
)

const (
	keyName  = "app.id"
	key      = keyName + ":not-much-of-a-secret-but-long-enough"
	patience = 10 * time.Second // what a test waits for something to happen
)

// stack is a server with its clock and its faults.
type stack struct {
	*Server
	clock  *clock.Clock
	faults *fault.Injector
	url    *url.URL
}

func start(t *testing.T) *stack {
	t.Helper()
	s := &stack{clock: &clock.Clock{}, faults: fault.New(1)}
	var err error
	if s.Server, err = New(Config{Key: key, Clock: s.clock, Faults: s.faults}); err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(&fault.Handler{
		Service: fault.Realtime, Injector: s.faults, Route: Route, Refuse: s.Server.Refuse, Next: s.Server,
	})
	if s.url, err = url.Parse(front.URL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		front.Close()
	})
	return s
}

func (s *stack) misbehave(t *testing.T, rule fault.Rule) {
	t.Helper()
	rule.Service = fault.Realtime
	if _, err := s.faults.Add(rule); err != nil {
		t.Fatal(err)
	}
}

// options point a client here.
func (s *stack) options(auth ably.ClientOption, more []ably.ClientOption) []ably.ClientOption {
	port, _ := strconv.Atoi(s.url.Port())
	return append([]ably.ClientOption{
		ably.WithEndpoint(s.url.Hostname()), ably.WithPort(port), ably.WithTLS(false), ably.WithLogLevel(ably.LogNone),
		ably.WithInsecureAllowBasicAuthWithoutTLS(), ably.WithDisconnectedRetryTimeout(50 * time.Millisecond), auth,
	}, more...)
}

var withKey = ably.WithKey(key)

func (s *stack) rest(t *testing.T, auth ably.ClientOption, more ...ably.ClientOption) *ably.REST {
	t.Helper()
	client, err := ably.NewREST(s.options(auth, more)...)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// realtime makes a client that connects and is closed with the test.
func (s *stack) realtime(t *testing.T, auth ably.ClientOption, more ...ably.ClientOption) *ably.Realtime {
	t.Helper()
	client := s.unconnected(t, auth, more...)
	client.Connect()
	return client
}

// unconnected makes a client whose test calls Connect. No test lets the client
// connect by itself: v1.4.1 assigns its Connection at the end of NewRealtime,
// and panics when the dial is faster than that.
func (s *stack) unconnected(t *testing.T, auth ably.ClientOption, more ...ably.ClientOption) *ably.Realtime {
	t.Helper()
	client, err := ably.NewRealtime(append(s.options(auth, more), ably.WithAutoConnect(false))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// tokens gives a client tokens like those that the edge signs, by the server's
// clock, and counts them.
func (s *stack) tokens(life time.Duration, capability string, count *atomic.Int32) ably.ClientOption {
	return ably.WithAuthCallback(func(context.Context, ably.TokenParams) (ably.Tokener, error) {
		count.Add(1)
		return ably.TokenString(s.token(life, capability)), nil
	})
}

func (s *stack) token(life time.Duration, capability string) string {
	now := s.clock.Now()
	return sign(jwt.MapClaims{"iat": now.Unix(), "exp": now.Add(life).Unix(), "x-ably-capability": capability})
}

func sign(claims jwt.MapClaims) string {
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	token.Header["kid"] = keyName
	text, err := token.SignedString([]byte(key[len(keyName)+1:]))
	if err != nil {
		panic(err) // the secret is a constant above
	}
	return text
}

// awaitConnected waits for the client's connection. A channel that is attached before
// has its ATTACH queued, and v1.4.1 locks itself out when the connection drops
// while it sends what is queued (msgQueue.Flush calls Enqueue).
func awaitConnected(t *testing.T, client *ably.Realtime) {
	t.Helper()
	there := make(chan struct{}, 1)
	off := client.Connection.On(ably.ConnectionEventConnected, func(ably.ConnectionStateChange) {
		select {
		case there <- struct{}{}:
		default:
		}
	})
	defer off()
	if client.Connection.State() == ably.ConnectionStateConnected {
		return
	}
	select {
	case <-there:
	case <-time.After(30 * time.Second):
		t.Fatalf("connection is %s: %v", client.Connection.State(), client.Connection.ErrorReason())
	}
}

// subscribe attaches and returns what comes, in its order.
func subscribe(
	t *testing.T,
	client *ably.Realtime,
	channel string,
	options ...ably.ChannelOption,
) (*ably.RealtimeChannel, <-chan *ably.Message) {
	t.Helper()
	awaitConnected(t, client)
	ch, inbox := client.Channels.Get(channel, options...), make(chan *ably.Message, 1000)
	if _, err := ch.SubscribeAll(t.Context(), func(m *ably.Message) { inbox <- m }); err != nil {
		t.Fatal(err)
	}
	if ch.State() != ably.ChannelStateAttached {
		t.Fatalf("channel is %s: %v", ch.State(), ch.ErrorReason())
	}
	return ch, inbox
}

// receive waits for the next of what a callback hands over.
func receive[T any](t *testing.T, from <-chan T, what string) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}

// until polls for something that has no event.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// wantNames fails unless exactly these messages come, in this order. A last
// one, published now, shows that nothing else was under way.
func (s *stack) wantNames(t *testing.T, channel string, inbox <-chan *ably.Message, want ...string) {
	t.Helper()
	if err := s.rest(t, withKey).Channels.Get(channel).Publish(t.Context(), "last", nil); err != nil {
		t.Fatal(err)
	}
	var got []string
	for {
		m := receive(t, inbox, fmt.Sprintf("a message after %v", got))
		if m.Name == "last" {
			break
		}
		got = append(got, m.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("received %v, want %v", got, want)
	}
}

// wantError fails unless err is Ably's, with this code.
func wantError(t *testing.T, err error, code int) {
	t.Helper()
	if info, ok := errors.AsType[*ably.ErrorInfo](err); !ok || int(info.Code) != code {
		t.Errorf("error is %v, want code %d", err, code)
	}
}

// decoded undoes a message's encoding: this client hands its subscribers the
// data as it travelled.
func decoded(t *testing.T, m *ably.Message) any {
	t.Helper()
	data := m.Data
	for _, encoding := range slices.Backward(strings.Split(m.Encoding, "/")) {
		text := fmt.Sprintf("%s", data)
		var err error
		switch encoding {
		case "base64":
			data, err = base64.StdEncoding.DecodeString(text)
		case "json":
			err = json.Unmarshal([]byte(text), &data)
		}
		if err != nil {
			t.Fatalf("%q is not the %s that it says: %v", text, encoding, err)
		}
	}
	return data
}

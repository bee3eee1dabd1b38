package realtime

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ably/ably-go/ably"

	"github.com/clinicpro/photobridge/local/fault"
)

// Everything here speaks through ably-go, as it comes.

const (
	topic         = "session:enc-1"
	subscribeOnly = `{"session:enc-1":["subscribe"]}`
	anything      = `{"*":["*"]}`
)

func TestPublishAndSubscribeInBothFormats(t *testing.T) {
	s := start(t)
	payloads := []struct {
		name string
		data any
	}{
		{"text", "ā <&>"}, {"bytes", []byte{0, 255, 10}}, {"object", map[string]any{"revision": "7"}}, {"nothing", nil},
	}
	formats := map[string]bool{"json": false, "msgpack": true}
	for from, publishBinary := range formats {
		for to, subscribeBinary := range formats {
			t.Run(from+" to "+to, func(t *testing.T) {
				name := topic + ":" + from + ":" + to
				_, inbox := subscribe(t, s.realtime(t, withKey, ably.WithUseBinaryProtocol(subscribeBinary)), name)
				overSocket := s.realtime(t, withKey, ably.WithUseBinaryProtocol(publishBinary)).Channels.Get(name)
				overREST := s.rest(t, withKey, ably.WithUseBinaryProtocol(publishBinary)).Channels.Get(name)
				for _, payload := range payloads {
					publish := map[string]func() error{
						"REST": func() error { return overREST.Publish(t.Context(), payload.name, payload.data) },
					}
					// This client does not mark the bytes that it sends as JSON over a socket.
					if publishBinary || payload.name != "bytes" {
						publish["socket"] = func() error {
							return overSocket.Publish(t.Context(), payload.name, payload.data)
						}
					}
					for way, publish := range publish {
						if err := publish(); err != nil {
							t.Fatalf("%s over the %s: %v", payload.name, way, err)
						}
						m := receive(t, inbox, payload.name)
						if m.Name != payload.name ||
							fmt.Sprintf("%s", decoded(t, m)) != fmt.Sprintf("%s", payload.data) {
							t.Errorf("over the %s: %s %q as %q, want %q", way, m.Name, m.Data, m.Encoding, payload.data)
						}
						if m.ID == "" || time.Since(time.UnixMilli(m.Timestamp)).Abs() > time.Minute {
							t.Errorf("id %q, at %d", m.ID, m.Timestamp)
						}
					}
				}
			})
		}
	}
}

func TestEchoIsOptional(t *testing.T) {
	s := start(t)
	quiet := s.realtime(t, withKey, ably.WithEchoMessages(false))
	ch, inbox := subscribe(t, quiet, topic)
	if err := ch.Publish(t.Context(), "own", nil); err != nil {
		t.Fatal(err)
	}
	s.wantNames(t, topic, inbox)
}

func TestAnOffTheAirSubscriberMissesNothing(t *testing.T) {
	for name, binary := range map[string]bool{"json": false, "msgpack": true} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			client := s.realtime(t, withKey, ably.WithUseBinaryProtocol(binary))
			ch, inbox := subscribe(t, client, topic)
			id := client.Connection.ID()
			attached := make(chan ably.ChannelStateChange, 10)
			ch.OnAll(func(change ably.ChannelStateChange) { attached <- change })
			rest := s.rest(t, withKey).Channels.Get(topic)
			var want []string
			for cut := range 3 {
				s.Disconnect()
				for n := range 20 {
					want = append(want, fmt.Sprintf("%d-%d", cut, n))
					if err := rest.Publish(t.Context(), want[len(want)-1], nil); err != nil {
						t.Fatal(err)
					}
				}
				for {
					change := receive(t, attached, "the channel")
					if change.Current == ably.ChannelStateAttached && change.Event != ably.ChannelEventUpdate {
						break
					}
				}
			}
			s.wantNames(t, topic, inbox, want...)
			if client.Connection.ID() != id {
				t.Error("it is another connection")
			}
		})
	}
}

func TestAPublishWhoseAckIsLostIsThereOnce(t *testing.T) {
	for _, effect := range []fault.Effect{fault.DropBefore, fault.DropAfter, fault.Cut} {
		t.Run(string(effect), func(t *testing.T) {
			s := start(t)
			_, inbox := subscribe(t, s.realtime(t, withKey), topic)
			publisher, _ := subscribe(t, s.realtime(t, withKey), topic)
			s.misbehave(t, fault.Rule{Effect: effect, Route: "in MESSAGE", Next: 1})
			for _, name := range []string{"first", "second"} {
				if err := publisher.Publish(t.Context(), name, nil); err != nil {
					t.Fatal(err)
				}
			}
			s.wantNames(t, topic, inbox, "first", "second")
		})
	}
}

// Every fault of a frame is one that the client gets over.
func TestTheClientGetsOverFaultyFrames(t *testing.T) {
	tests := []fault.Rule{
		{Route: "connect", Effect: fault.DropBefore},
		{Route: "connect", Effect: fault.Status, Status: 503},
		{Route: "out CONNECTED", Effect: fault.DropBefore},
		{Route: "out CONNECTED", Effect: fault.DropAfter},
		{Route: "in ATTACH", Effect: fault.DropBefore},
		{Route: "in ATTACH", Effect: fault.DropAfter},
		{Route: "out ATTACHED", Effect: fault.Cut},
		{Route: "out MESSAGE", Effect: fault.DropBefore},
		{Route: "out MESSAGE", Effect: fault.DropAfter},
		{Route: "out MESSAGE", Effect: fault.Status},
		{Route: "out MESSAGE", Effect: fault.Expire},
		{Route: "* *", Effect: fault.Delay, DelayMS: 20, JitterMS: 20},
	}
	for _, rule := range tests {
		t.Run(rule.Route+" "+string(rule.Effect), func(t *testing.T) {
			s := start(t)
			if rule.Effect != fault.Delay {
				rule.Next = 1 // a second drop may meet the client while it sends its queue, where it locks itself out
			}
			s.misbehave(t, rule)
			var tokens atomic.Int32
			_, inbox := subscribe(t, s.realtime(t, s.tokens(time.Hour, subscribeOnly, &tokens)), topic)
			rest := s.rest(t, withKey).Channels.Get(topic)
			for _, name := range []string{"a", "b", "c"} {
				if err := rest.Publish(t.Context(), name, nil); err != nil {
					t.Fatal(err)
				}
			}
			s.wantNames(t, topic, inbox, "a", "b", "c")
			if hit := s.faults.Rules()[0].Hit; hit < 1 {
				t.Errorf("hit %d times", hit)
			}
		})
	}
}

func TestAServerThatForgotIsNotResumed(t *testing.T) {
	s := start(t)
	client := s.realtime(t, withKey)
	ch, inbox := subscribe(t, client, topic)
	id := client.Connection.ID()
	attached := make(chan ably.ChannelStateChange, 10)
	ch.On(ably.ChannelEventAttached, func(change ably.ChannelStateChange) { attached <- change })
	ch.On(ably.ChannelEventUpdate, func(change ably.ChannelStateChange) { attached <- change })
	s.Forget()
	if change := receive(t, attached, "the channel"); change.Resumed || change.Reason == nil {
		t.Errorf("attached as %+v", change)
	}
	if client.Connection.ID() == id {
		t.Error("it is the same connection")
	}
	s.wantNames(t, topic, inbox)
}

func TestATokenThatExpiresIsRenewedAndNothingIsLost(t *testing.T) {
	tests := []struct {
		name string
		life time.Duration
		skew time.Duration
		cut  bool
	}{
		{"the server asks in time", 5 * time.Minute, 5*time.Minute - 20*time.Second, false},
		{"the token was too short to ask", 30 * time.Second, 31 * time.Second, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := start(t)
			var tokens atomic.Int32
			client := s.realtime(t, s.tokens(test.life, subscribeOnly, &tokens))
			_, inbox := subscribe(t, client, topic)
			changes := make(chan ably.ConnectionStateChange, 10)
			client.Connection.OnAll(func(change ably.ConnectionStateChange) { changes <- change })
			s.clock.SetSkew(test.skew)
			if first := receive(
				t,
				changes,
				"a change",
			); (first.Current == ably.ConnectionStateDisconnected) != test.cut {
				t.Errorf("first change %+v", first)
			}
			s.wantNames(t, topic, inbox)
			if n := tokens.Load(); n != 2 {
				t.Errorf("%d tokens, want 2", n)
			}
		})
	}
}

func TestATokenThatCannotBeRenewed(t *testing.T) {
	s := start(t)
	client := s.realtime(t, ably.WithToken(s.token(time.Minute, anything)))
	subscribe(t, client, topic)
	failed := make(chan ably.ConnectionStateChange, 1)
	client.Connection.On(ably.ConnectionEventFailed, func(change ably.ConnectionStateChange) { failed <- change })
	s.clock.SetSkew(2 * time.Minute)
	if change := receive(t, failed, "failure"); change.Reason == nil {
		t.Errorf("failed for no reason: %+v", change)
	}
}

func TestRefusals(t *testing.T) {
	s := start(t)
	weak := ably.WithToken(s.token(time.Hour, subscribeOnly))
	client := s.realtime(t, weak)
	ch, _ := subscribe(t, client, topic)
	wantError(t, ch.Publish(t.Context(), "x", nil), codeNotPermitted)
	wantError(t, client.Channels.Get("session:enc-2").Attach(t.Context()), codeNotPermitted)
	wantError(t, s.rest(t, weak).Channels.Get(topic).Publish(t.Context(), "x", nil), codeNotPermitted)
	if client.Connection.State() != ably.ConnectionStateConnected {
		t.Errorf("a refusal of one channel left the connection %s", client.Connection.State())
	}
	large := string(make([]byte, maxMessageSize+1))
	wantError(t, s.realtime(t, withKey).Channels.Get(topic).Publish(t.Context(), "x", large), codeMessageTooLarge)
	wantError(t, s.rest(t, withKey).Channels.Get(topic).Publish(t.Context(), "x", large), codeMessageTooLarge)

	wrong := s.unconnected(t, ably.WithKey(keyName+":wrong"))
	failed := make(chan ably.ConnectionStateChange, 1)
	wrong.Connection.On(ably.ConnectionEventFailed, func(change ably.ConnectionStateChange) { failed <- change })
	wrong.Connect()
	wantError(t, receive(t, failed, "failure").Reason, codeInvalidCredentials)
	wantError(
		t,
		s.rest(t, ably.WithKey(keyName+":wrong")).Channels.Get(topic).Publish(t.Context(), "x", nil),
		codeInvalidCredentials,
	)
}

func TestRESTPublishOneAndManyAndTwice(t *testing.T) {
	s := start(t)
	_, inbox := subscribe(t, s.realtime(t, withKey), topic)
	rest := s.rest(t, withKey).Channels.Get(topic)
	once := &ably.Message{ID: "image-1:0", Name: "once"}
	for range 3 {
		if err := rest.PublishMultiple(t.Context(), []*ably.Message{once}); err != nil {
			t.Fatal(err)
		}
	}
	if err := rest.PublishMultiple(t.Context(), []*ably.Message{{Name: "a"}, {Name: "b"}}); err != nil {
		t.Fatal(err)
	}
	s.wantNames(t, topic, inbox, "once", "a", "b")
	if published := s.Stats().Published; published != 4 {
		t.Errorf("%d were published, want 4 with the last", published)
	}
}

func TestTheServersTime(t *testing.T) {
	s := start(t)
	at, err := s.rest(t, withKey).Time(t.Context())
	if err != nil || time.Since(at).Abs() > time.Minute {
		t.Errorf("it is %s, %v", at, err)
	}
}

func TestDetachAndClose(t *testing.T) {
	s := start(t)
	client := s.realtime(t, withKey)
	ch, inbox := subscribe(t, client, topic)
	if err := ch.Detach(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.Stats().Members != 0 {
		t.Error("it is still a member of the channel")
	}
	if err := ch.Attach(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.wantNames(t, topic, inbox)
	closed := make(chan ably.ConnectionStateChange, 1)
	client.Connection.On(ably.ConnectionEventClosed, func(change ably.ConnectionStateChange) { closed <- change })
	client.Close()
	receive(t, closed, "the end")
	until(t, "the connection to be gone", func() bool { return s.Stats().Connections == 0 })
	if s.Stats().Members != 0 {
		t.Error("and a member of the channel")
	}
}

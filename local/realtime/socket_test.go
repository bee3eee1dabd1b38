package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/clinicpro/photobridge/local/fault"
)

// socket is the least that can be a client, for what a real one hides.
type socket struct{ *websocket.Conn }

func (s *stack) dial(ctx context.Context, query url.Values) (socket, error) {
	query.Set("key", key)
	target := *s.url
	target.Scheme, target.RawQuery = "ws", query.Encode()
	conn, _, err := websocket.Dial(ctx, target.String(), nil)
	return socket{conn}, err
}

func (c socket) send(ctx context.Context, m ProtocolMessage) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return c.Write(ctx, websocket.MessageText, data)
}

func (c socket) next(ctx context.Context) (m ProtocolMessage, err error) {
	_, data, err := c.Read(ctx)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(data, &m)
}

// expect skips to the next message of an action.
func (c socket) expect(t *testing.T, action Action) ProtocolMessage {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		m, err := c.next(ctx)
		if err != nil {
			t.Fatalf("waiting for %s: %v", action, err)
		}
		if m.Action == action {
			return m
		}
	}
}

func connected(t *testing.T, s *stack, query url.Values) (socket, ProtocolMessage) {
	t.Helper()
	c, err := s.dial(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	return c, c.expect(t, ActionConnected)
}

func TestASilentConnectionBeats(t *testing.T) {
	s := start(t)
	c, _ := connected(t, s, url.Values{})
	for _, served := range s.all() {
		served.sentAt.Store(time.Now().Add(-heartbeatAfter - time.Second).UnixNano())
	}
	c.expect(t, ActionHeartbeat)
	if err := c.send(t.Context(), ProtocolMessage{Action: ActionHeartbeat, ID: "mine"}); err != nil {
		t.Fatal(err)
	}
	if m := c.expect(t, ActionHeartbeat); m.ID != "mine" {
		t.Errorf("the answer is %+v", m)
	}
}

func TestAMessageSerialIsDealtWithOnce(t *testing.T) {
	s := start(t)
	c, _ := connected(t, s, url.Values{})
	serial := int64(0)
	publish := ProtocolMessage{
		Action:    ActionMessage,
		Channel:   topic,
		MsgSerial: &serial,
		Messages:  []Message{{Name: "a"}},
	}
	var acks [2]ProtocolMessage
	for i := range acks {
		if err := c.send(t.Context(), publish); err != nil {
			t.Fatal(err)
		}
		acks[i] = c.expect(t, ActionAck)
	}
	if acks[0].Res[0].Serials[0] != acks[1].Res[0].Serials[0] || *acks[1].MsgSerial != 0 {
		t.Errorf("acknowledged as %+v, then as %+v", acks[0], acks[1])
	}
	if published := s.Stats().Published; published != 1 {
		t.Errorf("%d were published", published)
	}
}

func TestADropAfterTheEffectHasNoAnswer(t *testing.T) {
	for _, effect := range []fault.Effect{fault.DropAfter, fault.Cut} {
		s := start(t)
		c, _ := connected(t, s, url.Values{})
		s.misbehave(t, fault.Rule{Effect: effect, Route: "in MESSAGE"})
		serial := int64(0)
		if err := c.send(
			t.Context(),
			ProtocolMessage{
				Action:    ActionMessage,
				Channel:   topic,
				MsgSerial: &serial,
				Messages:  []Message{{Name: "a"}},
			},
		); err != nil {
			t.Fatal(err)
		}
		if m, err := c.next(t.Context()); err == nil {
			t.Errorf("%s: the response is %s", effect, m.Action)
		}
		if published := s.Stats().Published; published != 1 {
			t.Errorf("%s: %d were published", effect, published)
		}
	}
}

func TestFramesThatAreRefused(t *testing.T) {
	serial := int64(0)
	tests := []struct {
		name string
		send any
		want Action
		code int
	}{
		{"no frame", "hello", ActionError, codeBadRequest},
		{
			"a message without a serial",
			ProtocolMessage{Action: ActionMessage, Channel: topic},
			ActionError,
			codeBadRequest,
		},
		{
			"an empty message",
			ProtocolMessage{Action: ActionMessage, Channel: topic, MsgSerial: &serial},
			ActionNack,
			codeBadRequest,
		},
		{
			"presence",
			ProtocolMessage{Action: ActionPresence, Channel: topic, MsgSerial: &serial},
			ActionNack,
			codeBadRequest,
		},
		{
			"a bad token",
			ProtocolMessage{Action: ActionAuth, Auth: &AuthDetails{AccessToken: "opaque"}},
			ActionError,
			codeTokenUnrecognised,
		},
		{
			"a token of somebody else",
			ProtocolMessage{Action: ActionAuth, Auth: &AuthDetails{AccessToken: sign(map[string]any{
				"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(), "x-ably-clientId": "somebody",
			})}},
			ActionError,
			codeIncompatible,
		},
		{"goodbye", ProtocolMessage{Action: ActionClose}, ActionClosed, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := start(t)
			c, _ := connected(t, s, url.Values{})
			data, err := json.Marshal(test.send)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Write(t.Context(), websocket.MessageText, data); err != nil {
				t.Fatal(err)
			}
			m := c.expect(t, test.want)
			if test.code != 0 && (m.Error == nil || m.Error.Code != test.code) {
				t.Errorf("%s with %+v, want %d", m.Action, m.Error, test.code)
			}
		})
	}
}

func TestAWeakerTokenEndsWhatItDoesNotPermit(t *testing.T) {
	s := start(t)
	c, _ := connected(t, s, url.Values{})
	for _, name := range []string{topic, "session:enc-2"} {
		if err := c.send(t.Context(), ProtocolMessage{Action: ActionAttach, Channel: name}); err != nil {
			t.Fatal(err)
		}
		c.expect(t, ActionAttached)
	}
	if err := c.send(
		t.Context(),
		ProtocolMessage{Action: ActionAuth, Auth: &AuthDetails{AccessToken: s.token(time.Hour, subscribeOnly)}},
	); err != nil {
		t.Fatal(err)
	}
	c.expect(t, ActionConnected)
	if m := c.expect(t, ActionError); m.Channel != "session:enc-2" || m.Error.Code != codeNotPermitted {
		t.Errorf("error of %s: %+v", m.Channel, m.Error)
	}
	if members := s.Stats().Members; members != 1 {
		t.Errorf("%d memberships, want 1", members)
	}
}

func TestWhoLagsTooFarIsCutOff(t *testing.T) {
	full := 0
	o := newOutbox(func() { full++ })
	f := &frame{message: &ProtocolMessage{}}
	for range maxQueued + 2 {
		o.put(f, false)
	}
	if full != 1 {
		t.Errorf("reported %d times that it is full", full)
	}
	if frames, ended := o.take(t.Context()); len(frames) != maxQueued || !ended {
		t.Errorf("holds %d, ended: %v", len(frames), ended)
	}
}

func TestNoConnectionAfterTheEnd(t *testing.T) {
	s := start(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := s.dial(t.Context(), url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	if m := c.expect(t, ActionDisconnected); m.Error.Code != codeDisconnected {
		t.Errorf("received %+v", m.Error)
	}
	var closed websocket.CloseError
	if _, err := c.next(t.Context()); !errors.As(err, &closed) {
		t.Errorf("then %v", err)
	}
}

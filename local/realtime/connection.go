package realtime

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/clinicpro/photobridge/local/fault"
)

const (
	maxMessageSize = 64 << 10  // bytes of one publish
	maxFrameSize   = 512 << 10 // bytes of a frame or a REST body
	writeLimit     = 10 * time.Second

	maxIdle        = 15 * time.Second // promised to clients
	heartbeatAfter = 10 * time.Second
	askReauth      = 30 * time.Second // before a token expires, as RTN22 has it
)

// state is the part of a connection that outlives its transport. A client that
// returns within the retention continues the same connection.
type state struct {
	id, key  string
	clientID string

	// Guarded by the server's mutex.
	current *connection
	leftAt  time.Time
}

// connection is one client, over a WebSocket or over consecutive requests.
type connection struct {
	server  *Server
	format  format
	echo    bool
	state   *state
	outbox  *outbox
	dropped context.CancelFunc // cuts the transport without a word
	silent  func() bool        // the client has stopped asking; nil for a WebSocket

	// Used by the receiver, of which there is one at a time.
	attachments map[string]*attachment

	sentAt atomic.Int64 // Unix nanoseconds

	mu    sync.Mutex
	grant *credential
	askAt time.Time // when to ask for a new token; zero for not again
}

func newConnection(s *Server, echo bool) *connection {
	c := &connection{server: s, echo: echo, attachments: map[string]*attachment{}}
	c.outbox = newOutbox(func() { go c.dropped() })
	c.sentAt.Store(time.Now().UnixNano())
	return c
}

// open authenticates a client and registers its connection. It returns nil, or the
// reason for a refusal.
func (s *Server) open(c *connection, r *http.Request) *ErrorInfo {
	query := r.URL.Query()
	grant, info := s.authenticate(r)
	var clientID string
	if info == nil {
		clientID, info = grant.resolveClientID(query.Get("clientId"))
	}
	if info != nil {
		return info
	}
	c.setCredential(grant)
	if !s.enter(c, clientID, cmp.Or(query.Get("resume"), query.Get("recover"))) {
		return newError(codeDisconnected, "The server is stopping.")
	}
	return nil
}

// greet sends CONNECTED; info says why a resume failed, if it did.
func (c *connection) greet(info *ErrorInfo) {
	c.send(&frame{message: &ProtocolMessage{
		Action:       ActionConnected,
		ConnectionID: c.state.id,
		Error:        info,
		Timestamp:    c.server.clock.Now().UnixMilli(),
		ConnectionDetails: &ConnectionDetails{
			ClientID:           c.state.clientID,
			ConnectionKey:      c.state.key,
			MaxMessageSize:     maxMessageSize,
			MaxFrameSize:       maxFrameSize,
			ConnectionStateTTL: retention.Milliseconds(),
			MaxIdleInterval:    maxIdle.Milliseconds(),
			ServerID:           "local." + c.server.epoch,
		},
	}})
}

func (c *connection) send(f *frame) { c.outbox.put(f, false) }

// finish sends a last message and closes.
func (c *connection) finish(m *ProtocolMessage) {
	c.outbox.put(&frame{message: m}, true)
}

func (c *connection) credential() *credential {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.grant
}

func (c *connection) setCredential(grant *credential) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.grant, c.askAt = grant, time.Time{}
	// A token that lives for less is renewed when it has expired. Requests at once
	// would repeat without end.
	if !grant.expires.IsZero() && grant.expires.Sub(c.server.clock.Now()) > 2*askReauth {
		c.askAt = grant.expires.Add(-askReauth)
	}
}

// tend sends a heartbeat or a request for a new token, or ends a connection whose
// token has expired.
func (c *connection) tend() {
	now := c.server.clock.Now()
	c.mu.Lock()
	expired := c.grant.expired(now)
	ask := !c.askAt.IsZero() && !now.Before(c.askAt)
	if ask {
		c.askAt = time.Time{}
	}
	c.mu.Unlock()
	switch {
	case c.silent != nil && c.silent():
		c.dropped()
	case expired:
		c.finish(
			&ProtocolMessage{Action: ActionDisconnected, Error: newError(codeTokenExpired, "The token has expired.")},
		)
	case ask:
		c.send(&frame{message: &ProtocolMessage{Action: ActionAuth}})
	case time.Since(time.Unix(0, c.sentAt.Load())) > heartbeatAfter:
		c.send(&frame{message: &ProtocolMessage{Action: ActionHeartbeat}})
	}
}

// pass returns a frame as it is sent, with the faults that a test requested, and
// whether more frames may follow.
func (c *connection) pass(ctx context.Context, f *frame) (data []byte, more bool) {
	route := "out " + f.message.Action.String()
	c.server.config.OnFrame(route)
	verdict := c.server.config.Faults.Decide(fault.Realtime, route)
	if !fault.Sleep(ctx, verdict.Delay) {
		return nil, false
	}
	switch verdict.Effect {
	case fault.DropBefore, fault.Cut, fault.CutUpload:
		return nil, false
	case fault.Status, fault.Expire:
		f = &frame{message: &ProtocolMessage{Action: ActionDisconnected, Error: verdictError(verdict)}}
	}
	data, err := f.encode(c.format)
	if err != nil {
		return nil, false
	}
	c.sentAt.Store(time.Now().UnixNano())
	return data, verdict.Effect == "" || verdict.Effect == fault.Delay
}

// receive handles a message of the client, with the faults that a test asked
// for. It returns false if the transport has ended.
func (c *connection) receive(ctx context.Context, m *ProtocolMessage) bool {
	route := "in " + m.Action.String()
	c.server.config.OnFrame(route)
	verdict := c.server.config.Faults.Decide(fault.Realtime, route)
	if !fault.Sleep(ctx, verdict.Delay) {
		return false
	}
	switch verdict.Effect {
	case fault.DropBefore, fault.CutUpload:
		return false
	case fault.DropAfter, fault.Cut:
		c.outbox.discard() // not mute: the writer would cut the line before the effect
		c.handle(m)
		return false
	case fault.Status:
		c.refuse(m, verdictError(verdict))
	case fault.Expire:
		c.finish(&ProtocolMessage{Action: ActionDisconnected, Error: verdictError(verdict)})
	default:
		c.handle(m)
	}
	return true
}

// leaveAll detaches from every channel.
func (c *connection) leaveAll() {
	for name := range c.attachments {
		c.leave(name)
	}
}

func verdictError(v fault.Verdict) *ErrorInfo {
	switch {
	case v.Effect == fault.Expire:
		return newError(codeTokenExpired, "The token has expired (an injected fault).")
	case v.Status < 500:
		return newError(v.Status*100, "Refused (an injected fault).")
	default:
		return newError(codeUnavailable, "Refused (an injected fault).")
	}
}

package realtime

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

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

// state is what outlives a transport: a client that comes back within the
// retention is the same connection.
type state struct {
	id, key  string
	clientID string

	// Of the server's mutex.
	current *connection
	leftAt  time.Time
}

// connection is one client's WebSocket.
type connection struct {
	server  *Server
	socket  *websocket.Conn
	format  format
	echo    bool
	state   *state
	outbox  *outbox
	dropped context.CancelFunc // cuts the transport without a word

	// Of the goroutine that reads.
	attachments map[string]*attachment

	sentAt atomic.Int64 // Unix nanoseconds

	mu    sync.Mutex
	grant *credential
	askAt time.Time // when to ask for a new token; zero for not again
}

// connect upgrades a request and serves the client until it goes.
func (s *Server) connect(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	socket, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // any origin may connect: the token decides
	})
	if err != nil {
		return // Accept has responded
	}
	socket.SetReadLimit(maxFrameSize)
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	c := &connection{
		server:      s,
		socket:      socket,
		echo:        query.Get("echo") != "false",
		attachments: map[string]*attachment{},
	}
	if query.Get("format") == "msgpack" {
		c.format = formatMsgpack
	}
	c.dropped = func() { cancel(); _ = socket.CloseNow() }
	c.outbox = newOutbox(func() { go c.dropped() })
	c.sentAt.Store(time.Now().UnixNano())

	grant, info := s.authenticate(r)
	var clientID string
	if info == nil {
		clientID, info = grant.resolveClientID(query.Get("clientId"))
	}
	if info != nil {
		c.finish(&ProtocolMessage{Action: ActionError, Error: info})
		c.write(ctx)
		return
	}
	c.setCredential(grant)
	resume := query.Get("resume")
	if resume == "" {
		resume = query.Get("recover")
	}
	if !s.enter(c, clientID, resume) {
		c.finish(
			&ProtocolMessage{Action: ActionDisconnected, Error: newError(codeDisconnected, "The server is stopping.")},
		)
		c.write(ctx)
		return
	}
	defer s.exit(c)

	var writing sync.WaitGroup
	writing.Go(func() { c.write(ctx) })
	c.read(ctx)
	for name := range c.attachments {
		c.leave(name)
	}
	c.outbox.mute()
	cancel()
	writing.Wait()
	_ = socket.CloseNow()
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
	// A token that lives for less is renewed when it has expired: asking at
	// once, again and again, would not help.
	if !grant.expires.IsZero() && grant.expires.Sub(c.server.clock.Now()) > 2*askReauth {
		c.askAt = grant.expires.Add(-askReauth)
	}
}

// tend does what is due: a heartbeat, a request for a new token, the end of an
// expired one.
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

// write sends what is queued until the end or a failure.
func (c *connection) write(ctx context.Context) {
	for {
		frames, ended := c.outbox.take(ctx)
		for _, f := range frames {
			if !c.writeFrame(ctx, f) {
				c.dropped()
				return
			}
		}
		if ended {
			if ctx.Err() == nil && len(frames) > 0 {
				_ = c.socket.Close(websocket.StatusNormalClosure, "")
			}
			c.dropped()
			return
		}
	}
}

func (c *connection) writeFrame(ctx context.Context, f *frame) bool {
	route := "out " + f.message.Action.String()
	c.server.config.OnFrame(route)
	verdict := c.server.config.Faults.Decide(fault.Realtime, route)
	if !fault.Sleep(ctx, verdict.Delay) {
		return false
	}
	switch verdict.Effect {
	case fault.DropBefore, fault.Cut, fault.CutUpload:
		return false
	case fault.Status, fault.Expire:
		f = &frame{message: &ProtocolMessage{Action: ActionDisconnected, Error: verdictError(verdict)}}
	}
	data, err := f.encode(c.format)
	if err != nil {
		return false
	}
	kind := websocket.MessageText
	if c.format == formatMsgpack {
		kind = websocket.MessageBinary
	}
	ctx, cancel := context.WithTimeout(ctx, writeLimit)
	defer cancel()
	c.sentAt.Store(time.Now().UnixNano())
	if err := c.socket.Write(ctx, kind, data); err != nil {
		return false
	}
	return verdict.Effect == "" || verdict.Effect == fault.Delay
}

// read deals with what the client sends until it goes.
func (c *connection) read(ctx context.Context) {
	for {
		_, data, err := c.socket.Read(ctx)
		if err != nil {
			return
		}
		var m ProtocolMessage
		if err := c.format.unmarshal(data, &m); err != nil {
			c.finish(
				&ProtocolMessage{
					Action: ActionError,
					Error:  newError(codeBadRequest, "The frame is not a ProtocolMessage: %v.", err),
				},
			)
			continue
		}
		route := "in " + m.Action.String()
		c.server.config.OnFrame(route)
		verdict := c.server.config.Faults.Decide(fault.Realtime, route)
		if !fault.Sleep(ctx, verdict.Delay) {
			return
		}
		switch verdict.Effect {
		case fault.DropBefore, fault.CutUpload:
			return
		case fault.DropAfter, fault.Cut:
			c.outbox.mute()
			c.handle(&m)
			return
		case fault.Status:
			c.refuse(&m, verdictError(verdict))
		case fault.Expire:
			c.finish(&ProtocolMessage{Action: ActionDisconnected, Error: verdictError(verdict)})
		default:
			c.handle(&m)
		}
	}
}

func verdictError(v fault.Verdict) *ErrorInfo {
	switch {
	case v.Effect == fault.Expire:
		return newError(codeTokenExpired, "The token has expired (a fault that was asked for).")
	case v.Status < 500:
		return newError(v.Status*100, "Refused (a fault that was asked for).")
	default:
		return newError(codeUnavailable, "Refused (a fault that was asked for).")
	}
}

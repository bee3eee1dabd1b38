package realtime

import (
	"bytes"
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// comet is a connection over HTTP requests, for networks without WebSockets. The
// client polls for messages (recv), and sends its own in between. Paths and bodies
// are those of Ably's own client, in JSON.
type comet struct {
	*connection
	ctx       context.Context // until the connection is dropped
	asking    atomic.Int64    // requests that wait for messages
	askedAt   atomic.Int64    // Unix nanoseconds
	receiving sync.Mutex
}

// cometConnect opens a connection and responds with CONNECTED.
func (s *Server) cometConnect(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(context.Background())
	c := &comet{connection: newConnection(s, r.URL.Query().Get("echo") != "false"), ctx: ctx}
	c.dropped = cancel
	c.silent = func() bool {
		return c.asking.Load() == 0 && time.Since(time.Unix(0, c.askedAt.Load())) > maxIdle
	}
	c.askedAt.Store(time.Now().UnixNano())
	if info := s.open(c.connection, r); info != nil {
		cancel()
		s.fail(w, r, info)
		return
	}
	s.mu.Lock()
	s.comets[c.state.key] = c
	s.mu.Unlock()
	go c.end()
	c.reply(w, r)
}

// end waits until the connection is dropped, and releases its resources.
func (c *comet) end() {
	<-c.ctx.Done()
	c.receiving.Lock()
	c.leaveAll()
	c.receiving.Unlock()
	c.outbox.mute()
	s := c.server
	s.mu.Lock()
	if s.comets[c.state.key] == c {
		delete(s.comets, c.state.key)
	}
	s.mu.Unlock()
	s.exit(c.connection)
}

// onComet serves a request of a connection that is open.
func (s *Server) onComet(serve func(*comet, http.ResponseWriter, *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, info := s.authenticate(r); info != nil {
			s.fail(w, r, info)
			return
		}
		s.mu.Lock()
		c := s.comets[r.PathValue("key")]
		s.mu.Unlock()
		if c == nil {
			s.fail(w, r, newError(codeDisconnected, "The connection is not open any more. Connect again."))
			return
		}
		serve(c, w, r)
	}
}

// reply waits for messages and responds with them. A client that does not receive
// them connects again, and its channels resume.
func (c *comet) reply(w http.ResponseWriter, r *http.Request) {
	c.asking.Add(1)
	defer c.asking.Add(-1)
	defer func() { c.askedAt.Store(time.Now().UnixNano()) }()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(c.ctx, cancel)()
	frames, ended := c.outbox.take(ctx)
	var body [][]byte
	for _, f := range frames {
		data, more := c.pass(ctx, f)
		if data != nil {
			body = append(body, data)
		}
		if !more {
			ended = true
			break
		}
	}
	if len(body) == 0 && ended {
		if r.Context().Err() == nil {
			c.dropped()
		}
		panic(http.ErrAbortHandler) // as a network that cuts
	}
	c.respond(w, http.StatusOK, bytes.Join(body, []byte(",")))
	if ended || r.Context().Err() != nil {
		c.dropped()
	}
}

// send takes messages of the client. The responses to them are in the next reply.
func (c *comet) send(w http.ResponseWriter, r *http.Request) {
	var messages []ProtocolMessage
	if info := c.server.readBody(w, r, &messages); info != nil {
		c.server.fail(w, r, info)
		return
	}
	c.take(w, messages)
}

// leaving closes the connection, or its transport alone.
func leaving(action Action) func(*comet, http.ResponseWriter, *http.Request) {
	return func(c *comet, w http.ResponseWriter, _ *http.Request) {
		c.take(w, []ProtocolMessage{{Action: action}})
	}
}

// take receives messages one after the other.
func (c *comet) take(w http.ResponseWriter, messages []ProtocolMessage) {
	c.receiving.Lock()
	defer c.receiving.Unlock()
	for i := range messages {
		if !c.receive(c.ctx, &messages[i]) {
			c.dropped()
			panic(http.ErrAbortHandler) // as a network that cuts
		}
	}
	c.respond(w, http.StatusCreated, nil)
}

func (c *comet) respond(w http.ResponseWriter, status int, messages []byte) {
	allowOrigins(w)
	w.Header().Set("Content-Type", typeJSON)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(append([]byte("["), messages...), ']', '\n'))
}

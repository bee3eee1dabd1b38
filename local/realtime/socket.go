package realtime

import (
	"context"
	"net/http"
	"sync"

	"github.com/coder/websocket"
)

// socketTransport is a connection's WebSocket.
type socketTransport struct {
	*connection
	socket *websocket.Conn
}

// connect upgrades a request and serves the client until it disconnects.
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
	c := socketTransport{newConnection(s, query.Get("echo") != "false"), socket}
	if query.Get("format") == "msgpack" {
		c.format = formatMsgpack
	}
	c.dropped = func() { cancel(); _ = socket.CloseNow() }
	if info := s.open(c.connection, r); info != nil {
		action := ActionError
		if info.Code == codeDisconnected {
			action = ActionDisconnected
		}
		c.finish(&ProtocolMessage{Action: action, Error: info})
		c.write(ctx)
		return
	}
	defer s.exit(c.connection)

	var writing sync.WaitGroup
	writing.Go(func() { c.write(ctx) })
	c.read(ctx)
	c.leaveAll()
	c.outbox.mute()
	cancel()
	writing.Wait()
	_ = socket.CloseNow()
}

// write sends queued frames until the last one or a failure.
func (c socketTransport) write(ctx context.Context) {
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

func (c socketTransport) writeFrame(ctx context.Context, f *frame) bool {
	data, more := c.pass(ctx, f)
	if data == nil {
		return false
	}
	kind := websocket.MessageText
	if c.format == formatMsgpack {
		kind = websocket.MessageBinary
	}
	ctx, cancel := context.WithTimeout(ctx, writeLimit)
	defer cancel()
	return c.socket.Write(ctx, kind, data) == nil && more
}

// read handles the client's messages until it disconnects.
func (c socketTransport) read(ctx context.Context) {
	for {
		_, data, err := c.socket.Read(ctx)
		if err != nil {
			return
		}
		var m ProtocolMessage
		if err := c.format.unmarshal(data, &m); err != nil {
			info := newError(codeBadRequest, "The frame is not a ProtocolMessage: %v.", err)
			c.finish(&ProtocolMessage{Action: ActionError, Error: info})
			continue
		}
		if !c.receive(ctx, &m) {
			return
		}
	}
}

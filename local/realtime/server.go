// Package realtime serves the part of Ably's protocol that the product and
// its clients use: publish and subscribe over WebSocket and REST, with keys,
// tokens and capabilities, and resume within two minutes, in JSON and msgpack.
// References: Ably's realtime protocol and feature specification
// (https://sdk.ably.com/builds/ably/specification/main/features/) and the
// design of ably/ably-server, which serves the same subset.
package realtime

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/clinicpro/photobridge/local/clock"
	"github.com/clinicpro/photobridge/local/fault"
)

const (
	tendEvery  = 250 * time.Millisecond
	maxRecents = 50
)

// Config holds the server's settings.
type Config struct {
	Key    string          // the one API key, appId.keyId:secret
	Clock  *clock.Clock    // by which tokens and messages expire; nil means the system's
	Faults *fault.Injector // for frames: routes "in ATTACH", "out MESSAGE" and so on; may be nil
	// OnFrame is notified of each frame by its route. May be nil.
	OnFrame func(route string)
}

// Server is an http.Handler for WebSocket, for the requests that take its place, and for REST.
type Server struct {
	config             Config
	clock              *clock.Clock
	keyName, keySecret string
	epoch              string // names this server's memory
	routes             *http.ServeMux
	serial             atomic.Uint64
	stop, stopped      chan struct{}
	serving            sync.WaitGroup

	mu          sync.Mutex
	channels    map[string]*channel
	states      map[string]*state // by connection key
	connections map[*connection]struct{}
	comets      map[string]*comet // by connection key
	published   int64
	recents     []Recent // oldest first
	closed      bool
}

// Recent describes one message that was published, without its data.
type Recent struct {
	At      time.Time `json:"at"`
	Channel string    `json:"channel"`
	Name    string    `json:"name"`
}

// Stats counts connections, channels and messages.
type Stats struct {
	Connections int      `json:"connections"`
	Channels    int      `json:"channels"`
	Members     int      `json:"members"`   // attachments, over all channels
	Published   int64    `json:"published"` // messages since the start
	Recent      []Recent `json:"recent"`    // newest first
}

// New starts a server. It fails if the key is not of the form appId.keyId:secret.
func New(config Config) (*Server, error) {
	name, secret, ok := strings.Cut(config.Key, ":")
	if !ok || secret == "" || !strings.Contains(name, ".") {
		return nil, errors.New("an Ably API key has the form appId.keyId:secret")
	}
	if config.Clock == nil {
		config.Clock = &clock.Clock{}
	}
	if config.OnFrame == nil {
		config.OnFrame = func(string) {}
	}
	s := &Server{
		config: config, clock: config.Clock, keyName: name, keySecret: secret,
		epoch: strings.ToLower(rand.Text()[:10]),
		stop:  make(chan struct{}), stopped: make(chan struct{}),
		channels: map[string]*channel{}, states: map[string]*state{}, connections: map[*connection]struct{}{},
		comets: map[string]*comet{},
	}
	s.routes = s.newRoutes()
	go s.tend()
	return s, nil
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.routes.ServeHTTP(w, r) }

// Close disconnects every client and waits for them to go.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	close(s.stop)
	<-s.stopped
	for _, c := range s.all() {
		c.dropped()
	}
	s.serving.Wait()
	return nil
}

// Disconnect cuts every client's transport without a message, as a network does.
// They may resume. It returns their number.
func (s *Server) Disconnect() int {
	connections := s.all()
	for _, c := range connections {
		c.dropped()
	}
	return len(connections)
}

// Forget drops all state: connections are cut, and neither they nor their channels
// can be resumed.
func (s *Server) Forget() int {
	s.mu.Lock()
	clear(s.states)
	for _, ch := range s.channels {
		ch.mu.Lock()
		ch.entries, ch.floor = nil, s.serial.Add(1)
		ch.head = ch.floor
		clear(ch.ids)
		ch.mu.Unlock()
	}
	s.mu.Unlock()
	return s.Disconnect()
}

// Stats returns a snapshot for the status page.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := Stats{
		Connections: len(s.connections), Channels: len(s.channels), Published: s.published,
		Recent: make([]Recent, 0, len(s.recents)),
	}
	for i := len(s.recents) - 1; i >= 0; i-- {
		stats.Recent = append(stats.Recent, s.recents[i])
	}
	for _, ch := range s.channels {
		ch.mu.Lock()
		stats.Members += len(ch.members)
		ch.mu.Unlock()
	}
	return stats
}

// enter greets a connection and registers it: as the connection with the key
// resume, if there is one, or else as a new one. It returns false if the server is
// closing.
func (s *Server) enter(c *connection, clientID, resume string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.serving.Add(1)
	var info *ErrorInfo
	if known := s.states[resume]; known != nil && known.clientID == clientID {
		if earlier := known.current; earlier != nil {
			go earlier.dropped()
		}
		known.current, c.state = c, known
	} else {
		c.state = &state{id: rand.Text()[:12], key: rand.Text(), clientID: clientID, current: c}
		s.states[c.state.key] = c.state
		if resume != "" {
			info = newError(codeCannotRecover, "The connection is not known any more.")
		}
	}
	c.greet(info)
	s.connections[c] = struct{}{}
	return true
}

// exit removes a connection. Its state stays for a while.
func (s *Server) exit(c *connection) {
	s.mu.Lock()
	delete(s.connections, c)
	if c.state.current == c {
		c.state.current, c.state.leftAt = nil, s.clock.Now()
	}
	s.mu.Unlock()
	s.serving.Done()
}

// forget drops the state of a client that closed its connection.
func (s *Server) forget(st *state) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.states, st.key)
}

func (s *Server) all() []*connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*connection, 0, len(s.connections))
	for c := range s.connections {
		list = append(list, c)
	}
	return list
}

// acquire returns a channel, locked.
func (s *Server) acquire(name string) *channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[name]
	if ch == nil {
		ch = newChannel(name, s.serial.Load(), s.clock.Now())
		s.channels[name] = ch
	}
	ch.mu.Lock()
	return ch
}

// publish returns the serials of the messages.
func (s *Server) publish(channel string, p publication) []string {
	now := s.clock.Now()
	ch := s.acquire(channel)
	serials, fresh := ch.publish(p, now, s.epoch, func() uint64 { return s.serial.Add(1) })
	ch.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.published += int64(len(fresh))
	for _, m := range fresh {
		s.recents = append(s.recents, Recent{now, channel, m.Name})
	}
	s.recents = slices.Delete(s.recents, 0, max(0, len(s.recents)-maxRecents))
	return serials
}

// tend sends heartbeats, ends what has expired and drops old state, at intervals.
func (s *Server) tend() {
	defer close(s.stopped)
	ticker := time.NewTicker(tendEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-ticker.C:
		}
		for _, c := range s.all() {
			c.tend()
		}
		s.prune(s.clock.Now())
	}
}

func (s *Server) prune(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, ch := range s.channels {
		ch.mu.Lock()
		if ch.idle(now) {
			delete(s.channels, name)
		}
		ch.mu.Unlock()
	}
	for key, st := range s.states {
		if st.current == nil && now.Sub(st.leftAt) > retention {
			delete(s.states, key)
		}
	}
}

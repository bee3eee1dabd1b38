// Package redis serves Upstash's REST protocol
// (https://upstash.com/docs/redis/features/restapi) over an embedded Redis,
// or over a real one.
package redis

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/gomodule/redigo/redis"

	"github.com/clinicpro/photobridge/local/clock"
	"github.com/clinicpro/photobridge/local/fault"
)

const maxBody = 10 << 20 // bytes, Upstash's own limit of a request

// Config holds the server's settings.
type Config struct {
	Token    string       // the bearer token that every request must carry
	URL      string       // redis://…, a real server; empty means the embedded one
	Snapshot string       // the file that keeps the embedded server's keys; empty means none
	Clock    *clock.Clock // by which the embedded server's keys age; nil means the system's
	// OnCommand is notified of each command by its name. May be nil.
	OnCommand func(name string)
}

// Server is an http.Handler. Close saves its keys.
type Server struct {
	config Config
	engine *engine
	keeper *keeper
}

// New starts a server. It fails if the Redis at Config.URL does not respond or
// the snapshot cannot be read.
func New(config Config) (*Server, error) {
	if config.Clock == nil {
		config.Clock = &clock.Clock{}
	}
	if config.OnCommand == nil {
		config.OnCommand = func(string) {}
	}
	engine, err := newEngine(config.URL, config.Clock)
	if err != nil {
		return nil, err
	}
	s := &Server{config: config, engine: engine}
	if engine.embedded != nil && config.Snapshot != "" {
		if s.keeper, err = keep(engine.embedded, config.Snapshot, config.Clock); err != nil {
			engine.close()
			return nil, err
		}
	}
	return s, nil
}

// Close writes the snapshot and stops the embedded server.
func (s *Server) Close() error {
	var err error
	if s.keeper != nil {
		err = s.keeper.close()
	}
	s.engine.close()
	return err
}

// ServeHTTP responds with {"result": …} or {"error": "…"}; /pipeline and /multi-exec
// return an array of those.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut:
	default:
		refuse(w, http.StatusMethodNotAllowed, "ERR unsupported HTTP method; use HEAD, GET, POST or PUT")
		return
	}
	if !s.authorized(r) {
		refuse(w, http.StatusUnauthorized, "WRONGPASS invalid or missing auth token")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "ERR the request exceeds 10 MiB")
		return
	}
	switch r.URL.Path {
	case "/pipeline":
		s.several(w, r, body, s.engine.pipeline)
	case "/multi-exec":
		s.several(w, r, body, s.engine.transaction)
	default:
		s.one(w, r, body)
	}
}

func (s *Server) authorized(r *http.Request) bool {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		token = r.URL.Query().Get("_token")
	}
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.config.Token)) == 1
}

func (s *Server) one(w http.ResponseWriter, r *http.Request, body []byte) {
	parse := func() (command, error) { return bodyCommand(body) }
	if strings.Trim(r.URL.Path, "/") != "" {
		parse = func() (command, error) { return pathCommand(r.URL, body) }
	}
	c, err := parse()
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if err := s.before(r.Context(), c); err != nil {
		s.fail(w, err)
		return
	}
	reply, err := s.engine.run(r.Context(), c)
	if err != nil {
		s.fail(w, err)
		return
	}
	answer(w, http.StatusOK, result(reply, encoding(r)))
}

func (s *Server) several(w http.ResponseWriter, r *http.Request, body []byte, run runner) {
	commands, err := bodyCommands(body)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if err := s.before(r.Context(), commands...); err != nil {
		s.fail(w, err)
		return
	}
	replies, err := run(r.Context(), commands)
	if err != nil {
		s.fail(w, err)
		return
	}
	results := make([]map[string]any, len(replies))
	for i, reply := range replies {
		results[i] = result(reply, encoding(r))
	}
	answer(w, http.StatusOK, results)
}

// before counts the commands, and expires their keys where a fault requests it.
func (s *Server) before(ctx context.Context, commands ...command) error {
	for _, c := range commands {
		s.config.OnCommand(c.name())
		if keys := c.keys(); fault.Expired(ctx) && len(keys) > 0 {
			if _, err := s.engine.run(ctx, append(command{"DEL"}, keys...)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Do runs a command without counting it. The reply is a string for a status,
// []byte, int64, nil or []any of these.
func (s *Server) Do(ctx context.Context, name string, args ...string) (any, error) {
	return s.engine.run(ctx, append(command{name}, args...))
}

// Keys returns the keys that match a pattern, in no order. It is not counted.
func (s *Server) Keys(ctx context.Context, pattern string) ([]string, error) {
	return redis.Strings(s.engine.run(ctx, command{"KEYS", pattern}))
}

// Expire removes the keys that match a pattern, as if they had expired.
func (s *Server) Expire(ctx context.Context, pattern string) (int, error) {
	keys, err := s.Keys(ctx, pattern)
	if err != nil || len(keys) == 0 {
		return 0, err
	}
	return redis.Int(s.engine.run(ctx, append(command{"DEL"}, keys...)))
}

// Route names a request for counters and faults: "POST /", "GET /hget".
func Route(r *http.Request) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return r.Method + " /" + strings.ToLower(first)
}

// Refuse responds with the status of a fault.
func Refuse(w http.ResponseWriter, _ *http.Request, v fault.Verdict) {
	refuse(w, v.Status, "ERR refused (an injected fault)")
}

// fail responds with 400 if Redis refused the command, and with 503 if it cannot be
// reached.
func (s *Server) fail(w http.ResponseWriter, err error) {
	if refused, ok := err.(redis.Error); ok {
		refuse(w, http.StatusBadRequest, string(refused))
		return
	}
	refuse(w, http.StatusServiceUnavailable, "ERR redis does not respond: "+err.Error())
}

func refuse(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]any{"error": message})
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	// When the client has gone, there is no one to report an error to.
	_ = encoder.Encode(value)
}

// result is the JSON form of one reply.
func result(reply any, encode func(string) string) map[string]any {
	if refused, ok := reply.(redis.Error); ok {
		return map[string]any{"error": string(refused)}
	}
	return map[string]any{"result": toJSON(reply, encode)}
}

func toJSON(reply any, encode func(string) string) any {
	switch reply := reply.(type) {
	case []byte:
		return encode(string(reply))
	case string: // a status, such as OK
		return encode(reply)
	case redis.Error:
		return encode(string(reply))
	case []any:
		list := make([]any, len(reply))
		for i, element := range reply {
			list[i] = toJSON(element, encode)
		}
		return list
	default: // an integer or nothing
		return reply
	}
}

// encoding is how strings are written: unchanged or, on request, as base64. OK
// always stays OK.
func encoding(r *http.Request) func(string) string {
	if !strings.EqualFold(r.Header.Get("Upstash-Encoding"), "base64") {
		return func(s string) string { return s }
	}
	return func(s string) string {
		if s == "OK" {
			return s
		}
		return base64.StdEncoding.EncodeToString([]byte(s))
	}
}

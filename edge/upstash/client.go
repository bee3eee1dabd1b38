// Package upstash keeps sessions in Redis behind Upstash's REST protocol
// (https://upstash.com/docs/redis/features/restapi). Each operation is one Lua
// script, and so one command and one round trip.
package upstash

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/shared/wire"
)

const maxResponse = 4 << 20 // bytes; twenty images with notes are a hundredth of it

// Client runs Redis commands over HTTP.
type Client struct {
	URL   string // https://….upstash.io
	Token string
	HTTP  http.RoundTripper

	parse  sync.Once // of URL: every command has the same
	target *url.URL
	header http.Header
	wrong  error
}

// replyError is an error that Redis itself returned.
type replyError string

func (e replyError) Error() string { return "redis: " + string(e) }

// Do runs one command. It fails with upstream_unavailable if Redis cannot be
// reached, and with a reply error if Redis refuses the command.
func (c *Client) Do(ctx context.Context, command ...any) (any, error) {
	request, err := c.request(ctx, encode(command))
	if err != nil {
		return nil, err
	}
	response, err := c.HTTP.RoundTrip(request)
	if err != nil {
		return nil, unavailable(err)
	}
	defer response.Body.Close()
	var body bytes.Buffer
	body.Grow(int(min(max(response.ContentLength, 0), maxResponse)) + bytes.MinRead)
	if _, err := body.ReadFrom(io.LimitReader(response.Body, maxResponse)); err != nil {
		return nil, unavailable(err)
	}
	value, err := wire.Parse(body.Bytes())
	reply, ok := value.(map[string]any)
	if err != nil || !ok {
		return nil, unavailable(fmt.Errorf("status %d, not a JSON object", response.StatusCode))
	}
	refused, _ := reply["error"].(string)
	switch {
	case response.StatusCode == http.StatusOK:
		return reply["result"], nil
	case response.StatusCode == http.StatusBadRequest && refused != "":
		return nil, replyError(refused)
	default:
		return nil, unavailable(fmt.Errorf("status %d: %s", response.StatusCode, refused))
	}
}

// request makes the request of a command. http.NewRequest would parse the URL
// each time.
func (c *Client) request(ctx context.Context, body []byte) (*http.Request, error) {
	c.parse.Do(func() {
		c.target, c.wrong = url.Parse(c.URL)
		c.header = http.Header{"Authorization": {"Bearer " + c.Token}, "Content-Type": {"application/json"}}
	})
	again := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	request := &http.Request{
		Method: http.MethodPost, URL: c.target, Header: c.header, ContentLength: int64(len(body)), GetBody: again,
	}
	request.Body, _ = again()
	return request.WithContext(ctx), c.wrong
}

// encode writes a command, whose parts are strings and whole numbers, as JSON.
func encode(command []any) []byte {
	body := make([]byte, 0, 1024)
	for i, part := range command {
		separator := byte(',')
		if i == 0 {
			separator = '['
		}
		body = append(body, separator)
		switch part := part.(type) {
		case string:
			body = wire.AppendString(body, part)
		case int:
			body = strconv.AppendInt(body, int64(part), 10)
		case int64:
			body = strconv.AppendInt(body, part, 10)
		default:
			panic(fmt.Sprintf("a command with a %T", part))
		}
	}
	return append(body, ']')
}

// Probe writes, reads and deletes its own key through a script, as every
// operation does.
func (c *Client) Probe(ctx context.Context) (string, error) {
	reply, err := c.eval(ctx, probe, []string{"doctor:probe"}, "photobridge")
	if err != nil {
		return "", err
	}
	if reply != "photobridge" {
		return "", fmt.Errorf("a script read something else than it wrote")
	}
	return "a script wrote, read and deleted a key", nil
}

var probe = newScript(func() string {
	return `
redis.call('SET', KEYS[1], ARGV[1], 'PX', 10000)
local read = redis.call('GET', KEYS[1])
redis.call('DEL', KEYS[1])
return read
`
})

func unavailable(cause error) error {
	return &shared.Error{Code: shared.CodeUpstreamUnavailable, RetryAfter: 2 * time.Second, Err: cause}
}

// script returns a Lua script that Redis knows by its hash once it has seen it.
type script func() scriptText

type scriptText struct {
	source string
	sha    string
}

// newScript makes a script when it is first used: putting all together and
// hashing them was the most expensive part of the program's own start.
func newScript(source func() string) script {
	return sync.OnceValue(func() scriptText {
		text := source()
		sum := sha1.Sum([]byte(text))
		return scriptText{text, hex.EncodeToString(sum[:])}
	})
}

// eval runs a script by its hash, and by its source where Redis does not know
// it yet (after a restart, say).
func (c *Client) eval(ctx context.Context, s script, keys []string, args ...any) (any, error) {
	text := s()
	command := make([]any, 0, 3+len(keys)+len(args))
	command = append(command, "EVALSHA", text.sha, len(keys))
	for _, key := range keys {
		command = append(command, key)
	}
	command = append(command, args...)
	result, err := c.Do(ctx, command...)
	if refused, ok := errors.AsType[replyError](err); ok && strings.Contains(string(refused), "NOSCRIPT") {
		command[0], command[1] = "EVAL", text.source
		result, err = c.Do(ctx, command...)
	}
	return result, err
}

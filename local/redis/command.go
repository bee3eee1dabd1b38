package redis

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// command is a Redis command: its name and its arguments.
type command []string

func (c command) name() string { return strings.ToUpper(c[0]) }

func (c command) args() []any {
	args := make([]any, len(c)-1)
	for i, arg := range c[1:] {
		args[i] = arg
	}
	return args
}

// keys returns the keys in the command, as far as its form shows them.
func (c command) keys() []string {
	switch c.name() {
	case "EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO":
		if len(c) < 3 {
			return nil
		}
		n, err := strconv.Atoi(c[2])
		if err != nil || n < 0 || n > len(c)-3 {
			return nil
		}
		return c[3 : 3+n]
	case "DEL", "UNLINK", "EXISTS", "TOUCH", "MGET":
		return c[1:]
	case "PING", "ECHO", "TIME", "DBSIZE", "KEYS", "SCAN", "SCRIPT", "FLUSHALL", "FLUSHDB", "INFO", "RANDOMKEY":
		return nil
	}
	if len(c) < 2 {
		return nil
	}
	return c[1:2]
}

// bound holds the commands that change or block their connection. REST has no
// connections, so they are refused.
var bound = map[string]bool{
	"AUTH": true, "BLMOVE": true, "BLMPOP": true, "BLPOP": true, "BRPOP": true, "BRPOPLPUSH": true, "BZMPOP": true,
	"BZPOPMAX": true, "BZPOPMIN": true, "CLIENT": true, "DISCARD": true, "EXEC": true, "HELLO": true, "MONITOR": true,
	"MULTI": true, "PSUBSCRIBE": true, "PUNSUBSCRIBE": true, "QUIT": true, "RESET": true, "SELECT": true,
	"SHUTDOWN": true, "SSUBSCRIBE": true, "SUBSCRIBE": true, "SUNSUBSCRIBE": true, "UNSUBSCRIBE": true,
	"UNWATCH": true, "WATCH": true,
}

func (c command) check() error {
	if len(c) == 0 || c[0] == "" {
		return errors.New("ERR empty command")
	}
	if bound[c.name()] {
		return fmt.Errorf("ERR Command is not available: '%s'", c.name())
	}
	return nil
}

// pathCommand returns the command in a path such as /SET/key/value. The body, if
// there is one, is the next argument, and the query (?EX=100) gives the last ones.
func pathCommand(target *url.URL, body []byte) (command, error) {
	var c command
	for segment := range strings.SplitSeq(strings.Trim(target.EscapedPath(), "/"), "/") {
		arg, err := url.PathUnescape(segment)
		if err != nil {
			return nil, errors.New("ERR the path is not percent-encoded properly")
		}
		c = append(c, arg)
	}
	if len(body) > 0 {
		c = append(c, string(body))
	}
	// Parsed here, because url.Values loses the order.
	for pair := range strings.SplitSeq(target.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name == "" || name == "_token" {
			continue
		}
		for _, part := range []string{name, value} {
			arg, err := url.QueryUnescape(part)
			if err != nil {
				return nil, errors.New("ERR the query is not percent-encoded properly")
			}
			if arg != "" {
				c = append(c, arg)
			}
		}
	}
	return c, c.check()
}

// bodyCommand reads ["SET", "key", "value"].
func bodyCommand(body []byte) (command, error) {
	var raw []any
	if err := decode(body, &raw); err != nil {
		return nil, errors.New(
			"ERR failed to parse command: the body must be a JSON array of the command and its arguments",
		)
	}
	return toCommand(raw)
}

// bodyCommands reads [["SET", "key", "value"], ["GET", "key"]].
func bodyCommands(body []byte) ([]command, error) {
	var raw [][]any
	if err := decode(body, &raw); err != nil {
		return nil, errors.New(
			"ERR failed to parse pipeline request: the body must be a JSON array of commands, each an array",
		)
	}
	if len(raw) == 0 {
		return nil, errors.New("ERR empty pipeline request")
	}
	commands := make([]command, len(raw))
	for i, one := range raw {
		c, err := toCommand(one)
		if err != nil {
			return nil, err
		}
		commands[i] = c
	}
	return commands, nil
}

func decode(body []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber() // 9007199254740993 must arrive as it was written
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if decoder.More() {
		return errors.New("more follows")
	}
	return nil
}

func toCommand(raw []any) (command, error) {
	c := make(command, len(raw))
	for i, arg := range raw {
		switch arg := arg.(type) {
		case string:
			c[i] = arg
		case json.Number:
			c[i] = arg.String()
		case bool:
			c[i] = strconv.FormatBool(arg)
		case nil:
			return nil, errors.New("ERR null args are not supported")
		default:
			return nil, errors.New("ERR args must be strings, numbers or booleans; encode what is nested as a string")
		}
	}
	return c, c.check()
}

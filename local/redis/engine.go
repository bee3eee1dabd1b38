package redis

import (
	"context"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/gomodule/redigo/redis"

	"github.com/clinicpro/photobridge/local/clock"
)

// engine is the Redis behind the REST protocol.
type engine struct {
	pool     *redis.Pool
	embedded *miniredis.Miniredis // nil for a real server
	clock    *clock.Clock
}

// newEngine connects to the server at url, or starts an embedded one where
// url is empty. It fails if the server does not respond.
func newEngine(url string, c *clock.Clock) (*engine, error) {
	e := &engine{clock: c}
	e.pool = &redis.Pool{MaxIdle: 16, IdleTimeout: time.Minute}
	if url != "" {
		e.pool.DialContext = func(ctx context.Context) (redis.Conn, error) {
			return redis.DialURLContext(ctx, url, redis.DialConnectTimeout(3*time.Second))
		}
	} else {
		e.embedded = miniredis.NewMiniRedis()
		e.embedded.ClockTTL(true)
		e.pool.Dial = func() (redis.Conn, error) {
			conn, err := e.embedded.Dial()
			if err != nil {
				return nil, err
			}
			return redis.NewConn(conn, 0, 0), nil
		}
	}
	if _, err := e.run(context.Background(), command{"PING"}); err != nil {
		e.close()
		return nil, fmt.Errorf("redis does not respond: %w", err)
	}
	return e, nil
}

// conn borrows a connection. It first sets the embedded server's time, so that
// keys expire and TIME returns by our clock.
func (e *engine) conn(ctx context.Context) (redis.Conn, error) {
	if e.embedded != nil {
		e.embedded.SetTime(e.clock.Now())
	}
	return e.pool.GetContext(ctx)
}

// run executes one command. It returns an error reply as redis.Error.
func (e *engine) run(ctx context.Context, c command) (any, error) {
	conn, err := e.conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return redis.DoContext(conn, ctx, c.name(), c.args()...)
}

// runner executes several commands.
type runner func(context.Context, []command) ([]any, error)

// pipeline executes the commands one after the other on one connection. Each
// reply is a value or a redis.Error; the error is of the connection.
func (e *engine) pipeline(ctx context.Context, commands []command) ([]any, error) {
	conn, err := e.conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return exchange(ctx, conn, commands)
}

// transaction executes the commands in a MULTI. A command that cannot be
// queued discards them all and is returned as a redis.Error.
func (e *engine) transaction(ctx context.Context, commands []command) ([]any, error) {
	conn, err := e.conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close() // discards what is still queued
	queued, err := exchange(ctx, conn, append([]command{{"MULTI"}}, commands...))
	if err != nil {
		return nil, err
	}
	// The embedded server would execute the others, which Redis does not.
	for _, reply := range queued {
		if refused, ok := reply.(redis.Error); ok {
			return nil, redis.Error("EXECABORT Transaction discarded because of: " + string(refused))
		}
	}
	return redis.Values(redis.DoContext(conn, ctx, "EXEC"))
}

func exchange(ctx context.Context, conn redis.Conn, commands []command) ([]any, error) {
	for _, c := range commands {
		if err := conn.Send(c.name(), c.args()...); err != nil {
			return nil, err
		}
	}
	if err := conn.Flush(); err != nil {
		return nil, err
	}
	replies := make([]any, len(commands))
	for i := range replies {
		reply, err := redis.ReceiveContext(conn, ctx)
		if refused, ok := err.(redis.Error); ok {
			reply = refused
		} else if err != nil {
			return nil, err
		}
		replies[i] = reply
	}
	return replies, nil
}

func (e *engine) close() {
	e.pool.Close()
	if e.embedded != nil {
		e.embedded.Close()
	}
}

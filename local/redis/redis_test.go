package redis

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/edge/fakes"
	"github.com/clinicpro/photobridge/edge/session/storetest"
	"github.com/clinicpro/photobridge/edge/upstash"
	"github.com/clinicpro/photobridge/local/clock"
)

const token = "secret"

// onBoth runs a test over the embedded Redis and over a real one, each empty.
func onBoth(t *testing.T, run func(*testing.T, *Server)) {
	t.Run("embedded", func(t *testing.T) { run(t, open(t, Config{})) })
	t.Run("real", func(t *testing.T) {
		run(t, open(t, Config{URL: "redis://" + fakes.RealRedis(t)}))
	})
}

func open(t *testing.T, config Config) *Server {
	t.Helper()
	config.Token = token
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// The edge's own store, through the whole protocol.
func TestStoreOfTheEdge(t *testing.T) {
	storetest.Run(t, func(t *testing.T, world storetest.World) storetest.Subject {
		c := &clock.Clock{}
		rest := httptest.NewServer(open(t, Config{Clock: c}))
		t.Cleanup(rest.Close)
		return storetest.Subject{
			Store: &upstash.Store{
				Redis: &upstash.Client{URL: rest.URL, Token: token, HTTP: rest.Client().Transport},
				Now:   world.Now,
				Sweep: world.Sweep,
			},
			Advance: func(d time.Duration) { c.SetSkew(c.Skew() + d) },
		}
	})
}

func TestASnapshotKeepsEveryKindOfKey(t *testing.T) {
	c, file := &clock.Clock{}, filepath.Join(t.TempDir(), "deep", "redis.json")
	config := Config{Token: token, Snapshot: file, Clock: c}
	first, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	binary := "\x00\xff\r\n"
	for _, words := range [][]string{
		{"SET", "string", binary}, {"SET", "short", "gone soon", "PX", "1000"}, {"SET", "long", "kept", "EX", "100"},
		{"SET", "empty", ""}, {"HSET", "hash", "field", binary}, {"RPUSH", "list", "one", "two"},
		{"SADD", "set", "a", "b"}, {"ZADD", "sorted", "1.5", "m"},
	} {
		do(t, first, words...)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	c.SetSkew(10 * time.Second) // while nothing was running
	second := open(t, config)
	for _, test := range []struct {
		words []string
		want  any
	}{
		{[]string{"GET", "string"}, binary}, {[]string{"GET", "short"}, nil}, {[]string{"GET", "long"}, "kept"},
		{[]string{"GET", "empty"}, ""}, {[]string{"HGET", "hash", "field"}, binary},
		{[]string{"LINDEX", "list", "1"}, "two"},
		{[]string{"SCARD", "set"}, int64(2)}, {[]string{"ZSCORE", "sorted", "m"}, "1.5"},
		{[]string{"TTL", "string"}, int64(-1)},
	} {
		if got := do(t, second, test.words...); got != test.want {
			t.Errorf("%v is %q, want %q", test.words, got, test.want)
		}
	}
	if left := do(t, second, "TTL", "long").(int64); left < 85 || left > 90 {
		t.Errorf("a key of 100 s has %d s left after 10 s", left)
	}
}

func TestTheClockAgesKeys(t *testing.T) {
	c := &clock.Clock{}
	s := open(t, Config{Clock: c})
	do(t, s, "SET", "key", "value", "EX", "60")
	c.SetSkew(59 * time.Second)
	if got := do(t, s, "GET", "key"); got != "value" {
		t.Errorf("after 59 s: %v", got)
	}
	c.SetSkew(61 * time.Second)
	if got := do(t, s, "GET", "key"); got != nil {
		t.Errorf("after 61 s: %v", got)
	}
}

func TestExpireRemovesWhatMatches(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Server) {
		for _, key := range []string{"encounter:a", "encounter:b", "token:c"} {
			do(t, s, "SET", key, "1")
		}
		if n, err := s.Expire(t.Context(), "encounter:*"); n != 2 || err != nil {
			t.Errorf("expired %d, %v", n, err)
		}
		if n, err := s.Expire(t.Context(), "encounter:*"); n != 0 || err != nil {
			t.Errorf("expired %d of none, %v", n, err)
		}
		if keys, err := s.Keys(t.Context(), "*"); len(keys) != 1 || err != nil {
			t.Errorf("left are %v, %v", keys, err)
		}
	})
}

func TestStartsThatFail(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "redis.json")
	if err := os.WriteFile(broken, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		config Config
		want   string
	}{
		{"no server at the URL", Config{URL: "redis://127.0.0.1:1"}, "does not respond"},
		{"a broken snapshot", Config{Snapshot: broken}, "make clean-data"},
	} {
		if _, err := New(test.config); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func do(t *testing.T, s *Server, words ...string) any {
	t.Helper()
	reply, err := s.Do(t.Context(), words[0], words[1:]...)
	if err != nil {
		t.Fatalf("%v: %v", words, err)
	}
	if bytes, ok := reply.([]byte); ok {
		return string(bytes)
	}
	return reply
}

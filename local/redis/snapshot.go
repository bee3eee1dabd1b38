package redis

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/clinicpro/photobridge/local/clock"
)

const keepEvery = 2 * time.Second

// snapshot is the content of the embedded server's first database. Streams
// and the like are not kept: nothing here uses them.
type snapshot struct {
	SavedAt time.Time        `json:"savedAt"`
	Keys    map[string]entry `json:"keys"`
}

// entry is one key: exactly one of the values is set. Strings are bytes, and
// so base64 in the file.
type entry struct {
	ExpiresAt *time.Time         `json:"expiresAt,omitempty"`
	String    []byte             `json:"string,omitempty"`
	Hash      map[string][]byte  `json:"hash,omitempty"`
	List      [][]byte           `json:"list,omitempty"`
	Set       [][]byte           `json:"set,omitempty"`
	Sorted    map[string]float64 `json:"sorted,omitempty"`
}

// keeper writes the snapshot at intervals, so that a crash loses only the last
// one.
type keeper struct {
	server  *miniredis.Miniredis
	file    string
	clock   *clock.Clock
	written int // the server's command count at the last write
	stop    chan struct{}
	stopped chan struct{}
}

// keep restores the file's keys and begins to write it. It fails if the file
// exists and cannot be read.
func keep(server *miniredis.Miniredis, file string, c *clock.Clock) (*keeper, error) {
	k := &keeper{server: server, file: file, clock: c, stop: make(chan struct{}), stopped: make(chan struct{})}
	if err := k.restore(); err != nil {
		return nil, fmt.Errorf("%s: %w; `make clean-data` starts afresh", file, err)
	}
	go k.run()
	return k, nil
}

func (k *keeper) run() {
	defer close(k.stopped)
	ticker := time.NewTicker(keepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-k.stop:
			return
		case <-ticker.C:
			// A full disk is reported by Close. Until then the next save may succeed.
			_ = k.write()
		}
	}
}

func (k *keeper) close() error {
	close(k.stop)
	<-k.stopped
	return k.write()
}

func (k *keeper) write() error {
	count := k.server.CommandCount()
	if count == k.written {
		return nil
	}
	content, err := json.Marshal(k.take())
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(k.file), 0o700); err != nil {
		return err
	}
	next := k.file + ".new"
	if err := os.WriteFile(next, content, 0o600); err != nil {
		return err
	}
	if err := os.Rename(next, k.file); err != nil {
		return err
	}
	k.written = count
	return nil
}

func (k *keeper) take() snapshot {
	k.server.SetTime(k.clock.Now())
	taken := snapshot{SavedAt: k.clock.Now(), Keys: map[string]entry{}}
	for _, key := range k.server.Keys() {
		var e entry
		switch k.server.Type(key) {
		case "string":
			value, _ := k.server.Get(key)
			e.String = []byte(value)
		case "hash":
			e.Hash = map[string][]byte{}
			fields, _ := k.server.HKeys(key)
			for _, field := range fields {
				e.Hash[field] = []byte(k.server.HGet(key, field))
			}
		case "list":
			values, _ := k.server.List(key)
			e.List = toBytes(values)
		case "set":
			values, _ := k.server.Members(key)
			e.Set = toBytes(values)
		case "zset":
			e.Sorted, _ = k.server.SortedSet(key)
		default:
			continue
		}
		if ttl := k.server.TTL(key); ttl > 0 {
			expiresAt := taken.SavedAt.Add(ttl)
			e.ExpiresAt = &expiresAt
		}
		taken.Keys[key] = e
	}
	return taken
}

func toBytes(values []string) [][]byte {
	list := make([][]byte, len(values))
	for i, value := range values {
		list[i] = []byte(value)
	}
	return list
}

func (k *keeper) restore() error {
	content, err := os.ReadFile(k.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var kept snapshot
	if err := json.Unmarshal(content, &kept); err != nil {
		return err
	}
	now := k.clock.Now()
	for key, e := range kept.Keys {
		if e.ExpiresAt != nil && !e.ExpiresAt.After(now) {
			continue
		}
		if err := k.put(key, e); err != nil {
			return err
		}
		if e.ExpiresAt != nil {
			k.server.SetTTL(key, e.ExpiresAt.Sub(now))
		}
	}
	return nil
}

func (k *keeper) put(key string, e entry) error {
	switch {
	case e.Hash != nil:
		for field, value := range e.Hash {
			k.server.HSet(key, field, string(value))
		}
	case e.List != nil:
		for _, value := range e.List {
			if _, err := k.server.Push(key, string(value)); err != nil {
				return err
			}
		}
	case e.Set != nil:
		for _, value := range e.Set {
			if _, err := k.server.SetAdd(key, string(value)); err != nil {
				return err
			}
		}
	case e.Sorted != nil:
		for member, score := range e.Sorted {
			if _, err := k.server.ZAdd(key, score, member); err != nil {
				return err
			}
		}
	default:
		return k.server.Set(key, string(e.String))
	}
	return nil
}

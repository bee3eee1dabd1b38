// Package fakes replaces Redis over REST, S3 and Ably in native tests, as
// far as the edge uses them. apitest and storetest check that they behave like the
// real ones.
package fakes

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/proto"
)

// RedisToken opens Redis.
const RedisToken = "redis-token"

// Redis starts an embedded Redis behind Upstash's REST protocol and returns its address.
func Redis(t testing.TB) (url string) { return RedisOver(t, miniredis.RunT(t).Addr()) }

// RedisOver puts Upstash's REST protocol in front of the Redis at a TCP address
// (https://upstash.com/docs/redis/features/restapi).
func RedisOver(t testing.TB, address string) (url string) {
	return serve(t, RedisREST(t, func(words ...string) string { return Do(t, address, words...) }))
}

// RedisREST is Upstash's REST protocol in front of whatever runs a command and
// returns Redis's reply.
func RedisREST(t testing.TB, do func(words ...string) (reply string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+RedisToken {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var command []any
		if err := json.NewDecoder(r.Body).Decode(&command); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		words := make([]string, len(command))
		for i, word := range command {
			if number, ok := word.(float64); ok {
				word = strconv.FormatFloat(number, 'f', -1, 64)
			}
			words[i] = fmt.Sprint(word)
		}
		reply := do(words...)
		if refused, err := proto.ReadError(reply); err == nil {
			w.WriteHeader(http.StatusBadRequest)
			json.NewEncoder(w).Encode(map[string]string{"error": refused})
			return
		}
		var result any
		if !strings.HasPrefix(reply, "$-1") { // nil, which Parse does not know
			var err error
			if result, err = proto.Parse(reply); err != nil {
				t.Errorf("reply %q: %v", reply, err)
			}
		}
		json.NewEncoder(w).Encode(map[string]any{"result": filled(result)})
	}
}

// filled makes an empty list [] and not null, which Parse makes of it.
func filled(reply any) any {
	list, ok := reply.([]any)
	if !ok {
		return reply
	}
	result := make([]any, len(list))
	for i, item := range list {
		result[i] = filled(item)
	}
	return result
}

// Do runs one command on the Redis at a TCP address.
func Do(t testing.TB, address string, words ...string) (reply string) {
	client, err := proto.Dial(address)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer client.Close()
	if reply, err = client.Do(words...); err != nil {
		t.Error(err)
	}
	return reply
}

// S3 starts an object store, path style, with any bucket, and returns its
// address. It does not check signatures.
func S3(t testing.TB) (url string) {
	store := &s3{objects: map[string][]byte{}}
	return serve(t, store.serve)
}

type s3 struct {
	mu      sync.Mutex
	objects map[string][]byte
}

func (s *s3) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch r.Method {
	case http.MethodOptions:
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	case http.MethodPut:
		w.WriteHeader(s.put(key, r))
	case http.MethodPost:
		w.WriteHeader(s.delete(r.Body))
	default:
		s.get(w, r, key)
	}
}

func (s *s3) put(key string, r *http.Request) (status int) {
	content, err := io.ReadAll(r.Body)
	sum := sha256.Sum256(content)
	switch {
	case err != nil || r.Header.Get("X-Amz-Checksum-Sha256") != base64.StdEncoding.EncodeToString(sum[:]):
		return http.StatusBadRequest
	case r.Header.Get("If-None-Match") != "*" || expired(r):
		return http.StatusForbidden
	case s.objects[key] != nil:
		return http.StatusPreconditionFailed
	}
	s.objects[key] = content
	return http.StatusOK
}

func expired(r *http.Request) bool {
	signed, err := time.Parse("20060102T150405Z", r.URL.Query().Get("X-Amz-Date"))
	life, atoiErr := strconv.Atoi(r.URL.Query().Get("X-Amz-Expires"))
	return err != nil || atoiErr != nil || time.Since(signed) > time.Duration(life)*time.Second
}

func (s *s3) get(w http.ResponseWriter, r *http.Request, key string) {
	content, found := s.objects[key]
	if key == "" { // the bucket itself
		if r.URL.Query().Has("versioning") {
			io.WriteString(w, "<VersioningConfiguration/>")
		}
		return
	}
	if !found {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	sum := sha256.Sum256(content)
	w.Header().Set("X-Amz-Checksum-Sha256", base64.StdEncoding.EncodeToString(sum[:]))
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.Write(content)
}

func (s *s3) delete(body io.Reader) (status int) {
	var list struct {
		Object []struct{ Key string }
	}
	if err := xml.NewDecoder(body).Decode(&list); err != nil {
		return http.StatusBadRequest
	}
	for _, object := range list.Object {
		delete(s.objects, object.Key)
	}
	return http.StatusOK
}

// Ably starts a REST endpoint that takes every event and returns its address.
func Ably(t testing.TB) (url string) {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/time" {
			json.NewEncoder(w).Encode([]int64{time.Now().UnixMilli()})
			return
		}
		w.WriteHeader(http.StatusCreated)
	})
}

func serve(t testing.TB, handler http.HandlerFunc) (url string) {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

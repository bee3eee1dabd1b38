package model

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/proto"
	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/edge/api"
	"github.com/clinicpro/photobridge/edge/credential"
	"github.com/clinicpro/photobridge/edge/fakes"
	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/edge/upstash"
	"github.com/clinicpro/photobridge/shared"
)

const origin = "https://edge.test"

var secret = []byte("a secret of thirty-two characters")

// system is the edge with its Redis and its object store. Every call goes through the
// real handler, as JSON, because the model also tests routes and codecs.
type system struct {
	t       testing.TB
	handler http.Handler
	redis   *miniredis.Miniredis
	bucket  *bucket
	truth   *truth
	conn    *proto.Client
	mu      sync.Mutex // protects conn
	lost    bool       // the next response of Redis is lost
	calls   sync.Mutex // lets one call run at a time
	consent shared.Consent
}

// maxImages is low, so that random lives reach the limit.
const maxImages = 5

func newSystem(t testing.TB, consent shared.Consent) *system {
	s := &system{
		t: t, redis: miniredis.NewMiniRedis(), bucket: &bucket{objects: map[string]object{}}, consent: consent,
	}
	s.redis.ClockTTL(true)
	conn, err := s.redis.Dial()
	if err != nil {
		t.Fatal(err)
	}
	s.conn = proto.NewClient(conn)
	now := func() time.Time { return time.Now().UTC() }
	redis := &upstash.Client{URL: "https://redis.test", Token: fakes.RedisToken, HTTP: s}
	store := &upstash.Store{Redis: redis, Now: now}
	service := &session.Service{
		Store: store, Objects: s.bucket, Notifier: silent{}, CodeKey: secret,
		MaxImages: maxImages, MaxImageBytes: shared.MaxImageBytes, Now: now,
		ConsentRequired: consent == shared.ConsentRequire,
	}
	store.Sweep = service.Sweep
	s.handler = api.New(api.Config{
		Service: service, Keys: credential.Keys{Session: secret, Launch: secret, Now: now},
		BaseURL: origin, Consent: consent, Log: func([]byte) {},
	})
	s.truth = newTruth(s)
	return s
}

func (s *system) close() {
	s.conn.Close()
	s.redis.Close()
}

// do runs one command on the embedded Redis.
func (s *system) do(words ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	reply, err := s.conn.Do(words...)
	if err != nil {
		s.t.Error(err)
	}
	return reply
}

// RoundTrip carries the edge's calls to Redis.
func (s *system) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	fakes.RedisREST(s.t, s.do).ServeHTTP(recorder, r)
	if s.lost {
		s.lost = false
		return nil, &shared.Error{Code: shared.CodeNetwork}
	}
	return recorder.Result(), nil
}

// hash reads the record of a patient's session directly from Redis. It returns an
// empty map if the record belongs to another patient with the same encounter id.
func (s *system) hash(of patient) map[string]string {
	hash := s.record(of.encounter)
	var stored session.Session
	json.Unmarshal([]byte(hash["session"]), &stored)
	if stored.FacilityID != of.facility || stored.PatientID != of.id {
		return nil
	}
	return hash
}

func (s *system) record(encounterID string) map[string]string {
	fields, err := proto.Parse(s.do("HGETALL", "encounter:"+encounterID))
	list, ok := fields.([]any)
	if err != nil || !ok {
		return nil
	}
	hash := map[string]string{}
	for i := 0; i+1 < len(list); i += 2 {
		hash[list[i].(string)] = list[i+1].(string)
	}
	return hash
}

// call makes one HTTP request to the edge. The request takes effect even if the
// caller has given up.
func (s *system) call(method, path, token string, body []byte, header ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequestWithContext(context.Background(), method, origin+path, bytes.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if len(header) == 2 {
		request.Header.Set(header[0], header[1])
	}
	recorder := httptest.NewRecorder()
	s.calls.Lock()
	defer s.calls.Unlock()
	if isAct(method, path) {
		s.handler.ServeHTTP(recorder, request)
		return recorder
	}
	before := s.expiries()
	s.handler.ServeHTTP(recorder, request)
	for id, at := range s.expiries() {
		if before[id] != at {
			s.truth.fail("nothing outlives its time limit: %s %s extends a session", method, path)
		}
	}
	return recorder
}

// isAct reports whether a call is an act of a person, which extends a session.
func isAct(method, path string) bool {
	isLook := method == "GET" && strings.Contains(path, "/images/")
	isRenewal := method == "POST" && strings.HasSuffix(path, "/token")
	return !isLook && !isRenewal
}

// expiries returns when each session expires, by its id.
func (s *system) expiries() map[string]string {
	all := map[string]string{}
	for _, encounter := range encounters {
		if record := s.record(encounter); record != nil {
			all[record["id"]] = record["expires"]
		}
	}
	return all
}

func decode[T any](r *httptest.ResponseRecorder) (value T) {
	json.NewDecoder(r.Body).Decode(&value)
	return value
}

// launch signs a launch token, as the practice system's backend does.
func launch(of patient) string {
	token, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": "gp-1", "facilityId": of.facility, "patientId": of.id, "encounterId": of.encounter,
		"patientLabel": "Patient " + of.id, "exp": time.Now().Add(time.Hour).Unix(),
	}).SignedString(secret)
	return token
}

// silent publishes nothing. Events are only hints, and these desktops fetch the list
// without them.
type silent struct{}

func (silent) Publish(context.Context, string, shared.EventName, shared.Event, string) {}

func (silent) SubscribeToken(string, time.Time) (shared.RealtimeResponse, error) {
	return shared.RealtimeResponse{}, &shared.Error{Code: shared.CodeUpstreamUnavailable}
}

// bucket is an object store in memory. As in the real one, each key can be written
// once, and only until the URL expires.
type bucket struct {
	mu      sync.Mutex
	objects map[string]object
	down    bool
	halfway bool // the next deletion fails in the middle
}

type object struct {
	size   int64
	sha256 string
	at     time.Time
}

const bucketURL = "https://bucket.test/"

func (b *bucket) PresignPut(
	_ context.Context, key string, size int64, sha256 string, now time.Time,
) (shared.PresignedUpload, error) {
	return shared.PresignedUpload{
		S3Key: key, UploadURL: bucketURL + key, Headers: map[string]string{"x-amz-checksum-sha256": sha256},
		ExpiresAt: now.Add(shared.UploadURLTTL),
	}, nil
}

func (b *bucket) PresignGet(_ context.Context, key string, _ time.Time, _ time.Duration) (string, error) {
	return bucketURL + key, nil
}

func (b *bucket) Head(_ context.Context, key string) (session.ObjectInfo, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return session.ObjectInfo{}, &shared.Error{Code: shared.CodeUpstreamUnavailable}
	}
	found, ok := b.objects[key]
	if !ok {
		return session.ObjectInfo{}, &shared.Error{Code: shared.CodeObjectMissing}
	}
	return session.ObjectInfo{Size: found.size, SHA256: found.sha256}, nil
}

func (b *bucket) Delete(_ context.Context, keys ...string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, key := range keys {
		if b.down || b.halfway && i == len(keys)/2 {
			b.halfway = false
			return &shared.Error{Code: shared.CodeUpstreamUnavailable}
		}
		delete(b.objects, key)
	}
	return nil
}

// put sends a body to a presigned URL and returns the store's HTTP status.
func (b *bucket) put(to shared.PresignedUpload, body []byte) (status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := strings.TrimPrefix(to.UploadURL, bucketURL)
	switch {
	case b.down:
		return http.StatusServiceUnavailable
	case !time.Now().Before(to.ExpiresAt):
		return http.StatusForbidden
	case b.objects[key].size > 0:
		return http.StatusPreconditionFailed
	}
	b.objects[key] = object{int64(len(body)), to.Headers["x-amz-checksum-sha256"], time.Now()}
	return http.StatusOK
}

func read(body io.Reader) []byte {
	content, _ := io.ReadAll(body)
	return content
}

package upstash

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/proto"
	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/edge/fakes"
	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/edge/session/storetest"
	"github.com/clinicpro/photobridge/shared"
)

func TestStoreOnEmbeddedRedis(t *testing.T) {
	storetest.Run(t, func(t *testing.T, world storetest.World) storetest.Subject {
		redis := miniredis.RunT(t)
		return storetest.Subject{Store: storeOver(t, redis.Addr(), world), Advance: redis.FastForward}
	})
}

func TestStoreOnRealRedis(t *testing.T) {
	address := fakes.RealRedis(t)
	storetest.Run(t, func(t *testing.T, world storetest.World) storetest.Subject {
		fakes.Do(t, address, "FLUSHALL")
		return storetest.Subject{
			Store:   storeOver(t, address, world),
			Advance: func(d time.Duration) { age(t, address, d) },
		}
	})
}

func TestClientFailures(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
	}{
		{"unauthorized", http.StatusUnauthorized, `{"error":"Unauthorized"}`},
		{"server error", http.StatusInternalServerError, `{"error":"boom"}`},
		{"not JSON", http.StatusOK, `<html>`},
		{"response of another shape", http.StatusOK, `{"result":{"a":1}}`},
		{"response without a code", http.StatusOK, `{"result":[]}`},
		{"unknown code", http.StatusOK, `{"result":["what"]}`},
		{"reply without objects to delete", http.StatusOK, `{"result":["ok"]}`},
		{"session that is no JSON", http.StatusOK, `{"result":["ok",[],["session","{"]]}`},
		{"a plan's limit", http.StatusBadRequest, `{"error":"ERR max daily request limit exceeded. Limit: 10000"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(test.status)
				fmt.Fprint(w, test.body)
			}))
			defer server.Close()
			store := &Store{Redis: &Client{URL: server.URL, HTTP: http.DefaultTransport}, Now: time.Now}
			_, err := store.GetImages(t.Context(), session.Ref{EncounterID: "enc-1", SessionID: "s1"})
			if shared.CodeOf(err) != shared.CodeUpstreamUnavailable {
				t.Errorf("error is %v", err)
			}
		})
	}
}

// TestSessionsOfManyPages responds as a Redis with more keys than one SCAN
// names: the embedded one always names all.
func TestSessionsOfManyPages(t *testing.T) {
	const a = `"encounter:a","{\"id\":\"1\",\"encounterId\":\"a\"}"`
	pages := map[string]string{ // by cursor
		"0": `["ok","7",["encounter:gone","",` + a + `]]`,
		"7": `["ok","0",[` + a + `,"encounter:b","{\"id\":\"2\",\"encounterId\":\"b\"}"]]`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var command []any // EVALSHA, its hash, 1, a key, the cursor …
		err := json.NewDecoder(r.Body).Decode(&command)
		page, ok := pages[fmt.Sprint(command[4])]
		if err != nil || !ok {
			t.Errorf("asked for %s, %v", command, err)
		}
		fmt.Fprintf(w, `{"result":%s}`, page)
	}))
	defer server.Close()
	got, err := (&Store{
		Redis: &Client{URL: server.URL, HTTP: http.DefaultTransport}, Now: time.Now,
	}).Sessions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []session.Ref{{EncounterID: "a", SessionID: "1"}, {EncounterID: "b", SessionID: "2"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestSessionsOnRealRedis has more sessions than one SCAN names.
func TestSessionsOnRealRedis(t *testing.T) {
	store := storeOver(t, fakes.RealRedis(t), storetest.World{Now: time.Now})
	const many = 2*scanCount + 1
	want := map[session.Ref]bool{}
	for i := range many {
		s := session.Session{ID: fmt.Sprint("s", i), EncounterID: fmt.Sprint("enc-", i), CreatedAt: time.Now()}
		to := session.Invitation{TokenHash: s.ID, CodeHash: s.ID}
		if _, err := store.CreateSession(t.Context(), s, to, time.Minute); err != nil {
			t.Fatal(err)
		}
		want[s.Ref()] = true
	}
	refs, err := store.Sessions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[session.Ref]bool{}
	for _, ref := range refs {
		got[ref] = true
	}
	if len(refs) != many || !cmp.Equal(want, got) {
		t.Errorf("%d sessions are listed, %d of them different, instead of %d", len(refs), len(got), many)
	}
}

func storeOver(t *testing.T, address string, world storetest.World) *Store {
	redis := &Client{URL: fakes.RedisOver(t, address), Token: fakes.RedisToken, HTTP: http.DefaultTransport}
	return &Store{Redis: redis, Now: world.Now, Sweep: world.Sweep}
}

// age takes time from every key's life; Redis keeps its own clock.
func age(t *testing.T, address string, by time.Duration) {
	keys, err := proto.ReadStrings(fakes.Do(t, address, "KEYS", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		left, err := strconv.ParseInt(
			strings.TrimSpace(strings.TrimPrefix(fakes.Do(t, address, "PTTL", key), ":")),
			10,
			64,
		)
		if err != nil {
			t.Fatal(err)
		}
		if left -= by.Milliseconds(); left > 0 {
			fakes.Do(t, address, "PEXPIRE", key, strconv.FormatInt(left, 10))
		} else {
			fakes.Do(t, address, "DEL", key)
		}
	}
}

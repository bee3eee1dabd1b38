package control

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/local/alex"
	"github.com/clinicpro/photobridge/local/clock"
	"github.com/clinicpro/photobridge/local/fault"
	"github.com/clinicpro/photobridge/local/meter"
	"github.com/clinicpro/photobridge/local/objects"
	"github.com/clinicpro/photobridge/local/realtime"
	"github.com/clinicpro/photobridge/local/redis"
)

// There is one S3 gateway in a process.
var stored *objects.Server

func TestMain(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	folder, err := os.MkdirTemp("", "photobridge-control-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(folder)
	stored, err = objects.Start(context.Background(), objects.Config{
		Folder:    folder,
		AccessKey: "ACCESS",
		SecretKey: "SECRETSECRET",
		Region:    "us-east-1",
		Bucket:    "photos",
		Origins:   []string{"http://desktop.test"},
	})
	if err != nil {
		return 1, err
	}
	code := m.Run()
	return code, stored.Close()
}

func newServer(t *testing.T) *Server {
	t.Helper()
	keys, err := redis.New(redis.Config{Token: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	events, err := realtime.New(realtime.Config{Key: "app.id:secret"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := keys.Close(); err != nil {
			t.Error(err)
		}
		if err := events.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Server{
		ALEX: alex.New(alex.Config{}),
		Places: []Place{
			{"Redis", "http://127.0.0.1:1", "embedded"},
		},
		Started:  time.Now(),
		Meter:    &meter.Meter{},
		Faults:   fault.New(1),
		Clocks:   map[fault.Service]*clock.Clock{fault.Redis: {}},
		Redis:    keys,
		Objects:  stored,
		Realtime: events,
	}
}

func call(s *Server, method, target, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest(method, "http://127.0.0.1"+target, strings.NewReader(body)))
	return w
}

func TestSwitches(t *testing.T) {
	tests := []struct {
		name, method, target, body string
		status                     int
		want                       string // part of the response
	}{
		{"add a fault", "POST", "/faults", `{"service":"s3","effect":"cut","next":1}`, 201, `{"id":"f1"}`},
		{
			"add a fault that is none",
			"POST",
			"/faults",
			`{"service":"s4","effect":"cut"}`,
			400,
			`use redis, s3, realtime, practice, alex or smart`,
		},
		{"add a fault that is misspelt", "POST", "/faults", `{"service":"s3","efect":"cut"}`, 400, `efect`},
		{"a record without an address", "PUT", "/smart/record", `{"url":"here"}`, 400, `url is \"here\"`},
		{"list the faults", "GET", "/faults", ``, 200, `{"seed":1,"rules":[]}`},
		{"remove a fault that is not there", "DELETE", "/faults/f9", ``, 404, `there is no fault`},
		{"remove all faults", "DELETE", "/faults", ``, 204, ``},
		{"start from no seed", "DELETE", "/faults?seed=x", ``, 400, `whole number`},
		{"set a clock", "PUT", "/clocks/redis", `{"skewMs":-90000}`, 204, ``},
		{"set a clock that is not there", "PUT", "/clocks/practice", `{"skewMs":1}`, 404, `use redis, s3 or realtime`},
		{"expire keys", "POST", "/redis/expire", `{"match":"encounter:*"}`, 200, `{"expired":0}`},
		{"expire which keys?", "POST", "/redis/expire", `{}`, 400, `say which keys`},
		{"sweep", "POST", "/objects/sweep", `{"olderThanSeconds":86400}`, 200, `{"deleted":0}`},
		{"cut clients", "POST", "/realtime/disconnect", ``, 200, `{"cut":0}`},
		{"forget clients", "POST", "/realtime/forget", ``, 200, `{"cut":0}`},
		{"counters", "GET", "/counters", ``, 200, `{"requests":{},"commands":{},"frames":{}}`},
		{"reset the counters", "DELETE", "/counters", ``, 204, ``},
		{"the page", "GET", "/", ``, 200, `<title>`},
		{"nothing", "GET", "/nothing", ``, 404, ``},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := call(newServer(t), test.method, test.target, test.body)
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.want) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
				t.Errorf("policy %q", policy)
			}
		})
	}
}

func TestSwitchesDoWhatTheySay(t *testing.T) {
	s := newServer(t)
	call(s, "POST", "/faults", `{"service":"s3","effect":"status","status":429}`)
	if got := s.Faults.Decide(fault.S3, "GET object"); got.Status != 429 {
		t.Errorf("verdict %+v", got)
	}
	call(s, "DELETE", "/faults/f1", ``)
	if got := s.Faults.Decide(fault.S3, "GET object"); got.Effect != "" {
		t.Errorf("verdict %+v after the rule was removed", got)
	}
	call(s, "DELETE", "/faults?seed=7", ``)
	if got := s.Faults.Seed(); got != 7 {
		t.Errorf("seed %d", got)
	}
	call(s, "PUT", "/clocks/redis", `{"skewMs":-90000}`)
	if got := s.Clocks[fault.Redis].Skew(); got != -90*time.Second {
		t.Errorf("skew %s", got)
	}
	if _, err := s.Redis.Do(t.Context(), "SET", "token:a", "1"); err != nil {
		t.Fatal(err)
	}
	if w := call(s, "POST", "/redis/expire", `{"match":"token:*"}`); w.Body.String() != "{\"expired\":1}\n" {
		t.Errorf("answer %s", w.Body)
	}
	s.Meter.Command("GET")
	call(s, "DELETE", "/counters", ``)
	if got := s.Meter.Counts().Commands; len(got) > 0 {
		t.Errorf("counted %v", got)
	}
}

func TestStatus(t *testing.T) {
	s := newServer(t)
	for _, words := range [][]string{
		{
			"HSET",
			"encounter:enc-2",
			"session",
			`{"patientLabel":"Somebody"}`,
			"image:a",
			"{}",
			"image:b",
			"{}",
			"slot:c",
			"{}",
		},
		{"HSET", "encounter:enc-1", "session", "{}"}, {"EXPIRE", "encounter:enc-1", "60"},
		{"HSET", "encounter:enc-0", "ended", "s"}, {"SET", "token:x", "1"},
	} {
		if _, err := s.Redis.Do(t.Context(), words[0], words[1:]...); err != nil {
			t.Fatal(err)
		}
	}
	w := call(s, "GET", "/status.json", "")
	var status Status
	if err := json.Unmarshal(w.Body.Bytes(), &status); err != nil {
		t.Fatal(err)
	}
	if len(status.Sessions) > 0 && status.Sessions[0].ExpiresIn == 59 {
		status.Sessions[0].ExpiresIn = 60 // a moment has passed
	}
	if got, want := fmt.Sprint(status.Sessions), "[{enc-1 0 60} {enc-2 2 -1}]"; got != want {
		t.Errorf("sessions %s, want %s", got, want)
	}
	if len(status.Trouble) > 0 || len(status.Places) != 1 || status.Objects.Count != 0 || status.SkewMS["redis"] != 0 {
		t.Errorf("status %+v", status)
	}
	if strings.Contains(w.Body.String(), "Somebody") {
		t.Error("the status names a patient")
	}
}

func TestOtherOriginsCannotSteer(t *testing.T) {
	s := newServer(t)
	r := httptest.NewRequest("POST", "http://127.0.0.1/realtime/forget", nil)
	r.Header.Set("Origin", "http://elsewhere.test")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("status %d", w.Code)
	}
}

func TestTroubleIsTold(t *testing.T) {
	s := newServer(t)
	if _, err := s.Redis.Do(t.Context(), "SET", "encounter:enc-1", "no hash"); err != nil {
		t.Fatal(err)
	}
	var status Status
	if err := json.Unmarshal(call(s, "GET", "/status.json", "").Body.Bytes(), &status); err != nil {
		t.Fatal(err)
	}
	if len(status.Trouble) != 1 || !strings.HasPrefix(status.Trouble[0], "Redis: WRONGTYPE") {
		t.Errorf("trouble %q", status.Trouble)
	}
}

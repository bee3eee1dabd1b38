package meter

import (
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"
)

func TestRequestsByRouteAndAnswer(t *testing.T) {
	var m Meter
	hold, held := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(m.Handler("s3", route, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/cut":
			panic(http.ErrAbortHandler)
		case "/missing":
			w.WriteHeader(http.StatusNotFound)
		case "/silent":
		case "/slow":
			close(held)
			<-hold
		default:
			_, _ = io.WriteString(w, "body")
		}
	})))
	// POST, because the client tries a GET that was cut again by itself.
	for _, path := range []string{"/ok", "/ok", "/missing", "/silent", "/cut"} {
		if response, err := http.Post(server.URL+path, "", nil); err == nil {
			response.Body.Close()
		}
	}
	var slow sync.WaitGroup
	slow.Go(func() {
		if response, err := http.Post(server.URL+"/slow", "", nil); err == nil {
			response.Body.Close()
		}
	})
	<-held
	want := map[string]map[string]Requests{"s3": {
		"POST /ok":      {2, map[string]int{"200": 2}},
		"POST /missing": {1, map[string]int{"404": 1}},
		"POST /silent":  {1, map[string]int{"200": 1}},
		"POST /cut":     {1, map[string]int{"cut": 1}},
		"POST /slow":    {1, map[string]int{}},
	}}
	if got := m.Counts().Requests; !reflect.DeepEqual(got, want) {
		t.Errorf("counts %v\nwant   %v", got, want)
	}
	close(hold)
	slow.Wait()
	server.Close()
	if got := m.Counts().Requests["s3"]["POST /slow"].Responses["200"]; got != 1 {
		t.Errorf("the slow one has %d responses with 200 in the end", got)
	}
}

func TestCountsAreACopyAndResetEmptiesThem(t *testing.T) {
	var m Meter
	m.Command("EVALSHA")
	m.Frame("in ATTACH")
	copied := m.Counts()
	copied.Commands["EVALSHA"], copied.Frames["in ATTACH"] = 99, 99
	if got := m.Counts(); got.Commands["EVALSHA"] != 1 || got.Frames["in ATTACH"] != 1 {
		t.Errorf("the counters follow their copy: %v", got)
	}
	m.Reset()
	if got := m.Counts(); len(got.Commands)+len(got.Frames)+len(got.Requests) != 0 {
		t.Errorf("after the reset: %v", got)
	}
}

func route(r *http.Request) string { return r.Method + " " + r.URL.Path }

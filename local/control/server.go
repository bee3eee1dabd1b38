// Package control is the local cloud's status page and the API behind its
// switches.
package control

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/clinicpro/photobridge/local/alex"
	"github.com/clinicpro/photobridge/local/clock"
	"github.com/clinicpro/photobridge/local/fault"
	"github.com/clinicpro/photobridge/local/meter"
	"github.com/clinicpro/photobridge/local/objects"
	"github.com/clinicpro/photobridge/local/realtime"
	"github.com/clinicpro/photobridge/local/redis"
	"github.com/clinicpro/photobridge/local/smart"
)

//go:embed page
var files embed.FS

// Place is a service and its address.
type Place struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	What    string `json:"what"`
}

// Server shows and steers the services.
type Server struct {
	Places   []Place
	Started  time.Time
	Meter    *meter.Meter
	Faults   *fault.Injector
	Clocks   map[fault.Service]*clock.Clock
	Redis    *redis.Server
	Objects  *objects.Server
	Realtime *realtime.Server
	ALEX     *alex.Server
	SMART    *smart.Server
}

// Handler returns the routes:
//
//	GET    /                      the page
//	GET    /status.json           a Status
//	GET    /counters              meter.Counts
//	DELETE /counters              204
//	GET    /faults                {"seed": 1, "rules": [fault.Active, …]}
//	POST   /faults                a fault.Rule; returns 201 {"id": "f1"}
//	DELETE /faults/{id}           204
//	DELETE /faults?seed=1         204; removes all, restarts from the seed
//	PUT    /clocks/{service}      {"skewMs": -90000}; returns 204
//	POST   /redis/expire          {"match": "encounter:*"}; returns {"expired": 2}
//	POST   /objects/sweep         {"olderThanSeconds": 86400}; returns {"deleted": 0}
//	GET    /inbox/{id}            the file of a scan in Medtech's inbox
//	DELETE /inbox                 204; empties the inbox
//	PUT    /smart/record          {"url": "http://127.0.0.1:9999"}; another FHIR server keeps SMART's record
//	DELETE /smart/record          204; takes that back
//	POST   /realtime/disconnect   cuts every client, who may resume; returns {"cut": 3}
//	POST   /realtime/forget       cuts every client, none of whom can resume
//
// Errors are {"error": "a sentence"}.
func (s *Server) Handler() http.Handler {
	page, err := fs.Sub(files, "page")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(page))
	mux.HandleFunc("GET /status.json", s.status)
	mux.HandleFunc(
		"GET /counters",
		func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, s.Meter.Counts()) },
	)
	mux.HandleFunc("DELETE /counters", func(w http.ResponseWriter, _ *http.Request) {
		s.Meter.Reset()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, s.faults()) })
	mux.HandleFunc("POST /faults", s.addFault)
	mux.HandleFunc("DELETE /faults", s.resetFaults)
	mux.HandleFunc("DELETE /faults/{id}", s.removeFault)
	mux.HandleFunc("GET /inbox/{id}", s.scan)
	mux.HandleFunc("DELETE /inbox", func(w http.ResponseWriter, _ *http.Request) {
		s.ALEX.Empty()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("PUT /smart/record", s.setRecord)
	mux.HandleFunc("DELETE /smart/record", func(w http.ResponseWriter, _ *http.Request) {
		s.SMART.SetRecord(nil)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("PUT /clocks/{service}", s.setClock)
	mux.HandleFunc("POST /redis/expire", s.expire)
	mux.HandleFunc("POST /objects/sweep", s.sweep)
	mux.HandleFunc("POST /realtime/disconnect", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]int{"cut": s.Realtime.Disconnect()})
	})
	mux.HandleFunc("POST /realtime/forget", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]int{"cut": s.Realtime.Forget()})
	})
	return guard(mux)
}

// guard prevents pages of other origins from steering through a developer's
// browser, and sets a policy under which the page loads nothing from outside.
func guard(next http.Handler) http.Handler {
	foreign := http.NewCrossOriginProtection()
	return foreign.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "+
			"connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'")
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	}))
}

// Faults holds the rules in force.
type Faults struct {
	Seed  uint64         `json:"seed"`
	Rules []fault.Active `json:"rules"`
}

func (s *Server) faults() Faults { return Faults{s.Faults.Seed(), s.Faults.Rules()} }

func (s *Server) addFault(w http.ResponseWriter, r *http.Request) {
	var rule fault.Rule
	if !read(w, r, &rule) {
		return
	}
	id, err := s.Faults.Add(rule)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	answer(w, http.StatusCreated, map[string]string{"id": id})
}

func (s *Server) removeFault(w http.ResponseWriter, r *http.Request) {
	if !s.Faults.Remove(r.PathValue("id")) {
		refuse(w, http.StatusNotFound, fmt.Errorf("there is no fault %q", r.PathValue("id")))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) resetFaults(w http.ResponseWriter, r *http.Request) {
	seed := s.Faults.Seed()
	if text := r.URL.Query().Get("seed"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			refuse(w, http.StatusBadRequest, fmt.Errorf("seed is %q: use a whole number", text))
			return
		}
	}
	s.Faults.Reset(seed)
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) setClock(w http.ResponseWriter, r *http.Request) {
	c := s.Clocks[fault.Service(r.PathValue("service"))]
	if c == nil {
		refuse(w, http.StatusNotFound, fmt.Errorf("%q has no clock: use redis, s3 or realtime", r.PathValue("service")))
		return
	}
	var request struct {
		SkewMS int64 `json:"skewMs"`
	}
	if read(w, r, &request) {
		c.SetSkew(time.Duration(request.SkewMS) * time.Millisecond)
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *Server) setRecord(w http.ResponseWriter, r *http.Request) {
	var request struct {
		URL string `json:"url"`
	}
	if !read(w, r, &request) {
		return
	}
	base, err := url.Parse(request.URL)
	if err != nil || base.Host == "" {
		refuse(w, http.StatusBadRequest, fmt.Errorf("url is %q: use a FHIR server's base URL", request.URL))
		return
	}
	s.SMART.SetRecord(base)
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) expire(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Match string `json:"match"`
	}
	if !read(w, r, &request) {
		return
	}
	if request.Match == "" {
		refuse(w, http.StatusBadRequest, fmt.Errorf(`say which keys, such as {"match": "encounter:*"}`))
		return
	}
	expired, err := s.Redis.Expire(r.Context(), request.Match)
	if err != nil {
		refuse(w, http.StatusBadGateway, err)
		return
	}
	answer(w, http.StatusOK, map[string]int{"expired": expired})
}

func (s *Server) sweep(w http.ResponseWriter, r *http.Request) {
	var request struct {
		OlderThanSeconds int64 `json:"olderThanSeconds"`
	}
	if !read(w, r, &request) {
		return
	}
	deleted, err := s.Objects.Sweep(r.Context(), time.Duration(request.OlderThanSeconds)*time.Second)
	if err != nil {
		refuse(w, http.StatusBadGateway, err)
		return
	}
	answer(w, http.StatusOK, map[string]int{"deleted": deleted})
}

// read decodes the body, or responds with an error.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
	decoder.DisallowUnknownFields() // a misspelt fault would do nothing, in silence
	if err := decoder.Decode(into); err != nil {
		refuse(w, http.StatusBadRequest, fmt.Errorf("the body is not the JSON that this wants: %w", err))
		return false
	}
	return true
}

func refuse(w http.ResponseWriter, status int, err error) {
	answer(w, status, map[string]string{"error": err.Error()})
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// scan serves a document of the inbox as a file.
func (s *Server) scan(w http.ResponseWriter, r *http.Request) {
	for _, scan := range s.ALEX.Inbox() {
		if scan.ID == r.PathValue("id") {
			w.Header().Set("Content-Type", scan.ContentType)
			name := map[string]string{"filename": scan.Title}
			w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", name))
			_, _ = w.Write(scan.File) // the client went away
			return
		}
	}
	answer(w, http.StatusNotFound, map[string]string{"error": "There is no such scan."})
}

// Package meter counts the requests to the services of the local cloud. They give
// the cost of a photo.
package meter

import (
	"net/http"
	"strconv"
	"sync"
)

// Counts holds the counters since the last reset.
type Counts struct {
	// Requests by service and route: {"s3": {"PUT object": {…}}}.
	Requests map[string]map[string]Requests `json:"requests"`
	// Commands are Redis commands by name.
	Commands map[string]int `json:"commands"`
	// Frames are realtime frames by direction and action: {"in ATTACH": 1}.
	Frames map[string]int `json:"frames"`
}

// Requests counts those of one route.
type Requests struct {
	Count int `json:"count"`
	// Responses by status; "cut" counts those whose connection was cut. Requests
	// in progress have none.
	Responses map[string]int `json:"responses"`
}

// Meter counts. The zero Meter is ready.
type Meter struct {
	mu     sync.Mutex
	counts Counts
}

// Command counts a Redis command.
func (m *Meter) Command(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.counts.Commands == nil {
		m.counts.Commands = map[string]int{}
	}
	m.counts.Commands[name]++
}

// Frame counts a realtime frame.
func (m *Meter) Frame(route string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.counts.Frames == nil {
		m.counts.Frames = map[string]int{}
	}
	m.counts.Frames[route]++
}

// request counts a request. respond counts its response.
func (m *Meter) request(service, route string) {
	m.change(service, route, func(r *Requests) { r.Count++ })
}

func (m *Meter) respond(service, route, outcome string) {
	m.change(service, route, func(r *Requests) {
		if r.Responses == nil {
			r.Responses = map[string]int{}
		}
		r.Responses[outcome]++
	})
}

func (m *Meter) change(service, route string, change func(*Requests)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.counts.Requests == nil {
		m.counts.Requests = map[string]map[string]Requests{}
	}
	routes := m.counts.Requests[service]
	if routes == nil {
		routes = map[string]Requests{}
		m.counts.Requests[service] = routes
	}
	r := routes[route]
	change(&r)
	routes[route] = r
}

// Counts returns a copy of the counters.
func (m *Meter) Counts() Counts {
	m.mu.Lock()
	defer m.mu.Unlock()
	copied := Counts{
		Requests: map[string]map[string]Requests{},
		Commands: clone(m.counts.Commands),
		Frames:   clone(m.counts.Frames),
	}
	for service, routes := range m.counts.Requests {
		copied.Requests[service] = map[string]Requests{}
		for route, r := range routes {
			copied.Requests[service][route] = Requests{r.Count, clone(r.Responses)}
		}
	}
	return copied
}

func clone(counts map[string]int) map[string]int {
	copied := make(map[string]int, len(counts))
	for name, count := range counts {
		copied[name] = count
	}
	return copied
}

// Reset sets every counter to zero.
func (m *Meter) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts = Counts{}
}

// Handler counts the requests of a service.
func (m *Meter) Handler(service string, route func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		watched := &watcher{ResponseWriter: w}
		name, outcome := route(r), "cut"
		m.request(service, name)
		// This also runs for a handler that aborts.
		defer func() { m.respond(service, name, outcome) }()
		next.ServeHTTP(watched, r)
		outcome = strconv.Itoa(watched.final())
	})
}

// watcher records the status.
type watcher struct {
	http.ResponseWriter
	status int
}

func (w *watcher) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watcher) final() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

// Unwrap lets http.ResponseController flush and hijack.
func (w *watcher) Unwrap() http.ResponseWriter { return w.ResponseWriter }

//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// traffic makes requests and measures them by route, as their caller sees them.
type traffic struct {
	client *http.Client

	mu     sync.Mutex
	routes map[string]*route
}

// route is what was measured of one.
type route struct {
	took     []time.Duration // until the last byte of the response
	failures map[string]int  // by code; what was asked again counts again
	up, down int64           // bytes of bodies
}

func newTraffic(connections int) *traffic {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = connections
	return &traffic{client: &http.Client{Transport: transport}, routes: map[string]*route{}}
}

// answer is a response, read whole.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// do makes a request. A response of any status is no error.
func (t *traffic) do(ctx context.Context, name string, request *http.Request) (answer, error) {
	began := time.Now()
	got, err := t.roundTrip(request.WithContext(ctx))
	took := time.Since(began)
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.route(name)
	r.took = append(r.took, took)
	r.up += max(0, request.ContentLength)
	r.down += int64(len(got.Body))
	if code := failureCode(got, err); code != "" {
		r.failures[code]++
	}
	return got, err
}

func (t *traffic) roundTrip(request *http.Request) (answer, error) {
	response, err := t.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, body}, err
}

// note records a duration that is not a request.
func (t *traffic) note(name string, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.route(name)
	r.took = append(r.took, took)
}

// route is called with the lock held.
func (t *traffic) route(name string) *route {
	r := t.routes[name]
	if r == nil {
		r = &route{failures: map[string]int{}}
		t.routes[name] = r
	}
	return r
}

// failureCode is the edge's code, the status of anybody else's refusal, or why
// there was no response; "" for success.
func failureCode(got answer, err error) string {
	var problem struct{ Code shared.Code }
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "given up"
	case err != nil:
		return string(shared.CodeNetwork)
	case got.Status < 400:
		return ""
	case strings.HasPrefix(
		got.Header.Get("Content-Type"), "application/problem+json",
	) && json.Unmarshal(got.Body, &problem) == nil && problem.Code != "":
		return string(problem.Code)
	default:
		return strconv.Itoa(got.Status)
	}
}

// RouteReport has the figures of one route. Times are milliseconds.
type RouteReport struct {
	Route         string         `json:"route"`
	Count         int            `json:"count"`
	P50           float64        `json:"p50Ms"`
	P95           float64        `json:"p95Ms"`
	P99           float64        `json:"p99Ms"`
	BytesUp       int64          `json:"bytesUp"`
	BytesDown     int64          `json:"bytesDown"`
	Failures      map[string]int `json:"failures,omitempty"`
	edge, storage bool
}

// report returns all routes, sorted by name.
func (t *traffic) report() []RouteReport {
	t.mu.Lock()
	defer t.mu.Unlock()
	reports := make([]RouteReport, 0, len(t.routes))
	for _, name := range slices.Sorted(maps.Keys(t.routes)) {
		r := t.routes[name]
		slices.Sort(r.took)
		reports = append(reports, RouteReport{
			Route: name, Count: len(r.took),
			P50: percentile(r.took, 50), P95: percentile(r.took, 95), P99: percentile(r.took, 99),
			BytesUp: r.up, BytesDown: r.down, Failures: r.failures,
			edge: strings.HasPrefix(name, edgeRoute), storage: strings.HasPrefix(name, storageRoute),
		})
	}
	return reports
}

// percentile of sorted durations by nearest rank, in milliseconds; 0 of none.
func percentile(sorted []time.Duration, percent int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := (len(sorted)*percent + 99) / 100
	return float64(sorted[max(rank, 1)-1].Microseconds()) / 1000
}

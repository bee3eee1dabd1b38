//go:build unix

package main

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/shared"
)

// whole is an encounter of two photos that went as it should.
func whole() encounter {
	return encounter{
		sent: map[string]string{"a": "sum-a", "b": "sum-b"},
		listed: []shared.Image{
			{ImageID: "a", S3Key: "key-a", SHA256: "sum-a"},
			{ImageID: "b", S3Key: "key-b", SHA256: "sum-b"},
		},
		stored:  []string{"key-a", "key-b"},
		fetched: map[string]string{"a": "sum-a", "b": "sum-b"},
		heard:   map[string]int{"a": 1, "b": 1},
	}
}

func TestCompare(t *testing.T) {
	tests := map[string]struct {
		change                      func(*encounter)
		lost, doubled, strays, left int
	}{
		"all is well": {change: func(*encounter) {}},
		"not listed": {
			change: func(e *encounter) { e.listed = e.listed[:1]; e.stored = e.stored[:1] },
			lost:   1,
		},
		"listed with other bytes":  {change: func(e *encounter) { e.listed[0].SHA256 = "other" }, lost: 1},
		"not in the bucket":        {change: func(e *encounter) { e.stored = e.stored[:1] }, lost: 1},
		"not fetched":              {change: func(e *encounter) { delete(e.fetched, "a") }, lost: 1},
		"fetched with other bytes": {change: func(e *encounter) { e.fetched["a"] = "sum-b" }, lost: 1},
		"without an event":         {change: func(e *encounter) { delete(e.heard, "b") }, lost: 1},
		"nowhere":                  {change: func(e *encounter) { *e = encounter{sent: e.sent} }, lost: 2},
		"listed twice": {
			change:  func(e *encounter) { e.listed = append(e.listed, e.listed[0]) },
			doubled: 1,
		},
		"with two events": {change: func(e *encounter) { e.heard["a"] = 2 }, doubled: 1},
		"somebody else's in the list": {
			change: func(e *encounter) { e.listed = append(e.listed, shared.Image{ImageID: "c"}) },
			strays: 1,
		},
		"an event for another encounter's photo": {change: func(e *encounter) { e.heard["c"] = 1 }, strays: 1},
		"an object of no image": {
			change: func(e *encounter) { e.stored = append(e.stored, "key-c") },
			strays: 1,
		},
		"an object outlives the end": {change: func(e *encounter) { e.left = []string{"key-a"} }, left: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e := whole()
			test.change(&e)
			f := compare(e)
			got := [4]int{len(f.lost), len(f.doubled), len(f.strays), len(f.left)}
			if want := [4]int{test.lost, test.doubled, test.strays, test.left}; got != want {
				t.Errorf("lost, doubled, strays, left: %v, want %v (%+v)", got, want, f)
			}
			if f.any() != (got != [4]int{}) {
				t.Errorf("any is %t of %v", f.any(), got)
			}
		})
	}
}

func TestPersist(t *testing.T) {
	busy := answer{Status: 503}
	for name, test := range map[string]struct {
		responses []answer
		want      int
		tries     int
	}{
		"a good answer":       {[]answer{{Status: 200}}, 200, 1},
		"a refusal":           {[]answer{{Status: 404}}, 404, 1},
		"good the third time": {[]answer{busy, busy, {Status: 200}}, 200, 3},
		"never good":          {[]answer{busy, busy, busy, {Status: 200}}, 503, 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				got, err := persist(t.Context(), func() (answer, error) {
					tries++
					return test.responses[tries-1], nil
				})
				if err != nil || got.Status != test.want || tries != test.tries {
					t.Errorf("%d after %d tries (%v), want %d after %d", got.Status, tries, err, test.want, test.tries)
				}
			})
		})
	}
}

func TestPercentile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i+1) * time.Millisecond
	}
	tests := []struct {
		sorted  []time.Duration
		percent int
		want    float64
	}{
		{nil, 99, 0},
		{hundred[:1], 50, 1},
		{hundred, 50, 50},
		{hundred, 95, 95},
		{hundred, 99, 99},
		{hundred[:10], 95, 10},
		{hundred[:10], 50, 5},
	}
	for _, test := range tests {
		if got := percentile(test.sorted, test.percent); got != test.want {
			t.Errorf("p%d of %d is %v ms, want %v", test.percent, len(test.sorted), got, test.want)
		}
	}
}

func TestRouteName(t *testing.T) {
	tests := []struct{ method, path, want string }{
		{"POST", "/create", "POST /create"},
		{"GET", "/token/secret", "GET /token/{token}"},
		{"POST", "/presigned-url", "POST /presigned-url"},
		{"POST", "/images", "POST /images"},
		{"GET", "/images/enc-1", "GET /images/{encounterId}"},
		{"GET", "/enc-1/realtime", "GET /{encounterId}/realtime"},
		{"DELETE", "/enc-1", "DELETE /{encounterId}"},
	}
	for _, test := range tests {
		if got := routeName(test.method, shared.BasePath+test.path); got != test.want {
			t.Errorf("%s %s is %q, want %q", test.method, test.path, got, test.want)
		}
	}
}

func TestFailureCode(t *testing.T) {
	problem := http.Header{"Content-Type": {"application/problem+json"}}
	tests := map[string]struct {
		answer answer
		err    error
		want   string
	}{
		"success":              {answer{Status: 200}, nil, ""},
		"not modified":         {answer{Status: 304}, nil, ""},
		"the edge's own":       {answer{429, problem, []byte(`{"code":"rate_limited"}`)}, nil, "rate_limited"},
		"a problem of no code": {answer{500, problem, []byte(`{}`)}, nil, "500"},
		"the store's":          {answer{Status: 403, Body: []byte("<Error/>")}, nil, "403"},
		"no answer":            {answer{}, errors.New("connection refused"), "network"},
		"the caller gave up":   {answer{}, context.Canceled, "given up"},
	}
	for name, test := range tests {
		if got := failureCode(test.answer, test.err); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestCostOf(t *testing.T) {
	routes := []RouteReport{
		{Route: "edge POST /create", Count: 2, BytesUp: 10, BytesDown: 100, edge: true},
		{Route: "s3 PUT object", Count: 3, BytesUp: 1000, storage: true},
		{Route: "confirmation sent → event heard", Count: 9},
	}
	var c counters
	c.Commands = map[string]int{"EVALSHA": 5, "GET": 1}
	c.Frames = map[string]int{"out MESSAGE": 4, "in ATTACH": 1}
	c.Requests = map[string]map[string]struct {
		Count int `json:"count"`
	}{
		"s3":       {"PUT object": {3}, "HEAD object": {2}, "GET object": {1}, "DELETE object": {6}, "GET bucket": {9}},
		"realtime": {"POST messages": {7}, "connect": {1}},
	}
	want := Cost{
		EdgeRequests: 2, EdgeUp: 10, EdgeDown: 100, RedisCommands: 6,
		S3Puts: 3, S3Heads: 2, S3Gets: 1, S3Deletes: 6, S3Up: 1000, AblyPublished: 7, AblyDelivered: 4,
	}
	if diff := cmp.Diff(want, costOf(routes, c)); diff != "" {
		t.Error(diff)
	}
}

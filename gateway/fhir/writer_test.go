package fhir

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clinicpro/photobridge/gateway/record"
)

const photo = `{"resourceType":"Bundle","type":"transaction","entry":[{
	"resource":{"resourceType":"Media","subject":{"reference":"Patient/pat-1"}},
	"request":{"method":"POST","url":"Media","ifNoneExist":"identifier=x|img1"}}]}`

// responses returns one canned response per attempt.
type responses struct {
	t     *testing.T
	queue []canned
	asked int
}

type canned struct {
	status int
	body   string
	retry  string // Retry-After
	lost   bool
}

// RoundTrip implements http.RoundTripper without a network, so that fake time works.
func (a *responses) RoundTrip(r *http.Request) (*http.Response, error) {
	now := a.queue[min(a.asked, len(a.queue)-1)]
	a.asked++
	if body, err := io.ReadAll(r.Body); err != nil || !sameJSON(body, photo) {
		a.t.Errorf("attempt %d sends %q, %v", a.asked, body, err)
	}
	if now.lost {
		return nil, io.ErrUnexpectedEOF
	}
	recorder := httptest.NewRecorder()
	recorder.Header().Set("Retry-After", now.retry)
	recorder.WriteHeader(now.status)
	recorder.WriteString(now.body)
	return recorder.Result(), nil
}

func sameJSON(body []byte, want string) bool {
	var a, b any
	return json.Unmarshal(body, &a) == nil && json.Unmarshal([]byte(want), &b) == nil && reflect.DeepEqual(a, b)
}

func response(status string) string {
	return `{"resourceType":"Bundle","type":"transaction-response",` +
		`"entry":[{"response":{"status":"` + status + `","location":"Media/7"}}]}`
}

func TestWrite(t *testing.T) {
	created := canned{status: 200, body: response("201 Created")}
	tests := []struct {
		name   string
		says   []canned
		want   record.Code
		asked  int
		within time.Duration
	}{
		{"created", []canned{created}, "", 1, 0},
		{"there already", []canned{{status: 200, body: response("200")}}, "", 1, 0},
		{"not modified", []canned{{status: 200, body: response("304")}}, "", 1, 0},
		{"a lost response", []canned{{lost: true}, created}, "", 2, time.Second},
		{"500 once", []canned{{status: 500}, created}, "", 2, time.Second},
		{"500 always", []canned{{status: 500}}, record.Unavailable, 3, 3 * time.Second},
		{"offline", []canned{{lost: true}}, record.Unavailable, 3, 3 * time.Second},
		{"429", []canned{{status: 429, retry: "5"}, created}, "", 2, 5 * time.Second},
		{"429 for an hour", []canned{{status: 429, retry: "3600"}}, record.Unavailable, 3, 20 * time.Second},
		{"401", []canned{{status: 401}}, record.Unauthorized, 1, 0},
		{"403", []canned{{status: 403}}, record.Forbidden, 1, 0},
		{"404", []canned{{status: 404}}, record.NotFound, 1, 0},
		{"413", []canned{{status: 413}}, record.TooLarge, 1, 0},
		{"422", []canned{{status: 422}}, record.Refused, 1, 0},
		{"an entry that was refused", []canned{{status: 200, body: response("405")}}, record.Refused, 1, 0},
		{"no transaction", []canned{{status: 200, body: `{"resourceType":"Patient"}`}}, record.Refused, 1, 0},
		{"no JSON", []canned{{status: 200, body: "<html>"}}, record.Refused, 1, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				says := &responses{t: t, queue: test.says}
				server := Server{
					Base: "http://fhir.test/r4", PatientID: "pat-1", HTTP: &http.Client{Transport: says},
					Backoff: time.Second,
				}
				started := time.Now()
				written, err := server.Write(t.Context(), record.Photo{Resources: []byte(photo)})
				good := test.want == ""
				if record.CodeOf(err) != test.want || (err == nil) != good || (written.ID == "Media/7") != good {
					t.Errorf("%+v, %v, want %q", written, err, test.want)
				}
				if took := time.Since(started); says.asked != test.asked || took > test.within {
					t.Errorf("asked %d times in %s", says.asked, took)
				}
			})
		})
	}
}

// TestExisted: the record had a photo before unless it says that it created every resource.
func TestExisted(t *testing.T) {
	for _, test := range []struct {
		statuses []string
		want     bool
	}{
		{[]string{"201 Created"}, false},
		{[]string{"201", "201 Created"}, false},
		{[]string{"200 OK"}, true},
		{[]string{"304"}, true},
		{[]string{"201", "200"}, true},
	} {
		var entries []string
		for _, status := range test.statuses {
			entries = append(entries, `{"response":{"status":"`+status+`"}}`)
		}
		body := `{"type":"transaction-response","entry":[` + strings.Join(entries, ",") + `]}`
		if written, err := created([]byte(body)); err != nil || written.Existed != test.want {
			t.Errorf("%q: %+v, %v", test.statuses, written, err)
		}
	}
}

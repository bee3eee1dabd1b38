package edgeapi

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/shared"
)

const date = "Thu, 26 Nov 2026 09:00:00 GMT"

var grant = shared.Grant{EncounterID: "enc-1", UploadToken: "upload-token"}

// edge responds to every call in the same way and keeps the last one.
type edge struct {
	response Response
	err      error
	asked    Request
}

func (e *edge) Fetch(_ context.Context, request Request) (Response, error) {
	e.asked = request
	return e.response, e.err
}

// calls are the client's, each without its result.
var calls = map[string]func(c *Client) error{
	"POST /presigned-url": func(c *Client) error { _, err := c.Sign(context.Background(), nil); return err },
	"POST /images": func(c *Client) error {
		_, err := c.Confirm(context.Background(), shared.ConfirmRequest{ImageID: "img-1"})
		return err
	},
	"GET /images/enc-1": func(c *Client) error { _, err := c.List(context.Background()); return err },
}

func TestRequests(t *testing.T) {
	for name, call := range calls {
		var e edge
		call(New(&e, "https://edge.test", grant))
		method, path, _ := strings.Cut(name, " ")
		want := Request{Method: method, URL: "https://edge.test" + shared.BasePath + path, Token: "upload-token"}
		if diff := cmp.Diff(want, Request{Method: e.asked.Method, URL: e.asked.URL, Token: e.asked.Token}); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if hasBody := len(e.asked.Body) > 0; hasBody != (method == "POST") {
			t.Errorf("%s has the body %q", name, e.asked.Body)
		}
	}
}

// TestFailures: only a problem of the edge says what is wrong. Anything else is
// from something between the phone and the edge.
func TestFailures(t *testing.T) {
	offline := &shared.Error{Code: shared.CodeTimeout}
	problem := []byte(`{"code":"image_removed","imageId":"img-2"}`)
	for _, test := range []struct {
		name     string
		response Response
		err      error
		want     shared.Error
	}{
		{"no response", Response{}, offline, *offline},
		{"a problem", Response{Status: 410, Body: problem}, nil,
			shared.Error{Code: shared.CodeImageRemoved, ImageID: "img-2"}},
		{"a problem without a code", Response{Status: 400, Body: []byte(`{"imageId":"img-2"}`)}, nil,
			shared.Error{Code: shared.CodeNetwork}},
		{"a proxy's 403", Response{Status: 403, Body: []byte("<html>")}, nil, shared.Error{Code: shared.CodeNetwork}},
		{"a portal's 302", Response{Status: 302}, nil, shared.Error{Code: shared.CodeNetwork}},
		{"below 200", Response{Status: 199}, nil, shared.Error{Code: shared.CodeNetwork}},
		{"300", Response{Status: 300, Body: []byte("{}")}, nil, shared.Error{Code: shared.CodeNetwork}},
		{"busy, by seconds", Response{Status: 503, RetryAfter: "7"}, nil,
			shared.Error{Code: shared.CodeUpstreamUnavailable, RetryAfter: 7 * time.Second}},
		{"busy, by the edge's clock",
			Response{Status: 503, Date: date, RetryAfter: "Thu, 26 Nov 2026 09:00:09 GMT"}, nil,
			shared.Error{Code: shared.CodeUpstreamUnavailable, RetryAfter: 9 * time.Second}},
		{"a page with 200", Response{Status: 200, Body: []byte("<html>")}, nil, shared.Error{Code: shared.CodeNetwork}},
		{"half a response", Response{Status: 200, Body: []byte(`{"images":[`)}, nil,
			shared.Error{Code: shared.CodeNetwork}},
	} {
		for name, call := range calls {
			err := call(New(&edge{response: test.response, err: test.err}, "", grant))
			got, ok := errors.AsType[*shared.Error](err)
			if !ok || got.Code != test.want.Code || got.ImageID != test.want.ImageID ||
				got.RetryAfter != test.want.RetryAfter {
				t.Errorf("%s, %s: %+v", test.name, name, err)
			}
		}
	}
}

func TestResponses(t *testing.T) {
	e := &edge{}
	client := New(e, "", grant)
	for _, status := range []int{200, 299} {
		e.response = Response{Status: status, Date: date, Body: []byte(`{"images":[{"imageId":"img-1"}]}`)}
		signed, err := client.Sign(t.Context(), []shared.PresignImage{{ImageID: "img-1"}})
		if err != nil || len(signed.Uploads) != 1 || signed.Uploads[0].ImageID != "img-1" ||
			!signed.ServerTime.Equal(time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)) {
			t.Errorf("%d: signed %+v, %v", status, signed, err)
		}
	}
	for id, right := range map[string]bool{"img-1": true, "img-2": false} {
		e.response = Response{Status: 200, Body: []byte(`{"image":{"imageId":"` + id + `"},"imageCount":3}`)}
		got, err := client.Confirm(t.Context(), shared.ConfirmRequest{ImageID: "img-1"})
		if (err == nil) != right || right && got.ImageCount != 3 || !right && shared.CodeOf(err) != shared.CodeNetwork {
			t.Errorf("the confirmation of %s: %+v, %v", id, got, err)
		}
	}
	for id, right := range map[string]bool{"enc-1": true, "enc-2": false} {
		e.response = Response{Status: 200, Body: []byte(`{"encounterId":"` + id + `","revision":4}`)}
		got, err := client.List(t.Context())
		if (err == nil) != right || right && got.Revision != 4 || !right && shared.CodeOf(err) != shared.CodeNetwork {
			t.Errorf("the list of %s: %+v, %v", id, got, err)
		}
	}
}

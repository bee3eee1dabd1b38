//go:build !js

package objects

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/clinicpro/photobridge/shared"
)

// TestDeleteInBatches names more keys than one request may.
func TestDeleteInBatches(t *testing.T) {
	var batches [][]string
	fails := 0
	bucket := exampleBucket(roundTripper(func(r *http.Request) (*http.Response, error) {
		var list struct {
			Quiet  bool
			Object []struct{ Key string }
		}
		if err := xml.NewDecoder(r.Body).Decode(&list); err != nil || !list.Quiet {
			t.Errorf("the list is quiet: %v, %v", list.Quiet, err)
		}
		var keys []string
		for _, object := range list.Object {
			keys = append(keys, object.Key)
		}
		batches = append(batches, keys)
		reply := "<DeleteResult/>"
		if len(batches) == fails {
			reply = "<DeleteResult><Error><Key>k</Key></Error></DeleteResult>"
		}
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(reply))}, nil
	}))
	keys := make([]string, 2500)
	for i := range keys {
		keys[i] = fmt.Sprintf("sessions/enc-1/%d_a&<b>.jpg", i)
	}
	if err := bucket.Delete(t.Context(), keys...); err != nil {
		t.Fatal(err)
	}
	var sent []string
	for _, batch := range batches {
		if len(batch) > 1000 {
			t.Errorf("a request names %d keys", len(batch))
		}
		sent = append(sent, batch...)
	}
	if len(batches) != 3 || strings.Join(sent, " ") != strings.Join(keys, " ") {
		t.Errorf("%d requests named %d keys", len(batches), len(sent))
	}
	batches, fails = nil, 2
	if err := bucket.Delete(t.Context(), keys...); shared.CodeOf(err) != shared.CodeUpstreamUnavailable {
		t.Errorf("with an error in the second: %v", err)
	}
	batches, fails = nil, 0
	if err := bucket.Delete(t.Context()); err != nil || len(batches) != 0 {
		t.Errorf("nothing to delete: %d requests, %v", len(batches), err)
	}
}

func TestProbeVersions(t *testing.T) {
	const (
		enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
		rule    = "<LifecycleConfiguration><Rule><Status>%s</Status><Filter><Prefix>%s</Prefix></Filter>" +
			"<NoncurrentVersionExpiration><NoncurrentDays>%d</NoncurrentDays></NoncurrentVersionExpiration></Rule>" +
			"<Rule><Status>Enabled</Status><Prefix>sessions/</Prefix></Rule></LifecycleConfiguration>"
	)
	tests := []struct {
		name       string
		status     int
		versioning string
		lifecycle  string
		ok         bool
	}{
		{"none", 200, "<VersioningConfiguration/>", "", true},
		{"of a store that has none", 501, "", "", true},
		{"that may not be asked for", 403, "<Error/>", "", false},
		{"of a broken store", 500, "", "", false},
		{"kept for good", 200, enabled, "", false},
		{"expired after a day", 200, enabled, fmt.Sprintf(rule, "Enabled", "sessions/", 1), true},
		{"expired in the whole bucket", 200, enabled, fmt.Sprintf(rule, "Enabled", "", 1), true},
		{"expired elsewhere", 200, enabled, fmt.Sprintf(rule, "Enabled", "logs/", 1), false},
		{"expired by a rule that is off", 200, enabled, fmt.Sprintf(rule, "Disabled", "sessions/", 1), false},
		{"kept for a month", 200, enabled, fmt.Sprintf(rule, "Enabled", "sessions/", 30), false},
		{"suspended and kept", 200, strings.Replace(enabled, "Enabled", "Suspended", 1), "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bucket := exampleBucket(roundTripper(func(r *http.Request) (*http.Response, error) {
				status, reply := test.status, test.versioning
				if r.URL.Query().Has("lifecycle") {
					status, reply = 200, test.lifecycle
				}
				return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(reply))}, nil
			}))
			if detail, err := bucket.ProbeVersions(t.Context()); (err == nil) != test.ok {
				t.Errorf("%q, %v", detail, err)
			}
		})
	}
}

func TestProbeHead(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		size   string
		sum    string
		ok     bool
	}{
		"another size":     {200, "16", "AAAA", false},
		"another checksum": {200, "17", "AAAA", false},
		"no checksum":      {200, "17", "", true},
		"a refusal":        {403, "17", "", false},
		"no object":        {404, "17", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			bucket := exampleBucket(roundTripper(func(*http.Request) (*http.Response, error) {
				header := http.Header{"Content-Length": {test.size}, "X-Amz-Checksum-Sha256": {test.sum}}
				return &http.Response{StatusCode: test.status, Header: header, Body: http.NoBody}, nil
			}))
			if detail, err := bucket.ProbeHead(t.Context(), "k"); (err == nil) != test.ok {
				t.Errorf("%q, %v", detail, err)
			}
		})
	}
}

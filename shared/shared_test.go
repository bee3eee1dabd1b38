package shared

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// samples names the message that each file of testdata holds. The tests of the
// document and of the TypeScript client read them too.
var samples = map[string]any{
	"create-response.json":   &CreateResponse{},
	"exchange-request.json":  &ExchangeRequest{},
	"grant.json":             &Grant{},
	"presign-request.json":   &PresignRequest{},
	"presign-response.json":  &PresignResponse{},
	"confirm-request.json":   &ConfirmRequest{},
	"confirm-response.json":  &ConfirmResponse{},
	"list-response.json":     &ListResponse{},
	"realtime-response.json": &RealtimeResponse{},
	"event.json":             &Event{},
	"problem.json":           &Problem{},
}

func TestSamplesRoundTrip(t *testing.T) {
	for file, message := range samples {
		t.Run(file, func(t *testing.T) {
			sample, err := os.ReadFile(filepath.Join("testdata", file))
			if err != nil {
				t.Fatal(err)
			}
			decoder := json.NewDecoder(bytes.NewReader(sample))
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(message); err != nil {
				t.Fatal(err)
			}
			again, err := json.MarshalIndent(message, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.TrimSpace(string(sample)); string(again) != want {
				t.Errorf("written again:\n%s\nwant:\n%s", again, want)
			}
		})
	}
}

func TestMetadataValidate(t *testing.T) {
	tests := []struct {
		name string
		in   Metadata
		ok   bool
	}{
		{"empty", Metadata{}, true},
		{
			"full",
			Metadata{Laterality: LateralityLeft, BodySite: "forearm", View: ViewCloseUp, Notes: "line\nline"},
			true,
		},
		{"explicitly not applicable", Metadata{Laterality: LateralityNA}, true},
		{"unknown laterality", Metadata{Laterality: "Left"}, false},
		{"unknown site", Metadata{BodySite: "gizzard"}, false},
		{"dermoscopy of a lesion", Metadata{View: ViewDermoscopy, Kind: KindLesion, Sensitive: true}, true},
		{"unknown kind", Metadata{Kind: "mole"}, false},
		{"unknown view", Metadata{View: "wide"}, false},
		{"500 characters", Metadata{Notes: strings.Repeat("ā", MaxNotes)}, true},
		{"501 characters", Metadata{Notes: strings.Repeat("ā", MaxNotes+1)}, false},
		{"40 characters of label", Metadata{Label: strings.Repeat("ā", MaxLabel)}, true},
		{"41 characters of label", Metadata{Label: strings.Repeat("ā", MaxLabel+1)}, false},
		{"label of two lines", Metadata{Label: "a\nb"}, false},
		{"control character", Metadata{Notes: "a\x00b"}, false},
		{"broken UTF-8", Metadata{Notes: "a\xff"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.in.Validate(time.Now())
			if test.ok != (err == nil) {
				t.Fatalf("Validate() = %v", err)
			}
			if err != nil && CodeOf(err) != CodeMetadataInvalid {
				t.Errorf("code = %s", CodeOf(err))
			}
		})
	}
}

func TestValidID(t *testing.T) {
	for id, want := range map[string]bool{
		"a": true, "enc-1001": true, "A.b_c-9": true, strings.Repeat("x", 64): true,
		"": false, "-a": false, ".a": false, "a b": false, "a/b": false, "é": false, "a\n": false,
		strings.Repeat("x", 65): false,
	} {
		if got := ValidID(id); got != want {
			t.Errorf("ValidID(%q) = %v", id, got)
		}
	}
}

// TestBodySites also holds for a table that a practice put in place of this one.
func TestBodySites(t *testing.T) {
	code := regexp.MustCompile(`^[1-9][0-9]{5,17}$`)
	ids, places := map[string]bool{}, map[string]bool{}
	for _, site := range BodySites() {
		if !ValidID(site.ID) || site.Label == "" || !code.MatchString(site.Code) || site.Display == "" {
			t.Errorf("bad site %+v", site)
		}
		if ids[site.ID] || places[site.Label] {
			t.Errorf("repeated site %+v", site)
		}
		ids[site.ID], places[site.Label] = true, true
	}
	wanted := "scalp forearm foot elbow wrist knee ankle toe breast mouth tongue eyelid toenail"
	for _, id := range strings.Fields(wanted) {
		if _, ok := FindBodySite(id); !ok {
			t.Errorf("%s is missing", id)
		}
	}
}

func TestRetryWait(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for try, ceiling := range map[int]time.Duration{
		1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 4: 4 * time.Second, 90: 4 * time.Second,
	} {
		longest := time.Duration(0)
		for range 1000 {
			wait := PhoneRetry.Wait(try, 0, rng)
			if wait < 0 || wait > ceiling {
				t.Fatalf("try %d waits %s, over %s", try, wait, ceiling)
			}
			longest = max(longest, wait)
		}
		if longest < ceiling*9/10 {
			t.Errorf("try %d never waited near its ceiling %s: %s", try, ceiling, longest)
		}
	}
	if wait := PhoneRetry.Wait(1, 30*time.Second, rng); wait != 30*time.Second {
		t.Errorf("Retry-After of 30 s ignored: %s", wait)
	}
}

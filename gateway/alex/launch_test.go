package alex

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/gateway/record"
)

// says is an ALEX that issues a token and decodes every launch to this text.
type says string

// RoundTrip implements http.RoundTripper.
func (s says) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	recorder.Header().Set("Content-Type", "application/json")
	if strings.HasSuffix(r.URL.Path, "/token") {
		_, _ = io.WriteString(recorder, `{"access_token":"t","token_type":"Bearer","expires_in":3599}`)
	} else {
		_, _ = io.WriteString(recorder, string(s))
	}
	return recorder.Result(), nil
}

// TestCreatedTime accepts several formats, because there is no published
// description of how ALEX writes the time of a launch.
func TestCreatedTime(t *testing.T) {
	zone, err := time.LoadLocation("Pacific/Auckland")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 4, 8, 21, 7, 0, zone)
	tests := []struct {
		name, created string
		want          record.Code
	}{
		{"missing", `null`, ""},
		{"empty", `""`, ""},
		{"in UTC", `"2026-03-03T19:21:07Z"`, ""},
		{"with an offset", `"2026-03-04T08:21:07+13:00"`, ""},
		{"with seven decimals", `"2026-03-04T08:21:06.1234567+13:00"`, ""},
		{"without an offset, in UTC", `"2026-03-03T19:21:07.123"`, ""},
		{"without an offset, in Auckland", `"2026-03-04T08:21:07"`, ""},
		{"five minutes old", `"2026-03-04T08:16:07+13:00"`, ""},
		{"a second more", `"2026-03-04T08:16:06+13:00"`, record.LaunchExpired},
		{"a clock that is a minute ahead", `"2026-03-04T08:22:07+13:00"`, ""},
		{"a second more ahead", `"2026-03-04T08:22:08+13:00"`, record.LaunchExpired},
		{"without an offset, an hour old", `"2026-03-04T07:21:07"`, record.LaunchExpired},
		{"no time", `"yesterday"`, record.LaunchInvalid},
		{"a number", `1772565667`, record.Unavailable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			decoded := says(`{"patientId":"p1","facilityCode":"F9Z999-Z","createdTime":` + test.created + `}`)
			if !json.Valid([]byte(decoded)) {
				t.Fatal(decoded)
			}
			client := New(Config{
				BaseURL: "http://alex.test/FHIR", TokenURL: "http://alex.test/token",
				Facility: "F9Z999-Z", Location: zone,
			}, &http.Client{Transport: decoded}, func() time.Time { return now })
			_, err := client.DecodeLaunch(t.Context(), "context", "signature")
			if record.CodeOf(err) != test.want || (err == nil) != (test.want == "") {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

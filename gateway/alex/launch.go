package alex

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/gateway/fhir"
	"github.com/clinicpro/photobridge/gateway/record"
)

const (
	launchLife = 5 * time.Minute
	clockSkew  = time.Minute
)

// Launch is what Evolution says about the click on its toolbar.
type Launch struct {
	PatientID  string
	ProviderID string // empty if Evolution names no clinician
}

// DecodeLaunch has ALEX decode the two values of a launch URL. It fails with
// LaunchInvalid, NoPatient, LaunchExpired or LaunchForeign, and as reading does.
func (c *Client) DecodeLaunch(ctx context.Context, launchContext, signature string) (Launch, error) {
	var decoded struct {
		PatientID   *string   `json:"patientId"`
		Facility    string    `json:"facilityCode"`
		ProviderID  string    `json:"providerId"`
		CreatedTime time.Time `json:"createdTime"`
	}
	if launchContext == "" || signature == "" {
		return Launch{}, &record.Error{Code: record.LaunchInvalid, Err: errors.New("context or signature is missing")}
	}
	r, _, err := c.do(ctx, http.MethodGet, c.launchURL(launchContext, signature), nil)
	switch {
	case err != nil:
		return Launch{}, err
	case r.status == http.StatusBadRequest && fhir.OutcomeSays(r.body, "expired"):
		return Launch{}, &record.Error{Code: record.LaunchExpired, Status: r.status}
	case r.status == http.StatusBadRequest || r.status == http.StatusNotFound:
		return Launch{}, &record.Error{Code: record.LaunchInvalid, Status: r.status}
	}
	if err := r.decode(&decoded); err != nil {
		return Launch{}, err
	}
	switch age := c.now().Sub(decoded.CreatedTime); {
	case decoded.Facility != c.config.Facility:
		return Launch{}, &record.Error{Code: record.LaunchForeign}
	case !decoded.CreatedTime.IsZero() && (age > launchLife || age < -clockSkew):
		return Launch{}, &record.Error{Code: record.LaunchExpired}
	case decoded.PatientID == nil || *decoded.PatientID == "":
		return Launch{}, &record.Error{Code: record.NoPatient}
	}
	return Launch{PatientID: *decoded.PatientID, ProviderID: decoded.ProviderID}, nil
}

// launchURL puts each value into one path segment: base64 has "/", "+" and "=".
// The vendor forms' API stands next to the FHIR API.
func (c *Client) launchURL(launchContext, signature string) string {
	root := strings.TrimSuffix(strings.TrimSuffix(c.config.BaseURL, "/"), "/FHIR")
	return root + "/vendorforms/api/getlaunchcontextstring/" + url.PathEscape(
		launchContext,
	) + "/" + url.PathEscape(
		signature,
	)
}

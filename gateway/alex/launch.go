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

// Launch is the context that Evolution sends when a user clicks in its toolbar.
type Launch struct {
	PatientID  string
	ProviderID string // empty if Evolution names no clinician
}

// DecodeLaunch sends the two values of a launch URL to ALEX, which decodes them. It
// fails with LaunchInvalid, NoPatient, LaunchExpired, LaunchForeign, or the codes of
// reading the record.
func (c *Client) DecodeLaunch(ctx context.Context, launchContext, signature string) (Launch, error) {
	var decoded struct {
		PatientID   *string `json:"patientId"`
		Facility    string  `json:"facilityCode"`
		ProviderID  string  `json:"providerId"`
		CreatedTime string  `json:"createdTime"`
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
	fresh, err := c.isFresh(decoded.CreatedTime)
	switch {
	case err != nil:
		return Launch{}, &record.Error{Code: record.LaunchInvalid, Err: errors.New("createdTime is not a time")}
	case decoded.Facility != c.config.Facility:
		return Launch{}, &record.Error{Code: record.LaunchForeign}
	case !fresh:
		return Launch{}, &record.Error{Code: record.LaunchExpired}
	case decoded.PatientID == nil || *decoded.PatientID == "":
		return Launch{}, &record.Error{Code: record.NoPatient}
	}
	return Launch{PatientID: *decoded.PatientID, ProviderID: decoded.ProviderID}, nil
}

// isFresh reports whether a launch is at most five minutes old. A launch without a
// time counts as fresh. A time without an offset may be UTC or the practice's time.
func (c *Client) isFresh(created string) (bool, error) {
	if created == "" {
		return true, nil
	}
	if at, err := time.Parse(time.RFC3339, created); err == nil {
		return c.isNow(at), nil
	}
	const local = "2006-01-02T15:04:05"
	inUTC, err := time.Parse(local, created)
	if err != nil {
		return false, err
	}
	here, err := time.ParseInLocation(local, created, c.config.Location)
	return c.isNow(inUTC) || c.isNow(here), err
}

func (c *Client) isNow(at time.Time) bool {
	age := c.now().Sub(at)
	return age <= launchLife && age >= -clockSkew
}

// launchURL escapes each value so that it is one path segment: base64 contains "/",
// "+" and "=". The API for vendor forms has its own path next to the FHIR API.
func (c *Client) launchURL(launchContext, signature string) string {
	root := strings.TrimSuffix(strings.TrimSuffix(c.config.BaseURL, "/"), "/FHIR")
	return root + "/vendorforms/api/getlaunchcontextstring/" + url.QueryEscape(launchContext) + "/" +
		url.QueryEscape(signature)
}

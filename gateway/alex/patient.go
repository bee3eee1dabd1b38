package alex

import (
	"context"
	"net/http"
	"net/url"

	"github.com/clinicpro/photobridge/gateway/fhir"
	"github.com/clinicpro/photobridge/gateway/record"
)

// Patient reads a patient. It fails with NotFound, Forbidden, Unauthorized or
// Unavailable.
func (c *Client) Patient(ctx context.Context, id string) (record.Patient, error) {
	r, _, err := c.do(ctx, http.MethodGet, c.reference("Patient", url.PathEscape(id)), nil)
	if err != nil {
		return record.Patient{}, err
	}
	if r.status != http.StatusOK {
		return record.Patient{}, r.refusal()
	}
	return fhir.ParsePatient(id, r.body, c.now())
}

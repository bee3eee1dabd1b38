package alex

import (
	"context"
	"net/url"
	"strings"

	"github.com/clinicpro/photobridge/gateway/record"
)

// nhiSystem names New Zealand's national health index (HL7 NZ Base).
const nhiSystem = "https://standards.digital.health.nz/ns/nhi-id"

// patient is the part of a FHIR R4 Patient that the gateway shows.
type patient struct {
	ID   string `json:"id"`
	Name []struct {
		Use    string   `json:"use"`
		Text   string   `json:"text"`
		Family string   `json:"family"`
		Given  []string `json:"given"`
	} `json:"name"`
	BirthDate  string `json:"birthDate"`
	Identifier []struct {
		System string `json:"system"`
		Value  string `json:"value"`
	} `json:"identifier"`
}

// Patient reads a patient. It fails with NotFound, Forbidden, Unauthorized or
// Unavailable.
func (c *Client) Patient(ctx context.Context, id string) (record.Patient, error) {
	var p patient
	if err := c.get(ctx, c.reference("Patient", url.PathEscape(id)), &p); err != nil {
		return record.Patient{}, err
	}
	read := record.Patient{ID: id, Name: p.name(), BirthDate: p.BirthDate}
	for _, identifier := range p.Identifier {
		if identifier.System == nhiSystem {
			read.NHI = identifier.Value
		}
	}
	return read, nil
}

// name prefers the official name.
func (p patient) name() string {
	if len(p.Name) == 0 {
		return ""
	}
	chosen := p.Name[0]
	for _, name := range p.Name {
		if name.Use == "official" {
			chosen = name
			break
		}
	}
	if chosen.Text != "" {
		return chosen.Text
	}
	return strings.TrimSpace(strings.Join(append(chosen.Given, chosen.Family), " "))
}

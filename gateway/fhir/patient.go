// Package fhir reads and writes the FHIR R4 resources that all record systems have
// in common.
package fhir

import (
	"encoding/json"
	"strings"

	"github.com/clinicpro/photobridge/gateway/record"
)

// NHISystem names New Zealand's national health index (HL7 NZ Base).
const NHISystem = "https://standards.digital.health.nz/ns/nhi-id"

// JSON is FHIR's media type.
const JSON = "application/fhir+json"

// patient is the part of a Patient that the gateway shows.
type patient struct {
	ResourceType string `json:"resourceType"`
	Name         []struct {
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

// ParsePatient reads a Patient whose id is known. It fails with Unavailable if
// body is not a Patient.
func ParsePatient(id string, body []byte) (record.Patient, error) {
	var p patient
	if err := json.Unmarshal(body, &p); err != nil || p.ResourceType != "Patient" {
		return record.Patient{}, &record.Error{Code: record.Unavailable}
	}
	read := record.Patient{ID: id, Name: p.name(), BirthDate: p.BirthDate}
	for _, identifier := range p.Identifier {
		if identifier.System == NHISystem {
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

// outcome is the machine-readable part of an OperationOutcome.
type outcome struct {
	ResourceType string `json:"resourceType"`
	Issue        []struct {
		Code string `json:"code"`
	} `json:"issue"`
}

// OutcomeSays reports whether body is an OperationOutcome with an issue of this
// code (http://hl7.org/fhir/R4/valueset-issue-type.html).
func OutcomeSays(body []byte, code string) bool {
	var o outcome
	if json.Unmarshal(body, &o) != nil || o.ResourceType != "OperationOutcome" {
		return false
	}
	for _, issue := range o.Issue {
		if issue.Code == code {
			return true
		}
	}
	return false
}

// Package fhir reads and writes the FHIR R4 resources that all record systems have
// in common.
package fhir

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/gateway/record"
)

// NHISystem names New Zealand's national health index (HL7 NZ Base).
const NHISystem = "https://standards.digital.health.nz/ns/nhi-id"

// JSON is FHIR's media type.
const JSON = "application/fhir+json"

// patient is the part of a Patient that the gateway shows.
type patient struct {
	ResourceType string       `json:"resourceType"`
	ID           string       `json:"id"`
	Name         []name       `json:"name"`
	BirthDate    string       `json:"birthDate"`
	Identifier   []identifier `json:"identifier"`
}

type name struct {
	Text   string   `json:"text"`
	Family string   `json:"family"`
	Given  []string `json:"given"`
	validity
}

type identifier struct {
	System string `json:"system"`
	Value  string `json:"value"`
	validity
}

// validity says whether a name or an identifier is in use.
type validity struct {
	Use    string `json:"use"`
	Period struct {
		End string `json:"end"`
	} `json:"period"`
}

// uses lists the uses by preference. Any other, such as "nickname", comes last.
var uses = []string{"official", "usual", ""}

// rank orders what is in use by preference, from 0. It returns false for what is
// former, or ended before the time.
func (v validity) rank(now time.Time) (int, bool) {
	if v.Use == "old" || v.Use == "maiden" || ended(v.Period.End, now) {
		return 0, false
	}
	if i := slices.Index(uses, v.Use); i >= 0 {
		return i, true
	}
	return len(uses), true
}

// ended reports whether a FHIR dateTime is over. One of a year, a month or a day ends
// with it. A text that is no dateTime has not ended.
func ended(text string, now time.Time) bool {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return !now.Before(at)
	}
	for layout, next := range map[string][3]int{"2006": {1, 0, 0}, "2006-01": {0, 1, 0}, time.DateOnly: {0, 0, 1}} {
		if from, err := time.Parse(layout, text); err == nil {
			return !now.Before(from.AddDate(next[0], next[1], next[2]))
		}
	}
	return false
}

// preferred returns the first of the best rank, or false if none is in use.
func preferred[T any](all []T, rank func(T) (int, bool)) (best T, found bool) {
	lowest := 0
	for _, one := range all {
		if r, ok := rank(one); ok && (!found || r < lowest) {
			best, lowest, found = one, r, true
		}
	}
	return best, found
}

// ParsePatient reads the Patient with an id, as it is now. It fails with Unavailable if
// body is not that Patient.
func ParsePatient(id string, body []byte, now time.Time) (record.Patient, error) {
	var p patient
	if err := json.Unmarshal(body, &p); err != nil || p.ResourceType != "Patient" || p.ID != "" && p.ID != id {
		return record.Patient{}, &record.Error{Code: record.Unavailable}
	}
	called, found := preferred(p.Name, func(n name) (int, bool) { return n.rank(now) })
	if !found && len(p.Name) > 0 {
		called = p.Name[0] // a former name is better than none
	}
	index, _ := preferred(p.Identifier, func(i identifier) (int, bool) {
		r, ok := i.rank(now)
		return r, ok && i.System == NHISystem && i.Value != ""
	})
	return record.Patient{ID: id, Name: called.String(), BirthDate: p.BirthDate, NHI: index.Value}, nil
}

// String returns the name as it is written.
func (n name) String() string {
	if n.Text != "" {
		return n.Text
	}
	return strings.TrimSpace(strings.Join(append(slices.Clone(n.Given), n.Family), " "))
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

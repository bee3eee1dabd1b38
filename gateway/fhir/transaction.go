package fhir

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/clinicpro/photobridge/gateway/record"
)

// writable are the types that a photo's transaction may contain.
var writable = []string{"Media", "DocumentReference", "Binary", "Consent", "Provenance"}

// transaction returns a photo's transaction as the record gets it. It ensures that a
// browser can write only about the launch's patient. It fails with WrongPatient or
// Refused. What is sent is encoded again from what was checked, so that the server
// cannot read it in another way.
func (s Server) transaction(photo record.Photo) ([]byte, error) {
	bundle, err := decode(photo.Resources)
	entries, _ := bundle["entry"].([]any)
	if err != nil || bundle["resourceType"] != "Bundle" || bundle["type"] != "transaction" || len(entries) == 0 {
		return nil, refused("not a transaction")
	}
	visit := visitOf(photo.EncounterID, photo.Visit)
	for _, one := range entries {
		entry, _ := one.(map[string]any)
		kind, err := kindOf(entry)
		if err != nil {
			return nil, err
		}
		resource, _ := entry["resource"].(map[string]any)
		if resource["resourceType"] != kind {
			return nil, refused("a resource of another type than its request")
		}
		visit.in(resource)
		if err := s.check(resource, visit); err != nil {
			return nil, err
		}
	}
	return encode(bundle)
}

// kindOf returns the type of the resource that an entry writes. It fails with Refused
// if the entry is not that of a photo's resource.
func kindOf(entry map[string]any) (string, error) {
	request, _ := entry["request"].(map[string]any)
	address, _ := request["url"].(string)
	condition, _ := request["ifNoneExist"].(string)
	kind, id, _ := strings.Cut(address, "/")
	fixed := request["method"] == http.MethodPut && id != "" && condition == ""
	created := request["method"] == http.MethodPost && id == "" && condition != ""
	if !slices.Contains(writable, kind) || !fixed && !created {
		return "", refused("an entry that is not a conditional create of a photo's resource")
	}
	return kind, nil
}

// check ensures that every reference to a patient names the launch's patient, and every
// reference to an encounter the photo's. It fails with WrongPatient or Refused.
func (s Server) check(value any, visit visit) error {
	switch value := value.(type) {
	case map[string]any:
		if reference, ok := value["reference"].(string); ok {
			if _, id, found := strings.Cut("/"+reference, "/Patient/"); found && id != s.PatientID {
				return &record.Error{Code: record.WrongPatient}
			}
			if strings.Contains("/"+reference, "/Encounter") && reference != visit.to {
				return refused("a reference to another encounter")
			}
		}
		for _, inner := range value {
			if err := s.check(inner, visit); err != nil {
				return err
			}
		}
	case []any:
		for _, inner := range value {
			if err := s.check(inner, visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// decode reads a JSON object. Numbers keep their digits.
func decode(body []byte) (map[string]any, error) {
	var object map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	err := decoder.Decode(&object)
	return object, err
}

func encode(object map[string]any) ([]byte, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(object)
	return body.Bytes(), err
}

func refused(text string) error { return &record.Error{Code: record.Refused, Err: errors.New(text)} }

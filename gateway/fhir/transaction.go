package fhir

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/clinicpro/photobridge/gateway/record"
	"github.com/clinicpro/photobridge/shared"
)

// writable are the types that a photo's transaction may contain, each with the element
// that says which patient the resource is about. Provenance has none: it is about the
// photo's resource.
var writable = map[string]string{
	"Media": "subject", "DocumentReference": "subject", "Binary": "securityContext", "Consent": "patient",
	"Provenance": "",
}

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
		kind, err := kindOf(entry, photo.ImageID)
		if err != nil {
			return nil, err
		}
		resource, _ := entry["resource"].(map[string]any)
		if resource["resourceType"] != kind {
			return nil, refused("a resource of another type than its request")
		}
		if of, _ := resource[writable[kind]].(map[string]any); writable[kind] != "" && !s.isPatient(of) {
			return nil, wrongPatient()
		}
		visit.in(resource)
		if err := s.check(resource, visit); err != nil {
			return nil, err
		}
	}
	return encode(bundle)
}

// kindOf returns the type of the resource that an entry writes. It fails with Refused
// unless the entry creates a photo's resource conditionally, or updates one that has
// no identifier under the id that belongs to the photo.
func kindOf(entry map[string]any, imageID string) (string, error) {
	request, _ := entry["request"].(map[string]any)
	address, _ := request["url"].(string)
	condition, _ := request["ifNoneExist"].(string)
	kind, id, _ := strings.Cut(address, "/")
	_, known := writable[kind]
	created := request["method"] == http.MethodPost && id == "" && condition != ""
	resource, _ := entry["resource"].(map[string]any)
	fixed := request["method"] == http.MethodPut && (kind == "Binary" || kind == "Provenance") &&
		id == resourceID(imageID) && resource["id"] == id && condition == ""
	if !known || !fixed && !created {
		return "", refused("an entry that does not write a resource of this photo only")
	}
	return kind, nil
}

// maxID is the length of the longest id that FHIR allows.
const maxID = 64

// resourceID returns the id of a photo's resources that have no identifier. The widget
// makes the same (resourceId in web/src/widget/record/references.ts).
func resourceID(imageID string) string {
	id := strings.NewReplacer(".", "..", "_", ".-").Replace(imageID)
	return id[max(0, len(id)-maxID):]
}

// isPatient reports whether a reference names the launch's patient, by nothing else
// than the id.
func (s Server) isPatient(reference map[string]any) bool {
	text, _ := reference["reference"].(string)
	return s.PatientID != "" && s.local(text) == "Patient/"+s.PatientID
}

// local returns a reference to this server without the server's address.
func (s Server) local(reference string) string {
	return strings.TrimPrefix(reference, strings.TrimSuffix(s.Base, "/")+"/")
}

// check ensures that every reference to a patient names the launch's patient, every
// reference to an encounter the photo's, and that there are no others than those of a
// photo's resources. It fails with WrongPatient or Refused.
func (s Server) check(value any, visit visit) error {
	var inner []any
	switch value := value.(type) {
	case map[string]any:
		if err := s.checkObject(value, visit); err != nil {
			return err
		}
		inner = slices.Collect(maps.Values(value))
	case []any:
		inner = value
	}
	for _, one := range inner {
		if err := s.check(one, visit); err != nil {
			return err
		}
	}
	return nil
}

func (s Server) checkObject(object map[string]any, visit visit) error {
	kind, _ := object["type"].(string)
	isPatient := strings.HasSuffix("/"+kind, "/Patient") || object["resourceType"] == "Patient"
	reference, isReference := object["reference"].(string)
	isPatient = isPatient || strings.Contains("/"+reference, "/Patient")
	switch {
	case isPatient && !s.isPatient(object):
		return wrongPatient()
	case isReference && !isPatient && !visit.mayRefer(s.local(reference)):
		return refused("a reference that photos do not have")
	}
	return nil
}

// mayRefer reports whether a photo's resources may contain a reference that is not to a
// patient: to the visit, to the clinician, or to a part of the same transaction.
func (v visit) mayRefer(local string) bool {
	clinician, isClinician := strings.CutPrefix(local, "Practitioner/")
	return local == v.to && local != "" || isClinician && shared.ValidID(clinician) ||
		strings.HasPrefix(local, "#") || strings.HasPrefix(local, "urn:uuid:")
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

func wrongPatient() error { return &record.Error{Code: record.WrongPatient} }

func refused(text string) error { return &record.Error{Code: record.Refused, Err: errors.New(text)} }

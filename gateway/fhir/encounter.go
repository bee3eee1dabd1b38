package fhir

import "github.com/clinicpro/photobridge/shared"

// visit replaces references to the encounter of a launch, whose id only Photobridge
// knows, by references to the record's own encounter.
type visit struct {
	from string // the reference that the photo's resources contain
	to   string // the record's reference; empty if the launch named no encounter
}

func visitOf(encounterID, recordID string) visit {
	v := visit{from: "Encounter/" + encounterID}
	if shared.ValidID(recordID) {
		v.to = "Encounter/" + recordID
	}
	return v
}

// in returns value with the record's references. If there is no encounter in the
// record, it removes them, and the elements that are empty without them: FHIR allows
// no empty elements. It reports false if nothing is left of value.
func (v visit) in(value any) (any, bool) {
	switch value := value.(type) {
	case map[string]any:
		return v.inObject(value)
	case []any:
		kept := make([]any, 0, len(value))
		for _, inner := range value {
			if changed, ok := v.in(inner); ok {
				kept = append(kept, changed)
			}
		}
		return kept, len(kept) > 0 || len(value) == 0
	}
	return value, true
}

func (v visit) inObject(object map[string]any) (any, bool) {
	if object["reference"] == v.from {
		object["reference"] = v.to
		return object, v.to != ""
	}
	before := len(object)
	for name, inner := range object {
		if changed, ok := v.in(inner); ok {
			object[name] = changed
		} else {
			delete(object, name)
		}
	}
	return object, len(object) > 0 || before == 0
}

package alex

import (
	"net/http"
	"strings"
)

const nhiSystem = "https://standards.digital.health.nz/ns/nhi-id"

func (s *Server) find(match func(Patient) bool) (Patient, bool) {
	for _, p := range s.config.Patients {
		if match(p) {
			return p, true
		}
	}
	return Patient{}, false
}

func (s *Server) readPatient(w http.ResponseWriter, r *http.Request) {
	id := strings.TrimPrefix(r.URL.Path, "/FHIR/Patient/")
	p, ok := s.find(func(p Patient) bool { return p.ID == id })
	if !ok {
		refuse(w, http.StatusNotFound, "not-found", "No such patient")
		return
	}
	respond(w, http.StatusOK, fhirJSON, p.resource())
}

// searchPatient supports one search: by NHI.
func (s *Server) searchPatient(w http.ResponseWriter, r *http.Request) {
	nhi, ok := strings.CutPrefix(r.URL.Query().Get("identifier"), nhiSystem+"|")
	if !ok || len(r.URL.Query()) != 1 {
		refuse(w, http.StatusForbidden, "forbidden", "Authorization failed")
		return
	}
	entries := []any{}
	if p, ok := s.find(func(p Patient) bool { return p.NHI == nhi }); ok {
		entries = append(entries, map[string]any{"fullUrl": s.reference("Patient", p.ID), "resource": p.resource()})
	}
	s.searchset(w, entries)
}

// searchMedia refuses the searches that the real ALEX was seen to refuse.
func (s *Server) searchMedia(w http.ResponseWriter, r *http.Request) {
	if !r.URL.Query().Has("patient.identifier") {
		refuse(w, http.StatusForbidden, "forbidden", "Authorization failed")
		return
	}
	s.searchset(w, []any{})
}

func (s *Server) searchset(w http.ResponseWriter, entries []any) {
	respond(w, http.StatusOK, fhirJSON, map[string]any{
		"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries,
	})
}

func (p Patient) resource() map[string]any {
	return map[string]any{
		"resourceType": "Patient",
		"id":           p.ID,
		"identifier":   []any{map[string]any{"use": "official", "system": nhiSystem, "value": p.NHI}},
		"name":         []any{map[string]any{"use": "official", "family": p.Family, "given": p.Given}},
		"birthDate":    p.BirthDate,
	}
}

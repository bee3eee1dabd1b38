package smart

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const maxBody = 64 << 20

// bearer returns what the request's token allows.
func (s *Server) bearer(r *http.Request) (allowed grant, ok bool) {
	token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	allowed, ok = s.tokens[token]
	return allowed, ok && found
}

// covers reports whether the scope is enough for a request of a transaction
// (SMART App Launch 2.2, "Scopes for requesting FHIR Resources").
func (g grant) covers(method, kind string) bool {
	need := map[string]string{http.MethodPost: "c", http.MethodPut: "u"}[method]
	for scope := range strings.FieldsSeq(g.scope) {
		of, may, found := strings.Cut(scope, ".")
		if found && need != "" && of == "patient/"+kind && strings.Contains(may, need) {
			return true
		}
	}
	return false
}

func (s *Server) patient(w http.ResponseWriter, r *http.Request) {
	allowed, ok := s.bearer(r)
	switch {
	case !ok:
		refuse(w, http.StatusUnauthorized, "login")
		return
	case allowed.patientID != r.PathValue("id"):
		refuse(w, http.StatusForbidden, "forbidden")
		return
	}
	i := slices.IndexFunc(s.config.Patients, func(p Patient) bool { return p.ID == allowed.patientID })
	p := s.config.Patients[i]
	respond(w, http.StatusOK, map[string]any{
		"resourceType": "Patient", "id": p.ID, "birthDate": p.BirthDate,
		"name": []any{map[string]any{"use": "official", "family": p.Family, "given": []string{p.Given}}},
	})
}

// entry is one request of a transaction.
type entry struct {
	Resource json.RawMessage `json:"resource"`
	Request  struct {
		Method      string `json:"method"`
		URL         string `json:"url"`
		IfNoneExist string `json:"ifNoneExist"`
	} `json:"request"`
}

// transaction stores resources; a conditional create and an update with a fixed
// id store one resource however often they are sent.
func (s *Server) transaction(w http.ResponseWriter, r *http.Request) {
	allowed, ok := s.bearer(r)
	if !ok {
		refuse(w, http.StatusUnauthorized, "login")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var bundle struct {
		Type  string  `json:"type"`
		Entry []entry `json:"entry"`
	}
	if err != nil || json.Unmarshal(body, &bundle) != nil || bundle.Type != "transaction" {
		refuse(w, http.StatusBadRequest, "structure")
		return
	}
	for _, e := range bundle.Entry {
		if !s.resolves(e.Resource, allowed.patientID) {
			refuse(w, http.StatusBadRequest, "not-found")
			return
		}
		if kind, _, _ := strings.Cut(e.Request.URL, "/"); !allowed.covers(e.Request.Method, kind) {
			refuse(w, http.StatusForbidden, "forbidden")
			return
		}
	}
	responses := []any{}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range bundle.Entry {
		key := e.Request.Method + " " + e.Request.URL + "?" + e.Request.IfNoneExist
		location, known := s.byKey[key]
		status := "200"
		if !known {
			kind, id, fixed := strings.Cut(e.Request.URL, "/")
			if !fixed {
				id = strconv.Itoa(len(s.stored) + 1)
			}
			location, status = fmt.Sprintf("%s/%s", kind, id), "201"
			s.byKey[key] = location
			s.stored = append(s.stored, e.Resource)
		}
		responses = append(
			responses,
			map[string]any{"response": map[string]string{"status": status, "location": location}},
		)
	}
	respond(
		w,
		http.StatusOK,
		map[string]any{"resourceType": "Bundle", "type": "transaction-response", "entry": responses},
	)
}

// resolves reports whether the references of a resource to patients and encounters
// name the launch's patient and the patient's encounter.
func (s *Server) resolves(resource json.RawMessage, patientID string) bool {
	i := slices.IndexFunc(s.config.Patients, func(p Patient) bool { return p.ID == patientID })
	for _, found := range reference.FindAllSubmatch(resource, -1) {
		kind, id := string(found[1]), string(found[2])
		if kind == "Patient" && id != patientID || kind == "Encounter" && id != s.config.Patients[i].Encounter {
			return false
		}
	}
	return true
}

var reference = regexp.MustCompile(`"reference":\s*"(\w+)/([^"]*)"`)

// Stored returns the resources of the record, oldest first.
func (s *Server) Stored() []json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.stored)
}

func refuse(w http.ResponseWriter, status int, code string) {
	respond(w, status, map[string]any{
		"resourceType": "OperationOutcome", "issue": []any{map[string]any{"severity": "error", "code": code}},
	})
}

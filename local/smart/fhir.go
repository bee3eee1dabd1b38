package smart

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const maxBody = 64 << 20

// bearer returns the patient that the request's token is for.
func (s *Server) bearer(r *http.Request) (patientID string, ok bool) {
	token, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	defer s.mu.Unlock()
	patientID, ok = s.tokens[token]
	return patientID, ok && found
}

func (s *Server) patient(w http.ResponseWriter, r *http.Request) {
	allowed, ok := s.bearer(r)
	switch {
	case !ok:
		refuse(w, http.StatusUnauthorized, "login")
		return
	case allowed != r.PathValue("id"):
		refuse(w, http.StatusForbidden, "forbidden")
		return
	}
	i := slices.IndexFunc(s.config.Patients, func(p Patient) bool { return p.ID == allowed })
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
	if _, ok := s.bearer(r); !ok {
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

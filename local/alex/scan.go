package alex

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	maxBody = 12 << 20
	// maxData is the largest attachment in base64 characters: the stricter
	// reading of "below 8 MB".
	maxData = 8_000_000
)

// document is the profile "ALEX Scanned Document". Unknown elements are refused.
type document struct {
	ResourceType string `json:"resourceType"`
	Identifier   []struct {
		System string `json:"system"`
		Value  string `json:"value"`
	} `json:"identifier"`
	Status string `json:"status"`
	Type   struct {
		Coding []struct {
			System  string `json:"system"`
			Code    string `json:"code"`
			Display string `json:"display"`
		} `json:"coding"`
	} `json:"type"`
	Subject struct {
		Reference string `json:"reference"`
	} `json:"subject"`
	Date   string `json:"date"`
	Author []struct {
		Reference string `json:"reference"`
	} `json:"author"`
	Description string `json:"description"`
	Content     []struct {
		Attachment struct {
			ContentType string `json:"contentType"`
			Data        string `json:"data"`
			Title       string `json:"title"`
		} `json:"attachment"`
	} `json:"content"`
}

// refusal is a response with an OperationOutcome.
type refusal struct {
	status     int
	code, text string
}

func (s *Server) fileScan(w http.ResponseWriter, r *http.Request) {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != fhirJSON {
		refuse(w, http.StatusUnsupportedMediaType, "invalid", "Send application/fhir+json")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "too-long", "The document is too large")
		return
	}
	var d document
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		refuse(w, http.StatusBadRequest, "structure", "Not a document of the profile: "+kindOf(err))
		return
	}
	if no, bad := s.check(d); bad {
		refuse(w, no.status, no.code, no.text)
		return
	}
	scan, no, bad := s.store(d)
	if bad {
		refuse(w, no.status, no.code, no.text)
		return
	}
	w.Header().Set("Location", s.reference("DocumentReference", scan.ID))
	respond(w, http.StatusCreated, fhirJSON, map[string]any{"resourceType": "DocumentReference", "id": scan.ID})
}

// kindOf names what is wrong without quoting the document.
func kindOf(err error) string {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return wrong.Field
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return "unknown element " + name
	}
	return "not JSON"
}

// check applies the rules of the profile.
func (s *Server) check(d document) (refusal, bool) {
	invalid := func(text string) (refusal, bool) { return refusal{http.StatusBadRequest, "invalid", text}, true }
	switch {
	case d.ResourceType != "DocumentReference":
		return invalid("resourceType")
	case len(d.Identifier) != 1 || d.Identifier[0].Value == "":
		return invalid("exactly one identifier with a value")
	case d.Status != "current":
		return invalid("status is current")
	case len(d.Type.Coding) != 1 || d.Type.Coding[0].System != "http://loinc.org" ||
		d.Type.Coding[0].Code != "72170-4" || d.Type.Coding[0].Display != "Photographic image":
		return invalid("type is LOINC 72170-4, Photographic image")
	case len(d.Content) != 1:
		return invalid("exactly one content")
	}
	// A time needs an offset, and one in UTC lands on the wrong clinical day.
	if at, err := time.Parse(time.RFC3339, d.Date); err != nil || at.Location() == time.UTC {
		return invalid("date is local time with its offset")
	}
	patientID, ok := strings.CutPrefix(d.Subject.Reference, s.reference("Patient", ""))
	if _, known := s.find(func(p Patient) bool { return p.ID == patientID }); !ok || !known {
		return invalid("subject is an absolute reference to a patient")
	}
	if len(d.Author) != 1 ||
		!slices.Contains(
			s.config.Providers,
			strings.TrimPrefix(d.Author[0].Reference, s.reference("Practitioner", "")),
		) {
		return invalid("author is an absolute reference to a practitioner")
	}
	return checkAttachment(d)
}

func checkAttachment(d document) (refusal, bool) {
	a := d.Content[0].Attachment
	if len(a.Data) >= maxData {
		return refusal{http.StatusRequestEntityTooLarge, "too-long", "the attachment is 8 MB or more"}, true
	}
	file, err := base64.StdEncoding.Strict().DecodeString(a.Data)
	starts := map[string]string{"image/tiff": "II*\x00", "application/pdf": "%PDF-"}[a.ContentType]
	if err != nil || starts == "" || !bytes.HasPrefix(file, []byte(starts)) || a.Title == "" {
		return refusal{http.StatusBadRequest, "invalid", "the attachment is a titled TIFF or PDF, inline"}, true
	}
	return refusal{}, false
}

// store files the document. A second one with the same identifier is refused.
func (s *Server) store(d document) (Scan, refusal, bool) {
	file, err := base64.StdEncoding.DecodeString(d.Content[0].Attachment.Data)
	if err != nil {
		return Scan{}, refusal{http.StatusBadRequest, "invalid", "data"}, true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, scan := range s.inbox {
		if scan.Identifier == d.Identifier[0].Value {
			return Scan{}, refusal{http.StatusConflict, "duplicate", "a document has this identifier"}, true
		}
	}
	scan := Scan{
		ID:          randomHex(),
		PatientID:   strings.TrimPrefix(d.Subject.Reference, s.reference("Patient", "")),
		Identifier:  d.Identifier[0].Value,
		Date:        d.Date,
		Author:      d.Author[0].Reference,
		Description: d.Description,
		ContentType: d.Content[0].Attachment.ContentType,
		Title:       d.Content[0].Attachment.Title,
		File:        file,
		At:          s.config.Now(),
	}
	s.inbox = append(s.inbox, scan)
	return scan, refusal{}, false
}

func (s *Server) readScan(w http.ResponseWriter, r *http.Request) {
	id := strings.TrimPrefix(r.URL.Path, "/FHIR/DocumentReference/")
	for _, scan := range s.Inbox() {
		if scan.ID == id {
			respond(w, http.StatusOK, fhirJSON, map[string]any{"resourceType": "DocumentReference", "id": id})
			return
		}
	}
	refuse(w, http.StatusNotFound, "not-found", "No such document")
}

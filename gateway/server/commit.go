package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/clinicpro/photobridge/gateway/record"
	"github.com/clinicpro/photobridge/shared"
)

const (
	// maxCommit limits one commit: a photo twice (as bytes and inside its
	// resources), with room for annotations.
	maxCommit = 8 << 20
	// commitTime is how long a commit may take with all its retries.
	commitTime = 2 * time.Minute
)

// commitRequest describes the photo of a commit. It is the part "about" of a
// multipart form. The part "photo" is the JPEG.
type commitRequest struct {
	ImageID     string `json:"imageId"`
	EncounterID string `json:"encounterId"`
	PatientID   string `json:"patientId"`
	// Ticket is the ticket of the earlier launch that the photo was taken in, or
	// empty for this launch.
	Ticket   string          `json:"ticket,omitempty"`
	Number   int             `json:"number"` // the photo's number on the desktop
	Metadata shared.Metadata `json:"metadata"`
	// Resources is a FHIR R4 transaction with everything about this photo. It is not
	// used for Medtech's inbox.
	Resources json.RawMessage `json:"resources,omitempty"`
}

// commitResponse says that a photo is in the record.
type commitResponse struct {
	ImageID string `json:"imageId"`
	ID      string `json:"id"` // in the record; empty if the record did not name it
	// Existed reports that an earlier commit put the photo into the record. The record
	// keeps the metadata of that one.
	Existed bool `json:"existed"`
}

// commit writes one photo into the record of the launch's patient. Repeating it is
// safe.
func (s *Server) commit(w http.ResponseWriter, r *http.Request) {
	session, ok := s.launched(w, r)
	if !ok {
		return
	}
	if !s.limits.commit(session.ID) {
		s.refuse(w, r, codeTooMany, time.Second)
		return
	}
	about, photo, err := readCommit(w, r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	visit, ok := s.visit(session, about)
	if !ok {
		s.fail(w, r, &record.Error{Code: record.WrongPatient})
		return
	}
	if err := about.check(s.Now()); err != nil {
		s.fail(w, r, err)
		return
	}
	ctx, cancel := contextWithin(r, commitTime)
	defer cancel()
	written, err := s.Records.Writer(session).Write(ctx, about.photo(photo, visit))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.respond(w, http.StatusOK, commitResponse{about.ImageID, written.ID, written.Existed})
}

// visit returns the record's id of the encounter that a photo was taken in. It fails
// if the photo does not belong to the launch's patient: the page must name the patient
// that it shows, and the encounter must be that of this launch or of an earlier launch
// of the same patient.
func (s *Server) visit(session Session, about commitRequest) (id string, ok bool) {
	if about.PatientID != session.PatientID {
		return "", false
	}
	if about.EncounterID == session.EncounterID {
		return session.Visit, true
	}
	earlier, ok := s.ticketOf(session, about.Ticket)
	return earlier.Visit, ok && earlier.EncounterID == about.EncounterID
}

func readCommit(w http.ResponseWriter, r *http.Request) (about commitRequest, photo []byte, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxCommit)
	form, err := r.MultipartReader()
	if err != nil {
		return about, nil, badRequest("send a multipart form")
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return about, nil, partial(err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return about, nil, partial(err)
		}
		switch part.FormName() {
		case "about":
			if err := json.Unmarshal(content, &about); err != nil {
				return about, nil, badRequest("about is not the JSON of a photo")
			}
		case "photo":
			photo = content
		}
	}
	if !bytes.HasPrefix(photo, []byte("\xff\xd8\xff")) {
		return about, nil, badRequest("photo is not a JPEG")
	}
	return about, photo, nil
}

func badRequest(text string) error {
	return &record.Error{Code: codeBadRequest, Err: errors.New(text)}
}

// partial returns the error for a body that is too large, or that did not arrive
// completely.
func partial(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &record.Error{Code: record.TooLarge}
	}
	return badRequest("the form did not arrive whole")
}

func (c commitRequest) check(now time.Time) error {
	if !shared.ValidID(c.ImageID) || c.Number < 1 || c.Number > 1000 {
		return badRequest("imageId or number is not valid")
	}
	if err := c.Metadata.Validate(now); err != nil {
		return &record.Error{Code: codeBadRequest, Err: err}
	}
	return nil
}

func (c commitRequest) photo(jpeg []byte, visit string) record.Photo {
	photo := record.Describe(c.Metadata, c.Number)
	photo.EncounterID, photo.Visit = c.EncounterID, visit
	photo.ImageID, photo.JPEG, photo.Resources = c.ImageID, jpeg, c.Resources
	return photo
}

package alex

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/clinicpro/photobridge/gateway/fhir"
	"github.com/clinicpro/photobridge/gateway/record"
	"github.com/clinicpro/photobridge/gateway/scan"
)

// maxData is the largest attachment, in base64 characters. ALEX accepts less than
// 8 MB, without saying whether that means the file or its base64. This is the
// stricter reading.
const maxData = 8_000_000 - 1

// Form is how a photo is wrapped for the inbox.
type Form string

// The forms that Evolution's inbox takes.
const (
	FormTIFF    Form = "tiff"         // the JPEG inside a TIFF, unchanged
	FormPDF     Form = "pdf"          // the JPEG inside a PDF, unchanged
	FormDeflate Form = "tiff-deflate" // decoded and stored again, for viewers that refuse JPEG in TIFF
)

// Inbox files photos in the inbox of one patient.
type Inbox struct {
	Client     *Client
	PatientID  string
	ProviderID string // the clinician; empty if the launch named none
	Form       Form
}

type codeable struct {
	Coding []coding `json:"coding"`
}

type coding struct {
	System  string `json:"system"`
	Code    string `json:"code"`
	Display string `json:"display"`
}

type reference struct {
	Reference string `json:"reference"`
}

type identifier struct {
	Value string `json:"value"`
}

type content struct {
	Attachment attachment `json:"attachment"`
}

type attachment struct {
	ContentType string `json:"contentType"`
	Data        string `json:"data"`
	Title       string `json:"title"`
}

// documentReference is ALEX's profile "ALEX Scanned Document".
type documentReference struct {
	ResourceType string       `json:"resourceType"`
	Identifier   []identifier `json:"identifier"`
	Status       string       `json:"status"`
	Type         codeable     `json:"type"`
	Subject      reference    `json:"subject"`
	Date         string       `json:"date"`
	Author       []reference  `json:"author,omitempty"`
	Description  string       `json:"description,omitempty"`
	Content      []content    `json:"content"`
}

// photograph is the only type that the profile allows, with its required display.
var photograph = codeable{[]coding{{"http://loinc.org", "72170-4", "Photographic image"}}}

// Write implements record.Writer.
func (i Inbox) Write(ctx context.Context, photo record.Photo) (record.Written, error) {
	document, err := i.document(photo)
	if err != nil {
		return record.Written{}, err
	}
	body, err := json.Marshal(document)
	if err != nil {
		return record.Written{}, err
	}
	r, lost, err := i.Client.do(ctx, http.MethodPost, i.Client.url("DocumentReference"), body)
	switch {
	case err != nil:
		return record.Written{}, err
	case r.status == http.StatusCreated:
		return record.Written{ID: createdID(r.body)}, nil
	case r.status == http.StatusConflict && fhir.OutcomeSays(r.body, "duplicate"):
		// The identifier belongs to this photo only, so the photo is in the inbox already.
		return record.Written{Existed: true}, nil
	case lost && !temporary(r.status):
		return record.Written{}, &record.Error{
			Code:   record.Uncertain,
			Status: r.status,
			Err:    errors.New("an earlier response was lost"),
		}
	}
	return record.Written{}, r.refusal()
}

func (i Inbox) document(photo record.Photo) (documentReference, error) {
	file, err := i.wrap(photo)
	if err != nil {
		return documentReference{}, err
	}
	d := documentReference{
		ResourceType: "DocumentReference",
		Identifier:   []identifier{{"photobridge-" + photo.ImageID}},
		Status:       "current",
		Type:         photograph,
		Subject:      reference{i.Client.reference("Patient", i.PatientID)},
		Date:         i.date(photo).Format(time.RFC3339),
		Description:  photo.Description,
		Content:      []content{{file}},
	}
	if i.ProviderID != "" {
		d.Author = []reference{{i.Client.reference("Practitioner", i.ProviderID)}}
	}
	return d, nil
}

// date returns the practice's local time with its offset. ALEX would file a time in
// UTC under the wrong day.
func (i Inbox) date(photo record.Photo) time.Time {
	zone := i.Client.config.Location
	switch at := photo.Taken; {
	case at.IsZero():
		return i.Client.now().In(zone)
	case photo.HasOffset:
		return at.In(zone)
	default:
		return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, zone)
	}
}

// wrap makes the attachment. A JPEG that does not fit into a TIFF, such as a
// progressive one, goes into a PDF.
func (i Inbox) wrap(photo record.Photo) (attachment, error) {
	caption := scan.Caption{Text: photo.Description, Taken: photo.Taken}
	kind, ending := "image/tiff", ".tiff"
	var file []byte
	var err error
	switch i.Form {
	case FormDeflate:
		file, err = scan.Deflate(photo.JPEG, caption, base64.StdEncoding.DecodedLen(maxData)-2)
	case FormTIFF:
		file, err = scan.TIFF(photo.JPEG, caption)
	}
	if i.Form == FormPDF || errors.Is(err, scan.ErrTIFF) {
		kind, ending = "application/pdf", ".pdf"
		file, err = scan.PDF(scan.Page{JPEG: photo.JPEG, Caption: caption})
	}
	switch {
	case errors.Is(err, scan.ErrTooLarge):
		return attachment{}, &record.Error{Code: record.TooLarge, Err: err}
	case err != nil:
		return attachment{}, &record.Error{Code: record.NotWrappable, Err: err}
	case base64.StdEncoding.EncodedLen(len(file)) > maxData:
		return attachment{}, &record.Error{Code: record.TooLarge}
	}
	return attachment{kind, base64.StdEncoding.EncodeToString(file), photo.Title + ending}, nil
}

// createdID reads the id of a created resource; empty if the response has none.
func createdID(body []byte) string {
	var created struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(body, &created) != nil {
		return ""
	}
	return created.ID
}

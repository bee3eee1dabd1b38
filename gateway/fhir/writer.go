package fhir

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/gateway/record"
	"github.com/clinicpro/photobridge/shared"
)

const (
	attempts    = 3
	maxResponse = 4 << 20

	// longestWait limits the pause that the server may request with Retry-After,
	// because a user is waiting.
	longestWait = 10 * time.Second
)

// Server is a FHIR R4 server with the access token of one launch.
type Server struct {
	Base      string
	Token     string
	PatientID string // the only patient that resources may refer to
	HTTP      *http.Client
	// Backoff is the first pause between two attempts. Each later pause is twice as long.
	Backoff time.Duration
}

// Patient reads the launch's patient. It fails with NotFound, Forbidden,
// Unauthorized or Unavailable.
func (s Server) Patient(ctx context.Context) (record.Patient, error) {
	status, body, _, err := s.send(ctx, http.MethodGet, "/Patient/"+url.PathEscape(s.PatientID), nil)
	if err != nil {
		return record.Patient{}, err
	}
	if status != http.StatusOK {
		return record.Patient{}, refusal(status, 0)
	}
	return ParsePatient(s.PatientID, body, time.Now())
}

// Write implements record.Writer. It sends the photo's transaction. The entries are
// conditional creates or updates with fixed ids, so repeating it writes nothing
// twice.
func (s Server) Write(ctx context.Context, photo record.Photo) (record.Written, error) {
	transaction, err := s.transaction(photo)
	if err != nil {
		return record.Written{}, err
	}
	pause := s.Backoff
	for attempt := 1; ; attempt++ {
		status, body, wait, err := s.send(ctx, http.MethodPost, "", transaction)
		switch {
		case err == nil && status == http.StatusOK:
			return created(body)
		case err == nil && !temporary(status):
			return record.Written{}, refusal(status, wait)
		case attempt == attempts || ctx.Err() != nil:
			if err == nil {
				err = refusal(status, wait)
			}
			return record.Written{}, err
		}
		select {
		case <-ctx.Done():
			return record.Written{}, &record.Error{Code: record.Unavailable, Err: ctx.Err()}
		case <-time.After(max(pause, wait)):
		}
		pause *= 2
	}
}

func (s Server) send(
	ctx context.Context, method, path string, body []byte,
) (status int, content []byte, wait time.Duration, err error) {
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(s.Base, "/")+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, 0, err
	}
	request.Header.Set("Authorization", "Bearer "+s.Token)
	request.Header.Set("Accept", JSON)
	if body != nil {
		request.Header.Set("Content-Type", JSON)
	}
	response, err := s.HTTP.Do(request)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // without the URL, which contains the patient's id
		}
		return 0, nil, 0, &record.Error{Code: record.Unavailable, Err: err}
	}
	defer response.Body.Close()
	content, err = io.ReadAll(io.LimitReader(response.Body, maxResponse))
	if err != nil {
		return 0, nil, 0, &record.Error{Code: record.Unavailable, Err: err}
	}
	wait = shared.ParseRetryAfter(response.Header.Get("Retry-After"), time.Now())
	return response.StatusCode, content, min(wait, longestWait), nil
}

func temporary(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500
}

func refusal(status int, wait time.Duration) error {
	e := &record.Error{Code: record.Refused, Status: status, RetryAfter: wait, Err: fmt.Errorf("status %d", status)}
	switch {
	case status == http.StatusUnauthorized:
		e.Code = record.Unauthorized
	case status == http.StatusForbidden:
		e.Code = record.Forbidden
	case status == http.StatusNotFound:
		e.Code = record.NotFound
	case status == http.StatusRequestEntityTooLarge:
		e.Code = record.TooLarge
	case temporary(status):
		e.Code = record.Unavailable
	}
	return e
}

// created returns the reference of the first resource in a transaction's response. The
// record had the photo before unless it created every resource.
// It fails with Refused if an entry was not written. Some servers report that only
// in the entry, with status 200 for the transaction.
func created(body []byte) (record.Written, error) {
	var bundle struct {
		Type  string `json:"type"`
		Entry []struct {
			Response struct {
				Status   string `json:"status"`
				Location string `json:"location"`
			} `json:"response"`
		} `json:"entry"`
	}
	if json.Unmarshal(body, &bundle) != nil || bundle.Type != "transaction-response" || len(bundle.Entry) == 0 {
		return record.Written{}, refused("the response is not that of a transaction")
	}
	written := record.Written{ID: bundle.Entry[0].Response.Location}
	for _, entry := range bundle.Entry {
		written.Existed = written.Existed || !strings.HasPrefix(entry.Response.Status, "201")
		if status := entry.Response.Status; !strings.HasPrefix(status, "2") && !strings.HasPrefix(status, "304") {
			return record.Written{}, refused(fmt.Sprintf("an entry has the status %.3s", status))
		}
	}
	return written, nil
}

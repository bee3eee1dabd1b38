// Package edgeapi is the phone's client of the session API.
package edgeapi

import (
	"context"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/shared/wire"
	"github.com/clinicpro/photobridge/wasm/upload"
)

// Request is one HTTP call. Body is JSON; nil for none.
type Request struct {
	Method, URL, Token string
	Body               []byte
}

// Response is an HTTP response of any status. Date and RetryAfter are the headers as
// they came; "" where there are none or the browser hides them.
type Response struct {
	Status           int
	Body             []byte
	Date, RetryAfter string
}

// Fetcher carries a call. It fails if no response arrives.
type Fetcher interface {
	Fetch(ctx context.Context, request Request) (Response, error)
}

// Client is an upload.Edge for one session.
type Client struct {
	fetcher     Fetcher
	base        string // origin and base path
	encounterID string
	token       string
}

// New makes a client; apiBase is the edge's origin.
func New(fetcher Fetcher, apiBase string, session shared.Grant) *Client {
	return &Client{fetcher, apiBase + shared.BasePath, session.EncounterID, session.UploadToken}
}

// Sign reserves slots and has PUTs signed.
func (c *Client) Sign(ctx context.Context, images []shared.PresignImage) (upload.Signed, error) {
	body := wire.Marshal(&shared.PresignRequest{EncounterID: c.encounterID, Images: images})
	response, err := c.call(ctx, "POST", "/presigned-url", body)
	if err != nil {
		return upload.Signed{}, err
	}
	answer, err := shared.Unmarshal[shared.PresignResponse](response.Body)
	if err != nil {
		return upload.Signed{}, garbled(err)
	}
	return upload.Signed{Uploads: answer.Images, ServerTime: shared.ParseHTTPTime(response.Date)}, nil
}

// Confirm takes an uploaded image into the session.
func (c *Client) Confirm(ctx context.Context, image shared.ConfirmRequest) (shared.ConfirmResponse, error) {
	image.EncounterID = c.encounterID
	response, err := c.call(ctx, "POST", "/images", wire.Marshal(&image))
	if err != nil {
		return shared.ConfirmResponse{}, err
	}
	answer, err := shared.Unmarshal[shared.ConfirmResponse](response.Body)
	if err == nil && answer.Image.ImageID != image.ImageID {
		err = &shared.Error{Code: shared.CodeBadRequest}
	}
	if err != nil {
		return shared.ConfirmResponse{}, garbled(err)
	}
	return answer, nil
}

// List returns the phone's own list.
func (c *Client) List(ctx context.Context) (shared.ListResponse, error) {
	response, err := c.call(ctx, "GET", "/images/"+c.encounterID, nil)
	if err != nil {
		return shared.ListResponse{}, err
	}
	answer, err := shared.Unmarshal[shared.ListResponse](response.Body)
	if err == nil && answer.EncounterID != c.encounterID {
		err = &shared.Error{Code: shared.CodeBadRequest}
	}
	if err != nil {
		return shared.ListResponse{}, garbled(err)
	}
	return answer, nil
}

func (c *Client) call(ctx context.Context, method, path string, body []byte) (Response, error) {
	response, err := c.fetcher.Fetch(ctx, Request{Method: method, URL: c.base + path, Token: c.token, Body: body})
	if err != nil {
		return Response{}, err
	}
	if response.Status >= 200 && response.Status < 300 {
		return response, nil
	}
	return Response{}, failure(response)
}

// failure turns a response into an error. Only the edge's own problem says what
// is wrong: a 403 or a 302 of a proxy on the way says nothing about the session.
func failure(response Response) error {
	code, imageID := shared.CodeNetwork, ""
	if shared.RetryableStatus(response.Status) {
		code = shared.CodeUpstreamUnavailable
	}
	if problem, err := shared.Unmarshal[shared.Problem](response.Body); err == nil && problem.Code != "" {
		code, imageID = problem.Code, problem.ImageID
	}
	return &shared.Error{
		Code:       code,
		ImageID:    imageID,
		RetryAfter: shared.ParseRetryAfter(response.RetryAfter, shared.ParseHTTPTime(response.Date)),
	}
}

// garbled returns the error of a 200 that the edge did not write: something on
// the way did.
func garbled(err error) error {
	return &shared.Error{Code: shared.CodeNetwork, Err: err}
}

package alex

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

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/clinicpro/photobridge/gateway/fhir"
	"github.com/clinicpro/photobridge/gateway/record"
	"github.com/clinicpro/photobridge/shared"
)

const (
	// attempts is the total number of attempts of a request while ALEX is unreachable.
	attempts = 3
	// maxResponse limits how many bytes of a response are read.
	maxResponse = 1 << 20
	// longestWait limits the pause that ALEX may request with Retry-After, because a
	// user is waiting.
	longestWait = 10 * time.Second
)

// Config names the ALEX server and the gateway's credentials for it.
type Config struct {
	BaseURL      string // of the FHIR API, such as https://alexapi.medtechglobal.com/FHIR
	TokenURL     string // of Microsoft Entra, OAuth 2.0 version 2
	ClientID     string
	ClientSecret string
	Scope        string // api://{resource}/.default
	Facility     string // HPI facility id, sent with every request
	Location     *time.Location
}

// Client talks to ALEX. It is safe for concurrent use.
type Client struct {
	config Config
	http   *http.Client
	tokens *tokens
	now    func() time.Time
	// backoff is the first pause between two attempts. Each later pause is twice as long.
	backoff time.Duration
}

// New returns a client that sends its requests with httpClient.
func New(config Config, httpClient *http.Client, now func() time.Time) *Client {
	credentials := clientcredentials.Config{
		ClientID:     config.ClientID,
		ClientSecret: config.ClientSecret,
		TokenURL:     config.TokenURL,
		Scopes:       []string{config.Scope},
		AuthStyle:    oauth2.AuthStyleInParams,
	}
	fetch := func(ctx context.Context) (*oauth2.Token, error) {
		return credentials.Token(context.WithValue(ctx, oauth2.HTTPClient, httpClient))
	}
	return &Client{
		config:  config,
		http:    httpClient,
		tokens:  &tokens{fetch: fetch, now: now},
		now:     now,
		backoff: time.Second,
	}
}

// response is a whole HTTP response.
type response struct {
	status     int
	retryAfter time.Duration
	body       []byte
}

// do sends a request and retries it: once with a new token after a 401, and up to
// three attempts while ALEX is unreachable or responds "later". lost reports
// whether the response of an earlier attempt was lost, so that the request may
// have taken effect already.
func (c *Client) do(ctx context.Context, method, path string, body []byte) (r response, lost bool, err error) {
	refreshed := false
	for attempt := 1; ; attempt++ {
		var sent bool
		r, sent, err = c.once(ctx, method, path, body)
		if r.status == http.StatusUnauthorized && !refreshed {
			refreshed = true
			attempt--
			c.tokens.forget()
			continue
		}
		again := err != nil && record.CodeOf(err) != record.Unauthorized || temporary(r.status)
		if !again || attempt == attempts || ctx.Err() != nil {
			return r, lost, err
		}
		lost = lost || sent && err != nil || r.status == http.StatusGatewayTimeout || r.status == http.StatusBadGateway
		if wait(ctx, max(c.backoff<<(attempt-1), min(r.retryAfter, longestWait))) != nil {
			return r, lost, err
		}
	}
}

func temporary(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// once sends a request once. sent reports whether it may have left, which it has not
// if there is no token for it.
func (c *Client) once(ctx context.Context, method, path string, body []byte) (r response, sent bool, err error) {
	token, err := c.tokens.get(ctx)
	if err != nil {
		if refused, ok := errors.AsType[*record.Error](err); ok {
			r.retryAfter = refused.RetryAfter
		}
		return r, false, err
	}
	request, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(body))
	if err != nil {
		return r, false, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept", fhir.JSON)
	request.Header.Set("mt-facilityid", c.config.Facility)
	request.Header.Set("mt-correlationid", uuid.NewString())
	if body != nil {
		request.Header.Set("Content-Type", fhir.JSON)
	}
	got, err := c.http.Do(request)
	if err != nil {
		return response{}, true, unreachable(err)
	}
	defer got.Body.Close()
	content, err := io.ReadAll(io.LimitReader(got.Body, maxResponse))
	if err != nil {
		return response{}, true, unreachable(err)
	}
	wait := shared.ParseRetryAfter(got.Header.Get("Retry-After"), time.Now())
	return response{got.StatusCode, wait, content}, true, nil
}

// unreachable wraps a transport error without its URL, which can hold an identifier.
func unreachable(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	return &record.Error{Code: record.Unavailable, Err: err}
}

// decode reads the JSON of a 200 into value.
func (r response) decode(value any) error {
	if r.status != http.StatusOK {
		return r.refusal()
	}
	if err := json.Unmarshal(r.body, value); err != nil {
		return &record.Error{
			Code:   record.Unavailable,
			Status: r.status,
			Err:    errors.New("the response is not the expected JSON"),
		}
	}
	return nil
}

// refusal converts a response into an error. It leaves out the text of an
// OperationOutcome, because that may quote the request.
func (r response) refusal() error {
	e := &record.Error{Status: r.status, RetryAfter: r.retryAfter, Err: fmt.Errorf("status %d", r.status)}
	switch {
	case r.status == http.StatusUnauthorized:
		e.Code = record.Unauthorized
	case r.status == http.StatusForbidden:
		e.Code = record.Forbidden
	case r.status == http.StatusNotFound:
		e.Code = record.NotFound
	case r.status == http.StatusRequestEntityTooLarge:
		e.Code = record.TooLarge
	case temporary(r.status):
		e.Code = record.Unavailable
	default:
		e.Code = record.Refused
	}
	return e
}

// url returns the address of a kind of resource.
func (c *Client) url(kind string) string {
	return strings.TrimSuffix(c.config.BaseURL, "/") + "/" + kind
}

// reference returns the absolute reference of a resource, as ALEX's examples use.
func (c *Client) reference(kind, id string) string { return c.url(kind) + "/" + id }

// RoleWriteScan is the role that filing a photo requires.
const RoleWriteScan = "Patient.documentreference.scaninbox.write"

// Roles returns the roles in the access token from Entra, or nil if the token has
// none. It fails with Unauthorized or Unavailable.
func (c *Client) Roles(ctx context.Context) ([]string, error) {
	token, err := c.tokens.get(ctx)
	if err != nil {
		return nil, err
	}
	var claims struct {
		jwt.RegisteredClaims
		Roles []string `json:"roles"`
	}
	// ALEX verifies the token. Here it is only read, so its signature is not checked.
	if _, _, err := jwt.NewParser().ParseUnverified(token, &claims); err != nil {
		return nil, nil
	}
	return claims.Roles, nil
}

// Examine fetches a token and compares clocks. It returns how far this
// machine's clock is ahead of ALEX's.
func (c *Client) Examine(ctx context.Context) (skew time.Duration, err error) {
	if _, err := c.tokens.get(ctx); err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url("metadata"), nil)
	if err != nil {
		return 0, err
	}
	got, err := c.http.Do(request)
	if err != nil {
		return 0, unreachable(err)
	}
	defer got.Body.Close()
	date, err := http.ParseTime(got.Header.Get("Date"))
	if err != nil {
		return 0, nil // the response has no date
	}
	return c.now().Sub(date), nil
}

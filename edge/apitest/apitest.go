// Package apitest tests that a running edge keeps its contract, shared/openapi.yaml,
// and who may do what. The same suite tests the handler on fakes, natively, and the
// worker on the local cloud.
package apitest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/shared"
)

// Subject is an edge under test and what its operator knows.
type Subject struct {
	URL           string // origin
	LaunchSecret  []byte
	SessionSecret []byte
	AdminToken    string
	Origin        string // one of ALLOWED_ORIGINS
}

// Run runs the suite.
func Run(t *testing.T, subject Subject) {
	api := newAPI(t, subject)
	t.Run("the life of a session", func(t *testing.T) { life(t, api) })
	t.Run("errors", func(t *testing.T) { failures(t, api) })
	t.Run("access", func(t *testing.T) { access(t, api) })
	t.Run("phones", func(t *testing.T) { phones(t, api) })
	t.Run("an earlier photo for the camera", func(t *testing.T) { guides(t, api) })
	t.Run("photos added on a desktop", func(t *testing.T) { desktopPhotos(t, api) })
	t.Run("what is removed", func(t *testing.T) { removals(t, api) })
	t.Run("times of capture", func(t *testing.T) { captures(t, api) })
	t.Run("races", func(t *testing.T) { races(t, api) })
	t.Run("nothing of one request in the next", func(t *testing.T) { isolation(t, api) })
	t.Run("operations", func(t *testing.T) { operations(t, api) })
}

// api makes calls and checks the request and the response of each with the document.
type api struct {
	Subject
	document *openapi3.T
	router   routers.Router
}

func newAPI(t *testing.T, subject Subject) *api {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	document, err := openapi3.NewLoader().LoadFromFile(filepath.Join(filepath.Dir(here), "../../shared/openapi.yaml"))
	if os.IsNotExist(err) {
		t.Fatal("run the suite inside the repository: it reads shared/openapi.yaml")
	}
	if err != nil {
		t.Fatal(err)
	}
	document.Servers = openapi3.Servers{{URL: subject.URL}}
	router, err := gorillamux.NewRouter(document)
	if err != nil {
		t.Fatal(err)
	}
	return &api{subject, document, router}
}

// response is a response of the edge with its whole body.
type response struct {
	Status int
	Header http.Header
	Body   []byte
}

// decode reads the body as T.
func decode[T any](t *testing.T, a response) T {
	t.Helper()
	var value T
	if err := json.Unmarshal(a.Body, &value); err != nil {
		t.Fatalf("status %d, body %s: %v", a.Status, a.Body, err)
	}
	return value
}

// option changes a request before it is sent.
type option func(*http.Request)

func header(name, value string) option {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// call makes a call of the API. The response, whatever its status, must be one
// that the document has; so must a request that is not meant to be wrong.
func (a *api) call(t *testing.T, method, path, token string, body any, options ...option) response {
	t.Helper()
	request, payload := a.request(t, method, path, token, body, options...)
	got := send(t, request)
	input := a.match(t, request, payload)
	if input == nil {
		return got
	}
	if got.Status < 300 {
		if err := openapi3filter.ValidateRequest(t.Context(), input); err != nil {
			t.Errorf("%s %s was accepted and is not as documented: %v", method, path, err)
		}
	}
	a.checkResponse(t, input, got)
	return got
}

func (a *api) request(t *testing.T, method, path, token string, body any, options ...option) (*http.Request, []byte) {
	t.Helper()
	var payload []byte
	switch body := body.(type) {
	case nil:
	case []byte:
		payload = body
	default:
		var err error
		if payload, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), method, a.URL+path, bytes.NewReader(payload))
	if err != nil {
		t.Fatal(err)
	}
	if payload != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for _, change := range options {
		change(request)
	}
	return request, payload
}

// match finds a request's place in the document; nil if it has none.
func (a *api) match(t *testing.T, request *http.Request, payload []byte) *openapi3filter.RequestValidationInput {
	t.Helper()
	copied := request.Clone(t.Context())
	copied.Body = io.NopCloser(bytes.NewReader(payload))
	route, parameters, err := a.router.FindRoute(copied)
	if err != nil {
		return nil
	}
	return &openapi3filter.RequestValidationInput{
		Request:    copied,
		PathParams: parameters,
		Route:      route,
		Options: &openapi3filter.Options{
			AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
			IncludeResponseStatus: true,
		},
	}
}

func (a *api) checkResponse(t *testing.T, input *openapi3filter.RequestValidationInput, got response) {
	t.Helper()
	err := openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: got.Status, Header: got.Header,
		Body: io.NopCloser(bytes.NewReader(got.Body)), Options: input.Options,
	})
	if err != nil {
		t.Errorf("%s %s returned %d, not as documented: %v", input.Request.Method, input.Route.Path, got.Status, err)
	}
	if got.Header.Get("X-Request-Id") == "" {
		t.Errorf("the response to %s %s has no request id", input.Request.Method, input.Route.Path)
	}
}

var client = &http.Client{
	Timeout:       30 * time.Second,
	Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func send(t *testing.T, request *http.Request) response {
	t.Helper()
	received, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer received.Body.Close()
	body, err := io.ReadAll(received.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response{received.StatusCode, received.Header, body}
}

// expect fails the test unless the response has the status and, for an error, the code.
func (a response) expect(t *testing.T, status int, code shared.Code) response {
	t.Helper()
	if a.Status != status {
		t.Fatalf("returned %d, not %d: %s", a.Status, status, a.Body)
	}
	if code == "" {
		return a
	}
	problem := decode[shared.Problem](t, a)
	if problem.Code != code || problem.Status != status || problem.RequestID != a.Header.Get("X-Request-Id") {
		t.Fatalf("problem is %+v, wanted code %s", problem, code)
	}
	return a
}

// launchToken signs what a practice system's backend would.
func (a *api) launchToken(t *testing.T, encounterID string, change ...func(jwt.MapClaims)) string {
	t.Helper()
	claims := jwt.MapClaims{
		"sub":          "gp-1",
		"facilityId":   "fac-1",
		"patientId":    "pat-1",
		"encounterId":  encounterID,
		"patientLabel": "Test Patient A",
		"name":         "Dr Test",
		"exp":          time.Now().Add(time.Hour).Unix(),
	}
	for _, one := range change {
		one(claims)
	}
	return sign(t, a.LaunchSecret, claims)
}

func sign(t *testing.T, secret []byte, claims jwt.Claims) string {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(secret)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// opened is an encounter with its desktop and one phone.
type opened struct {
	shared.CreateResponse
	phone shared.Grant
}

// list is what a desktop sees.
func (a *api) list(t *testing.T, s opened) shared.ListResponse {
	t.Helper()
	got := a.call(t, "GET", base+"/images/"+s.EncounterID, s.DesktopToken, nil).expect(t, 200, "")
	return decode[shared.ListResponse](t, got)
}

// open opens a session for a new encounter. It ends with the test.
func (a *api) open(t *testing.T) opened {
	t.Helper()
	encounterID := "enc-" + randomHex(6)
	created := decode[shared.CreateResponse](
		t,
		a.call(t, "POST", base+"/create", a.launchToken(t, encounterID), nil).expect(t, 201, ""),
	)
	phone := decode[shared.Grant](t, a.call(t, "GET", base+"/token/"+created.Token, "", nil).expect(t, 200, ""))
	t.Cleanup(func() {
		request, err := http.NewRequestWithContext(
			context.Background(), "DELETE", a.URL+base+"/"+encounterID+"?force=1", nil,
		)
		if err != nil {
			return
		}
		request.Header.Set("Authorization", "Bearer "+created.DesktopToken)
		if received, err := client.Do(request); err == nil {
			received.Body.Close()
		}
	})
	return opened{created, phone}
}

const base = shared.BasePath

// picture is bytes that pass for a JPEG, and how the presign request describes them.
func picture(size int) ([]byte, shared.PresignImage) {
	content := make([]byte, size)
	rand.Read(content)
	copy(content, "\xff\xd8\xff")
	sum := sha256.Sum256(content)
	return content, shared.PresignImage{
		ImageID: randomHex(16), ContentType: shared.ContentTypeJPEG, Size: int64(size),
		SHA256: base64.StdEncoding.EncodeToString(sum[:]),
	}
}

// upload takes one picture all the way and returns what the edge stored.
func (a *api) upload(t *testing.T, s opened, metadata shared.Metadata) shared.Image {
	t.Helper()
	content, image := picture(2000)
	slot := a.presign(t, s, image)[0]
	put(t, slot, content, http.StatusOK)
	confirmed := decode[shared.ConfirmResponse](
		t,
		a.call(t, "POST", base+"/images", s.phone.UploadToken, confirmation(s, slot, metadata)).expect(t, 200, ""),
	)
	return confirmed.Image
}

func (a *api) presign(t *testing.T, s opened, images ...shared.PresignImage) []shared.PresignedUpload {
	t.Helper()
	got := a.call(
		t,
		"POST",
		base+"/presigned-url",
		s.phone.UploadToken,
		shared.PresignRequest{EncounterID: s.EncounterID, Images: images},
	).
		expect(t, 200, "")
	return decode[shared.PresignResponse](t, got).Images
}

func confirmation(s opened, slot shared.PresignedUpload, metadata shared.Metadata) shared.ConfirmRequest {
	return shared.ConfirmRequest{
		EncounterID: s.EncounterID,
		ImageID:     slot.ImageID,
		S3Key:       slot.S3Key,
		Width:       30,
		Height:      20,
		Metadata:    metadata,
	}
}

// put sends bytes to a presigned URL.
func put(t *testing.T, slot shared.PresignedUpload, content []byte, status int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "PUT", slot.UploadURL, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range slot.Headers {
		request.Header.Set(name, value)
	}
	if got := send(t, request); got.Status != status {
		t.Fatalf("PUT returned %d, not %d: %s", got.Status, status, got.Body)
	}
}

func randomHex(n int) string {
	random := make([]byte, n)
	rand.Read(random)
	return hex.EncodeToString(random)
}

// each runs f n times at once.
func each(n int, f func(i int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { f(i) })
	}
	group.Wait()
}

// escape makes any text one segment of a path.
func escape(text string) string { return strings.ReplaceAll(url.PathEscape(text), "+", "%2B") }

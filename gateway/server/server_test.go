package server

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/gateway/alex"
	"github.com/clinicpro/photobridge/gateway/config"
	"github.com/clinicpro/photobridge/gateway/keyring"
	"github.com/clinicpro/photobridge/gateway/once"
	"github.com/clinicpro/photobridge/gateway/record"
	"github.com/clinicpro/photobridge/gateway/smart"
)

// practice is a record system with two patients that remembers the photos it received.
type practice struct {
	mu      sync.Mutex
	written map[string][]string // patient → image ids
	last    record.Photo
	refuse  error
	hold    chan struct{} // writing waits until it is closed; nil: no waiting
}

// DecodeLaunch accepts a patient's id in base64 as the context and "good" as the
// signature. Its base64 decoder is as lenient as possible.
func (p *practice) DecodeLaunch(_ context.Context, launchContext, signature string) (alex.Launch, error) {
	decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(launchContext, "="))
	patient, _, _ := strings.Cut(string(decoded), "-")
	switch {
	case err != nil:
		return alex.Launch{}, &record.Error{Code: record.LaunchInvalid}
	case signature != "good":
		return alex.Launch{}, &record.Error{Code: record.LaunchInvalid}
	case patient == "nobody":
		return alex.Launch{}, &record.Error{Code: record.NoPatient}
	}
	return alex.Launch{PatientID: patient, ProviderID: "dr1"}, nil
}

func (p *practice) Patient(_ context.Context, id string) (record.Patient, error) {
	if id != "anna" && id != "bert" {
		return record.Patient{}, &record.Error{Code: record.NotFound}
	}
	return record.Patient{ID: id, Name: "Name of " + id, BirthDate: "1957-03-14", NHI: "ZZZ0016"}, nil
}

// opened opens the practice for the server.
type opened struct{ *practice }

func (r opened) Writer(session Session) record.Writer { return writer{r.practice, session.PatientID} }

func (r opened) Patient(context.Context, smart.Launch) (record.Patient, error) {
	return record.Patient{Name: "Name of anna"}, nil
}

type writer struct {
	practice  *practice
	patientID string
}

func (w writer) Write(_ context.Context, photo record.Photo) (record.Written, error) {
	w.practice.mu.Lock()
	hold := w.practice.hold
	w.practice.mu.Unlock()
	if hold != nil {
		<-hold
	}
	w.practice.mu.Lock()
	defer w.practice.mu.Unlock()
	if w.practice.refuse != nil {
		return record.Written{}, w.practice.refuse
	}
	w.practice.last = photo
	existed := slices.Contains(w.practice.written[w.patientID], photo.ImageID)
	w.practice.written[w.patientID] = append(w.practice.written[w.patientID], photo.ImageID)
	return record.Written{ID: "doc-" + photo.ImageID, Existed: existed}, nil
}

// gate is a running gateway and its log.
type gate struct {
	*httptest.Server
	practice *practice
	log      *bytes.Buffer
	now      *time.Time // of every gateway that shares the folder
	server   *Server
}

type failer interface {
	Helper()
	Fatal(...any)
}

func open(t failer, folder string) *gate {
	t.Helper()
	now := time.Now()
	return openAt(t, folder, &practice{written: map[string][]string{}}, &now)
}

// another returns a second gateway that shares the folder and the record system.
func (g *gate) another(t failer, folder string) *gate {
	t.Helper()
	return openAt(t, folder, g.practice, g.now)
}

func openAt(t failer, folder string, system *practice, now *time.Time) *gate {
	t.Helper()
	g := &gate{practice: system, log: &bytes.Buffer{}, now: now}
	clock := func() time.Time { return *g.now }
	for _, name := range []string{"used", "pages"} {
		if err := os.MkdirAll(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(
		filepath.Join(folder, "pages", "desk.html"),
		[]byte("<title>desk</title>"),
		0o600,
	); err != nil {
		t.Fatal(err)
	}
	keys, err := keyring.Open(filepath.Join(folder, "keys"), clock)
	if err != nil {
		t.Fatal(err)
	}
	g.server = &Server{
		Config: config.Config{
			PublicURL: "http://127.0.0.1:1", EdgeURL: "https://edge.test", Pages: filepath.Join(folder, "pages"),
			Label: []string{"name", "birthDate", "nhi"}, Medtech: &config.Medtech{Facility: "F9Z999-Z"},
		},
		Keys: keys, Used: once.Memory{Folder: filepath.Join(folder, "used"), Life: time.Hour, Now: clock},
		Medtech: g.practice, Records: opened{g.practice}, Log: slog.New(slog.NewJSONHandler(g.log, nil)), Now: clock,
	}
	g.Server = httptest.NewServer(g.server.Handler())
	return g
}

// browser is one browser profile.
func (g *gate) browser() *http.Client {
	jar, _ := cookiejar.New(nil) // never fails without options
	return &http.Client{Jar: jar}
}

func encoded(launchContext string) string {
	return base64.StdEncoding.EncodeToString([]byte(launchContext))
}

// launch does what a click on the toolbar's icon does, and returns the page's address.
func (g *gate) launch(t failer, browser *http.Client, launchContext string) (page string, status int) {
	t.Helper()
	query := url.Values{"context": {encoded(launchContext)}, "signature": {"good"}}
	response, err := browser.Get(g.URL + "/launch/medtech?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return response.Request.URL.String(), response.StatusCode
}

func (g *gate) describe(t failer, browser *http.Client, page string) (launchInfo, int) {
	t.Helper()
	var info launchInfo
	response, err := browser.Get(page + "launch.json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&info); err != nil {
		t.Fatal(err)
	}
	return info, response.StatusCode
}

// commit sends a photo with the patient and the encounter that the page claims.
func (g *gate) commit(t failer, browser *http.Client, page, imageID, patientID, encounterID string) (record.Code, int) {
	t.Helper()
	return g.send(t, browser, page, []byte("\xff\xd8\xff"), commitRequest{
		ImageID: imageID, PatientID: patientID, EncounterID: encounterID, Number: 1,
	})
}

// send commits a photo in the way that a page does.
func (g *gate) send(
	t failer, browser *http.Client, page string, photo []byte, request commitRequest,
) (record.Code, int) {
	t.Helper()
	body, contentType := form(t, photo, request)
	response, err := browser.Post(page+"commit", contentType, body)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var p problem
	if err := json.NewDecoder(response.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	return p.Code, response.StatusCode
}

// form returns the body of a commit.
func form(t failer, photo []byte, request commitRequest) (body *bytes.Buffer, contentType string) {
	t.Helper()
	body = &bytes.Buffer{}
	parts := multipart.NewWriter(body)
	about, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		name    string
		content []byte
	}{{"about", about}, {"photo", photo}} {
		part, err := parts.CreateFormField(one.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(one.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	return body, parts.FormDataContentType()
}

func TestLaunchAndCommit(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	browser := g.browser()
	page, status := g.launch(t, browser, "anna-1")
	if status != http.StatusOK || strings.Contains(page, "anna") || strings.Contains(page, "context") {
		t.Fatal(page, status)
	}
	info, _ := g.describe(t, browser, page)
	if info.PatientLabel != "Name of anna, 14.03.1957, ZZZ0016" || info.PatientID != "anna" {
		t.Errorf("%+v", info)
	}
	if code, status := g.commit(t, browser, page, "img1", "anna", info.EncounterID); status != http.StatusOK {
		t.Error(code, status)
	}
	if got := g.practice.written["anna"]; len(got) != 1 || got[0] != "img1" {
		t.Error(got)
	}
	for _, secret := range []string{"anna", "Name of", "ZZZ0016", "1957", info.EncounterID, info.Ticket, "dr1"} {
		if strings.Contains(g.log.String(), secret) {
			t.Errorf("the log contains %q", secret)
		}
	}
}

// TestExisted: the page learns whether the record had a photo already.
func TestExisted(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	browser := g.browser()
	page, _ := g.launch(t, browser, "anna-1")
	info, _ := g.describe(t, browser, page)
	for _, existed := range []bool{false, true} {
		body, contentType := form(t, []byte("\xff\xd8\xff"), commitRequest{
			ImageID: "img1", PatientID: "anna", EncounterID: info.EncounterID, Number: 1,
		})
		response, err := browser.Post(page+"commit", contentType, body)
		if err != nil {
			t.Fatal(err)
		}
		var got commitResponse
		err = json.NewDecoder(response.Body).Decode(&got)
		response.Body.Close()
		if want := (commitResponse{"img1", "doc-img1", existed}); err != nil || got != want {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

func TestLaunchToken(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	browser := g.browser()
	page, _ := g.launch(t, browser, "anna-1")
	info, _ := g.describe(t, browser, page)
	response, err := browser.Get(page + "token")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var got struct {
		LaunchToken string `json:"launchToken"`
	}
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	set, err := g.server.Keys.Launch.Public()
	if err != nil {
		t.Fatal(err)
	}
	claims := jwt.MapClaims{}
	_, err = jwt.ParseWithClaims(got.LaunchToken, claims, func(token *jwt.Token) (any, error) {
		return set.Key(token.Header["kid"].(string))[0].Key, nil
	}, jwt.WithValidMethods([]string{"ES256"}), jwt.WithExpirationRequired())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"sub": "dr1", "practitionerId": "dr1", "facilityId": "F9Z999-Z", "patientId": "anna",
		"encounterId": info.EncounterID, "patientLabel": info.PatientLabel,
	} {
		if claims[name] != want {
			t.Errorf("%s is %v", name, claims[name])
		}
	}
}

func TestCookie(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	browser := g.browser()
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	g.server.seals.secure = true
	response, err := browser.Get(g.URL + "/launch/medtech?signature=good&context=" + encoded("anna-1"))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	cookies := response.Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies", len(cookies))
	}
	c := cookies[0]
	if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != response.Header.Get("Location") {
		t.Errorf("%+v", c)
	}
	if life := c.Expires.Sub(*g.now); life > sessionLife+time.Minute {
		t.Errorf("lives %s", life)
	}
}

// TestEarlier: photos of an earlier launch are offered only for the same patient.
func TestEarlier(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	browser := g.browser()
	var tickets []string
	for _, launchContext := range []string{"anna-1", "bert-1"} {
		page, _ := g.launch(t, browser, launchContext)
		info, _ := g.describe(t, browser, page)
		tickets = append(tickets, info.Ticket)
	}
	page, _ := g.launch(t, browser, "anna-2")
	ask := func(tickets ...string) []earlierLaunch {
		body, _ := json.Marshal(map[string][]string{"tickets": tickets})
		response, err := browser.Post(page+"earlier", "application/json", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var got struct {
			Earlier []earlierLaunch `json:"earlier"`
		}
		if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
			t.Fatal(err)
		}
		return got.Earlier
	}
	if got := ask(tickets...); len(got) != 1 || !strings.HasPrefix(got[0].PatientLabel, "Name of anna") {
		t.Errorf("%+v", got)
	}
	if got := ask("forged", tickets[0]+"x"); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestCommitFailures(t *testing.T) {
	for code, status := range map[record.Code]int{
		record.Unavailable: 503, record.Forbidden: 502, record.Refused: 502, record.TooLarge: 413,
		record.Uncertain: 409,
	} {
		g := open(t, t.TempDir())
		g.practice.refuse = &record.Error{Code: code, RetryAfter: 1500 * time.Millisecond}
		browser := g.browser()
		page, _ := g.launch(t, browser, "anna-1")
		info, _ := g.describe(t, browser, page)
		if got, gotStatus := g.commit(
			t,
			browser,
			page,
			"img1",
			"anna",
			info.EncounterID,
		); got != code ||
			gotStatus != status {
			t.Errorf("%s: %s %d", code, got, gotStatus)
		}
		g.Close()
	}
}

func TestPages(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	for path, want := range map[string]int{
		"/": 401, "/desk/anything/": 401, "/nothing": 404, "/healthz": 204, "/.well-known/jwks.json": 200,
		"/launch/smart?iss=x": 404,
	} {
		response, err := g.browser().Get(g.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		policy := response.Header.Get("Content-Security-Policy")
		if response.StatusCode != want || !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s: %d %s", path, response.StatusCode, policy)
		}
	}
}

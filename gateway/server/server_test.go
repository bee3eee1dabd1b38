package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"pgregory.net/rapid"

	"github.com/clinicpro/photobridge/gateway/alex"
	"github.com/clinicpro/photobridge/gateway/config"
	"github.com/clinicpro/photobridge/gateway/keyring"
	"github.com/clinicpro/photobridge/gateway/once"
	"github.com/clinicpro/photobridge/gateway/record"
	"github.com/clinicpro/photobridge/gateway/smart"
)

// practice is a record system with two patients that remembers what it was given.
type practice struct {
	mu      sync.Mutex
	written map[string][]string // patient → image ids
	refuse  error
}

// DecodeLaunch takes the patient's id for the context and "good" for a signature.
func (p *practice) DecodeLaunch(_ context.Context, launchContext, signature string) (alex.Launch, error) {
	patient, _, _ := strings.Cut(launchContext, "-")
	switch {
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

// records opens the practice for the server.
type records struct{ *practice }

func (r records) Writer(session Session) record.Writer { return writer{r.practice, session.PatientID} }

func (r records) Patient(context.Context, smart.Launch) (record.Patient, error) {
	return record.Patient{Name: "Name of anna"}, nil
}

type writer struct {
	practice  *practice
	patientID string
}

func (w writer) Write(_ context.Context, photo record.Photo) (string, error) {
	w.practice.mu.Lock()
	defer w.practice.mu.Unlock()
	if w.practice.refuse != nil {
		return "", w.practice.refuse
	}
	w.practice.written[w.patientID] = append(w.practice.written[w.patientID], photo.ImageID)
	return "doc-" + photo.ImageID, nil
}

// gate is a running gateway and what it logs.
type gate struct {
	*httptest.Server
	practice *practice
	log      *bytes.Buffer
	now      time.Time
	server   *Server
}

type failer interface {
	Helper()
	Fatal(...any)
}

func open(t failer, folder string) *gate {
	t.Helper()
	g := &gate{practice: &practice{written: map[string][]string{}}, log: &bytes.Buffer{}, now: time.Now()}
	clock := func() time.Time { return g.now }
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
		Medtech: g.practice, Records: records{g.practice}, Log: slog.New(slog.NewJSONHandler(g.log, nil)), Now: clock,
	}
	g.Server = httptest.NewServer(g.server.Handler())
	return g
}

// browser is one browser profile.
func (g *gate) browser() *http.Client {
	jar, _ := cookiejar.New(nil) // never fails without options
	return &http.Client{Jar: jar}
}

// launch clicks the icon in the toolbar and returns the page's address.
func (g *gate) launch(t failer, browser *http.Client, launchContext string) (page string, status int) {
	t.Helper()
	query := url.Values{"context": {launchContext}, "signature": {"good"}}
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

// commit sends a photo that a page believes to be of this patient and encounter.
func (g *gate) commit(t failer, browser *http.Client, page, imageID, patientID, encounterID string) (record.Code, int) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	about, err := json.Marshal(
		commitRequest{ImageID: imageID, PatientID: patientID, EncounterID: encounterID, Number: 1},
	)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"about": about, "photo": []byte("\xff\xd8\xff")} {
		part, err := form.CreateFormField(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	response, err := browser.Post(page+"commit", form.FormDataContentType(), &body)
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

func TestRefusedLaunches(t *testing.T) {
	tests := []struct {
		name, query string
		status      int
		says        string
	}{
		{"nobody selected", "context=nobody-1&signature=good", 409, "No patient is selected"},
		{"another signature", "context=anna-1&signature=bad", 400, "cannot be read"},
		{"an unknown patient", "context=zoe-1&signature=good", 404, "does not know this patient"},
		{"used before", "context=bert-1&signature=good", 410, "used before"},
	}
	g := open(t, t.TempDir())
	defer g.Close()
	g.launch(t, g.browser(), "bert-1")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			response, err := g.browser().Get(g.URL + "/launch/medtech?" + test.query)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, _ := io.ReadAll(response.Body)
			if response.StatusCode != test.status || !strings.Contains(string(body), test.says) {
				t.Errorf("%d %s", response.StatusCode, body)
			}
			if len(response.Cookies()) != 0 {
				t.Error("a refused launch left a cookie")
			}
		})
	}
}

func TestCookie(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	browser := g.browser()
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	g.server.seals.secure = true
	response, err := browser.Get(g.URL + "/launch/medtech?context=anna-1&signature=good")
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
	if life := c.Expires.Sub(g.now); life > sessionLife+time.Minute {
		t.Errorf("lives %s", life)
	}
}

// TestSessionsAreBound: a launch is over when its time is, and a cookie opens
// its own page alone.
func TestSessionsAreBound(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	browser := g.browser()
	pageA, _ := g.launch(t, browser, "anna-1")
	pageB, _ := g.launch(t, browser, "bert-1")
	infoB, _ := g.describe(t, browser, pageB)
	if code, _ := g.commit(t, browser, pageA, "img1", "bert", infoB.EncounterID); code != record.WrongPatient {
		t.Errorf("B's photo on A's page: %q", code)
	}
	if code, _ := g.commit(t, g.browser(), pageA, "img1", "anna", "x"); code != codeNoLaunch {
		t.Errorf("another browser: %q", code)
	}
	g.now = g.now.Add(sessionLife)
	if _, status := g.describe(t, browser, pageA); status != http.StatusUnauthorized {
		t.Errorf("after two hours: %d", status)
	}
}

// TestWrongPatient plays random lives of tabs and browsers. No photo is ever
// committed under another patient.
func TestWrongPatient(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		folder, err := os.MkdirTemp("", "gateway")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(folder)
		g := open(t, folder)
		defer g.Close()
		g.server.limits = nil
		g.server.limits = newLimits()
		browsers := []*http.Client{g.browser(), g.browser()}
		type tab struct {
			page string
			info launchInfo
		}
		var tabs []tab
		of := map[string]string{} // image → patient that it was taken of
		launches := 0
		t.Repeat(map[string]func(*rapid.T){
			"launch": func(t *rapid.T) {
				patient := rapid.SampledFrom([]string{"anna", "bert"}).Draw(t, "patient")
				browser := rapid.SampledFrom(browsers).Draw(t, "browser")
				launches++
				page, status := g.launch(
					t,
					browser,
					patient+"-"+string(rune('a'+launches%26))+strings.Repeat("x", launches/26),
				)
				if status != http.StatusOK {
					t.Skip("limited")
				}
				info, _ := g.describe(t, browser, page)
				tabs = append(tabs, tab{page, info})
			},
			"commit": func(t *rapid.T) {
				if len(tabs) == 0 {
					t.Skip("no tab")
				}
				shown := rapid.SampledFrom(tabs).Draw(t, "what the page shows")
				at := rapid.SampledFrom(tabs).Draw(t, "address of the page")
				browser := rapid.SampledFrom(browsers).Draw(t, "browser")
				imageID := "img" + string(rune('a'+len(of)%26)) + strings.Repeat("z", len(of)/26)
				of[imageID] = shown.info.PatientID
				g.commit(t, browser, at.page, imageID, shown.info.PatientID, shown.info.EncounterID)
			},
			"wait": func(t *rapid.T) {
				g.now = g.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "minutes")) * time.Minute)
			},
			"": func(t *rapid.T) {
				for patient, images := range g.practice.written {
					for _, imageID := range images {
						if of[imageID] != patient {
							t.Fatalf("%s was taken of %s and is in the record of %s", imageID, of[imageID], patient)
						}
					}
				}
			},
		})
	})
}

// TestEarlier offers photos of an earlier launch of the same patient only.
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

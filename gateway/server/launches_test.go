package server

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/gateway/record"
	"github.com/clinicpro/photobridge/gateway/smart"
)

func TestRefusedLaunches(t *testing.T) {
	query := func(launchContext, signature string) string {
		return url.Values{"context": {launchContext}, "signature": {signature}}.Encode()
	}
	tests := []struct {
		name, query string
		status      int
		says        string
	}{
		{"nobody selected", query(encoded("nobody-1"), "good"), 409, "No patient is selected"},
		{"another signature", query(encoded("anna-1"), "bad"), 400, "cannot be read"},
		{"no base64", query("%%%", "good"), 400, "cannot be read"},
		{"nothing", "", 400, "cannot be read"},
		{"a broken query", "context=%zz&signature=%", 400, "cannot be read"},
		{"a context that is too long", query(strings.Repeat("A", 4097), "good"), 400, "cannot be read"},
		{"a signature that is too long", query(encoded("anna-1"), strings.Repeat("g", 4097)), 400, "cannot be read"},
		{"an unknown patient", query(encoded("zoe-1"), "good"), 404, "does not know this patient"},
		{"used before", query(encoded("bert-12"), "good"), 410, "used before"},
		{"used before, unpadded", query(strings.TrimRight(encoded("bert-12"), "="), "good"), 410, "used before"},
		{
			"used before, other unused bits", query(strings.Replace(encoded("bert-12"), "Mg==", "Mh==", 1), "good"),
			410, "used before",
		},
	}
	folder := t.TempDir()
	g := open(t, folder)
	second := g.another(t, folder)
	defer g.Close()
	defer second.Close()
	if _, status := g.launch(t, g.browser(), "bert-12"); status != http.StatusOK {
		t.Fatal(status)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			// This instance did not handle the first launch.
			response, err := second.browser().Get(second.URL + "/launch/medtech?" + test.query)
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

// TestPlus: the sender of a launch URL may leave base64 unescaped.
func TestPlus(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	launchContext := encoded("anna--\xfb\xef\xbe") // ends in "++++"
	if !strings.Contains(launchContext, "+") {
		t.Fatal(launchContext)
	}
	response, err := g.browser().Get(g.URL + "/launch/medtech?signature=good&context=" + launchContext)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Error(response.Status)
	}
}

// TestLaunchAtOnce: if many browsers use the same launch at two gateways, one of them
// succeeds.
func TestLaunchAtOnce(t *testing.T) {
	folder := t.TempDir()
	g := open(t, folder)
	second := g.another(t, folder)
	defer g.Close()
	defer second.Close()
	var in atomic.Int32
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			at := []*gate{g, second}[i%2]
			if _, status := at.launch(t, at.browser(), "anna-1"); status == http.StatusOK {
				in.Add(1)
			}
		})
	}
	group.Wait()
	if in.Load() != 1 {
		t.Errorf("%d of 20 got in", in.Load())
	}
}

func TestLimits(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	status := 0
	for n := range launchesPerMinute {
		_, status = g.launch(t, g.browser(), "anna-"+strings.Repeat("x", n+1))
	}
	if status != http.StatusTooManyRequests {
		t.Errorf("after %d launches at once: %d", launchesPerMinute, status)
	}
}

// TestLimitsBehindProxy: only the last entry counts, which the proxy adds. A browser
// can write the others.
func TestLimitsBehindProxy(t *testing.T) {
	l := newLimits(true)
	allowed := func(chain string) bool {
		return l.launch(&http.Request{RemoteAddr: "10.0.0.1:4", Header: http.Header{"X-Forwarded-For": {chain}}})
	}
	for range launchesPerMinute {
		allowed("203.0.113.7")
	}
	for chain, want := range map[string]bool{
		"203.0.113.7": false, "192.0.2.1, 203.0.113.7": false, "203.0.113.7, 192.0.2.1": true, "192.0.2.9": true,
	} {
		if got := allowed(chain); got != want {
			t.Errorf("%s: %v", chain, got)
		}
	}
}

// hospital is a SMART server that returns the patient anna for the code "good".
type hospital struct {
	now   func() time.Time
	token int // length of its access tokens
}

func (h hospital) Begin(_ context.Context, _, launch string) (string, smart.Pending, error) {
	if launch == "" {
		return "", smart.Pending{}, &record.Error{Code: record.LaunchInvalid}
	}
	pending := smart.Pending{ISS: "https://fhir.test", State: "state-" + launch, Until: h.now().Add(10 * time.Minute)}
	return "/signed-in", pending, nil
}

func (h hospital) Finish(_ context.Context, pending smart.Pending, query url.Values) (smart.Launch, error) {
	if query.Get("state") != pending.State || query.Get("code") != "good" {
		return smart.Launch{}, &record.Error{Code: record.LaunchForeign}
	}
	return smart.Launch{
		Server: smart.Server{ISS: pending.ISS, Facility: "fac-1"}, PatientID: "anna",
		EncounterID: strings.Replace(pending.State, "state", "visit", 1),
		FHIRUser:    "Practitioner/dr-2", Subject: "s", AccessToken: strings.Repeat("t", h.token),
		ExpiresAt: h.now().Add(time.Hour),
	}, nil
}

// TestSMARTReturns: a sign-in counts once, in the browser that started it, at any
// gateway that shares the folder.
func TestSMARTReturns(t *testing.T) {
	folder := t.TempDir()
	g := open(t, folder)
	second := g.another(t, folder)
	defer g.Close()
	defer second.Close()
	for _, one := range []*gate{g, second} {
		one.server.SMART = hospital{func() time.Time { return *g.now }, 1500}
	}
	began := g.browser()
	get := func(browser *http.Client, at *gate, path string) (int, string) {
		t.Helper()
		response, err := browser.Get(at.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		return response.StatusCode, response.Request.URL.Path + " " + string(body)
	}
	for _, launch := range []string{"one", "two"} { // both at the same time
		get(began, g, "/launch/smart?iss=https://fhir.test&launch="+launch)
	}
	for _, step := range []struct {
		name    string
		browser *http.Client
		at      *gate
		path    string
		status  int
		says    string
	}{
		{"another browser", g.browser(), g, "?code=good&state=state-one", 403, "not for this practice"},
		{"no state", began, g, "?code=good", 403, "not for this practice"},
		{"the other gateway", began, second, "?code=good&state=state-one", 200, "/desk/"},
		{"again", began, second, "?code=good&state=state-one", 410, "used before"},
		{"again, at the first", began, g, "?code=good&state=state-one", 410, "used before"},
		{"another code", began, g, "?code=bad&state=state-two", 403, "not for this practice"},
	} {
		status, body := get(step.browser, step.at, "/launch/smart/return"+step.path)
		if status != step.status || !strings.Contains(body, step.says) {
			t.Errorf("%s: %d %s", step.name, status, body)
		}
	}
	long := "?iss=https://fhir.test&launch=" + strings.Repeat("l", 4097)
	if status, body := get(began, g, "/launch/smart"+long); status != 400 || !strings.Contains(body, "cannot be read") {
		t.Errorf("a long launch: %d %s", status, body)
	}
}

// TestVisit: a photo goes to the record's own encounter of the launch that it was taken in.
func TestVisit(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	g.server.SMART = hospital{func() time.Time { return *g.now }, 1500}
	browser := g.browser()
	launch := func(name string) (page string, info launchInfo) {
		t.Helper()
		for _, path := range []string{"?iss=https://fhir.test&launch=", "/return?code=good&state=state-"} {
			response, err := browser.Get(g.URL + "/launch/smart" + path + name)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			page = response.Request.URL.String()
		}
		info, _ = g.describe(t, browser, page)
		return page, info
	}
	_, earlier := launch("one")
	page, now := launch("two")
	for _, test := range []struct {
		name, encounterID, ticket, want string
	}{
		{"of this launch", now.EncounterID, "", "visit-two"},
		{"of an earlier launch", earlier.EncounterID, earlier.Ticket, "visit-one"},
	} {
		code, _ := g.send(t, browser, page, []byte("\xff\xd8\xff"), commitRequest{
			ImageID: "img1", PatientID: "anna", EncounterID: test.encounterID, Ticket: test.ticket, Number: 1,
		})
		if last := g.practice.last; code != "" || last.Visit != test.want || last.EncounterID != test.encounterID {
			t.Errorf("%s: %q, visit %q of %q", test.name, code, last.Visit, last.EncounterID)
		}
	}
}

// TestLongTokens: an access token that is too long for a cookie is split over several.
func TestLongTokens(t *testing.T) {
	for length, want := range map[int]int{0: 200, 2500: 200, 7000: 200, 9000: 400} {
		g := open(t, t.TempDir())
		g.server.SMART = hospital{func() time.Time { return *g.now }, length}
		browser := g.browser()
		response, err := browser.Get(g.URL + "/launch/smart?iss=https://fhir.test&launch=one")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response, err = browser.Get(g.URL + "/launch/smart/return?code=good&state=state-one"); err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%d bytes: %s", length, response.Status)
		}
		for _, cookie := range browser.Jar.Cookies(response.Request.URL) {
			if len(cookie.String()) > 4096 {
				t.Errorf("%d bytes: a cookie of %d", length, len(cookie.String()))
			}
		}
		g.Close()
	}
}

// TestOtherOrigins: a page of another origin cannot commit, even with the cookie.
func TestOtherOrigins(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	browser := g.browser()
	page, _ := g.launch(t, browser, "anna-1")
	request, err := http.NewRequest(http.MethodPost, page+"commit", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Sec-Fetch-Site", "same-site")
	response, err := browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Error(response.Status)
	}
}

// TestCommitSize: a form of the largest size is accepted, and one more byte is not.
func TestCommitSize(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	browser := g.browser()
	page, _ := g.launch(t, browser, "anna-1")
	info, _ := g.describe(t, browser, page)
	request := commitRequest{ImageID: "img1", PatientID: "anna", EncounterID: info.EncounterID, Number: 1}
	empty, _ := form(t, nil, request)
	around := empty.Len()
	for extra, want := range map[int]record.Code{0: "", 1: record.TooLarge} {
		photo := make([]byte, maxCommit-around+extra)
		copy(photo, "\xff\xd8\xff")
		if code, _ := g.send(t, browser, page, photo, request); code != want {
			t.Errorf("%d bytes more: %q", extra, code)
		}
	}
	for name, photo := range map[string]string{"nothing": "", "a PNG": "\x89PNG\r\n", "two bytes": "\xff\xd8"} {
		if code, _ := g.send(t, browser, page, []byte(photo), request); code != codeBadRequest {
			t.Errorf("%s: %q", name, code)
		}
	}
}

package server

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/clinicpro/photobridge/gateway/record"
)

// TestSessionsAreBound: a launch expires, and a cookie opens only its own page.
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
	infoA, _ := g.describe(t, browser, pageA)
	if code, _ := g.commit(t, browser, pageA, "img1", "bert", infoA.EncounterID); code != record.WrongPatient {
		t.Errorf("A's photo under B's id: %q", code)
	}
	if code, _ := g.commit(t, g.browser(), pageA, "img1", "anna", "x"); code != codeNoLaunch {
		t.Errorf("another browser: %q", code)
	}
	*g.now = g.now.Add(sessionLife)
	if _, status := g.describe(t, browser, pageA); status != http.StatusUnauthorized {
		t.Errorf("after two hours: %d", status)
	}
}

// cookieOf returns the cookie that a browser has for a page.
func cookieOf(t failer, browser *http.Client, page string) *http.Cookie {
	t.Helper()
	address, err := url.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range browser.Jar.Cookies(address) {
		if cookie.Name == sessionCookie {
			return cookie
		}
	}
	return nil
}

// give stores a cookie in a browser.
func give(t failer, browser *http.Client, page string, cookie *http.Cookie) {
	t.Helper()
	address, err := url.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	browser.Jar.SetCookies(address, []*http.Cookie{{Name: cookie.Name, Value: cookie.Value, Path: address.Path}})
}

// TestUnderWay: B is launched while A's photos are being written into the record.
func TestUnderWay(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	browser := g.browser()
	pageA, _ := g.launch(t, browser, "anna-1")
	infoA, _ := g.describe(t, browser, pageA)
	hold := make(chan struct{})
	g.practice.hold = hold
	done := make(chan record.Code)
	go func() {
		code, _ := g.commit(t, browser, pageA, "imgA", "anna", infoA.EncounterID)
		done <- code
	}()
	pageB, _ := g.launch(t, browser, "bert-1")
	infoB, _ := g.describe(t, browser, pageB)
	close(hold)
	if code := <-done; code != "" {
		t.Errorf("A's photo: %q", code)
	}
	if code, _ := g.commit(t, browser, pageB, "imgB", "bert", infoB.EncounterID); code != "" {
		t.Errorf("B's photo: %q", code)
	}
	if a, b := g.practice.written["anna"], g.practice.written["bert"]; !slices.Equal(a, []string{"imgA"}) ||
		!slices.Equal(b, []string{"imgB"}) {
		t.Errorf("A has %v, B has %v", a, b)
	}
}

// TestBackAndReload: A and then B are launched in one tab. A's page shows A after any
// number of reloads, and the address that launched A does not work again.
func TestBackAndReload(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	browser := g.browser()
	pageA, _ := g.launch(t, browser, "anna-1")
	pageB, _ := g.launch(t, browser, "bert-1")
	for _, step := range []struct{ page, patient string }{
		{pageA, "anna"}, {pageA, "anna"}, {pageB, "bert"}, {pageA, "anna"},
	} {
		if info, _ := g.describe(t, browser, step.page); info.PatientID != step.patient {
			t.Errorf("the page of %s shows %s", step.patient, info.PatientID)
		}
	}
	if page, status := g.launch(t, browser, "anna-1"); status != http.StatusGone || page == pageA {
		t.Errorf("the launch again: %s, %d", page, status)
	}
}

// TestCopiedCookie: a cookie in another profile opens only its own page, for its own
// patient. Other values are not accepted as a cookie.
func TestCopiedCookie(t *testing.T) {
	g := open(t, t.TempDir())
	defer g.Close()
	mine, other := g.browser(), g.browser()
	pageA, _ := g.launch(t, mine, "anna-1")
	pageB, _ := g.launch(t, mine, "bert-1")
	infoA, _ := g.describe(t, mine, pageA)
	infoB, _ := g.describe(t, mine, pageB)
	cookie := cookieOf(t, mine, pageA)
	give(t, other, pageA, cookie)
	if code, _ := g.commit(t, other, pageA, "img1", "bert", infoB.EncounterID); code != record.WrongPatient {
		t.Errorf("B's photo with A's cookie: %q", code)
	}
	if info, _ := g.describe(t, other, pageA); info.PatientID != "anna" {
		t.Errorf("the copy shows %q", info.PatientID)
	}
	for name, forged := range map[string]string{
		"A's cookie on B's page": cookie.Value, "A's ticket": infoA.Ticket, "a cut cookie": cookie.Value[:40],
		"a changed cookie": strings.ToUpper(cookie.Value), "no cookie": "",
	} {
		give(t, other, pageB, &http.Cookie{Name: sessionCookie, Value: forged})
		if code, _ := g.commit(t, other, pageB, "img2", "bert", infoB.EncounterID); code != codeNoLaunch {
			t.Errorf("%s: %q", name, code)
		}
	}
	if written := g.practice.written; len(written) != 0 {
		t.Errorf("%v was written", written)
	}
}

// TestForeignGateway: a gateway with other keys accepts no launch of this one.
func TestForeignGateway(t *testing.T) {
	folder := t.TempDir()
	g, same, foreign := open(t, folder), open(t, folder), open(t, t.TempDir())
	browser := g.browser()
	page, _ := g.launch(t, browser, "anna-1")
	for _, test := range []struct {
		at   *gate
		want int
	}{{same, http.StatusOK}, {foreign, http.StatusUnauthorized}} {
		elsewhere := strings.Replace(page, g.URL, test.at.URL, 1)
		give(t, browser, elsewhere, cookieOf(t, browser, page))
		if _, status := g.describe(t, browser, elsewhere); status != test.want {
			t.Errorf("%d, want %d", status, test.want)
		}
	}
	g.Close()
	same.Close()
	foreign.Close()
}

// life plays random actions in tabs, browsers and gateways.
type life struct {
	gates    []*gate // they share a folder
	browsers []*http.Client
	tabs     []tab
	takenOf  map[string]string // image → patient
}

type tab struct {
	path string
	info launchInfo
}

func (l *life) launch(t *rapid.T) {
	g, browser := rapid.SampledFrom(l.gates).Draw(t, "gateway"), rapid.SampledFrom(l.browsers).Draw(t, "browser")
	patient := rapid.SampledFrom([]string{"anna", "bert"}).Draw(t, "patient")
	page, status := g.launch(t, browser, patient+"-"+strings.Repeat("x", len(l.tabs)+1))
	if status != http.StatusOK {
		t.Skip("limited")
	}
	info, _ := g.describe(t, browser, page)
	l.tabs = append(l.tabs, tab{strings.TrimPrefix(page, g.URL), info})
}

// commit sends a photo of one tab's patient from the address of another tab, sometimes
// with the ticket of a third.
func (l *life) commit(t *rapid.T) {
	if len(l.tabs) == 0 {
		t.Skip("no tab")
	}
	g, browser := rapid.SampledFrom(l.gates).Draw(t, "gateway"), rapid.SampledFrom(l.browsers).Draw(t, "browser")
	shown := rapid.SampledFrom(l.tabs).Draw(t, "what the page shows")
	taken := rapid.SampledFrom(l.tabs).Draw(t, "the launch of the photo")
	at := rapid.SampledFrom(l.tabs).Draw(t, "address of the page")
	request := commitRequest{
		ImageID: "img" + strings.Repeat("z", len(l.takenOf)), Number: 1,
		PatientID: shown.info.PatientID, EncounterID: taken.info.EncounterID,
	}
	if rapid.Bool().Draw(t, "with a ticket") {
		request.Ticket = rapid.SampledFrom(l.tabs).Draw(t, "the ticket's launch").info.Ticket
	}
	l.takenOf[request.ImageID] = taken.info.PatientID
	g.send(t, browser, g.URL+at.path, []byte("\xff\xd8\xff"), request)
}

// copyCookie copies the cookie of one page into another browser, for any page.
func (l *life) copyCookie(t *rapid.T) {
	if len(l.tabs) == 0 {
		t.Skip("no tab")
	}
	from, to := rapid.SampledFrom(l.browsers).Draw(t, "from"), rapid.SampledFrom(l.browsers).Draw(t, "to")
	of, at := rapid.SampledFrom(l.tabs).Draw(t, "cookie of"), rapid.SampledFrom(l.tabs).Draw(t, "for")
	if cookie := cookieOf(t, from, l.gates[0].URL+of.path); cookie != nil {
		give(t, to, l.gates[0].URL+at.path, cookie)
	}
}

// TestWrongPatient: no photo is ever committed under another patient.
func TestWrongPatient(t *testing.T) {
	written := 0
	rapid.Check(t, func(t *rapid.T) {
		folder, err := os.MkdirTemp("", "gateway")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(folder)
		g := open(t, folder)
		second := g.another(t, folder)
		defer g.Close()
		defer second.Close()
		l := &life{
			gates: []*gate{g, second}, browsers: []*http.Client{g.browser(), g.browser()}, takenOf: map[string]string{},
		}
		t.Repeat(map[string]func(*rapid.T){
			"launch": l.launch,
			"commit": l.commit,
			"copy":   l.copyCookie,
			"wait": func(t *rapid.T) {
				*g.now = g.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "minutes")) * time.Minute)
			},
			"": func(t *rapid.T) {
				for patient, images := range g.practice.written {
					for _, imageID := range images {
						if l.takenOf[imageID] != patient {
							t.Fatalf("%s was taken of %s, and %s has it", imageID, l.takenOf[imageID], patient)
						}
					}
				}
			},
		})
		for _, images := range g.practice.written {
			written += len(images)
		}
	})
	if written == 0 {
		t.Error("no photo was ever written")
	}
}

package screen

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestScreen(t *testing.T) {
	server := httptest.NewServer(Screen{
		Title: "Records", Path: "/list", Open: "/list/",
		Patients: []Patient{{"p-1", "Ana <Tu>"}},
		Launch:   func(patientID string) string { return "/launched?patient=" + patientID },
		API:      http.NotFoundHandler(),
	})
	defer server.Close()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for path, want := range map[string]struct {
		status  int
		address string
	}{
		"/list":     {status: 200},
		"/list/p-1": {303, "/launched?patient=p-1"},
		"/list/":    {303, "/launched?patient="},
		"/other":    {status: 404},
	} {
		got, err := client.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		if got.StatusCode != want.status || got.Header.Get("Location") != want.address {
			t.Errorf("%s: %d, %q", path, got.StatusCode, got.Header.Get("Location"))
		}
	}
	recorder := httptest.NewRecorder()
	Screen{Path: "/", Open: "/open/", Patients: []Patient{{"p-1", "Ana <Tu>"}}}.
		ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
	for _, want := range []string{`href="/open/p-1"`, "Ana &lt;Tu&gt;", `href="/open/"`} {
		if !strings.Contains(recorder.Body.String(), want) {
			t.Errorf("the list lacks %s", want)
		}
	}
}

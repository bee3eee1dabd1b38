// Package screen plays the screen of a record system: a list of invented
// patients, each with the link that opens Photobridge.
package screen

import (
	"html/template"
	"net/http"
	"strings"
)

// Screen is served at the address of the system that it belongs to.
type Screen struct {
	Title, Hint string
	Path        string    // of the list
	Open        string    // before a patient's id: the path that opens Photobridge
	Patients    []Patient // in the order of the list
	// Launch returns the address that a click leads to; an empty id is a click with no patient selected.
	Launch func(patientID string) string
	API    http.Handler // serves every other path
}

// Patient is one entry of the list.
type Patient struct{ ID, Text string }

// ServeHTTP implements http.Handler.
func (s Screen) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch patientID, isClick := strings.CutPrefix(r.URL.Path, s.Open); {
	case isClick:
		http.Redirect(w, r, s.Launch(patientID), http.StatusSeeOther)
	case r.URL.Path == s.Path:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = page.Execute(w, s) // the client went away
	default:
		s.API.ServeHTTP(w, r)
	}
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{{.Title}}</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
  li { margin: .5rem 0; }
</style>
<h1>{{.Title}}</h1>
<p>{{.Hint}} Everybody here is invented.</p>
<ul>
{{range .Patients}}<li><a href="{{$.Open}}{{.ID}}">Photobridge</a> {{.Text}}</li>
{{end}}<li><a href="{{.Open}}">Photobridge</a> with no patient selected</li>
</ul>
</html>
`))

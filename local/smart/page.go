package smart

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// Page plays the record system's screen: a list of patients, each with the app
// that opens Photobridge. gateway is the origin of the gateway.
func (s *Server) Page(gateway string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch patient, isClick := strings.CutPrefix(r.URL.Path, "/open/"); {
		case isClick:
			query := url.Values{"iss": {s.ISS()}, "launch": {s.Launch(patient)}}
			http.Redirect(w, r, gateway+"/launch/smart?"+query.Encode(), http.StatusSeeOther)
		case r.URL.Path == "/":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = page.Execute(w, s.config.Patients) // the client went away
		default:
			s.ServeHTTP(w, r)
		}
	})
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>A record system with SMART App Launch</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
  li { margin: .5rem 0; }
</style>
<h1>A record system with SMART App Launch</h1>
<p>Open a patient in Photobridge. Everybody here is invented.</p>
<ul>
{{range .}}<li><a href="/open/{{.ID}}">Photobridge</a> {{.Given}} {{.Family}}, {{.BirthDate}}</li>
{{end}}<li><a href="/open/nobody">Photobridge</a> with no patient selected</li>
</ul>
</html>
`))

package alex

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// Toolbar plays Medtech Evolution's toolbar: a list of patients, each with the
// icon that opens Photobridge. gateway is the origin of the gateway.
func (s *Server) Toolbar(gateway string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch patient, isClick := strings.CutPrefix(r.URL.Path, "/toolbar/"); {
		case isClick:
			provider := ""
			if len(s.config.Providers) > 0 {
				provider = s.config.Providers[0]
			}
			launchContext, signature := s.Launch(strings.TrimPrefix(patient, "nobody"), provider)
			query := url.Values{"context": {launchContext}, "signature": {signature}}
			http.Redirect(w, r, gateway+"/launch/medtech?"+query.Encode(), http.StatusSeeOther)
		case r.URL.Path == "/toolbar":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = toolbar.Execute(w, s.config.Patients) // the client went away
		default:
			s.ServeHTTP(w, r)
		}
	})
}

var toolbar = template.Must(template.New("toolbar").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Evolution's toolbar</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
  li { margin: .5rem 0; }
</style>
<h1>Evolution's toolbar</h1>
<p>Select a patient, then click the Photobridge icon. Everybody here is invented.</p>
<ul>
{{range .}}<li><a href="/toolbar/{{.ID}}">Photobridge</a>
  {{range .Given}}{{.}} {{end}}{{.Family}}, {{.BirthDate}}, {{.NHI}}</li>
{{end}}<li><a href="/toolbar/nobody">Photobridge</a> with no patient selected</li>
</ul>
</html>
`))

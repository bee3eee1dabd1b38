package server

import (
	"html/template"
	"net/http"

	"github.com/clinicpro/photobridge/gateway/record"
)

// words is the text for a clinician when a launch fails.
type words struct{ Title, Text string }

var sentences = map[record.Code]words{
	record.NoPatient: {
		"No patient is selected",
		"Open a patient in your record system, then start Photobridge again.",
	},
	record.LaunchExpired: {"This link has expired", "Start Photobridge again from your record system."},
	record.LaunchReplayed: {
		"This link was used before",
		"Start Photobridge again from your record system. The page that opened first still works.",
	},
	record.LaunchForeign: {
		"This link is not for this practice",
		"Start Photobridge from your own record system. If you did, ask IT to check the facility and the " +
			"server's address.",
	},
	record.LaunchInvalid: {"This link cannot be read", "Start Photobridge again from your record system."},
	record.Unavailable:   {"Your record system does not respond", "Wait a moment, then start Photobridge again."},
	record.Unauthorized: {
		"Your record system refuses Photobridge",
		"Ask IT to check the client and its secret in the gateway's configuration.",
	},
	record.Forbidden: {
		"Photobridge may not read this patient",
		"Ask IT to check the roles of Photobridge in your record system.",
	},
	record.NotFound: {
		"Your record system does not know this patient",
		"Open the patient again, then start Photobridge.",
	},
	codeNoLaunch: {
		"Photobridge starts from the patient’s record",
		"Open the patient in your record system, then click the Photobridge icon there.",
	},
	codeNotFound: {"There is no such page", "Start Photobridge from your record system."},
	codeTooMany:  {"Photobridge was opened too often", "Wait a minute, then start Photobridge again."},
}

var unexpected = words{"Something went wrong", "Start Photobridge again. If it happens again, give IT this number:"}

// page contains its own style and no script.
var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{{.Title}} · Photobridge</title>
<style>
  body { font: 1.125rem/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-content: center; }
  main { max-width: 32rem; padding: 2rem; }
  h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
  p { margin: 0; }
  small { display: block; margin-top: 2rem; opacity: .75; }
</style>
<main>
  <h1>{{.Title}}</h1>
  <p>{{.Text}}</p>
  <small>{{.Code}} · {{.ID}}</small>
</main>
</html>
`))

// explain responds with an error as a page for a person.
func (s *Server) explain(w http.ResponseWriter, r *http.Request, code record.Code) {
	text, ok := sentences[code]
	if !ok {
		text = unexpected
	}
	entryOf(r).code = code
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(statuses[code])
	err := page.Execute(w, struct {
		words
		Code record.Code
		ID   string
	}{text, code, entryOf(r).id})
	if err != nil {
		s.Log.Debug("the client went away")
	}
}

package smart

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/clinicpro/photobridge/local/screen"
)

// Page plays the record system's screen beside the API. gateway is the origin
// of the gateway.
func (s *Server) Page(gateway string) http.Handler {
	page := screen.Screen{
		Title: "A record system with SMART App Launch",
		Hint:  "Open a patient in Photobridge.",
		Path:  "/",
		Open:  "/open/",
		Launch: func(patientID string) string {
			query := url.Values{"iss": {s.ISS()}, "launch": {s.Launch(patientID)}}
			return gateway + "/launch/smart?" + query.Encode()
		},
		API: s,
	}
	for _, p := range s.config.Patients {
		text := fmt.Sprintf("%s %s, %s", p.Given, p.Family, p.BirthDate)
		page.Patients = append(page.Patients, screen.Patient{ID: p.ID, Text: text})
	}
	return page
}

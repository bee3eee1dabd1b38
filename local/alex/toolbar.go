package alex

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/clinicpro/photobridge/local/screen"
)

// Toolbar plays Medtech Evolution's toolbar beside the API. gateway is the
// origin of the gateway.
func (s *Server) Toolbar(gateway string) http.Handler {
	provider := ""
	if len(s.config.Providers) > 0 {
		provider = s.config.Providers[0]
	}
	toolbar := screen.Screen{
		Title: "Evolution's toolbar",
		Hint:  "Select a patient, then click the Photobridge icon.",
		Path:  "/toolbar",
		Open:  "/toolbar/",
		Launch: func(patientID string) string {
			launchContext, signature := s.Launch(patientID, provider)
			query := url.Values{"context": {launchContext}, "signature": {signature}}
			return gateway + "/launch/medtech?" + query.Encode()
		},
		API: s,
	}
	for _, p := range s.config.Patients {
		text := fmt.Sprintf("%s %s, %s, %s", strings.Join(p.Given, " "), p.Family, p.BirthDate, p.NHI)
		toolbar.Patients = append(toolbar.Patients, screen.Patient{ID: p.ID, Text: text})
	}
	return toolbar
}

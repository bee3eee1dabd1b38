package cloud

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/local/alex"
	"github.com/clinicpro/photobridge/local/smart"
)

// The gateway's registration at the two record systems.
const (
	recordClient = "photobridge"
	alexScope    = "api://alex/.default"
	alexFacility = "F9Z999-Z"
	fhirBase     = "/FHIR"
)

// alex returns the configuration of Medtech's double. All people are invented.
func (c Config) alex(s secrets) alex.Config {
	return alex.Config{
		BaseURL: c.origin(alexPort) + fhirBase, ClientID: recordClient, ClientSecret: s.RecordSecret,
		Scope: alexScope, Facility: alexFacility,
		Roles: []string{alex.RoleLaunch, alex.RoleReadPatient, alex.RoleWriteScan},
		Patients: []alex.Patient{
			{
				ID: "0f1e2d3c4b5a69788796a5b4c3d2e1f0", Family: "Okafor-Lindqvist", Given: []string{"Marguerite"},
				BirthDate: "1957-03-14", NHI: "ZZZ0016",
			},
			{
				ID: "1a2b3c4d5e6f708192a3b4c5d6e7f809", Family: "Wren", Given: []string{"Tobias"},
				BirthDate: "1988-11-02", NHI: "ZZZ0024",
			},
		},
		Providers: []string{"11223344556677889900aabbccddeeff"},
		Now:       time.Now,
	}
}

// smart returns the configuration of the SMART server.
func (c Config) smart(s secrets) smart.Config {
	return smart.Config{
		Origin: c.origin(smartPort), ClientID: recordClient, ClientSecret: s.RecordSecret,
		RedirectURL: c.Gateway() + "/launch/smart/return",
		Patients: []smart.Patient{
			{ID: "pat-3001", Encounter: "enc-3001", Family: "Castellanos", Given: "Amara", BirthDate: "2019-06-27"},
			{ID: "pat-3002", Encounter: "enc-3002", Family: "Ihimaera", Given: "Rewi", BirthDate: "1971-09-05"},
		},
		Now: time.Now,
	}
}

// gatewayFile returns the gateway's configuration for both.
func (c Config) gatewayFile(s secrets) string {
	quoted := func(list []string) string { return `"` + strings.Join(list, `", "`) + `"` }
	realtime := strings.Replace(c.origin(realtimePort), "http", "ws", 1)
	return fmt.Sprintf(`# Written at every start. Secrets of this machine alone.
listen        = %q
public_url    = %q
edge_url      = %q
state         = %q
pages         = %q
connect       = [%s]
launch_secret = %q

[medtech]
base_url      = %q
token_url     = %q
client_id     = %q
client_secret = %q
scope         = %q
facility      = %q
check_patient = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

[[smart]]
iss           = %q
client_id     = %q
client_secret = %q
facility      = "hospital-1"
`,
		strings.TrimPrefix(c.Gateway(), "http://"), c.Gateway(), c.Edge(), filepath.Join(c.Data, "gateway"), c.DeskPage,
		quoted([]string{c.origin(objectsPort), c.origin(realtimePort), realtime}), s.LaunchSecret,
		c.origin(alexPort)+fhirBase, c.origin(alexPort)+"/oauth2/v2.0/token", recordClient, s.RecordSecret,
		alexScope, alexFacility, c.origin(smartPort)+smart.FHIRPath, recordClient, s.RecordSecret)
}

// Package practice plays the practice system: it serves the host page, knows a
// few invented patients, and signs launch tokens as a practice's own backend
// would.
package practice

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/netip"
	"os"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/local/fault"
)

const launchLife = 8 * time.Hour // a working day; the edge accepts up to 12 h

// Patient is one invented person with one open encounter.
type Patient struct {
	PatientID    string `json:"patientId"`
	EncounterID  string `json:"encounterId"`
	PatientLabel string `json:"patientLabel"`
	FacilityID   string `json:"facilityId"`
	BirthDate    string `json:"birthDate"` // 2006-01-02
	Sex          string `json:"sex"`       // FHIR's administrative gender
	Reason       string `json:"reason"`    // of the encounter
}

// Patients holds all patients. Their ids never change, because links and tests
// contain them.
var Patients = []Patient{
	{
		"pat-2001",
		"enc-1001",
		"Marguerite Okafor-Lindqvist, 14.03.1957",
		"fac-001",
		"1957-03-14",
		"female",
		"Follow-up: ulcer, left lower leg",
	},
	{"pat-2002", "enc-1002", "Tobias Wren, 02.11.1988", "fac-001", "1988-11-02", "male", "New mole on the back"},
	{"pat-2003", "enc-1003", "Amara Castellanos, 27.06.2019", "fac-001", "2019-06-27", "female", "Rash, both forearms"},
}

// Config holds the server's settings.
type Config struct {
	Edge         string // origin of the edge
	LaunchSecret string
	Page         string // folder of the built host page
	// Control serves the local cloud's switches to the host page, below /control/,
	// and only to browsers on this machine. May be nil.
	Control http.Handler
}

// New returns the practice system's web server.
func New(config Config) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /practice.json", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusOK, struct {
			Edge     string    `json:"edge"`
			Patients []Patient `json:"patients"`
		}{config.Edge, Patients})
	})
	mux.HandleFunc("POST /launch", config.launch)
	if config.Control != nil {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			mux.Handle(method+" /control/", onThisMachine(http.StripPrefix("/control", config.Control)))
		}
	}
	mux.Handle("GET /", config.page())
	return mux
}

// onThisMachine refuses requests from other machines.
func onThisMachine(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		address, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !address.Addr().Unmap().IsLoopback() {
			answer(
				w,
				http.StatusForbidden,
				map[string]string{"error": "The local cloud can be steered from its own machine only."},
			)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (c Config) launch(w http.ResponseWriter, r *http.Request) {
	var request struct {
		EncounterID string `json:"encounterId"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10)).Decode(&request); err != nil {
		answer(w, http.StatusBadRequest, map[string]string{"error": `Send {"encounterId": "…"}.`})
		return
	}
	for _, patient := range Patients {
		if patient.EncounterID != request.EncounterID {
			continue
		}
		token, err := LaunchToken(patient, c.LaunchSecret, time.Now())
		if err != nil {
			answer(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
			return
		}
		answer(w, http.StatusOK, map[string]string{"launchToken": token})
		return
	}
	answer(
		w,
		http.StatusNotFound,
		map[string]string{"error": fmt.Sprintf("No patient has the encounter %q.", request.EncounterID)},
	)
}

// LaunchToken returns the signed token with which a desktop opens a session.
func LaunchToken(patient Patient, secret string, now time.Time) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub":          "dr-demo",
		"name":         "Dr Demo",
		"facilityId":   patient.FacilityID,
		"patientId":    patient.PatientID,
		"encounterId":  patient.EncounterID,
		"patientLabel": patient.PatientLabel,
		"iat":          now.Unix(),
		"exp":          now.Add(launchLife).Unix(),
	}).SignedString([]byte(secret))
}

// page serves the host page, or explains that it has not been built.
func (c Config) page() http.Handler {
	files := http.FileServer(http.Dir(c.Page))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		if _, err := os.Stat(c.Page); errors.Is(err, fs.ErrNotExist) {
			http.Error(w, "The host page is not built yet: run `make build`.", http.StatusNotFound)
			return
		}
		files.ServeHTTP(w, r)
	})
}

// Route names a request for counters and faults: "POST /launch", "GET /".
func Route(r *http.Request) string {
	switch r.URL.Path {
	case "/launch", "/practice.json":
		return r.Method + " " + r.URL.Path
	default:
		return r.Method + " /"
	}
}

// Refuse responds with the status of a fault.
func Refuse(w http.ResponseWriter, _ *http.Request, v fault.Verdict) {
	answer(w, v.Status, map[string]string{"error": "Refused (an injected fault)."})
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

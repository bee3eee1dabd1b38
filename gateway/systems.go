//go:build !js

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/clinicpro/photobridge/gateway/alex"
	"github.com/clinicpro/photobridge/gateway/config"
	"github.com/clinicpro/photobridge/gateway/fhir"
	"github.com/clinicpro/photobridge/gateway/keyring"
	"github.com/clinicpro/photobridge/gateway/record"
	"github.com/clinicpro/photobridge/gateway/server"
	"github.com/clinicpro/photobridge/gateway/smart"
)

const (
	requestTime  = 30 * time.Second
	firstBackoff = time.Second
)

// systems holds the configured record systems.
type systems struct {
	alex  *alex.Client
	form  alex.Form
	smart *smart.Client
	http  *http.Client
}

func newSystems(c config.Config, keys *keyring.Keyring) *systems {
	s := &systems{http: &http.Client{Timeout: requestTime}}
	if m := c.Medtech; m != nil {
		s.form = m.Form
		s.alex = alex.New(alex.Config{
			BaseURL: m.BaseURL, TokenURL: m.TokenURL, ClientID: m.ClientID, ClientSecret: m.ClientSecret,
			Scope: m.Scope, Facility: m.Facility, Location: m.Location,
		}, s.http, time.Now)
	}
	if len(c.SMART) > 0 {
		s.smart = &smart.Client{
			RedirectURL: c.PublicURL + "/launch/smart/return", HTTP: s.http, Now: time.Now, Sign: keys.Client.Sign,
		}
		for _, one := range c.SMART {
			s.smart.Servers = append(s.smart.Servers, smart.Server{
				ISS:           one.ISS,
				ClientID:      one.ClientID,
				ClientSecret:  one.ClientSecret,
				PrivateKeyJWT: one.PrivateKeyJWT,
				Scope:         one.Scope,
				Facility:      one.Facility,
			})
		}
	}
	return s
}

// Writer implements server.Records.
func (s *systems) Writer(session server.Session) record.Writer {
	if session.ISS == "" {
		return alex.Inbox{
			Client: s.alex, PatientID: session.PatientID, ProviderID: session.Provider, Form: s.form,
		}
	}
	return s.fhir(session.ISS, session.AccessToken, session.PatientID)
}

// Patient implements server.Records.
func (s *systems) Patient(ctx context.Context, launch smart.Launch) (record.Patient, error) {
	return s.fhir(launch.Server.ISS, launch.AccessToken, launch.PatientID).Patient(ctx)
}

func (s *systems) fhir(iss, token, patientID string) fhir.Server {
	return fhir.Server{Base: iss, Token: token, PatientID: patientID, HTTP: s.http, Backoff: firstBackoff}
}

// check examines each record system and prints one line for each finding.
func (s *systems) check(ctx context.Context, c config.Config, w io.Writer) error {
	failed := false
	report := func(name, fix string, err error) {
		if err == nil {
			fmt.Fprintf(w, "ok    %s\n", name)
			return
		}
		failed = true
		fmt.Fprintf(w, "FAIL  %s: %v\n      %s\n", name, err, fix)
	}
	report("configuration", "", nil)
	if s.alex != nil {
		s.checkMedtech(ctx, c.Medtech, report)
	}
	if s.smart != nil {
		for _, one := range c.SMART {
			_, _, err := s.smart.Begin(ctx, one.ISS, "check")
			report(
				"smart "+one.ISS,
				"Check iss, and that the server publishes .well-known/smart-configuration with S256.",
				err,
			)
		}
	}
	if failed {
		return errors.New("not ready")
	}
	return nil
}

func (s *systems) checkMedtech(ctx context.Context, m *config.Medtech, report func(name, fix string, err error)) {
	skew, err := s.alex.Examine(ctx)
	report("medtech token", "Check client_id, client_secret, scope and token_url with Medtech.", err)
	if err != nil {
		return // the other checks need a token
	}
	if skew.Abs() > time.Minute {
		err = fmt.Errorf("this machine's clock differs by %s", skew.Round(time.Second))
	}
	report("clock", "Set this machine's clock.", err)
	// ALEX must refuse an invalid launch as invalid. That shows that decoding works.
	_, err = s.alex.DecodeLaunch(ctx, "Y2hlY2s=", "Y2hlY2s=")
	if record.CodeOf(err) == record.LaunchInvalid {
		err = nil
	}
	report("medtech launch", "Ask Medtech for the vendor forms role and to admit this machine's address.", err)
	// ALEX offers no test write, so the role in the token shows whether writing is allowed.
	roles, err := s.alex.Roles(ctx)
	if err == nil && roles != nil && !slices.Contains(roles, alex.RoleWriteScan) {
		err = errors.New("the token lacks the role " + alex.RoleWriteScan)
	}
	report("medtech write", "Ask Medtech for this role in the vendor profile.", err)
	if m.CheckPatient != "" {
		_, err = s.alex.Patient(ctx, m.CheckPatient)
		report(
			"medtech patient",
			"Ask Medtech for the role that reads patients; check facility and check_patient.",
			err,
		)
	}
}

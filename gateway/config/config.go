// Package config reads the gateway's one configuration file.
package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a container may have no time zones

	"github.com/BurntSushi/toml"

	"github.com/clinicpro/photobridge/gateway/alex"
	"github.com/clinicpro/photobridge/shared"
)

// Config is the content of the file. docs/medtech.md and docs/smart.md explain it.
type Config struct {
	Listen    string   `toml:"listen"`     // address and port
	PublicURL string   `toml:"public_url"` // where browsers reach the gateway
	EdgeURL   string   `toml:"edge_url"`   // the edge's API and the phone page
	State     string   `toml:"state"`      // folder of keys and used launches; shared between instances
	Pages     string   `toml:"pages"`      // folder of the built desk page
	Label     []string `toml:"label"`      // what names a patient: name, birthDate, nhi
	Audience  string   `toml:"audience"`   // aud of launch tokens; empty for none
	Proxy     bool     `toml:"proxy"`      // a proxy in front adds the browser's address to X-Forwarded-For
	// Connect lists the other origins that the desk page connects to: the photos'
	// storage and the realtime service.
	Connect []string `toml:"connect"`
	// LaunchSecret signs launch tokens with the secret that the edge shares with
	// a practice system. Empty: the gateway signs with keys that it publishes.
	LaunchSecret string   `toml:"launch_secret"`
	TLS          TLS      `toml:"tls"`
	Medtech      *Medtech `toml:"medtech"`
	SMART        []SMART  `toml:"smart"`
}

// TLS names the files of a certificate. If it is empty, a proxy terminates TLS.
type TLS struct {
	Certificate string `toml:"certificate"`
	Key         string `toml:"key"`
}

// Medtech is the configuration of Medtech's ALEX.
type Medtech struct {
	BaseURL      string    `toml:"base_url"`
	TokenURL     string    `toml:"token_url"`
	ClientID     string    `toml:"client_id"`
	ClientSecret string    `toml:"client_secret"`
	Scope        string    `toml:"scope"`
	Facility     string    `toml:"facility"`
	TimeZone     string    `toml:"time_zone"`
	Form         alex.Form `toml:"form"`
	// CheckPatient is the id of a patient that -check may read. If it is empty,
	// -check reads no patient.
	CheckPatient string `toml:"check_patient"`

	Location *time.Location `toml:"-"`
}

// SMART is one FHIR server that may launch the gateway.
type SMART struct {
	ISS          string `toml:"iss"`
	ClientID     string `toml:"client_id"`
	ClientSecret string `toml:"client_secret"`
	// PrivateKeyJWT: the gateway authenticates with its own key instead of a secret.
	PrivateKeyJWT bool   `toml:"private_key_jwt"`
	Scope         string `toml:"scope"`
	Facility      string `toml:"facility"`
}

const (
	minSecret       = 32 // characters, the same as the edge requires of LAUNCH_SECRET
	defaultTimeZone = "Pacific/Auckland"
	defaultScope    = "launch openid fhirUser patient/Patient.r patient/Media.cu patient/DocumentReference.cu " +
		"patient/Consent.cu"
)

// Load reads and checks the file at path. The variables MEDTECH_CLIENT_SECRET and
// ALEX_FORM override the file. The error lists every mistake, so that one run of
// -check is enough to find all of them.
func Load(path string, env func(string) string) (Config, error) {
	c := Config{Listen: "127.0.0.1:8443", Label: []string{"name", "birthDate", "nhi"}}
	meta, err := toml.DecodeFile(path, &c)
	if err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	var problems []error
	for _, key := range meta.Undecoded() {
		problems = append(problems, fmt.Errorf("%s: there is no such setting", key))
	}
	c.fill(env)
	problems = append(problems, c.check()...)
	return c, errors.Join(problems...)
}

func (c *Config) fill(env func(string) string) {
	c.PublicURL, c.EdgeURL = strings.TrimSuffix(c.PublicURL, "/"), strings.TrimSuffix(c.EdgeURL, "/")
	if m := c.Medtech; m != nil {
		if secret := env("MEDTECH_CLIENT_SECRET"); secret != "" {
			m.ClientSecret = secret
		}
		if form := env("ALEX_FORM"); form != "" {
			m.Form = alex.Form(form)
		}
		if m.Form == "" {
			m.Form = alex.FormTIFF
		}
		if m.TimeZone == "" {
			m.TimeZone = defaultTimeZone
		}
	}
	for i := range c.SMART {
		if c.SMART[i].Scope == "" {
			c.SMART[i].Scope = defaultScope
		}
	}
}

// check returns every mistake, each with the name of its setting.
func (c *Config) check() []error {
	var problems []error
	wrong := func(name, format string, args ...any) {
		problems = append(problems, fmt.Errorf("%s: %s", name, fmt.Sprintf(format, args...)))
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		wrong("listen", "give an address and a port, such as 127.0.0.1:8443")
	}
	for name, value := range map[string]string{"public_url": c.PublicURL, "edge_url": c.EdgeURL} {
		if problem := origin(value); problem != "" {
			wrong(name, "%s", problem)
		}
	}
	for name, folder := range map[string]string{"state": c.State, "pages": c.Pages} {
		if folder == "" {
			wrong(name, "name a folder")
		}
	}
	if info, err := os.Stat(c.Pages); c.Pages != "" && (err != nil || !info.IsDir()) {
		wrong("pages", "the folder is missing; it holds the built desk page")
	}
	for _, part := range c.Label {
		if !slices.Contains([]string{"name", "birthDate", "nhi"}, part) {
			wrong("label", "%q is none of name, birthDate and nhi", part)
		}
	}
	if (c.TLS.Certificate == "") != (c.TLS.Key == "") {
		wrong("tls", "give both certificate and key, or neither")
	}
	if c.LaunchSecret != "" && len(c.LaunchSecret) < minSecret {
		wrong("launch_secret", "has fewer than %d characters", minSecret)
	}
	if c.Medtech == nil && len(c.SMART) == 0 {
		wrong("medtech, smart", "configure at least one record system")
	}
	if c.Medtech != nil {
		c.Medtech.check(wrong)
	}
	for i, server := range c.SMART {
		if slices.ContainsFunc(c.SMART[:i], func(s SMART) bool { return s.ISS == server.ISS }) {
			wrong(fmt.Sprintf("smart[%d].iss", i), "is there twice")
		}
		server.check(fmt.Sprintf("smart[%d]", i), wrong)
	}
	return problems
}

func (m *Medtech) check(wrong func(name, format string, args ...any)) {
	for name, value := range map[string]string{"medtech.base_url": m.BaseURL, "medtech.token_url": m.TokenURL} {
		if problem := address(value); problem != "" {
			wrong(name, "%s", problem)
		}
	}
	for name, value := range map[string]string{
		"medtech.client_id": m.ClientID, "medtech.client_secret": m.ClientSecret, "medtech.scope": m.Scope,
	} {
		if value == "" {
			wrong(name, "is missing")
		}
	}
	if !shared.ValidID(m.Facility) {
		wrong("medtech.facility", "give the HPI facility id, such as F9Z999-Z")
	}
	if !slices.Contains([]alex.Form{alex.FormTIFF, alex.FormPDF, alex.FormDeflate}, m.Form) {
		wrong("medtech.form", "%q is none of tiff, pdf and tiff-deflate", m.Form)
	}
	var err error
	if m.Location, err = time.LoadLocation(m.TimeZone); err != nil {
		wrong("medtech.time_zone", "%q is not a time zone, such as Pacific/Auckland", m.TimeZone)
	}
}

func (s SMART) check(at string, wrong func(name, format string, args ...any)) {
	if problem := address(s.ISS); problem != "" {
		wrong(at+".iss", "%s", problem)
	}
	if s.ClientID == "" {
		wrong(at+".client_id", "is missing")
	}
	if s.PrivateKeyJWT && s.ClientSecret != "" {
		wrong(at+".private_key_jwt", "leave out either it or client_secret")
	}
	if !shared.ValidID(s.Facility) {
		wrong(at+".facility", "give an id of letters, digits, dots, underscores and hyphens")
	}
}

// address checks an absolute URL. Plain http is allowed for this machine only.
func address(text string) (problem string) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return "is missing"
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "is not an address, such as https://example.org"
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "needs https"
	}
	return ""
}

// origin checks an address without a path.
func origin(text string) (problem string) {
	if problem := address(text); problem != "" {
		return problem
	}
	if u, _ := url.Parse(text); strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "is an origin only: no path, no query"
	}
	return ""
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

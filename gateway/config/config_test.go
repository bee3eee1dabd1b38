package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clinicpro/photobridge/gateway/alex"
)

// example returns the example file with a folder of pages that exists.
func example(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("../gateway.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(content), "/usr/share/photobridge/desk", t.TempDir(), 1)
	return strings.Replace(text, `client_secret = ""`, `client_secret = "s3cret"`, 1)
}

func load(t *testing.T, text string, env map[string]string) (Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gateway.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path, func(name string) string { return env[name] })
}

func TestExample(t *testing.T) {
	text := strings.Replace(example(t), `practice.example"`, `practice.example/"`, 1) // has the same meaning
	c, err := load(t, text, map[string]string{"ALEX_FORM": "pdf", "MEDTECH_CLIENT_SECRET": "other"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Medtech.Form != alex.FormPDF || c.Medtech.ClientSecret != "other" || c.Medtech.Location == nil ||
		c.SMART[0].Scope == "" || c.PublicURL != "https://photobridge.practice.example" {
		t.Errorf("%+v", c)
	}
}

// TestMistakes names the setting of each mistake, and never a secret.
func TestMistakes(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"a setting that is not there", `label `, `lable `, "lable: there is no such setting"},
		{"no TOML", `listen `, `listen listen `, "gateway.toml"},
		{"plain http", `public_url = "https:`, `public_url = "http:`, "public_url: needs https"},
		{
			"no address",
			`edge_url   = "https://photobridge.example"`,
			`edge_url = "photobridge"`,
			"edge_url: is not an address",
		},
		{"a path", `"https://photobridge.example"`, `"https://photobridge.example/api"`, "edge_url: is an origin only"},
		{"no port", `"127.0.0.1:8443"`, `"127.0.0.1"`, "listen: give an address and a port"},
		{"no folder", `state `, `#state `, "state: name a folder"},
		{"an unknown part of the label", `"nhi"`, `"address"`, `label: "address" is none of`},
		{"half a certificate", `key         =`, `#key =`, "tls: give both"},
		{"a short secret", `listen `, "launch_secret = 's3cret'\nlisten ", "launch_secret: has fewer than 32"},
		{"an unknown form", `form          = "tiff"`, `form = "jpeg"`, `medtech.form: "jpeg" is none of`},
		{"an unknown time zone", `"Pacific/Auckland"`, `"Auckland"`, `medtech.time_zone: "Auckland"`},
		{"a facility with a space", `"F9Z999-Z"`, `"F9Z 999"`, "medtech.facility: give the HPI facility id"},
		{"no client", `client_id     = "CLIENT"`, ``, "medtech.client_id: is missing"},
		{
			"a secret and a key", `facility      = "hospital-1"`, "facility = 'h'\nprivate_key_jwt = true",
			"smart[0].private_key_jwt: leave out either",
		},
		{
			"an issuer twice", `facility      = "hospital-1"`,
			"facility = 'h'\n[[smart]]\niss = 'https://fhir.hospital.example/r4'\nclient_id = 'x'\nfacility = 'h'",
			"smart[1].iss: is there twice",
		},
		{"an issuer without https", `"https://fhir.`, `"http://fhir.`, "smart[0].iss: needs https"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text := example(t)
			changed := strings.Replace(text, test.old, test.new, 1)
			if changed == text {
				t.Fatal("the example has no such text")
			}
			_, err := load(t, changed, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
	if _, err := load(
		t,
		"listen = '127.0.0.1:1'",
		nil,
	); err == nil ||
		!strings.Contains(err.Error(), "at least one record system") {
		t.Error(err)
	}
	if _, err := Load("missing.toml", os.Getenv); err == nil {
		t.Error("a missing file loads")
	}
}

package cloud

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestConfigsThatAreRefused(t *testing.T) {
	good := Config{Port: 8787, Host: "127.0.0.1", Data: ".local"}
	if err := good.check(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*Config)
		want   string
	}{
		{"no port", func(c *Config) { c.Port = 0 }, "PORT is 0"},
		{"a port without room for ten", func(c *Config) { c.Port = 65530 }, "use 1024 to 65526"},
		{"no host", func(c *Config) { c.Host = "" }, "HOST"},
		{"every host", func(c *Config) { c.Host = "0.0.0.0" }, "such as 192.168"},
		{"no folder", func(c *Config) { c.Data = "" }, "DATA is empty"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			config := good
			test.change(&config)
			if err := config.check(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestOrigins(t *testing.T) {
	t.Setenv("ALLOWED_ORIGINS", "")
	// The practice system's page, the edge's and the gateway's, under each name.
	pages := func(names ...string) (list []string) {
		for _, name := range names {
			list = append(list, "http://"+name+":9001", "http://"+name+":9000", "http://"+name+":9009")
		}
		return list
	}
	for host, want := range map[string][]string{
		"127.0.0.1":    pages("127.0.0.1", "localhost"),
		"192.168.1.20": pages("192.168.1.20"),
		"::1":          pages("[::1]", "127.0.0.1", "localhost"),
	} {
		if got := (Config{Port: 9000, Host: host}).origins(); !slices.Equal(got, want) {
			t.Errorf("%s: %v", host, got)
		}
	}
	t.Setenv("ALLOWED_ORIGINS", "http://localhost:3000, http://127.0.0.1:9001")
	if got := (Config{Port: 9000, Host: "192.168.1.20"}).origins(); !slices.Equal(
		got[3:],
		[]string{"http://localhost:3000", "http://127.0.0.1:9001"},
	) {
		t.Errorf("with pages of one's own: %v", got)
	}
}

func TestPortsThatCannotBeTaken(t *testing.T) {
	first := freePorts(t)
	taken, err := net.Listen("tcp", (Config{Port: first}).local(objectsPort)[len("http://"):])
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	config := Config{Port: first, Host: "127.0.0.1"}
	if _, err := config.listen(); err == nil || !strings.Contains(err.Error(), "(S3) is in use") {
		t.Errorf("error is %v", err)
	}
	config.Host = "203.0.113.7" // reserved for documentation, so no one's
	if _, err := config.listen(); err == nil || !strings.Contains(err.Error(), "not an address of this machine") {
		t.Errorf("error is %v", err)
	}
	config.Port -= edgePort - objectsPort // the taken one is the edge's
	if err := config.CheckOtherPorts(); err == nil || !strings.Contains(err.Error(), "(the edge) is in use") {
		t.Errorf("error is %v", err)
	}
}

func TestSecretsAreMadeOnce(t *testing.T) {
	folder := t.TempDir()
	first, err := loadSecrets(folder)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := loadSecrets(folder); err != nil || again != first {
		t.Errorf("the second time %v", err)
	}
	if other, err := loadSecrets(t.TempDir()); err != nil || other.SessionSecret == first.SessionSecret {
		t.Errorf("another folder has the same secrets, %v", err)
	}
	file := filepath.Join(folder, "secrets.json")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadSecrets(folder); err == nil || !strings.Contains(err.Error(), "make clean-data") {
		t.Errorf("broken secrets: %v", err)
	}
}

func TestTunablesComeFromTheEnvironment(t *testing.T) {
	t.Setenv("MAX_IMAGES_PER_SESSION", "3")
	variables := Config{Port: 9000, Host: "127.0.0.1"}.variables(secrets{})
	if !slices.Contains(variables, [2]string{"MAX_IMAGES_PER_SESSION", "3"}) ||
		!slices.Contains(variables, [2]string{"CONSENT", "off"}) {
		t.Errorf("variables %v", variables)
	}
}

// freePorts returns the first of ten in a row that are free.
func freePorts(t *testing.T) int {
	t.Helper()
	for first := 12_000 + os.Getpid()%5_000*3; first < 30_000; first += 10 {
		listeners, err := Config{Port: first, Host: "127.0.0.1"}.listen()
		if err != nil {
			continue
		}
		closeAll(listeners)
		return first
	}
	t.Fatal("found no free ports")
	return 0
}

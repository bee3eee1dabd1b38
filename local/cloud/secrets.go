package cloud

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	region = "us-east-1"
	bucket = "photobridge-local"
)

// secrets are made once and kept with the data they protect.
type secrets struct {
	RedisToken    string `json:"redisToken"`
	S3AccessKey   string `json:"s3AccessKey"`
	S3SecretKey   string `json:"s3SecretKey"`
	AblyKey       string `json:"ablyKey"`
	SessionSecret string `json:"sessionSecret"`
	LaunchSecret  string `json:"launchSecret"`
	AdminToken    string `json:"adminToken"`
	RecordSecret  string `json:"recordSecret"` // the gateway's at ALEX and SMART
}

// loadSecrets reads the secrets of a data folder, or makes them.
func loadSecrets(data string) (secrets, error) {
	file := filepath.Join(data, "secrets.json")
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return makeSecrets(file)
	}
	var s secrets
	if err == nil {
		err = json.Unmarshal(content, &s)
	}
	if err != nil {
		return s, fmt.Errorf("read the development secrets: %w; `make clean-data` starts afresh", err)
	}
	return s, nil
}

func makeSecrets(file string) (secrets, error) {
	s := secrets{
		RedisToken:    rand.Text(),
		S3AccessKey:   "LOCAL" + rand.Text()[:15],
		S3SecretKey:   rand.Text() + rand.Text(),
		AblyKey:       "local." + rand.Text()[:6] + ":" + rand.Text(),
		SessionSecret: rand.Text() + rand.Text(),
		LaunchSecret:  rand.Text() + rand.Text(),
		AdminToken:    rand.Text(),
		RecordSecret:  rand.Text(),
	}
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return s, err
	}
	return s, os.WriteFile(file, append(content, '\n'), 0o600)
}

// tunables are the edge's settings that a developer may set for a run.
var tunables = []struct{ name, value string }{
	{"MAX_IMAGES_PER_SESSION", "20"},
	{"MAX_IMAGE_BYTES", "1000000"},
	{"CONSENT", "off"},
	{"PAIRING", "open"},
	{"STORAGE_VIA", "direct"},
}

// variables are what the edge is configured with, in the order of the design.
func (c Config) variables(s secrets) [][2]string {
	list := [][2]string{
		{"UPSTASH_REDIS_REST_URL", c.local(redisPort)},
		{"UPSTASH_REDIS_REST_TOKEN", s.RedisToken},
		{"AWS_REGION", region},
		{"AWS_ACCESS_KEY_ID", s.S3AccessKey},
		{"AWS_SECRET_ACCESS_KEY", s.S3SecretKey},
		{"S3_BUCKET_NAME", bucket},
		{"S3_ENDPOINT", c.origin(objectsPort)},
		{"ABLY_API_KEY", s.AblyKey},
		{"ABLY_REST_URL", c.origin(realtimePort)},
		{"BASE_URL", c.origin(edgePort)},
		{"ALLOWED_ORIGINS", strings.Join(c.origins(), ",")},
		{"SESSION_SECRET", s.SessionSecret},
		{"LAUNCH_SECRET", s.LaunchSecret},
		{"ADMIN_TOKEN", s.AdminToken},
	}
	for _, t := range tunables {
		value := t.value
		if set := os.Getenv(t.name); set != "" {
			value = set
		}
		list = append(list, [2]string{t.name, value})
	}
	return list
}

// writeEnv writes the variables as KEY=VALUE lines.
func writeEnv(file string, variables [][2]string) error {
	var text strings.Builder
	text.WriteString("# Written at every start. Secrets of this machine alone.\n")
	for _, v := range variables {
		fmt.Fprintf(&text, "%s=%s\n", v[0], v[1])
	}
	return os.WriteFile(file, []byte(text.String()), 0o600)
}

package cloud

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/clinicpro/photobridge/edge/upstash"
	"github.com/clinicpro/photobridge/local/fault"
	"github.com/clinicpro/photobridge/shared"
)

func start(t *testing.T, config Config) *Cloud {
	t.Helper()
	c, err := Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func fetch(t *testing.T, method, target, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := direct.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

// The whole of it, as the edge and a developer see it; and a second time, with
// what the first has left.
func TestTheCloudAndItsNextStart(t *testing.T) {
	config := Config{
		Port:     freePorts(t),
		Host:     "127.0.0.1",
		Data:     filepath.Join(t.TempDir(), "data"),
		HostPage: t.TempDir(),
		Seed:     1,
	}
	first := start(t, config)
	variables := first.Variables()
	redis := &upstash.Client{
		URL:   variables["UPSTASH_REDIS_REST_URL"],
		Token: variables["UPSTASH_REDIS_REST_TOKEN"],
		HTTP:  http.DefaultTransport,
	}
	objects := s3.New(s3.Options{
		BaseEndpoint: aws.String(variables["S3_ENDPOINT"]),
		Region:       variables["AWS_REGION"],
		UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(
			variables["AWS_ACCESS_KEY_ID"],
			variables["AWS_SECRET_ACCESS_KEY"],
			"",
		),
	})
	name := variables["S3_BUCKET_NAME"]
	if _, err := redis.Do(t.Context(), "SET", "key", "kept", "EX", 100); err != nil {
		t.Fatal(err)
	}
	_, err := objects.PutObject(
		t.Context(),
		&s3.PutObjectInput{Bucket: &name, Key: aws.String("sessions/a.jpg"), Body: strings.NewReader("kept")},
	)
	if err != nil {
		t.Fatal(err)
	}
	publish := variables["ABLY_REST_URL"] + "/channels/session:enc-1/messages?key=" + variables["ABLY_API_KEY"]
	if status, body := fetch(t, "POST", publish, `{"name":"image-uploaded"}`); status != http.StatusCreated {
		t.Errorf("publish: %d %s", status, body)
	}
	for _, test := range []struct{ target, want string }{
		{config.Control() + "status.json", `"name":"image-uploaded"`},
		{config.Control() + "counters", `"SET":1`},
		{config.Control() + "counters", `"PUT object":{"count":1,"responses":{"200":1}}`},
		{config.Desktop() + "practice.json", `"edge":"` + config.Edge()},
	} {
		if status, body := fetch(t, "GET", test.target, ""); status != 200 || !strings.Contains(body, test.want) {
			t.Errorf("%s: %d %s", test.target, status, body)
		}
	}
	if status, body := fetch(
		t,
		"POST",
		config.Control()+"faults",
		`{"service":"redis","effect":"status","next":1}`,
	); status != http.StatusCreated {
		t.Errorf("fault: %d %s", status, body)
	}
	if _, err := redis.Do(t.Context(), "GET", "key"); shared.CodeOf(err) != shared.CodeUpstreamUnavailable {
		t.Errorf("under a fault: %v", err)
	}
	file, err := os.ReadFile(first.EnvFile())
	if err != nil || !strings.Contains(string(file), "SESSION_SECRET="+variables["SESSION_SECRET"]+"\n") {
		t.Errorf("the edge's variables are %s, %v", file, err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := net.DialTimeout(
		"tcp",
		strings.TrimPrefix(config.local(redisPort), "http://"),
		time.Second,
	); err == nil {
		t.Error("somebody still listens")
	}

	second := start(t, config)
	defer second.Close()
	if got := second.Variables(); got["SESSION_SECRET"] != variables["SESSION_SECRET"] ||
		got["AWS_SECRET_ACCESS_KEY"] != variables["AWS_SECRET_ACCESS_KEY"] {
		t.Error("the secrets are others")
	}
	if got, err := redis.Do(t.Context(), "GET", "key"); got != "kept" || err != nil {
		t.Errorf("the key is %v, %v", got, err)
	}
	if _, err := objects.HeadObject(
		t.Context(),
		&s3.HeadObjectInput{Bucket: &name, Key: aws.String("sessions/a.jpg")},
	); err != nil {
		t.Errorf("the object: %v", err)
	}
	second.Clock(fault.S3).SetSkew(objectsLive + time.Minute)
	if n, err := second.Objects().Sweep(t.Context(), objectsLive); n != 1 || err != nil {
		t.Errorf("a day later %d are swept, %v", n, err)
	}
}

func TestLinks(t *testing.T) {
	var asked http.Header
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("POST "+shared.BasePath+"/create", func(w http.ResponseWriter, r *http.Request) {
		asked = r.Header
		_ = json.NewEncoder(w).Encode(shared.CreateResponse{MobileURL: "http://edge.test/mobile#t=abc"})
	})
	config := Config{Port: freePorts(t), Host: "127.0.0.1"}
	c := &Cloud{config: config, secrets: secrets{LaunchSecret: "launch"}}
	listener, err := net.Listen("tcp", strings.TrimPrefix(config.Edge(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	edge := &http.Server{Handler: mux}
	go edge.Serve(listener)
	defer edge.Close()
	if err := c.AwaitEdge(t.Context()); err != nil {
		t.Fatal(err)
	}
	link, err := c.PhoneLink(t.Context())
	if link != "http://edge.test/mobile#t=abc" || err != nil {
		t.Errorf("link %q, %v", link, err)
	}
	if !strings.HasPrefix(asked.Get("Authorization"), "Bearer ey") {
		t.Errorf("asked with %v", asked)
	}
}

package objects

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/clinicpro/photobridge/local/clock"
	"github.com/clinicpro/photobridge/local/fault"
)

const (
	bucket = "photos"
	page   = "http://desktop.test"
)

// There is one gateway in a process, so the tests share it, one after the
// other, each with its own keys.
var (
	server   *Server
	skew     clock.Clock
	injector = fault.New(1)
	endpoint string
)

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	folder, err := os.MkdirTemp("", "photobridge-objects-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(folder)
	server, err = Start(context.Background(), Config{
		Folder: folder, AccessKey: "ACCESS", SecretKey: "SECRETSECRET", Region: "us-east-1", Bucket: bucket,
		Origins: []string{page}, Clock: &skew,
	})
	if err != nil {
		return 1, err
	}
	front := httptest.NewServer(&fault.Handler{
		Service: fault.S3, Injector: injector, Route: Route, Refuse: server.Refuse, Next: server,
	})
	endpoint = front.URL
	code = m.Run()
	front.Close()
	return code, server.Close()
}

// client is the official one, as the edge's own tools use it.
func client(options ...func(*s3.Options)) *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint:     aws.String(endpoint),
		Region:           "us-east-1",
		Credentials:      credentials.NewStaticCredentialsProvider("ACCESS", "SECRETSECRET", ""),
		UsePathStyle:     true,
		RetryMaxAttempts: 1,
		HTTPClient:       &http.Client{},
	}, options...)
}

func misbehave(t *testing.T, rule fault.Rule) {
	t.Helper()
	rule.Service = fault.S3
	id, err := injector.Add(rule)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { injector.Remove(id) })
}

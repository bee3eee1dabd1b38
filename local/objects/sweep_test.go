package objects

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func TestObjectsLiveForADay(t *testing.T) {
	key, day := "sessions/old/1_a.jpg", 24*time.Hour
	_, err := client().PutObject(
		t.Context(), &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader(photo)},
	)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		skew time.Duration
		left bool
	}{{0, true}, {day - time.Minute, true}, {day + time.Minute, false}} {
		skew.SetSkew(test.skew)
		_, err := server.Sweep(t.Context(), day)
		skew.SetSkew(0)
		if err != nil {
			t.Fatal(err)
		}
		objects, err := server.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		left := false
		for _, o := range objects {
			if o.Key == key {
				left = true
				if o.Size != int64(len(photo)) || time.Since(o.ModifiedAt).Abs() > time.Minute {
					t.Errorf("listed as %+v", o)
				}
			}
		}
		if left != test.left {
			t.Errorf("after %s it exists: %v", test.skew, left)
		}
	}
}

func TestRoute(t *testing.T) {
	for target, want := range map[string]string{
		"/photos": "GET bucket", "/photos/": "GET bucket", "/photos/sessions/enc-1/1_a.jpg": "GET object",
		"/": "GET bucket",
	} {
		if got := Route(httptest.NewRequest(http.MethodGet, target, nil)); got != want {
			t.Errorf("%s is %q, want %q", target, got, want)
		}
	}
}

func setSkew(t *testing.T, by time.Duration) {
	t.Helper()
	skew.SetSkew(by)
	t.Cleanup(func() { skew.SetSkew(0) })
}

func query(t *testing.T, target string) url.Values {
	t.Helper()
	parsed, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Query()
}

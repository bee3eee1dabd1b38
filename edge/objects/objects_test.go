//go:build !js

package objects

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/shared"
)

// The published examples of Signature Version 4 share these
// (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html,
// …/sig-v4-header-based-auth.html).
var (
	exampleConfig = Config{
		Bucket: "examplebucket", Region: "us-east-1",
		AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	}
	exampleTime = time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
)

// exampleBucket is the examples' bucket; their host has no region in it.
func exampleBucket(transport http.RoundTripper) *Bucket {
	bucket := New(exampleConfig, transport, func() time.Time { return exampleTime })
	bucket.base = "https://examplebucket.s3.amazonaws.com"
	return bucket
}

func TestOrigin(t *testing.T) {
	for want, config := range map[string]Config{
		"https://photos.s3.eu-west-1.amazonaws.com": {Bucket: "photos", Region: "eu-west-1"},
		"http://127.0.0.1:8790":                     {Bucket: "photos", Endpoint: "http://127.0.0.1:8790"},
		"https://r2.example":                        {Bucket: "photos", Endpoint: "https://r2.example/deep/"},
	} {
		if got := New(config, nil, time.Now).PublicOrigin(); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
}

// TestFront holds that what stands in front of the bucket swaps the origin alone.
func TestFront(t *testing.T) {
	const front = "https://edge.example/storage"
	hidden := exampleConfig
	hidden.Front = front
	urls := func(bucket *Bucket) (put, get string) {
		upload, err := bucket.PresignPut(t.Context(), "sessions/e/1_i.jpg", 5, "hash", exampleTime)
		if err != nil {
			t.Fatal(err)
		}
		get, err = bucket.PresignGet(t.Context(), "sessions/e/1_i.jpg", exampleTime, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return upload.UploadURL, get
	}
	direct := New(exampleConfig, nil, nil)
	put, get := urls(direct)
	behind := New(hidden, nil, nil)
	if origin := behind.PublicOrigin(); origin != "" {
		t.Errorf("clients connect ahead to %s", origin)
	}
	frontPut, frontGet := urls(behind)
	for _, pair := range [][2]string{{put, frontPut}, {get, frontGet}} {
		if want := strings.Replace(pair[0], direct.PublicOrigin(), front, 1); pair[1] != want {
			t.Errorf("got %s, want %s", pair[1], want)
		}
	}
}

func TestPublishedExamplePresigned(t *testing.T) {
	signed, err := exampleBucket(nil).PresignGet(t.Context(), "test.txt", exampleTime, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	const want = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&" +
		"X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&" +
		"X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&" +
		"X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
	if signed != want {
		t.Errorf("signed\n%s, not\n%s", signed, want)
	}
}

func TestPublishedExampleHeader(t *testing.T) {
	var authorization string
	bucket := exampleBucket(roundTripper(func(r *http.Request) (*http.Response, error) {
		authorization = r.Header.Get("Authorization")
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(""))}, nil
	}))
	_, _, err := bucket.do(
		t.Context(),
		http.MethodGet,
		bucket.url("test.txt"),
		nil,
		func(h http.Header) { h.Set("Range", "bytes=0-9") },
	)
	if err != nil {
		t.Fatal(err)
	}
	const want = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, " +
		"SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, " +
		"Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
	if authorization != want {
		t.Errorf("signed\n%s, not\n%s", authorization, want)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestPresignAsTheSDKDoes compares with the vendor's full client, which the
// worker has no room for.
func TestPresignAsTheSDKDoes(t *testing.T) {
	const key = "sessions/enc-1/1767258000000_0123456789abcdef.jpg"
	const hash, size = "LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564=", 1234
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	tests := map[string]Config{
		"virtual host": {
			Bucket:          "photos",
			Region:          "ap-southeast-2",
			AccessKeyID:     "AKID",
			SecretAccessKey: "secret",
		},
		"path style": {
			Bucket:          "photos",
			Region:          "auto",
			Endpoint:        "https://account.example",
			AccessKeyID:     "AKID",
			SecretAccessKey: "secret",
		},
		"temporary credentials": {
			Bucket:          "photos",
			Region:          "eu-west-1",
			AccessKeyID:     "ASIA",
			SecretAccessKey: "secret",
			SessionToken:    "token/with+signs=",
		},
	}
	for name, config := range tests {
		t.Run(name, func(t *testing.T) {
			sdk := s3.NewPresignClient(s3.New(s3.Options{
				Region:       config.Region,
				UsePathStyle: config.Endpoint != "",
				BaseEndpoint: endpoint(
					config,
				),
				Credentials: credentials.NewStaticCredentialsProvider(
					config.AccessKeyID,
					config.SecretAccessKey,
					config.SessionToken,
				),
			}), s3.WithPresignExpires(shared.UploadURLTTL), func(o *s3.PresignOptions) {
				o.Presigner = presignerAt{now}
			})
			theirs, err := sdk.PresignPutObject(t.Context(), &s3.PutObjectInput{
				Bucket: &config.Bucket, Key: aws.String(key), ContentType: aws.String(shared.ContentTypeJPEG),
				ContentLength: aws.Int64(size), IfNoneMatch: aws.String("*"), ChecksumSHA256: aws.String(hash),
			})
			if err != nil {
				t.Fatal(err)
			}
			ours, err := New(config, nil, nil).PresignPut(t.Context(), key, size, hash, now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(target(t, theirs.URL), target(t, ours.UploadURL)); diff != "" {
				t.Error(diff)
			}
			for _, signed := range []string{
				"content-length", "content-type", "host", "if-none-match", "x-amz-checksum-sha256",
			} {
				if !strings.Contains(query(t, ours.UploadURL).Get("X-Amz-SignedHeaders"), signed) {
					t.Errorf("%s is not signed", signed)
				}
			}
		})
	}
}

// presignerAt is the SDK's signer at a given time, configured to keep headers as
// headers, which its S3 client leaves to a query where it can.
type presignerAt struct{ now time.Time }

func (p presignerAt) PresignHTTP(
	ctx context.Context,
	c aws.Credentials,
	r *http.Request,
	hash, service, region string,
	_ time.Time,
	options ...func(*v4.SignerOptions),
) (string, http.Header, error) {
	return v4.NewSigner().
		PresignHTTP(ctx, c, r, hash, service, region, p.now, append(options, func(o *v4.SignerOptions) {
			o.DisableURIPathEscaping, o.DisableHeaderHoisting = true, true
		})...)
}

func endpoint(config Config) *string {
	if config.Endpoint == "" {
		return nil
	}
	return &config.Endpoint
}

// target is where a URL goes and what it promises. The SDK signs a query of its
// own besides (x-id), so signatures are for the published examples to prove.
func target(t *testing.T, signed string) []string {
	values := query(t, signed)
	address, _, _ := strings.Cut(signed, "?")
	return []string{
		address,
		values.Get("X-Amz-Credential"),
		values.Get("X-Amz-Date"),
		values.Get("X-Amz-Expires"),
		values.Get("X-Amz-Security-Token"),
	}
}

func query(t *testing.T, signed string) url.Values {
	t.Helper()
	u, err := url.Parse(signed)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

package objects

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/clinicpro/photobridge/local/fault"
)

var photo = bytes.Repeat([]byte("\xff\xd8 not quite a photo "), 20_000) // about 400 kB

func sum(b []byte) string {
	hash := sha256.Sum256(b)
	return base64.StdEncoding.EncodeToString(hash[:])
}

// presignPut signs exactly what the edge does: type, length, checksum, once.
func presignPut(t *testing.T, key string, life time.Duration) *v4.PresignedHTTPRequest {
	t.Helper()
	signed, err := s3.NewPresignClient(client()).PresignPutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String(
			bucket,
		),
		Key:            &key,
		ContentType:    aws.String("image/jpeg"),
		ContentLength:  aws.Int64(int64(len(photo))),
		ChecksumSHA256: aws.String(sum(photo)),
		IfNoneMatch:    aws.String("*"),
	}, s3.WithPresignExpires(life))
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// send does what a browser does with a signed URL; change may spoil it.
func send(
	t *testing.T,
	signed *v4.PresignedHTTPRequest,
	body []byte,
	change func(*http.Request),
) (status int, document refused, header http.Header) {
	t.Helper()
	request, err := http.NewRequest(signed.Method, signed.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range signed.SignedHeader {
		if name != "Host" {
			request.Header[name] = values
		}
	}
	request.Header.Set("Origin", page)
	if change != nil {
		change(request)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode >= 400 {
		if err := xml.Unmarshal(answer, &document); err != nil {
			t.Errorf("%q is not S3's error document: %v", answer, err)
		}
	}
	return response.StatusCode, document, response.Header
}

type refused struct{ Code, Message string }

func TestPresignedPut(t *testing.T) {
	tests := []struct {
		name   string
		before func(t *testing.T, key string)
		body   []byte
		change func(*http.Request)
		status int
		code   string
	}{
		{"as it was signed", nil, photo, nil, 200, ""},
		{"a second time", func(t *testing.T, key string) {
			if status, _, _ := send(t, presignPut(t, key, time.Minute), photo, nil); status != 200 {
				t.Fatalf("first time: %d", status)
			}
		}, photo, nil, 412, "PreconditionFailed"},
		{"with other bytes", nil, bytes.Repeat([]byte{7}, len(photo)), nil, 400, "BadDigest"},
		{"with another length", nil, photo[1:], nil, 403, "SignatureDoesNotMatch"},
		{
			"with another type",
			nil,
			photo,
			func(r *http.Request) { r.Header.Set("Content-Type", "text/html") },
			403,
			"SignatureDoesNotMatch",
		},
		{
			"without the condition",
			nil,
			photo,
			func(r *http.Request) { r.Header.Del("If-None-Match") },
			403,
			"SignatureDoesNotMatch",
		},
		{"to another key", nil, photo, func(r *http.Request) { r.URL.Path += "x" }, 403, "SignatureDoesNotMatch"},
		{"expired, a fault", func(t *testing.T, _ string) {
			misbehave(t, fault.Rule{Effect: fault.Expire, Route: "PUT object"})
		}, photo, nil, 403, "AccessDenied"},
		{
			"under a clock ahead",
			func(t *testing.T, _ string) { setSkew(t, 2*time.Minute) },
			photo,
			nil,
			403,
			"AccessDenied",
		},
		{
			"under a clock behind",
			func(t *testing.T, _ string) { setSkew(t, -20*time.Minute) },
			photo,
			nil,
			403,
			"AccessDenied",
		},
		{
			"under a clock that is off by little",
			func(t *testing.T, _ string) { setSkew(t, -5*time.Minute) },
			photo,
			nil,
			200,
			"",
		},
		{"refused, a fault", func(t *testing.T, _ string) {
			misbehave(t, fault.Rule{Effect: fault.Status, Status: 503, RetryAfter: 1})
		}, photo, nil, 503, "SlowDown"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			key := "sessions/" + strings.ReplaceAll(test.name, " ", "-") + ".jpg"
			signed := presignPut(t, key, time.Minute)
			if test.before != nil {
				test.before(t, key)
			}
			status, document, header := send(t, signed, test.body, test.change)
			if status != test.status || document.Code != test.code {
				t.Errorf("%d %+v, want %d %s", status, document, test.status, test.code)
			}
			// Without this header a browser hides even the status.
			if got := header.Get("Access-Control-Allow-Origin"); got != page {
				t.Errorf("the answer is for the origin %q", got)
			}
		})
	}
}

func TestAnExpiredURL(t *testing.T) {
	signed := presignPut(t, "sessions/late.jpg", time.Second)
	at, err := time.Parse(signedFormat, query(t, signed.URL).Get("X-Amz-Date"))
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(at.Add(2100 * time.Millisecond))) // the gateway has its own clock
	if status, document, _ := send(
		t,
		signed,
		photo,
		nil,
	); status != 403 ||
		!strings.HasPrefix(document.Message, "Request has expired") {
		t.Errorf("%d %+v", status, document)
	}
}

func TestPreflight(t *testing.T) {
	tests := []struct {
		name, origin, method, headers string
		allowed                       bool
	}{
		{"what a PUT sends", page, "PUT", "content-type,if-none-match,x-amz-checksum-sha256", true},
		{"a GET", page, "GET", "", true},
		{"another origin", "http://elsewhere.test", "PUT", "content-type", false},
		{"another method", page, "DELETE", "", false},
		{"another header", page, "PUT", "x-secret", false},
	}
	target := presignPut(t, "sessions/preflight.jpg", time.Minute).URL
	setSkew(t, time.Hour) // a preflight is not signed, so it cannot expire
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			request, err := http.NewRequest(http.MethodOptions, target, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Origin", test.origin)
			request.Header.Set("Access-Control-Request-Method", test.method)
			if test.headers != "" {
				request.Header.Set("Access-Control-Request-Headers", test.headers)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			allowed := response.StatusCode < 300 && response.Header.Get("Access-Control-Allow-Origin") == test.origin
			if allowed != test.allowed {
				t.Errorf("%d, %v", response.StatusCode, response.Header)
			}
			if allowed && response.Header.Get("Access-Control-Max-Age") != "3600" {
				t.Errorf("kept for %q seconds", response.Header.Get("Access-Control-Max-Age"))
			}
		})
	}
}

func TestHeadGetListDelete(t *testing.T) {
	c, ctx := client(), t.Context()
	keys := []string{"sessions/enc-1/1_a.jpg", "sessions/enc-1/2_b.jpg", "sessions/enc-2/3_c.jpg"}
	for _, key := range keys {
		_, err := c.PutObject(ctx, &s3.PutObjectInput{
			Bucket: aws.String(
				bucket,
			),
			Key:            &key,
			Body:           bytes.NewReader(photo),
			ContentType:    aws.String("image/jpeg"),
			ChecksumSHA256: aws.String(sum(photo)),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	head, err := c.HeadObject(
		ctx,
		&s3.HeadObjectInput{Bucket: aws.String(bucket), Key: &keys[0], ChecksumMode: types.ChecksumModeEnabled},
	)
	if err != nil {
		t.Fatal(err)
	}
	if *head.ContentLength != int64(len(photo)) || aws.ToString(head.ChecksumSHA256) != sum(photo) ||
		*head.ContentType != "image/jpeg" {
		t.Errorf("HEAD: %d bytes, %s, %s", *head.ContentLength, aws.ToString(head.ChecksumSHA256), *head.ContentType)
	}
	signed, err := s3.NewPresignClient(c).
		PresignGetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: &keys[0]})
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(signed.URL)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil || !bytes.Equal(got, photo) {
		t.Errorf("the signed URL gives %d bytes, %v", len(got), err)
	}
	if got := list(t, c, "sessions/enc-1/"); !slices.Equal(got, keys[:2]) {
		t.Errorf("listed %v", got)
	}
	// Deleting twice is deleting once.
	for range 2 {
		if _, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: &keys[0]}); err != nil {
			t.Fatal(err)
		}
	}
	if got := list(t, c, "sessions/enc-1/"); !slices.Equal(got, keys[1:2]) {
		t.Errorf("left are %v", got)
	}
	_, err = c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: &keys[0]})
	if _, ok := errors.AsType[*types.NotFound](err); !ok {
		t.Errorf("HEAD of what is gone: %v", err)
	}
	_, err = c.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: &keys[0]})
	if _, ok := errors.AsType[*types.NoSuchKey](err); !ok {
		t.Errorf("GET of what is gone: %v", err)
	}
}

func TestWhatTheClientIsRefused(t *testing.T) {
	tests := []struct {
		name   string
		client *s3.Client
		skew   time.Duration
		code   string
	}{
		{
			"a wrong secret",
			client(func(o *s3.Options) { o.Credentials = fixed{"ACCESS", "wrong"} }),
			0,
			"SignatureDoesNotMatch",
		},
		{
			"an unknown key",
			client(func(o *s3.Options) { o.Credentials = fixed{"NOBODY", "SECRETSECRET"} }),
			0,
			"InvalidAccessKeyId",
		},
		{"a clock too far ahead", client(), time.Hour, "RequestTimeTooSkewed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			setSkew(t, test.skew)
			_, err := test.client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(bucket)})
			if refused, ok := errors.AsType[smithy.APIError](err); !ok || refused.ErrorCode() != test.code {
				t.Errorf("error is %v, want %s", err, test.code)
			}
		})
	}
}

// The client's own retries see a fault through.
func TestTheClientRecovers(t *testing.T) {
	for _, effect := range []fault.Effect{fault.DropBefore, fault.DropAfter, fault.Status, fault.CutUpload} {
		t.Run(string(effect), func(t *testing.T) {
			misbehave(t, fault.Rule{Effect: effect, Route: "PUT object", Next: 2})
			c := client(func(o *s3.Options) {
				o.RetryMaxAttempts = 3
				o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) { r.MaxBackoff = 10 * time.Millisecond })
			})
			key := "sessions/retry/" + string(effect)
			_, err := c.PutObject(
				t.Context(),
				&s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader(photo)},
			)
			if err != nil {
				t.Fatal(err)
			}
			head, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: &key})
			if err != nil || *head.ContentLength != int64(len(photo)) {
				t.Errorf("HEAD: %+v, %v", head, err)
			}
		})
	}
}

func list(t *testing.T, c *s3.Client, prefix string) (keys []string) {
	t.Helper()
	pages := s3.NewListObjectsV2Paginator(
		c,
		&s3.ListObjectsV2Input{Bucket: aws.String(bucket), Prefix: &prefix, MaxKeys: aws.Int32(1)},
	)
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Contents {
			keys = append(keys, *o.Key)
		}
	}
	return keys
}

type fixed struct{ access, secret string }

func (f fixed) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: f.access, SecretAccessKey: f.secret}, nil
}

// Package objects signs and sends requests to S3, or anything that speaks it
// (R2, MinIO, VersityGW). Signatures are AWS's own (aws/signer/v4); the full S3
// client is five times the size of the rest of the worker.
package objects

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

const (
	unsignedPayload = "UNSIGNED-PAYLOAD"
	maxResponse     = 1 << 20
)

// Config says where the bucket is and who may write to it.
type Config struct {
	Bucket   string
	Region   string
	Endpoint string // empty: AWS, virtual-host style; else path style below it
	// Front is the URL that stands in front of the bucket's origin, for those who
	// may reach only that. Empty: presigned URLs lead to the bucket.
	Front string

	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // of temporary credentials; may be empty
}

// Bucket is one S3 bucket.
type Bucket struct {
	config Config
	base   string // of all its URLs
	http   http.RoundTripper
	signer *v4.Signer
	now    func() time.Time
	reads  remembered
}

var _ session.Objects = (*Bucket)(nil)

// New returns a bucket that is reached through transport.
func New(config Config, transport http.RoundTripper, now func() time.Time) *Bucket {
	signer := v4.NewSigner(func(options *v4.SignerOptions) {
		options.DisableURIPathEscaping = true // S3 escapes a path once, not twice
		options.DisableHeaderHoisting = true  // the headers below are to be sent as headers
	})
	return &Bucket{config: config, base: base(config), http: transport, signer: signer, now: now}
}

// base is virtual-host style at AWS and path style below an endpoint of one's
// own, which need not have a DNS name for each bucket.
func base(config Config) string {
	if config.Endpoint == "" {
		return "https://" + config.Bucket + ".s3." + config.Region + ".amazonaws.com"
	}
	return strings.TrimSuffix(config.Endpoint, "/") + "/" + config.Bucket
}

// PublicOrigin is that of the URLs that it signs (RFC 6454), for clients to
// connect ahead. It is empty if something stands in front of the bucket.
func (b *Bucket) PublicOrigin() string {
	if b.config.Front != "" {
		return ""
	}
	return b.origin()
}

func (b *Bucket) origin() string {
	scheme, rest, _ := strings.Cut(b.base, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

// PresignPut signs the length, type and hash of the bytes, and that the key
// must be free (If-None-Match: *, RFC 9110 section 13.1.2).
func (b *Bucket) PresignPut(
	ctx context.Context,
	key string,
	size int64,
	sha256 string,
	now time.Time,
) (shared.PresignedUpload, error) {
	headers := map[string]string{
		"content-type":          shared.ContentTypeJPEG,
		"if-none-match":         "*",
		"x-amz-checksum-sha256": sha256,
	}
	url, err := b.presign(ctx, http.MethodPut, key, now, shared.UploadURLTTL, func(request *http.Request) {
		request.ContentLength = size
		for name, value := range headers {
			request.Header.Set(name, value)
		}
	})
	return shared.PresignedUpload{
		S3Key:     key,
		UploadURL: url,
		Headers:   headers,
		ExpiresAt: now.Add(shared.UploadURLTTL),
	}, err
}

// PresignGet signs a URL that reads an object.
func (b *Bucket) PresignGet(ctx context.Context, key string, now time.Time, expires time.Duration) (string, error) {
	return b.reads.get(key, period{now, expires}, func() (string, error) {
		return b.presign(ctx, http.MethodGet, key, now, expires, func(*http.Request) {})
	})
}

func (b *Bucket) presign(
	ctx context.Context,
	method, key string,
	now time.Time,
	expires time.Duration,
	prepare func(*http.Request),
) (string, error) {
	request, err := http.NewRequestWithContext(ctx, method, b.url(key), nil)
	if err != nil {
		return "", err
	}
	query := request.URL.Query()
	query.Set("X-Amz-Expires", strconv.Itoa(int(expires.Seconds())))
	request.URL.RawQuery = query.Encode()
	prepare(request)
	signed, _, err := b.signer.PresignHTTP(ctx, b.credentials(), request, unsignedPayload, "s3", b.config.Region, now)
	if b.config.Front != "" {
		// The signature stays that of the bucket's host, which gets the request in the end.
		signed = b.config.Front + strings.TrimPrefix(signed, b.origin())
	}
	return signed, err
}

// Head returns the size and the checksum of a stored object.
func (b *Bucket) Head(ctx context.Context, key string) (session.ObjectInfo, error) {
	response, _, err := b.do(ctx, http.MethodHead, b.url(key), nil, func(header http.Header) {
		header.Set("x-amz-checksum-mode", "ENABLED")
	})
	switch {
	case err != nil:
		return session.ObjectInfo{}, err
	case response.StatusCode == http.StatusNotFound:
		return session.ObjectInfo{}, &shared.Error{Code: shared.CodeObjectMissing}
	case response.StatusCode != http.StatusOK:
		return session.ObjectInfo{}, unavailable(fmt.Errorf("HEAD returned %d", response.StatusCode))
	}
	size, err := strconv.ParseInt(response.Header.Get("Content-Length"), 10, 64)
	if err != nil {
		return session.ObjectInfo{}, unavailable(fmt.Errorf("HEAD without a length: %w", err))
	}
	return session.ObjectInfo{Size: size, SHA256: response.Header.Get("x-amz-checksum-sha256")}, nil
}

// deletedAtOnce is how many keys one request may name
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html).
const deletedAtOnce = 1000

// Delete removes any number of objects.
func (b *Bucket) Delete(ctx context.Context, keys ...string) error {
	for part := range slices.Chunk(keys, deletedAtOnce) {
		if err := b.deleteBatch(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bucket) deleteBatch(ctx context.Context, keys []string) error {
	body := deleteList(keys)
	sum := md5.Sum(body)
	response, content, err := b.do(ctx, http.MethodPost, b.url("")+"?delete=", body, func(header http.Header) {
		header.Set("Content-MD5", base64.StdEncoding.EncodeToString(sum[:]))
		header.Set("Content-Type", "application/xml")
	})
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || bytes.Contains(content, []byte("<Error>")) {
		return unavailable(fmt.Errorf("deleting %d objects returned %d", len(keys), response.StatusCode))
	}
	return nil
}

// deleteList writes the body of a DeleteObjects request without an XML encoder,
// which is 35 KB of the worker.
func deleteList(keys []string) []byte {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	var list bytes.Buffer
	list.WriteString("<Delete><Quiet>true</Quiet>")
	for _, key := range keys {
		list.WriteString("<Object><Key>")
		list.WriteString(escape.Replace(key))
		list.WriteString("</Key></Object>")
	}
	list.WriteString("</Delete>")
	return list.Bytes()
}

// do signs and sends a request and reads the response whole.
func (b *Bucket) do(
	ctx context.Context,
	method, target string,
	body []byte,
	prepare func(http.Header),
) (*http.Response, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	sum := sha256.Sum256(body)
	payloadHash := hex.EncodeToString(sum[:])
	request.Header.Set("X-Amz-Content-Sha256", payloadHash)
	prepare(request.Header)
	if err := b.signer.SignHTTP(
		ctx,
		b.credentials(),
		request,
		payloadHash,
		"s3",
		b.config.Region,
		b.now(),
	); err != nil {
		return nil, nil, err
	}
	return b.send(request)
}

// send sends a request and reads the response whole.
func (b *Bucket) send(request *http.Request) (*http.Response, []byte, error) {
	response, err := b.http.RoundTrip(request)
	if err != nil {
		return nil, nil, unavailable(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, maxResponse))
	if err != nil {
		return nil, nil, unavailable(err)
	}
	return response, content, nil
}

func (b *Bucket) credentials() aws.Credentials {
	return aws.Credentials{
		AccessKeyID:     b.config.AccessKeyID,
		SecretAccessKey: b.config.SecretAccessKey,
		SessionToken:    b.config.SessionToken,
	}
}

// url is the address of a key, or of the bucket for an empty key.
func (b *Bucket) url(key string) string {
	if key == "" && b.config.Endpoint != "" {
		return b.base
	}
	return b.base + "/" + (&url.URL{Path: key}).EscapedPath()
}

func unavailable(cause error) error {
	return &shared.Error{Code: shared.CodeUpstreamUnavailable, RetryAfter: 2 * time.Second, Err: cause}
}

package objects

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// The doctor's probes use the same presigned URLs as a phone and a desktop do.

var probeBytes = []byte("photobridge probe")

// ProbePut uploads through a presigned URL.
func (b *Bucket) ProbePut(ctx context.Context, key string) (string, error) {
	status, err := b.put(ctx, key)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("a presigned PUT returned %d", status)
	}
	return "a presigned PUT was accepted", err
}

// ProbeWriteOnce uploads to the same key again, which must be refused.
func (b *Bucket) ProbeWriteOnce(ctx context.Context, key string) (string, error) {
	status, err := b.put(ctx, key)
	if err == nil && status != http.StatusPreconditionFailed {
		err = fmt.Errorf("a second PUT to the same key returned %d, not 412", status)
	}
	return "a second PUT to the same key was refused", err
}

func (b *Bucket) put(ctx context.Context, key string) (status int, err error) {
	sum := sha256.Sum256(probeBytes)
	upload, err := b.PresignPut(ctx, key, int64(len(probeBytes)), base64.StdEncoding.EncodeToString(sum[:]), b.now())
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, upload.UploadURL, bytes.NewReader(probeBytes))
	if err != nil {
		return 0, err
	}
	for name, value := range upload.Headers {
		request.Header.Set(name, value)
	}
	response, _, err := b.send(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, nil
}

// ProbeHead asks for size and hash of the object, as confirming a photo does.
func (b *Bucket) ProbeHead(ctx context.Context, key string) (string, error) {
	info, err := b.Head(ctx, key)
	sum := sha256.Sum256(probeBytes)
	switch {
	case err != nil:
		return "", fmt.Errorf("a HEAD of the object failed: %w", err)
	case info.Size != int64(len(probeBytes)):
		return "", fmt.Errorf("a HEAD of the object says %d bytes, %d were put", info.Size, len(probeBytes))
	case info.SHA256 == "":
		return "a HEAD says the right size, and no checksum: sizes alone are compared", nil
	case info.SHA256 != base64.StdEncoding.EncodeToString(sum[:]):
		return "", fmt.Errorf("a HEAD of the object has another checksum than was put")
	}
	return "a HEAD says the right size and checksum", nil
}

// ProbeVersions looks whether deleted photos stay as noncurrent versions
// (https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html).
func (b *Bucket) ProbeVersions(ctx context.Context) (string, error) {
	status, versioning, err := b.setting(ctx, "versioning")
	switch {
	case err != nil:
		return "", err
	case status == http.StatusNotImplemented || status == http.StatusMethodNotAllowed:
		return "this store does not say whether it keeps versions", nil
	case status == http.StatusForbidden:
		return "", fmt.Errorf("the access key may not ask whether the bucket keeps versions")
	case status == http.StatusOK && between(versioning, "<Status>", "</Status>") == "":
		return "the bucket keeps no versions", nil
	}
	_, lifecycle, err := b.setting(ctx, "lifecycle")
	if err != nil {
		return "", err
	}
	if expiresVersions(lifecycle) {
		return "the bucket keeps versions, of deleted photos for a day", nil
	}
	return "", fmt.Errorf("the bucket keeps versions, and deleted photos stay in it")
}

// expiresVersions reports whether a rule of a lifecycle is enabled, is for all
// objects in sessions/ and expires their noncurrent versions after a day. It looks
// for elements, since an XML decoder is 35 KB of the worker.
func expiresVersions(lifecycle string) bool {
	for rule := range strings.SplitSeq(lifecycle, "<Rule>") {
		prefix := between(rule, "<Prefix>", "</Prefix>")
		covers := strings.HasPrefix("sessions/", prefix) && !strings.Contains(rule, "<Tag>")
		days := between(rule, "<NoncurrentDays>", "</NoncurrentDays>")
		if covers && days == "1" && strings.Contains(rule, "<Status>Enabled</Status>") {
			return true
		}
	}
	return false
}

// between returns the text between the first two marks, or nothing.
func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	found, _, ok := strings.Cut(rest, to)
	if !ok {
		return ""
	}
	return strings.TrimSpace(found)
}

// setting reads one of the bucket's settings.
func (b *Bucket) setting(ctx context.Context, name string) (status int, text string, err error) {
	response, reply, err := b.do(ctx, http.MethodGet, b.url("")+"?"+name+"=", nil, func(http.Header) {})
	if err != nil {
		return 0, "", err
	}
	return response.StatusCode, string(reply), nil
}

// ProbeGet downloads through a presigned URL.
func (b *Bucket) ProbeGet(ctx context.Context, key string) (string, error) {
	target, err := b.PresignGet(ctx, key, b.now(), time.Minute)
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return "", err
	}
	response, content, err := b.send(request)
	switch {
	case err != nil:
		return "", err
	case response.StatusCode != http.StatusOK:
		return "", fmt.Errorf("a presigned GET returned %d", response.StatusCode)
	case !bytes.Equal(content, probeBytes):
		return "", fmt.Errorf("a presigned GET gave other bytes than were put")
	}
	return "a presigned GET gave the same bytes", nil
}

// ProbeDelete deletes the object and looks whether it is gone.
func (b *Bucket) ProbeDelete(ctx context.Context, key string) (string, error) {
	if err := b.Delete(ctx, key); err != nil {
		return "", err
	}
	if _, err := b.Head(ctx, key); shared.CodeOf(err) != shared.CodeObjectMissing {
		return "", fmt.Errorf("the object is still there after its DELETE")
	}
	return "the object was deleted", nil
}

// ProbeCORS asks as each origin's browser would before it puts and gets
// (https://fetch.spec.whatwg.org/#cors-preflight-fetch).
func (b *Bucket) ProbeCORS(ctx context.Context, origins []string) (string, error) {
	var refused []string
	for _, origin := range origins {
		for _, method := range []string{http.MethodPut, http.MethodGet} {
			allowed, err := b.preflight(ctx, origin, method)
			if err != nil {
				return "", err
			}
			if !allowed && !slices.Contains(refused, origin) {
				refused = append(refused, origin)
			}
		}
	}
	if len(refused) > 0 {
		return "", fmt.Errorf("the bucket refuses pages of %s", strings.Join(refused, ", "))
	}
	return fmt.Sprintf("%d origins may put and get", len(origins)), nil
}

func (b *Bucket) preflight(ctx context.Context, origin, method string) (allowed bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodOptions, b.url("sessions/doctor/preflight.jpg"), nil)
	if err != nil {
		return false, err
	}
	request.Header.Set("Origin", origin)
	request.Header.Set("Access-Control-Request-Method", method)
	if method == http.MethodPut {
		request.Header.Set("Access-Control-Request-Headers", "content-type,if-none-match,x-amz-checksum-sha256")
	}
	response, _, err := b.send(request)
	if err != nil {
		return false, err
	}
	permitted := response.Header.Get("Access-Control-Allow-Origin")
	return response.StatusCode < 300 && (permitted == origin || permitted == "*"), nil
}

// Time is the store's clock, to the second.
func (b *Bucket) Time(ctx context.Context) (time.Time, error) {
	response, _, err := b.do(ctx, http.MethodHead, b.url(""), nil, func(http.Header) {})
	if err != nil {
		return time.Time{}, err
	}
	theirs, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return time.Time{}, fmt.Errorf("the store's response has no Date header")
	}
	return theirs, nil
}

package api

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/clinicpro/photobridge/edge/credential"
	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/shared/wire"
)

const (
	maxDimension = 20_000 // pixels; no phone makes a larger photo
	maxVersion   = 1_000_000
	rateWindow   = 10 * time.Second
)

func asError(err error) (*shared.Error, bool) { return errors.AsType[*shared.Error](err) }

// bearer is the token of an Authorization header (RFC 6750).
func bearer(r *http.Request) (string, error) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", shared.Errorf(
			shared.CodeUnauthorized,
			"This call needs an Authorization header with a Bearer token.",
		)
	}
	return token, nil
}

// authorize checks that the bearer has one of the scopes for this encounter.
func (h *handler) authorize(
	r *http.Request,
	encounterID string,
	allowed ...credential.Scope,
) (credential.Bearer, error) {
	token, err := bearer(r)
	if err != nil {
		return credential.Bearer{}, err
	}
	who, err := h.Keys.Verify(token)
	if err != nil {
		return credential.Bearer{}, err
	}
	rec := recordOf(r)
	rec.ref, rec.clinician = who.Ref, who.Clinician.ID
	switch {
	case !slices.Contains(allowed, who.Scope):
		return credential.Bearer{}, shared.Errorf(
			shared.CodeForbidden,
			"This token is not for this call: a %s may not make it.",
			who.Scope,
		)
	case !shared.ValidID(encounterID):
		return credential.Bearer{}, shared.Errorf(
			shared.CodeBadRequest,
			"encounterId must be 1 to 64 letters, digits, dots, underscores or hyphens.",
		)
	case encounterID != who.EncounterID:
		return credential.Bearer{}, &shared.Error{Code: shared.CodeEncounterMismatch}
	case !h.mayCall(r, who):
		return credential.Bearer{}, tooMany("This session is asking too often. It continues in a moment.")
	}
	return who, nil
}

// mayCall counts a session's calls. Its phones cannot use up what its desktops
// may ask, nor the other way round.
func (h *handler) mayCall(r *http.Request, who credential.Bearer) bool {
	limit := h.Limits.DesktopCalls
	if who.Scope != credential.ScopeDesktop {
		limit = h.Limits.PhoneCalls
	}
	return limit == nil || limit(r.Context(), who.SessionID)
}

// limitAddress counts what an address tries.
func limitAddress(r *http.Request, limit Limiter) error {
	if limit != nil && !limit(r.Context(), clientAddress(r)) {
		return tooMany("There were too many tries from this network. Wait a minute, then try again.")
	}
	return nil
}

func tooMany(detail string) error {
	return &shared.Error{Code: shared.CodeRateLimited, Detail: detail, RetryAfter: rateWindow}
}

// clientAddress is where a request comes from, as Cloudflare tells it
// (https://developers.cloudflare.com/fundamentals/reference/http-headers/).
func clientAddress(r *http.Request) string { return r.Header.Get("CF-Connecting-IP") }

// sameSecret compares in a time that says nothing; an empty secret is nobody's.
func sameSecret(given, secret string) bool {
	return secret != "" && subtle.ConstantTimeCompare([]byte(given), []byte(secret)) == 1
}

// readJSON reads a body of one JSON value. Fields that are not known are
// ignored, a wrong type is not.
func readJSON[T any](r *http.Request) (T, error) {
	var value T
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return value, shared.Errorf(shared.CodeUnsupportedType, "Send the body as application/json.")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, shared.MaxRequestBody+1))
	switch {
	case err != nil:
		return value, shared.Wrap(err, shared.CodeBadRequest, "The body did not arrive in full. Send it again.")
	case len(body) > shared.MaxRequestBody:
		return value, shared.Errorf(shared.CodeTooLarge, "The body may have %d bytes.", shared.MaxRequestBody)
	case !utf8.Valid(body):
		return value, shared.Errorf(shared.CodeBadRequest, "The body must be UTF-8.")
	}
	if err := json.Unmarshal(body, &value); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
			return value, shared.Wrap(err, shared.CodeBadRequest, fmt.Sprintf("%s has the wrong type.", wrong.Field))
		}
		return value, shared.Wrap(err, shared.CodeBadRequest, "The body is not the JSON that this call takes.")
	}
	return value, nil
}

func (h *handler) checkPresign(request shared.PresignRequest) error {
	if n := len(request.Images); n < 1 || n > h.Service.MaxImages {
		return shared.Errorf(shared.CodeBadRequest, "images must list 1 to %d images.", h.Service.MaxImages)
	}
	seen := map[string]bool{}
	for _, image := range request.Images {
		hash, err := base64.StdEncoding.Strict().DecodeString(image.SHA256)
		switch {
		case !shared.ValidID(image.ImageID):
			return shared.Errorf(
				shared.CodeBadRequest,
				"imageId must be 1 to 64 letters, digits, dots, underscores or hyphens.",
			)
		case seen[image.ImageID]:
			return shared.Errorf(shared.CodeBadRequest, "Each image needs an imageId of its own.")
		case image.ContentType != shared.ContentTypeJPEG:
			return shared.Errorf(shared.CodeUnsupportedType, "Only %s is taken.", shared.ContentTypeJPEG)
		case image.Size < 1:
			return shared.Errorf(shared.CodeBadRequest, "size must be the number of bytes.")
		case image.Size > int64(h.Service.MaxImageBytes):
			return shared.Errorf(
				shared.CodeTooLarge, "A photo may have %d bytes. Make it smaller.", h.Service.MaxImageBytes,
			)
		case err != nil || len(hash) != 32:
			return shared.Errorf(shared.CodeBadRequest, "sha256 must be the base64 of the 32 bytes.")
		}
		seen[image.ImageID] = true
	}
	return nil
}

func checkConfirm(request shared.ConfirmRequest, now time.Time) error {
	switch {
	case !shared.ValidID(request.ImageID):
		return shared.Errorf(
			shared.CodeBadRequest,
			"imageId must be 1 to 64 letters, digits, dots, underscores or hyphens.",
		)
	case request.Width < 1 || request.Width > maxDimension || request.Height < 1 || request.Height > maxDimension:
		return shared.Errorf(shared.CodeBadRequest, "width and height must be the photo's size in pixels.")
	case request.MetadataVersion < 0 || request.MetadataVersion > maxVersion:
		return shared.Errorf(shared.CodeBadRequest, "metadataVersion must count from 0 to %d.", maxVersion)
	}
	return request.Metadata.Validate(now)
}

// readPatch reads a merge patch of a Metadata.
func readPatch(r *http.Request, now time.Time) (session.MetadataPatch, error) {
	body, err := readJSON[struct {
		Metadata map[string]json.RawMessage `json:"metadata"`
	}](r)
	if err != nil {
		return session.MetadataPatch{}, err
	}
	// The names say what changes; the values are read by the message's codec.
	text, err := json.Marshal(body)
	if err != nil {
		return session.MetadataPatch{}, err
	}
	request, err := shared.Unmarshal[shared.UpdateRequest](text)
	if err != nil {
		return session.MetadataPatch{}, err
	}
	patch := session.MetadataPatch{Metadata: shared.Metadata(request.Metadata)}
	known := wire.Names(&request.Metadata)
	for _, name := range known {
		if _, ok := body.Metadata[name]; ok {
			patch.Names = append(patch.Names, name)
		}
	}
	if patch.Names == nil {
		return patch, shared.Errorf(
			shared.CodeBadRequest,
			"metadata must name a field to change: %s.",
			strings.Join(known, ", "),
		)
	}
	// A clinician corrects a time, but not into the future.
	checked := patch.Metadata
	if checked.Captured != nil {
		checked.Captured = &shared.Captured{
			Local: checked.Captured.Local, Offset: checked.Captured.Offset, Source: shared.CapturedByClinician,
		}
	}
	return patch, checked.Validate(now)
}

// readRevision reads the revision that a caller knows from If-Match (RFC 9110,
// section 13.1.1), or session.Forced if it does not care.
func readRevision(r *http.Request) (int64, error) {
	if r.URL.Query().Get("force") == "1" {
		return session.Forced, nil
	}
	tag := strings.TrimSpace(r.Header.Get("If-Match"))
	digits, isTag := strings.CutPrefix(strings.TrimSuffix(tag, `"`), `"`)
	revision, err := strconv.ParseInt(digits, 10, 64)
	if !isTag || err != nil || revision < 0 || tag != fmt.Sprintf("\"%d\"", revision) {
		return 0, shared.Errorf(shared.CodeBadRequest,
			"Send If-Match with the revision of the list that you have, in quotes, or force=1 to end whatever "+
				"happened.")
	}
	return revision, nil
}

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
) (session.Ref, credential.Scope, error) {
	token, err := bearer(r)
	if err != nil {
		return session.Ref{}, "", err
	}
	ref, scope, err := h.Keys.Verify(token)
	if err != nil {
		return session.Ref{}, "", err
	}
	recordOf(r).ref = ref
	switch {
	case !slices.Contains(allowed, scope):
		return session.Ref{}, "", shared.Errorf(
			shared.CodeForbidden,
			"This token is not for this call: a %s may not make it.",
			scope,
		)
	case !shared.ValidID(encounterID):
		return session.Ref{}, "", shared.Errorf(
			shared.CodeBadRequest,
			"encounterId must be 1 to 64 letters, digits, dots, underscores or hyphens.",
		)
	case encounterID != ref.EncounterID:
		return session.Ref{}, "", shared.Errorf(
			shared.CodeEncounterMismatch,
			"This token belongs to another encounter. Open the right patient's session.",
		)
	case h.SessionCalls != nil && !h.SessionCalls(r.Context(), ref.SessionID):
		return session.Ref{}, "", tooMany("This session is asking too often. It goes on in a moment.")
	}
	return ref, scope, nil
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
	if n := len(request.Images); n < 1 || n > h.MaxImages {
		return shared.Errorf(shared.CodeBadRequest, "images must list 1 to %d images.", h.MaxImages)
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
		case image.Size > int64(h.MaxImageBytes):
			return shared.Errorf(shared.CodeTooLarge, "A photo may have %d bytes. Make it smaller.", h.MaxImageBytes)
		case err != nil || len(hash) != 32:
			return shared.Errorf(shared.CodeBadRequest, "sha256 must be the base64 of the 32 bytes.")
		}
		seen[image.ImageID] = true
	}
	return nil
}

func checkConfirm(request shared.ConfirmRequest) error {
	switch {
	case !shared.ValidID(request.ImageID):
		return shared.Errorf(
			shared.CodeBadRequest,
			"imageId must be 1 to 64 letters, digits, dots, underscores or hyphens.",
		)
	case request.Width < 1 || request.Width > maxDimension || request.Height < 1 || request.Height > maxDimension:
		return shared.Errorf(shared.CodeBadRequest, "width and height must be the photo's size in pixels.")
	}
	return request.Metadata.Validate()
}

// readPatch reads a merge patch of a Metadata.
func readPatch(r *http.Request) (session.MetadataPatch, error) {
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
	return patch, patch.Metadata.Validate()
}

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
		return "", &shared.Error{Code: shared.CodeUnauthorized, Field: "Authorization"}
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
		return credential.Bearer{}, &shared.Error{Code: shared.CodeForbidden}
	case !shared.ValidID(encounterID):
		return credential.Bearer{}, &shared.Error{Code: shared.CodeBadRequest, Field: "encounterId"}
	case encounterID != who.EncounterID:
		return credential.Bearer{}, &shared.Error{Code: shared.CodeEncounterMismatch}
	case !h.mayCall(r, who):
		return credential.Bearer{}, tooMany()
	}
	return who, nil
}

// mayCall counts the calls of a session's desktops together, and of each phone. One
// that was removed, or never admitted, cannot use up what others may ask.
func (h *handler) mayCall(r *http.Request, who credential.Bearer) bool {
	limit, key := h.Limits.DesktopCalls, who.SessionID
	if who.Scope != credential.ScopeDesktop {
		limit, key = h.Limits.PhoneCalls, who.SessionID+" "+who.PhoneID
	}
	return limit == nil || limit(r.Context(), key)
}

// limitAddress counts what an address tries.
func limitAddress(r *http.Request, limit Limiter) error {
	if limit != nil && !limit(r.Context(), clientAddress(r)) {
		return tooMany()
	}
	return nil
}

func tooMany() error {
	return &shared.Error{Code: shared.CodeRateLimited, RetryAfter: rateWindow}
}

// clientAddress is where a request comes from, as Cloudflare reports it
// (https://developers.cloudflare.com/fundamentals/reference/http-headers/).
func clientAddress(r *http.Request) string { return r.Header.Get("CF-Connecting-IP") }

// sameSecret compares in constant time. An empty secret never matches.
func sameSecret(given, secret string) bool {
	return secret != "" && subtle.ConstantTimeCompare([]byte(given), []byte(secret)) == 1
}

// readJSON reads a body that is a message. Fields that are not known are ignored,
// a wrong type is not.
func readJSON[T any, P interface {
	*T
	wire.Message
}](r *http.Request) (T, error) {
	body, err := readBody(r)
	if err != nil {
		return *new(T), err
	}
	message, err := shared.Unmarshal[T, P](body)
	if wrong, ok := asError(err); ok && wrong.Field == "" {
		wrong.Field = "body"
	}
	return message, err
}

func readBody(r *http.Request) ([]byte, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &shared.Error{Code: shared.CodeUnsupportedType, Field: "Content-Type"}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, shared.MaxRequestBody+1))
	switch {
	case err != nil:
		return nil, &shared.Error{Code: shared.CodeBadRequest, Field: "body", Err: err}
	case len(body) > shared.MaxRequestBody:
		return nil, &shared.Error{Code: shared.CodeTooLarge, Field: "body", Limit: shared.MaxRequestBody}
	case !utf8.Valid(body):
		return nil, &shared.Error{Code: shared.CodeBadRequest, Field: "body"}
	}
	return body, nil
}

func (h *handler) checkPresign(request shared.PresignRequest) error {
	if n := len(request.Images); n < 1 || n > h.Service.MaxImages {
		return &shared.Error{Code: shared.CodeBadRequest, Field: "images", Limit: h.Service.MaxImages}
	}
	seen := map[string]bool{}
	for _, image := range request.Images {
		hash, err := base64.StdEncoding.Strict().DecodeString(image.SHA256)
		switch {
		case !shared.ValidID(image.ImageID):
			return &shared.Error{Code: shared.CodeBadRequest, Field: "imageId"}
		case seen[image.ImageID]:
			return &shared.Error{Code: shared.CodeBadRequest, Field: "imageId"}
		case image.ContentType != shared.ContentTypeJPEG:
			return &shared.Error{Code: shared.CodeUnsupportedType, Field: "contentType"}
		case image.Size < 1:
			return &shared.Error{Code: shared.CodeBadRequest, Field: "size"}
		case image.Size > int64(h.Service.MaxImageBytes):
			return &shared.Error{Code: shared.CodeTooLarge, Field: "size", Limit: h.Service.MaxImageBytes}
		case err != nil || len(hash) != 32:
			return &shared.Error{Code: shared.CodeBadRequest, Field: "sha256"}
		}
		seen[image.ImageID] = true
	}
	return nil
}

func checkConfirm(request shared.ConfirmRequest, now time.Time) error {
	switch {
	case !shared.ValidID(request.ImageID):
		return &shared.Error{Code: shared.CodeBadRequest, Field: "imageId"}
	case request.Width < 1 || request.Width > maxDimension || request.Height < 1 || request.Height > maxDimension:
		return &shared.Error{Code: shared.CodeBadRequest, Field: "width", Limit: maxDimension}
	case request.MetadataVersion < 0 || request.MetadataVersion > maxVersion:
		return &shared.Error{Code: shared.CodeBadRequest, Field: "metadataVersion", Limit: maxVersion}
	}
	return request.Metadata.Validate(now)
}

// readPatch reads a merge patch of a Metadata.
func readPatch(r *http.Request, now time.Time) (session.MetadataPatch, error) {
	given, err := readBody(r)
	if err != nil {
		return session.MetadataPatch{}, err
	}
	var body struct {
		Metadata map[string]json.RawMessage `json:"metadata"`
		ChangeID json.RawMessage            `json:"changeId,omitempty"`
	}
	if err := json.Unmarshal(given, &body); err != nil {
		return session.MetadataPatch{}, &shared.Error{Code: shared.CodeBadRequest, Field: "body", Err: err}
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
	if request.ChangeID != "" && !shared.ValidID(request.ChangeID) {
		return session.MetadataPatch{}, &shared.Error{Code: shared.CodeBadRequest, Field: "changeId"}
	}
	patch := session.MetadataPatch{ID: request.ChangeID, Metadata: shared.Metadata(request.Metadata)}
	known := wire.Names(&request.Metadata)
	for _, name := range known {
		if _, ok := body.Metadata[name]; ok {
			patch.Names = append(patch.Names, name)
		}
	}
	if patch.Names == nil {
		return patch, &shared.Error{Code: shared.CodeBadRequest, Field: "metadata"}
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
		return 0, &shared.Error{Code: shared.CodeBadRequest, Field: "If-Match"}
	}
	return revision, nil
}

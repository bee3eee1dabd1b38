package api

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

// wants checks an error's code and the field that it is about; an empty code
// means that there is none.
func wants(t *testing.T, name string, err error, code shared.Code, field string) {
	t.Helper()
	if code == "" {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return
	}
	if e, ok := errors.AsType[*shared.Error](err); !ok || e.Code != code || e.Field != field {
		t.Errorf("%s: %+v, want %s of %q", name, err, code, field)
	}
}

// TestPresignLimits tries both sides of each limit.
func TestPresignLimits(t *testing.T) {
	h := &handler{Config{Service: &session.Service{MaxImages: 2, MaxImageBytes: 1000}}}
	sum := sha256.Sum256(nil)
	good := shared.PresignImage{
		ImageID: "img-1", ContentType: shared.ContentTypeJPEG, Size: 1000,
		SHA256: base64.StdEncoding.EncodeToString(sum[:]),
	}
	second, third := good, good
	second.ImageID, third.ImageID = "img-2", "img-3"
	tests := []struct {
		name   string
		images []shared.PresignImage
		spoil  func(*shared.PresignImage)
		code   shared.Code
		field  string
	}{
		{"one", []shared.PresignImage{good}, nil, "", ""},
		{"as many as there may be", []shared.PresignImage{good, second}, nil, "", ""},
		{"none", nil, nil, shared.CodeBadRequest, "images"},
		{"one too many", []shared.PresignImage{good, second, third}, nil, shared.CodeBadRequest, "images"},
		{"one twice", []shared.PresignImage{good, good}, nil, shared.CodeBadRequest, "imageId"},
		{"no id", nil, func(i *shared.PresignImage) { i.ImageID = "" }, shared.CodeBadRequest, "imageId"},
		{"PNG", nil, func(i *shared.PresignImage) { i.ContentType = "image/png" }, shared.CodeUnsupportedType,
			"contentType"},
		{"one byte", nil, func(i *shared.PresignImage) { i.Size = 1 }, "", ""},
		{"no byte", nil, func(i *shared.PresignImage) { i.Size = 0 }, shared.CodeBadRequest, "size"},
		{"a byte too many", nil, func(i *shared.PresignImage) { i.Size = 1001 }, shared.CodeTooLarge, "size"},
		{"no hash", nil, func(i *shared.PresignImage) { i.SHA256 = "" }, shared.CodeBadRequest, "sha256"},
		{"a short hash", nil, func(i *shared.PresignImage) { i.SHA256 = "AAAA" }, shared.CodeBadRequest, "sha256"},
		{"half a hash", nil, func(i *shared.PresignImage) { i.SHA256 = i.SHA256[:43] + "*" }, shared.CodeBadRequest,
			"sha256"},
	}
	for _, test := range tests {
		images := test.images
		if test.spoil != nil {
			spoilt := good
			test.spoil(&spoilt)
			images = []shared.PresignImage{spoilt}
		}
		wants(t, test.name, h.checkPresign(shared.PresignRequest{Images: images}), test.code, test.field)
	}
}

func TestConfirmLimits(t *testing.T) {
	tests := []struct {
		name                   string
		id                     string
		width, height, version int
		field                  string
	}{
		{"the smallest", "img-1", 1, 1, 0, ""},
		{"the largest", "img-1", 20_000, 20_000, 1_000_000, ""},
		{"no id", "", 1, 1, 0, "imageId"},
		{"no width", "img-1", 0, 1, 0, "width"},
		{"too wide", "img-1", 20_001, 1, 0, "width"},
		{"no height", "img-1", 1, 0, 0, "width"},
		{"too high", "img-1", 1, 20_001, 0, "width"},
		{"a version below zero", "img-1", 1, 1, -1, "metadataVersion"},
		{"a version too high", "img-1", 1, 1, 1_000_001, "metadataVersion"},
	}
	for _, test := range tests {
		request := shared.ConfirmRequest{
			ImageID: test.id, Width: test.width, Height: test.height, MetadataVersion: test.version,
		}
		code := shared.CodeBadRequest
		if test.field == "" {
			code = ""
		}
		wants(t, test.name, checkConfirm(request, time.Now()), code, test.field)
	}
}

func TestBodies(t *testing.T) {
	broken := iotest.ErrReader(errors.New("the line is gone"))
	request := func(kind, body string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		return r
	}
	cut := httptest.NewRequest(http.MethodPost, "/", broken)
	cut.Header.Set("Content-Type", "application/json")
	tests := []struct {
		name    string
		request *http.Request
		code    shared.Code
		field   string
	}{
		{"JSON", request("application/json", "{}"), "", ""},
		{"JSON with its charset", request("application/json; charset=utf-8", "{}"), "", ""},
		{"as long as it may be", request("application/json", strings.Repeat(" ", shared.MaxRequestBody)), "", ""},
		{
			"a byte longer", request("application/json", strings.Repeat(" ", shared.MaxRequestBody+1)),
			shared.CodeTooLarge, "body",
		},
		{"text", request("text/plain", "{}"), shared.CodeUnsupportedType, "Content-Type"},
		{"of no kind", request("", "{}"), shared.CodeUnsupportedType, "Content-Type"},
		{"not UTF-8", request("application/json", "\"\xff\""), shared.CodeBadRequest, "body"},
		{"cut off", cut, shared.CodeBadRequest, "body"},
	}
	for _, test := range tests {
		_, err := readBody(test.request)
		wants(t, test.name, err, test.code, test.field)
	}
}

func TestRevisions(t *testing.T) {
	tests := []struct {
		query, tag string
		want       int64
		ok         bool
	}{
		{"", `"0"`, 0, true},
		{"", ` "17" `, 17, true},
		{"?force=1", "", session.Forced, true},
		{"?force=1", `"17"`, session.Forced, true},
		{"?force=0", `"17"`, 17, true},
		{"?force=0", "", 0, false},
		{"", "", 0, false},
		{"", "17", 0, false},
		{"", `"17`, 0, false},
		{"", `17"`, 0, false},
		{"", `"-1"`, 0, false},
		{"", `"+1"`, 0, false},
		{"", `"01"`, 0, false},
		{"", `W/"17"`, 0, false},
		{"", `"1", "2"`, 0, false},
		{"", `*`, 0, false},
		{"", `"9223372036854775808"`, 0, false},
	}
	for _, test := range tests {
		r := httptest.NewRequest(http.MethodDelete, "/"+test.query, nil)
		r.Header.Set("If-Match", test.tag)
		got, err := readRevision(r)
		if got != test.want || (err == nil) != test.ok {
			t.Errorf("%s %s: %d, %v", test.query, test.tag, got, err)
		}
		if !test.ok {
			wants(t, test.tag, err, shared.CodeBadRequest, "If-Match")
		}
	}
}

func TestMatchesTag(t *testing.T) {
	tests := []struct {
		given []string
		want  bool
	}{
		{[]string{`"a"`}, true},
		{[]string{`W/"a"`}, true},
		{[]string{`"b", "a"`}, true},
		{[]string{`"b"`, `"a"`}, true},
		{[]string{`*`}, true},
		{[]string{`"b"`}, false},
		{[]string{`a`}, false},
		{nil, false},
	}
	for _, test := range tests {
		if got := matchesTag(test.given, `"a"`); got != test.want {
			t.Errorf("%q: %v", test.given, got)
		}
	}
}

func TestSecrets(t *testing.T) {
	for _, test := range []struct {
		given, secret string
		want          bool
	}{{"a", "a", true}, {"a", "b", false}, {"", "", false}, {"a", "", false}, {"", "a", false}} {
		if got := sameSecret(test.given, test.secret); got != test.want {
			t.Errorf("%q for %q: %v", test.given, test.secret, got)
		}
	}
}

func TestBearer(t *testing.T) {
	for header, want := range map[string]string{
		"Bearer abc": "abc", "bearer abc": "abc", "Basic abc": "", "Bearer": "", "Bearer ": "", "": "", "abc": "",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", header)
		got, err := bearer(r)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", header, got, err)
		}
	}
}

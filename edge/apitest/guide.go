package apitest

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"testing"

	"github.com/clinicpro/photobridge/shared"
)

func guideOf(jpeg []byte) shared.Guide {
	return shared.Guide{JPEG: base64.StdEncoding.EncodeToString(jpeg)}
}

// jpegOf has so many bytes, and the first and the last of a JPEG.
func jpegOf(size int) []byte {
	return joined([]byte{0xFF, 0xD8, 0xFF}, make([]byte, size-5), []byte{0xFF, 0xD9})
}

func joined(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// guides offers earlier photos to the camera of a session's phones.
func guides(t *testing.T, a *api) {
	s := a.open(t)
	path := base + "/" + s.EncounterID + "/guide"
	offer := func(t *testing.T, guide any) response { return a.call(t, "PUT", path, s.DesktopToken, guide) }
	look := func(t *testing.T) response { return a.call(t, "GET", path, s.phone.UploadToken, nil) }

	t.Run("there is none at first", func(t *testing.T) { look(t).expect(t, http.StatusNoContent, "") })
	for _, size := range []int{5, shared.MaxGuideBytes} {
		want := guideOf(jpegOf(size))
		offer(t, want).expect(t, http.StatusNoContent, "")
		if got := decode[shared.Guide](t, look(t).expect(t, http.StatusOK, "")); got != want {
			t.Errorf("of %d bytes, %d characters arrived instead of %d", size, len(got.JPEG), len(want.JPEG))
		}
	}
	for _, test := range []struct {
		name   string
		guide  any
		status int
		code   shared.Code
	}{
		{"nothing", shared.Guide{}, http.StatusBadRequest, shared.CodeBadRequest},
		{"no base64", shared.Guide{JPEG: "*"}, http.StatusBadRequest, shared.CodeBadRequest},
		{"a number", map[string]any{"jpeg": 1}, http.StatusBadRequest, shared.CodeBadRequest},
		{"a PNG", guideOf([]byte("\x89PNG\r\n\x1a\n")), http.StatusUnsupportedMediaType, shared.CodeUnsupportedType},
		{"half a JPEG", guideOf(jpegOf(100)[:90]), http.StatusUnsupportedMediaType, shared.CodeUnsupportedType},
		{"too many bytes", guideOf(jpegOf(shared.MaxGuideBytes + 1)), http.StatusRequestEntityTooLarge,
			shared.CodeTooLarge},
		{"more than a request holds", guideOf(jpegOf(60_000)), http.StatusRequestEntityTooLarge, shared.CodeTooLarge},
	} {
		t.Run(test.name+" is refused, and the one before stays", func(t *testing.T) {
			offer(t, test.guide).expect(t, test.status, test.code)
			look(t).expect(t, http.StatusOK, "")
		})
	}
	list := func(t *testing.T, token string, options ...option) response {
		return a.call(t, "GET", base+"/images/"+s.EncounterID, token, nil, options...)
	}
	t.Run("a list says that there is one, and does not hold it", func(t *testing.T) {
		for _, token := range []string{s.DesktopToken, s.phone.UploadToken} {
			got := list(t, token).expect(t, http.StatusOK, "")
			if !decode[shared.ListResponse](t, got).GuideOffered || len(got.Body) > 10_000 {
				t.Errorf("a list of no photos has %d bytes: %.300s", len(got.Body), got.Body)
			}
		}
	})
	t.Run("a removed phone does not see it", func(t *testing.T) {
		other := a.open(t)
		path := base + "/" + other.EncounterID
		a.call(t, "PUT", path+"/guide", other.DesktopToken, guideOf(jpegOf(5))).expect(t, http.StatusNoContent, "")
		a.call(t, "DELETE", path+"/phones/"+other.phone.PhoneID, other.DesktopToken, nil).
			expect(t, http.StatusNoContent, "")
		a.call(t, "GET", path+"/guide", other.phone.UploadToken, nil).
			expect(t, http.StatusUnauthorized, shared.CodePhoneRemoved)
	})
	t.Run("it is taken back", func(t *testing.T) {
		tag := header("If-None-Match", list(t, s.DesktopToken).Header.Get("ETag"))
		list(t, s.DesktopToken, tag).expect(t, http.StatusNotModified, "")
		for range 2 {
			a.call(t, "DELETE", path, s.DesktopToken, nil).expect(t, http.StatusNoContent, "")
			look(t).expect(t, http.StatusNoContent, "")
		}
		got := list(t, s.DesktopToken, tag).expect(t, http.StatusOK, "")
		if decode[shared.ListResponse](t, got).GuideOffered {
			t.Errorf("the list says that there still is one: %s", got.Body)
		}
	})
}

package apitest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clinicpro/photobridge/edge/doctor"
	"github.com/clinicpro/photobridge/shared"
)

// endFailures ends a session with what a desktop may know wrongly.
func endFailures(t *testing.T, a *api) {
	s := a.open(t)
	end := func(match string) response {
		return a.call(t, "DELETE", base+"/"+s.EncounterID, s.DesktopToken, nil, header("If-Match", match))
	}
	known := func() string { return fmt.Sprintf(`"%d"`, a.list(t, s).Revision) }
	a.call(t, "DELETE", base+"/"+s.EncounterID, s.DesktopToken, nil).expect(t, 400, shared.CodeBadRequest)
	for _, match := range []string{"", "*", "1", `"`, `""`, `"x"`, `"-1"`, `W/"1"`, `"1", "2"`, `"+1"`} {
		end(match).expect(t, 400, shared.CodeBadRequest)
	}
	before := known()
	image := a.upload(t, s, shared.Metadata{})
	end(before).expect(t, 412, shared.CodeSessionChanged)
	if list := a.list(t, s); len(list.Images) != 1 || list.Images[0].ImageID != image.ImageID {
		t.Fatalf("the photo that the desktop had not seen is gone: %+v", list)
	}
	_, another := picture(1000)
	a.presign(t, s, another)
	end(known()).expect(t, 409, shared.CodeUploadsPending)
	if list := a.list(t, s); len(list.Expected) != 1 || list.Expected[0].PhoneID != s.phone.PhoneID {
		t.Errorf("expected are %+v", list.Expected)
	}
	a.call(t, "DELETE", base+"/"+s.EncounterID+"?force=1", s.DesktopToken, nil).expect(t, 204, "")
}

// operations are what an operator of a deployment sees.
func operations(t *testing.T, a *api) {
	t.Run("alive", func(t *testing.T) { send(t, first(a.request(t, "GET", "/healthz", "", nil))).expect(t, 204, "") })
	t.Run("the doctor finds everything well", func(t *testing.T) {
		report := decode[doctor.Report](
			t,
			a.call(t, "GET", "/api/medtech/doctor", a.AdminToken, nil).expect(t, 200, ""),
		)
		if !report.OK || len(report.Checks) < 11 {
			t.Errorf("the report is %+v", report)
		}
	})
	t.Run("security headers", func(t *testing.T) {
		got := a.call(t, "POST", base+"/create", "", nil)
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "WWW-Authenticate": "Bearer",
		} {
			if got.Header.Get(name) != want {
				t.Errorf("%s is %q", name, got.Header.Get(name))
			}
		}
		if !strings.HasPrefix(got.Header.Get("Strict-Transport-Security"), "max-age=31536000") {
			t.Errorf("HSTS is %q", got.Header.Get("Strict-Transport-Security"))
		}
	})
	t.Run("a page of an allowed origin may send If-Match", func(t *testing.T) {
		got := a.call(t, "OPTIONS", base+"/enc-1", "", nil, header("Origin", a.Origin))
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin": a.Origin, "Access-Control-Allow-Headers": "If-Match",
			"Access-Control-Allow-Methods": "DELETE", "Access-Control-Expose-Headers": "Retry-After",
		} {
			if !strings.Contains(got.Header.Get(name), want) {
				t.Errorf("%s is %q", name, got.Header.Get(name))
			}
		}
	})
	t.Run("a page of no allowed origin reads nothing", func(t *testing.T) {
		got := a.call(t, "POST", base+"/create", "", nil, header("Origin", "https://elsewhere.example"))
		if allowed := got.Header.Get("Access-Control-Allow-Origin"); allowed != "" {
			t.Errorf("it is allowed as %q", allowed)
		}
	})
}

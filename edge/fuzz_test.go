//go:build !js

package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/edge/realtime"
	"github.com/clinicpro/photobridge/shared"
)

// FuzzRequests sends a live session's credentials with anything: no panic, no
// 500, and every refusal is a problem document.
func FuzzRequests(f *testing.F) {
	values := deployment(f, nil)
	handler := newApp(platform{
		getenv:    func(name string) string { return values[name] },
		transport: http.DefaultTransport,
		outbox:    &realtime.Outgoing{HTTP: http.DefaultTransport},
		log:       func([]byte) {},
	})
	launch, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub":         "gp-1",
		"facilityId":  "fac-1",
		"patientId":   "pat-1",
		"encounterId": "enc-1",
		"exp":         time.Now().Add(time.Hour).Unix(),
	}).SignedString([]byte(values["LAUNCH_SECRET"]))
	if err != nil {
		f.Fatal(err)
	}
	created, phone := openOn(f, handler, launch)
	tokens := []string{"", created.DesktopToken, phone.UploadToken, values["ADMIN_TOKEN"]}
	for i, seed := range []struct{ method, path, body string }{
		{"POST", "/create", ""},
		{"GET", "/token/" + created.Token, ""},
		{"POST", "/token", `{"typedCode":"` + created.TypedCode + `"}`},
		{"POST", "/presigned-url", `{"encounterId":"enc-1","images":[{"imageId":"i1",` +
			`"contentType":"image/jpeg","size":10,` +
			`"sha256":"LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564="}]}`},
		{"POST", "/images", `{"encounterId":"enc-1","imageId":"i1",` +
			`"s3Key":"sessions/enc-1/1_i1.jpg","width":1,"height":1,` +
			`"metadata":{"notes":"x"}}`},
		{"GET", "/images/enc-1", ""},
		{"PATCH", "/images/enc-1/i1", `{"metadata":{"laterality":null}}`},
		{"DELETE", "/images/enc-1/i1", ""},
		{"POST", "/enc-1/token", ""},
		{"GET", "/enc-1/realtime", ""},
	} {
		f.Add(byte(i), seed.method, seed.path, []byte(seed.body), "application/json")
	}
	f.Fuzz(func(t *testing.T, who byte, method, path string, body []byte, contentType string) {
		if method == "DELETE" && path == "/enc-1" {
			return // it would end what the others need
		}
		request, err := http.NewRequestWithContext(
			t.Context(),
			method,
			"http://edge.example"+shared.BasePath+"/",
			strings.NewReader(string(body)),
		)
		if err != nil {
			return
		}
		request.URL.Path = shared.BasePath + path
		request.Header["Content-Type"] = []string{contentType}
		request.Header["Authorization"] = []string{"Bearer " + tokens[int(who)%len(tokens)]}
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		if recorder.Code < 400 {
			return
		}
		var problem shared.Problem
		if err := json.Unmarshal(
			recorder.Body.Bytes(),
			&problem,
		); err != nil || problem.Status != recorder.Code ||
			problem.Detail == "" {
			t.Fatalf("%s %q returned %d: %s", method, path, recorder.Code, recorder.Body)
		}
		if recorder.Code >= 500 {
			t.Fatalf("%s %q returned %d: %s", method, path, recorder.Code, recorder.Body)
		}
	})
}

// openOn opens a session on a handler and joins it with a phone.
func openOn(
	f *testing.F,
	handler http.Handler,
	launch string,
) (created shared.CreateResponse, phone shared.Grant) {
	call(f, handler, "POST", "/create", launch, &created)
	call(f, handler, "GET", "/token/"+created.Token, "", &phone)
	return created, phone
}

func call(f *testing.F, handler http.Handler, method, path, token string, result any) {
	request := httptest.NewRequest(method, shared.BasePath+path, nil)
	request.Header.Set("Authorization", "Bearer "+token)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	if err := json.Unmarshal(recorder.Body.Bytes(), result); err != nil || recorder.Code >= 300 {
		f.Fatalf("%s returned %d: %s", path, recorder.Code, recorder.Body)
	}
}

package realtime

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/local/fault"
)

func request(method, target, body string, header ...string) *http.Request {
	r := httptest.NewRequest(method, "http://realtime"+target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func serve(s http.Handler, r *http.Request) (*httptest.ResponseRecorder, ErrorInfo) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var body struct{ Error ErrorInfo }
	_ = json.Unmarshal(w.Body.Bytes(), &body) // an array is no error
	return w, body.Error
}

func TestCredentials(t *testing.T) {
	s := start(t)
	now := time.Now()
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(key))
	with := func(change func(jwt.MapClaims)) string {
		claims := jwt.MapClaims{"iat": now.Unix(), "exp": now.Add(time.Hour).Unix()}
		change(claims)
		return "Bearer " + sign(claims)
	}
	good := with(func(jwt.MapClaims) {})
	messages := "/channels/" + topic + "/messages"
	elsewhere := jwt.NewWithClaims(
		jwt.SigningMethodHS256,
		jwt.MapClaims{"iat": now.Unix(), "exp": now.Add(time.Hour).Unix()},
	)
	elsewhere.Header["kid"] = "app.other"
	foreign, _ := elsewhere.SignedString([]byte(s.keySecret))
	unsigned, _ := jwt.NewWithClaims(
		jwt.SigningMethodNone, jwt.MapClaims{"iat": now.Unix(), "exp": now.Add(time.Hour).Unix()},
	).
		SignedString(jwt.UnsafeAllowNoneSignatureType)
	tests := []struct {
		name, header, query string
		status, code        int
	}{
		{"the key", basic, "", 201, 0},
		{"the key in the query", "", "?key=" + key, 201, 0},
		{"a token", good, "", 201, 0},
		{"a token in base64", "Bearer " + base64.StdEncoding.EncodeToString([]byte(good[len("Bearer "):])), "", 201, 0},
		{"a token in the query", "", "?access_token=" + good[len("Bearer "):], 201, 0},
		{"nothing", "", "", 401, codeInvalidCredentials},
		{"another key", "", "?key=app.id:guess", 401, codeInvalidCredentials},
		{"no base64", "Basic ***", "", 401, codeInvalidCredentials},
		{"no JWT", "Bearer opaque", "", 401, codeTokenUnrecognised},
		{"another key's token", "Bearer " + foreign, "", 401, codeInvalidJWT},
		{"an unsigned token", "Bearer " + unsigned, "", 401, codeInvalidJWT},
		{"a changed token", good + "x", "", 401, codeInvalidJWT},
		{
			"an expired token",
			with(func(c jwt.MapClaims) { c["exp"] = now.Add(-time.Second).Unix() }),
			"",
			401,
			codeTokenExpired,
		},
		{"a token without an end", with(func(c jwt.MapClaims) { delete(c, "exp") }), "", 401, codeInvalidJWT},
		{"a token without a beginning", with(func(c jwt.MapClaims) { delete(c, "iat") }), "", 401, codeInvalidJWT},
		{
			"a token of tomorrow",
			with(func(c jwt.MapClaims) { c["iat"] = now.Add(10 * time.Minute).Unix() }),
			"",
			401,
			codeInvalidJWT,
		},
		{
			"a token that lives too long",
			with(func(c jwt.MapClaims) { c["exp"] = now.Add(25 * time.Hour).Unix() }),
			"",
			401,
			codeInvalidJWT,
		},
		{
			"a capability that is none",
			with(func(c jwt.MapClaims) { c["x-ably-capability"] = "{}" }),
			"",
			401,
			codeInvalidJWT,
		},
		{
			"no right to it",
			with(func(c jwt.MapClaims) { c["x-ably-capability"] = subscribeOnly }),
			"",
			401,
			codeNotPermitted,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w, info := serve(
				s.Server,
				request("POST", messages+test.query, `{"name":"a"}`, "Authorization", test.header),
			)
			if w.Code != test.status || info.Code != test.code {
				t.Errorf("%d %+v, want %d %d", w.Code, info, test.status, test.code)
			}
			if w.Header().Get("Access-Control-Allow-Origin") != "*" {
				t.Error("a page could not read the answer")
			}
		})
	}
}

func TestClientIDs(t *testing.T) {
	s := start(t)
	token := func(clientID string) string {
		return "Bearer " + sign(
			jwt.MapClaims{
				"iat":             time.Now().Unix(),
				"exp":             time.Now().Add(time.Hour).Unix(),
				"x-ably-clientId": clientID,
			},
		)
	}
	tests := []struct {
		name, header, body string
		status, code       int
	}{
		{"anybody", token("*"), `{"clientId":"me"}`, 201, 0},
		{"oneself", token("me"), `{"clientId":"me"}`, 201, 0},
		{"oneself, unsaid", token("me"), `{}`, 201, 0},
		{"another", token("me"), `{"clientId":"you"}`, 400, codeInvalidClientID},
		{"anonymous as somebody", token(""), `{"clientId":"you"}`, 400, codeInvalidClientID},
	}
	for _, test := range tests {
		w, info := serve(
			s.Server,
			request("POST", "/channels/"+topic+"/messages", test.body, "Authorization", test.header),
		)
		if w.Code != test.status || info.Code != test.code {
			t.Errorf("%s: %d %+v, want %d %d", test.name, w.Code, info, test.status, test.code)
		}
	}
}

func TestRESTRefusals(t *testing.T) {
	s := start(t)
	messages := "/channels/" + topic + "/messages"
	tests := []struct {
		name, method, target, body string
		status, code               int
	}{
		{"one message", "POST", messages, `{"name":"a"}`, 201, 0},
		{"an array", "POST", messages, ` [{"name":"a"}]`, 201, 0},
		{"an empty array", "POST", messages, `[]`, 400, codeBadRequest},
		{"nothing", "POST", messages, ` `, 400, codeBadRequest},
		{"no JSON", "POST", messages, `{`, 400, codeBadRequest},
		{"an edit", "POST", messages, `{"action":1}`, 400, codeBadRequest},
		{"base64 that is none", "POST", messages, `{"data":"*","encoding":"base64"}`, 400, codeBadRequest},
		{
			"a body without end",
			"POST",
			messages,
			`"` + strings.Repeat("x", maxFrameSize) + `"`,
			400,
			codeMessageTooLarge,
		},
		{"no WebSocket", "GET", "/", ``, 400, codeBadRequest},
		{"no such place", "GET", "/stats", ``, 404, codeNotFound},
		{"no history", "GET", messages, ``, 404, codeNotFound},
		{"no token requests", "POST", "/keys/app.id/requestToken", `{}`, 404, codeNotFound},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := request(
				test.method,
				test.target,
				test.body,
				"Authorization",
				"Basic "+base64.StdEncoding.EncodeToString([]byte(key)),
			)
			w, info := serve(s.Server, r)
			if w.Code != test.status || info.Code != test.code {
				t.Errorf("%d %+v, want %d %d", w.Code, info, test.status, test.code)
			}
			if info.Code != 0 && !strings.HasSuffix(info.Message, ".") {
				t.Errorf("%q is no sentence", info.Message)
			}
		})
	}
}

func TestAnEnvelopeForThoseWhoCannotReadHeaders(t *testing.T) {
	s := start(t)
	w, _ := serve(s.Server, request("POST", "/channels/c/messages?envelope=json", `{"name":"a"}`))
	var envelope struct {
		StatusCode int
		Headers    map[string]string
		Response   struct{ Error ErrorInfo }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &envelope); err != nil {
		t.Fatal(err)
	}
	if w.Code != 200 || envelope.StatusCode != 401 || envelope.Response.Error.Code != codeInvalidCredentials ||
		envelope.Headers["x-ably-errorcode"] != "40101" {
		t.Errorf("%d %+v", w.Code, envelope)
	}
}

func TestFaultsOfREST(t *testing.T) {
	s := start(t)
	front := &fault.Handler{
		Service:  fault.Realtime,
		Injector: s.faults,
		Route:    Route,
		Refuse:   s.Server.Refuse,
		Next:     s.Server,
	}
	for _, test := range []struct {
		rule         fault.Rule
		status, code int
	}{
		{fault.Rule{Effect: fault.Status}, 503, codeUnavailable},
		{fault.Rule{Effect: fault.Status, Status: 429}, 429, 42900},
		{fault.Rule{Effect: fault.Expire}, 401, codeTokenExpired},
	} {
		s.faults.Reset(1)
		test.rule.Route = "POST messages"
		s.misbehave(t, test.rule)
		w, info := serve(front, request("POST", "/channels/c/messages?key="+key, `{"name":"a"}`))
		if w.Code != test.status || info.Code != test.code {
			t.Errorf("%s: %d %+v, want %d %d", test.rule.Effect, w.Code, info, test.status, test.code)
		}
	}
	if published := s.Stats().Published; published != 0 {
		t.Errorf("%d were published all the same", published)
	}
}

func TestAKeyThatIsNone(t *testing.T) {
	for _, key := range []string{"", "app.id", "app.id:", "app:secret"} {
		if _, err := New(Config{Key: key}); err == nil {
			t.Errorf("%q is a key", key)
		}
	}
}

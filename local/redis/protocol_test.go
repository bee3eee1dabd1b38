package redis

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/clinicpro/photobridge/local/fault"
)

// call is one request; what is not given is a POST with the right token.
type call struct {
	method, target, body string
	header               map[string]string
}

func (c call) request() *http.Request {
	method := c.method
	if method == "" {
		method = http.MethodPost
	}
	r := httptest.NewRequest(method, "http://redis"+c.target, strings.NewReader(c.body))
	r.Header.Set("Authorization", "Bearer "+token)
	for name, value := range c.header {
		r.Header.Set(name, value)
	}
	return r
}

func (c call) to(h http.Handler) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, c.request())
	return w
}

// The responses are those in Upstash's documentation.
func TestProtocol(t *testing.T) {
	base64 := map[string]string{"Upstash-Encoding": "base64"}
	tests := []struct {
		name   string
		before string // a pipeline
		call   call
		status int
		want   string // JSON; with a trailing … the beginning of the error
	}{
		{"a command as JSON", ``, call{target: "/", body: `["SET","k","v"]`}, 200, `{"result":"OK"}`},
		{
			"numbers keep their digits",
			``,
			call{target: "/", body: `["ECHO",9007199254740993]`},
			200,
			`{"result":"9007199254740993"}`,
		},
		{"an integer", `[["SET","n",41]]`, call{target: "/", body: `["INCR","n"]`}, 200, `{"result":42}`},
		{"nothing", ``, call{target: "/", body: `["GET","none"]`}, 200, `{"result":null}`},
		{
			"a list",
			`[["RPUSH","l","a","b"]]`,
			call{target: "/", body: `["LRANGE","l",0,-1]`},
			200,
			`{"result":["a","b"]}`,
		},
		{"text beyond ASCII", `[["SET","k","ā<&>"]]`, call{target: "/", body: `["GET","k"]`}, 200, `{"result":"ā<&>"}`},
		{"a command as path", `[["SET","a b","v"]]`, call{method: "GET", target: "/get/a%20b"}, 200, `{"result":"v"}`},
		{"a slash in a path", `[["SET","a/b","v"]]`, call{method: "GET", target: "/get/a%2Fb"}, 200, `{"result":"v"}`},
		{"path, body and query", ``, call{target: "/set/k?EX=100&NX", body: "v"}, 200, `{"result":"OK"}`},
		{
			"the token in the query",
			``,
			call{method: "GET", target: "/ping?_token=secret", header: map[string]string{"Authorization": ""}},
			200,
			`{"result":"PONG"}`,
		},
		{
			"base64",
			`[["SET","k","v"]]`,
			call{target: "/", body: `["GET","k"]`, header: base64},
			200,
			`{"result":"dg=="}`,
		},
		{
			"base64 in depth",
			``,
			call{target: "/", body: `["EVAL","return {'a',{'b'},1}",0]`, header: base64},
			200,
			`{"result":["YQ==",["Yg=="],1]}`,
		},
		{
			"OK in base64 stays OK",
			``,
			call{target: "/", body: `["SET","k","v"]`, header: base64},
			200,
			`{"result":"OK"}`,
		},
		{"a pipeline", ``, call{target: "/pipeline", body: `[["SET","k","v"],["INCR","k"],["GET","k"]]`}, 200,
			`[{"result":"OK"},{"error":"ERR value is not an integer or out of range"},{"result":"v"}]`},
		{
			"a transaction",
			``,
			call{target: "/multi-exec", body: `[["SET","k",1],["INCR","k"]]`},
			200,
			`[{"result":"OK"},{"result":2}]`,
		},
		{
			"a transaction that cannot be queued",
			``,
			call{target: "/multi-exec", body: `[["SET","k",1],["NONSENSE"]]`},
			400,
			`EXECABORT…`,
		},
		{
			"EVAL",
			``,
			call{target: "/", body: `["EVAL","return {KEYS[1],ARGV[1],7,false}",1,"k","a"]`},
			200,
			`{"result":["k","a",7,null]}`,
		},
		{
			"EVALSHA",
			`[["SCRIPT","LOAD","return ARGV[1]"]]`,
			call{target: "/", body: `["EVALSHA","098e0f0d1448c0a81dafe820f66d460eb09263da",0,"a"]`},
			200,
			`{"result":"a"}`,
		},
		{
			"EVALSHA of what was never loaded",
			``,
			call{target: "/", body: `["EVALSHA","ffffffffffffffffffffffffffffffffffffffff",0]`},
			400,
			`NOSCRIPT…`,
		},
		{
			"a script that fails",
			``,
			call{target: "/", body: `["EVAL","return redis.error_reply('MINE no')",0]`},
			400,
			`MINE no…`,
		},
		{"HEAD", `[["SET","k","v"]]`, call{method: "HEAD", target: "/get/k"}, 200, `{"result":"v"}`},

		{
			"no token",
			``,
			call{target: "/", body: `["PING"]`, header: map[string]string{"Authorization": ""}},
			401,
			`WRONGPASS…`,
		},
		{
			"a wrong token",
			``,
			call{target: "/", body: `["PING"]`, header: map[string]string{"Authorization": "Bearer guess"}},
			401,
			`WRONGPASS…`,
		},
		{"another method", ``, call{method: "DELETE", target: "/get/k"}, 405, `ERR unsupported HTTP method…`},
		{"no JSON", ``, call{target: "/", body: `SET k v`}, 400, `ERR failed to parse command…`},
		{"more than one JSON", ``, call{target: "/", body: `["PING"]["PING"]`}, 400, `ERR failed to parse command…`},
		{"nothing at all", ``, call{target: "/", body: `[]`}, 400, `ERR empty command…`},
		{"a null argument", ``, call{target: "/", body: `["SET","k",null]`}, 400, `ERR null args…`},
		{"a nested argument", ``, call{target: "/", body: `["SET","k",{"a":1}]`}, 400, `ERR args must be…`},
		{"an empty pipeline", ``, call{target: "/pipeline", body: `[]`}, 400, `ERR empty pipeline…`},
		{
			"a pipeline of one level",
			``,
			call{target: "/pipeline", body: `["PING"]`},
			400,
			`ERR failed to parse pipeline…`,
		},
		{
			"a command that needs a connection",
			``,
			call{target: "/", body: `["BLPOP","l",0]`},
			400,
			`ERR Command is not available: 'BLPOP'…`,
		},
		{
			"MULTI in a pipeline",
			``,
			call{target: "/pipeline", body: `[["multi"]]`},
			400,
			`ERR Command is not available: 'MULTI'…`,
		},
		{"an unknown command", ``, call{target: "/", body: `["NONSENSE"]`}, 400, `ERR unknown command…`},
		{
			"a command of the wrong kind",
			`[["SET","k","v"]]`,
			call{target: "/", body: `["HGET","k","f"]`},
			400,
			`WRONGTYPE…`,
		},
		{
			"too much",
			``,
			call{target: "/", body: `["ECHO","` + strings.Repeat("x", maxBody) + `"]`},
			413,
			`ERR the request exceeds…`,
		},
	}
	onBoth(t, func(t *testing.T, s *Server) {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				do(t, s, "FLUSHALL")
				if test.before != "" {
					if w := (call{target: "/pipeline", body: test.before}).to(
						s,
					); w.Code != 200 ||
						strings.Contains(w.Body.String(), "error") {
						t.Fatalf("before: %s", w.Body)
					}
				}
				w := test.call.to(s)
				if w.Code != test.status {
					t.Errorf("status %d, want %d", w.Code, test.status)
				}
				if w.Header().Get("Content-Type") != "application/json" {
					t.Errorf("it is %s", w.Header().Get("Content-Type"))
				}
				compare(t, w.Body.Bytes(), test.want)
			})
		}
	})
}

func compare(t *testing.T, body []byte, want string) {
	t.Helper()
	if start, isError := strings.CutSuffix(want, "…"); isError {
		var got struct{ Error string }
		if err := json.Unmarshal(body, &got); err != nil || !strings.HasPrefix(got.Error, start) {
			t.Errorf("answer %s, want the error %s", body, want)
		}
		return
	}
	var got, wanted any
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, wanted) {
		t.Errorf("answer %s, want %s", body, want)
	}
}

func TestAFailedTransactionChangesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, s *Server) {
		call{target: "/multi-exec", body: `[["SET","k",1],["NONSENSE"]]`}.to(s)
		if got := do(t, s, "EXISTS", "k"); got != int64(0) {
			t.Errorf("EXISTS %v", got)
		}
	})
}

func TestEveryCommandIsCounted(t *testing.T) {
	var names []string
	s := open(t, Config{OnCommand: func(name string) { names = append(names, name) }})
	call{target: "/", body: `["set","k","v"]`}.to(s)
	call{target: "/pipeline", body: `[["GET","k"],["EVAL","return 1",0]]`}.to(s)
	do(t, s, "PING") // our own
	if want := []string{"SET", "GET", "EVAL"}; !slices.Equal(names, want) {
		t.Errorf("counted %v, want %v", names, want)
	}
}

func TestTheFaultExpireTakesTheKeysThatAreNamed(t *testing.T) {
	injector := fault.New(1)
	s := open(t, Config{})
	faulty := &fault.Handler{Service: fault.Redis, Injector: injector, Route: Route, Refuse: Refuse, Next: s}
	do(t, s, "SET", "a", "1")
	do(t, s, "SET", "b", "1")
	do(t, s, "SET", "c", "1")
	if _, err := injector.Add(fault.Rule{Service: fault.Redis, Effect: fault.Expire, Next: 1}); err != nil {
		t.Fatal(err)
	}
	w := call{
		target: "/",
		body:   `["EVAL","return redis.call('EXISTS', KEYS[1], KEYS[2], ARGV[1])",2,"a","b","c"]`,
	}.to(
		faulty,
	)
	compare(t, w.Body.Bytes(), `{"result":1}`)
}

func TestRefusalsAndRoutes(t *testing.T) {
	w := httptest.NewRecorder()
	Refuse(w, nil, fault.Verdict{Status: 503})
	if w.Code != 503 {
		t.Errorf("status %d", w.Code)
	}
	compare(t, w.Body.Bytes(), "ERR refused…")
	for _, test := range []struct{ method, target, want string }{
		{"POST", "/", "POST /"}, {"POST", "/pipeline", "POST /pipeline"}, {"GET", "/GET/secret", "GET /get"},
	} {
		if got := Route(httptest.NewRequest(test.method, test.target, nil)); got != test.want {
			t.Errorf("route %q, want %q", got, test.want)
		}
	}
}

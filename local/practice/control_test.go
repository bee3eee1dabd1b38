package practice

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestControlIsForThisMachineOnly(t *testing.T) {
	var path string
	server := New(Config{Control: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { path = r.URL.Path })})
	for _, test := range []struct {
		from string
		want int
	}{
		{"127.0.0.1:40000", http.StatusOK},
		{"[::1]:40000", http.StatusOK},
		{"[::ffff:127.0.0.1]:40000", http.StatusOK},
		{"192.168.1.7:40000", http.StatusForbidden},
		{"[fe80::1%eth0]:40000", http.StatusForbidden},
		{"", http.StatusForbidden},
	} {
		request := httptest.NewRequest("POST", "/control/faults", nil)
		request.RemoteAddr = test.from
		recorder := httptest.NewRecorder()
		path = ""
		server.ServeHTTP(recorder, request)
		if recorder.Code != test.want {
			t.Errorf("from %q: status %d, want %d", test.from, recorder.Code, test.want)
		}
		if passed := path == "/faults"; passed != (test.want == http.StatusOK) {
			t.Errorf("from %q: the control heard %q", test.from, path)
		}
	}
}

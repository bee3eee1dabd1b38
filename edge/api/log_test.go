package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/clinicpro/photobridge/shared"
)

// TestCauses: what a caller sent is in no cause, even where an error quotes it.
func TestCauses(t *testing.T) {
	const secret = "Jane Example"
	var into struct{ A int }
	quoting := json.Unmarshal([]byte(`{"A":"`+secret+`"}`), &into)
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"a body of the wrong type", &shared.Error{Code: shared.CodeBadRequest, Field: "A", Err: quoting}, ""},
		{"an algorithm that a token names", &shared.Error{Code: shared.CodeUnauthorized, Err: errors.New(secret)}, ""},
		{
			"a store that is down",
			&shared.Error{Code: shared.CodeUpstreamUnavailable, Err: errors.New("no route")},
			"no route",
		},
		{"an error that is not ours", errors.New("no memory"), "no memory"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := cause(test.err); got != test.want {
				t.Errorf("the cause is %q", got)
			}
		})
	}
}

// TestPanics: a panic is a problem document, and its value is not in the log.
func TestPanics(t *testing.T) {
	for name, test := range map[string]struct {
		panics func()
		logged string
	}{
		"with a value": {func() { panic("Jane Example") }, "panic: string"},
		"of the runtime": {func() {
			var none []int
			_ = none[len(name(nil))]
		}, "index out of range"},
	} {
		t.Run(name, func(t *testing.T) {
			var log strings.Builder
			h := &handler{Config{Log: func(line []byte) { log.Write(line) }}}
			recorder := httptest.NewRecorder()
			h.serve(recorder, httptest.NewRequest("GET", "/", nil), route{call: func(*http.Request) (int, any, error) {
				test.panics()
				return 0, nil, nil
			}})
			var problem shared.Problem
			err := json.Unmarshal(recorder.Body.Bytes(), &problem)
			if err != nil || problem.Code != shared.CodeInternal || recorder.Code != http.StatusInternalServerError {
				t.Errorf("status %d, %+v, %v", recorder.Code, problem, err)
			}
			if text := log.String(); strings.Contains(text, "Jane") || !strings.Contains(text, test.logged) {
				t.Errorf("the log says %s", text)
			}
		})
	}
}

// TestEveryCodeHasAStatusAndASentence looks at every code that the API has.
func TestEveryCodeHasAStatusAndASentence(t *testing.T) {
	for code, problem := range problems {
		if http.StatusText(problem.status) == "" || problem.sentence == "" || code == "" {
			t.Errorf("%s is %+v", code, problem)
		}
	}
}

func name(b []byte) string { return string(b) }

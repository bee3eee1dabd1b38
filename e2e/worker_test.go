//go:build unix

// Package e2e tests the worker that wrangler runs, on the local cloud. It uses the
// same suite as for the native handler, and the vendors' own clients. The browsers'
// tests beside it are TypeScript.
package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ably/ably-go/ably"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/edge/apitest"
	"github.com/clinicpro/photobridge/harness/stack"
	"github.com/clinicpro/photobridge/shared"
)

// running is the product with what tests ask of it.
type running struct{ *stack.Stack }

func start(t *testing.T) running {
	t.Helper()
	s, err := stack.Start("..")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return running{s}
}

// TestWorker shares one stack: starting it is most of the time.
func TestWorker(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the whole product")
	}
	s := start(t)
	t.Run("api", func(t *testing.T) {
		apitest.Run(t, apitest.Subject{
			URL: s.Edge(), LaunchSecret: []byte(s.Env["LAUNCH_SECRET"]), SessionSecret: []byte(s.Env["SESSION_SECRET"]),
			AdminToken: s.Env["ADMIN_TOKEN"], Origin: strings.Split(s.Env["ALLOWED_ORIGINS"], ",")[0],
		})
	})
	t.Run("Ably's own client hears every event", func(t *testing.T) { events(t, s) })
	t.Run("callers who hang up cost nobody an instance", func(t *testing.T) { hangUps(t, s) })
	t.Run("a line of requests that ends", func(t *testing.T) { overload(t, s) })
	t.Run("an address that is no URL", func(t *testing.T) { malformed(t, s) })
	t.Run("static files", func(t *testing.T) { assets(t, s) })
	t.Run("the bucket tool may be run again", func(t *testing.T) { bucketTool(t, s) })
	t.Run("endall ends what a desktop opened", func(t *testing.T) { endAll(t, s) })
	t.Run("rate limit", func(t *testing.T) { rateLimit(t, s) })
}

// events listens with the vendor's client and a desktop's token, and looks at
// the events that the desktop receives.
func events(t *testing.T, s running) {
	desktop := s.open(t, "enc-events")
	var access shared.RealtimeResponse
	s.call(t, "GET", "/enc-events/realtime", desktop.DesktopToken, nil, &access)
	realtime, err := ably.NewRealtime(
		ably.WithToken(access.Token), ably.WithTLS(false), ably.WithEndpoint("127.0.0.1"), ably.WithPort(s.Port+4),
		ably.WithLogLevel(ably.LogNone), ably.WithAutoConnect(false))
	if err != nil {
		t.Fatal(err)
	}
	realtime.Connect()
	defer realtime.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	heard := make(chan *ably.Message, 16)
	if _, err := realtime.Channels.Get(access.Channel).
		SubscribeAll(ctx, func(m *ably.Message) { heard <- m }); err != nil {
		t.Fatal(err)
	}

	var phone shared.Grant
	s.call(t, "GET", "/token/"+desktop.Token, "", nil, &phone)
	s.call(t, "DELETE", "/enc-events?force=1", desktop.DesktopToken, nil, nil)
	var names []string
	for range 2 {
		select {
		case m := <-heard:
			names = append(names, m.Name)
			text := fmt.Sprint(m.Data)
			if strings.Contains(text, "Events") || strings.Contains(text, "http") {
				t.Errorf("the event says %s", text)
			}
		case <-ctx.Done():
			t.Fatalf("heard %v only", names)
		}
	}
	if diff := cmp.Diff([]string{"phone-connected", "session-ended"}, names); diff != "" {
		t.Error(diff)
	}
	if err := realtime.Channels.Get("session:enc-other").Attach(ctx); err == nil {
		t.Error("the token attaches to another channel")
	}
}

// hangUps makes more calls than there are instances, to a store that takes its
// time, and hangs up on each.
func hangUps(t *testing.T, s running) {
	const calls = 12
	desktop := s.open(t, "enc-hang-ups")
	fault := fmt.Sprintf(`{"service":"redis","effect":"delay","delayMs":1500,"next":%d}`, calls)
	response, err := http.Post(s.Control()+"/faults", "application/json", strings.NewReader(fault))
	if err != nil || response.StatusCode >= 300 {
		t.Fatalf("no fault: %v, %v", err, response)
	}
	response.Body.Close()
	var group sync.WaitGroup
	for range calls {
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			request, err := http.NewRequestWithContext(ctx, "GET", s.Edge()+shared.BasePath+"/images/enc-hang-ups", nil)
			if err != nil {
				t.Error(err)
				return
			}
			request.Header.Set("Authorization", "Bearer "+desktop.DesktopToken)
			if response, err := http.DefaultClient.Do(request); err == nil {
				response.Body.Close()
				t.Error("a call was answered before it was hung up on")
			}
		})
	}
	group.Wait()
	var list shared.ListResponse
	s.call(t, "GET", "/images/enc-hang-ups", desktop.DesktopToken, nil, &list)
}

// assets looks at what the worker's static files say to a browser.
func assets(t *testing.T, s running) {
	for _, path := range []string{"/mobile", "/widget.js"} {
		response, err := http.Get(s.Edge() + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		} {
			if response.StatusCode != http.StatusOK || response.Header.Get(name) != want {
				t.Errorf("%s returned %d with %s %q", path, response.StatusCode, name, response.Header.Get(name))
			}
		}
	}
}

// bucketTool sets its own bucket up, twice, on the real S3 server, which
// has no lifecycle rules.
func bucketTool(t *testing.T, s running) {
	for range 2 {
		command := exec.CommandContext(t.Context(), "go", "run", "../edge/cmd/bucket")
		command.Env = os.Environ()
		for name, value := range s.Env {
			command.Env = append(command.Env, name+"="+value)
		}
		command.Env = append(command.Env, "S3_BUCKET_NAME=made-by-the-tool")
		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, output)
		}
		for _, want := range []string{
			"done: create the bucket made-by-the-tool",
			"done: let pages of " + s.Env["BASE_URL"],
			"cannot delete what is a day old",
		} {
			if !strings.Contains(string(output), want) {
				t.Errorf("it did not say %q: %s", want, output)
			}
		}
	}
}

// endAll ends every session of the running cloud with the tool for incidents.
func endAll(t *testing.T, s running) {
	desktop := s.open(t, "enc-endall")
	command := exec.CommandContext(t.Context(), "go", "run", "../edge/cmd/endall")
	command.Env = os.Environ()
	for name, value := range s.Env {
		command.Env = append(command.Env, name+"="+value)
	}
	output, err := command.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(output), "ended ") || strings.HasPrefix(string(output), "ended 0") {
		t.Fatalf("%v: %s", err, output)
	}
	request, err := http.NewRequestWithContext(t.Context(), "GET", s.Edge()+shared.BasePath+"/images/enc-endall", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+desktop.DesktopToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNotFound {
		t.Errorf("the session returned %d", response.StatusCode)
	}
}

// rateLimit tries more QR tokens than an address may in a minute; typed codes
// count as well. The local platform counts by minutes of the wall clock: tries
// that a new minute parted were two lots, and are made again.
func rateLimit(t *testing.T, s running) {
	const limit = 60
	for range 3 {
		minute := time.Now().Truncate(time.Minute)
		var last *http.Response
		for range limit + 1 {
			last = s.guess(t, http.MethodGet, "/token/guessed", "")
		}
		typed := s.guess(t, http.MethodPost, "/token", `{"typedCode":"0000-0000"}`)
		if !time.Now().Truncate(time.Minute).Equal(minute) {
			continue
		}
		if last.StatusCode != http.StatusTooManyRequests || last.Header.Get("Retry-After") == "" {
			t.Errorf("try %d got %d, Retry-After %q", limit+1, last.StatusCode, last.Header.Get("Retry-After"))
		}
		if typed.StatusCode != http.StatusTooManyRequests {
			t.Errorf("then a typed code got %d", typed.StatusCode)
		}
		return
	}
	t.Errorf("%d tries never fitted into a minute", limit+2)
}

// overload asks more at once than instances and the line before them can hold.
func overload(t *testing.T, s running) {
	const calls = 6 + 100 + 40
	desktop := s.open(t, "enc-overload")
	fault := `{"service":"redis","effect":"delay","delayMs":3000,"next":6}`
	response, err := http.Post(s.Control()+"/faults", "application/json", strings.NewReader(fault))
	if err != nil || response.StatusCode >= 300 {
		t.Fatalf("no fault: %v, %v", err, response)
	}
	response.Body.Close()
	var group sync.WaitGroup
	var mutex sync.Mutex
	statuses := map[int]int{}
	for range calls {
		group.Go(func() {
			response := s.fromPage(t, "/images/enc-overload", desktop.DesktopToken)
			mutex.Lock()
			defer mutex.Unlock()
			statuses[response.StatusCode]++
			if response.StatusCode == http.StatusServiceUnavailable &&
				(response.Header.Get("Retry-After") != "1" ||
					response.Header.Get("Access-Control-Allow-Origin") == "") {
				t.Errorf("a page got %v", response.Header)
			}
		})
	}
	group.Wait()
	if statuses[503] == 0 || statuses[200] == 0 || statuses[503]+statuses[200] != calls {
		t.Errorf("the statuses are %v", statuses)
	}
	if response := s.fromPage(t, "/images/enc-overload", desktop.DesktopToken); response.StatusCode != http.StatusOK {
		t.Errorf("then a call got %d", response.StatusCode)
	}
}

// malformed sends what the runtime takes for a URL and Go does not.
func malformed(t *testing.T, s running) {
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.Edge(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	fmt.Fprintf(connection, "GET %s/token/%%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", shared.BasePath)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var problem shared.Problem
	if err := json.NewDecoder(response.Body).Decode(&problem); err != nil || problem.Code != shared.CodeBadRequest {
		t.Errorf("status %d, %+v, %v", response.StatusCode, problem, err)
	}
}

// fromPage makes a call as a page of an allowed origin does, and returns the
// response, the body closed.
func (s running) fromPage(t *testing.T, path, token string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", s.Edge()+shared.BasePath+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Origin", strings.Split(s.Env["ALLOWED_ORIGINS"], ",")[0])
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response
}

// guess makes a call without a token and returns its answer, the body closed.
func (s running) guess(t *testing.T, method, path, body string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(
		t.Context(),
		method,
		s.Edge()+shared.BasePath+path,
		strings.NewReader(body),
	)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response
}

func (s running) open(t *testing.T, encounterID string) shared.CreateResponse {
	t.Helper()
	launch, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub":          "gp-1",
		"facilityId":   "fac-1",
		"patientId":    "pat-1",
		"encounterId":  encounterID,
		"patientLabel": "Events",
		"exp":          time.Now().Add(time.Hour).Unix(),
	}).SignedString([]byte(s.Env["LAUNCH_SECRET"]))
	if err != nil {
		t.Fatal(err)
	}
	var created shared.CreateResponse
	s.call(t, "POST", "/create", launch, nil, &created)
	return created
}

// call makes a call that must succeed and decodes its answer into result, unless that is nil.
func (s running) call(t *testing.T, method, path, token string, body []byte, result any) {
	t.Helper()
	request, err := http.NewRequestWithContext(
		t.Context(),
		method,
		s.Edge()+shared.BasePath+path,
		bytes.NewReader(body),
	)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		t.Fatalf("%s returned %d", path, response.StatusCode)
	}
	if result != nil {
		if err := json.NewDecoder(response.Body).Decode(result); err != nil {
			t.Fatal(err)
		}
	}
}

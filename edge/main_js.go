package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unsafe"

	"github.com/syumai/workers"
	"github.com/syumai/workers/cloudflare"

	"github.com/clinicpro/photobridge/edge/api"
	"github.com/clinicpro/photobridge/edge/realtime"
)

// main serves until the isolate goes away: worker.mjs keeps this instance warm
// and hands it one request at a time, which this goroutine handles. Its stack
// has grown already.
func main() {
	handler := newApp(platform{
		getenv:    cloudflare.Getenv,
		transport: fetchTransport{},
		outbox:    outbox{},
		log:       func(line []byte) { hostLog(text(line)) },
		limits: api.Limits{
			Opens:        limiter("SESSION_OPENS"),
			TokenTries:   limiter("TOKEN_TRIES"),
			DesktopCalls: limiter("DESKTOP_CALLS"),
			PhoneCalls:   limiter("PHONE_CALLS"),
		},
	})
	workers.Ready()
	for incoming := range requests {
		serve(handler, incoming)
	}
}

// serve handles a request, whole in both directions. The library's own handler
// converts streams and headers piece by piece, crossing for each, and ends an
// instance with its first response stream (syumai/workers v0.32.0, handler_js.go).
func serve(handler http.Handler, incoming message) {
	line, headers, _ := strings.Cut(incoming.head, "\n")
	method, address, _ := strings.Cut(line, " ")
	served = time.Now().Add(api.TimeLimit)
	limit := deadline{context.Background(), served}
	request, err := http.NewRequestWithContext(limit, method, address, bytes.NewReader(incoming.body))
	if err != nil { // no URL to net/url, such as /token/%zz: no call of the API either
		request, _ = http.NewRequestWithContext(limit, http.MethodGet, "/", nil)
	}
	request.Header = parseHeaderLines(headers)
	response := &responseWriter{header: http.Header{}, status: http.StatusOK}
	handler.ServeHTTP(response, request)
	hostRespond(int32(response.status), headerLines(response.header), text(response.body.Bytes()))
}

// served is the deadline of the request that is being served.
var served time.Time

// deadline carries a deadline but starts no Go timer, because under workerd each
// Go timer costs a setTimeout per message. The fetches enforce the deadline.
type deadline struct {
	context.Context
	at time.Time
}

func (d deadline) Deadline() (time.Time, bool) { return d.at, true }

// responseWriter keeps a response until it is complete.
type responseWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *responseWriter) Header() http.Header            { return w.header }
func (w *responseWriter) WriteHeader(status int)         { w.status = status }
func (w *responseWriter) Write(part []byte) (int, error) { return w.body.Write(part) }

// limiter asks the platform's rate limit of that name
// (https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/).
// Without one, or when it fails, every request is allowed.
func limiter(name string) api.Limiter {
	if !cloudflare.GetBinding(name).Truthy() {
		return nil
	}
	return func(_ context.Context, key string) bool {
		verdict := ask(func(call int32) { hostLimit(call, name, key) })
		return verdict.status != http.StatusTooManyRequests
	}
}

// fetchTransport sends requests with the runtime's fetch, whole in both
// directions: a stream costs more than the small bodies here.
type fetchTransport struct{}

func (fetchTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	var body []byte
	if request.Body != nil {
		var err error
		body, err = io.ReadAll(request.Body)
		request.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	patience := int32(0)
	if at, ok := request.Context().Deadline(); ok {
		patience = int32(max(1, time.Until(at).Milliseconds()))
		if at.Equal(served) {
			patience = -patience
		}
	}
	reply := ask(func(call int32) {
		head := request.Method + " " + request.URL.String() + "\n" + headerLines(request.Header)
		hostFetch(call, patience, head, text(body))
	})
	if reply.status == 0 {
		return nil, fmt.Errorf("fetch failed: %s", reply.head)
	}
	return &http.Response{
		StatusCode:    reply.status,
		Header:        parseHeaderLines(reply.head),
		Body:          io.NopCloser(bytes.NewReader(reply.body)),
		ContentLength: int64(len(reply.body)),
		Request:       request,
	}, nil
}

// outbox has the host send letters after the response.
type outbox struct{}

func (outbox) Post(letter realtime.Letter) {
	hostPost(letter.URL, headerLines(letter.Header), text(letter.Body))
}

// headerLines are a header as instance.mjs takes it: "name: value" lines.
func headerLines(header http.Header) string {
	var lines strings.Builder
	for name, values := range header {
		for _, value := range values {
			lines.WriteString(name)
			lines.WriteString(": ")
			lines.WriteString(value)
			lines.WriteByte('\n')
		}
	}
	return lines.String()
}

// parseHeaderLines trusts the host to spell names as net/http does.
func parseHeaderLines(lines string) http.Header {
	header := make(http.Header, strings.Count(lines, "\n"))
	for line := range strings.Lines(lines) {
		if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ": "); ok {
			header[name] = append(header[name], value)
		}
	}
	return header
}

// text returns the bytes as a string without a copy. The bytes must not change afterwards.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

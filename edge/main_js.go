package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall/js"
	"time"

	"github.com/syumai/workers"
	"github.com/syumai/workers/cloudflare"

	"github.com/clinicpro/photobridge/edge/api"
)

// main serves until the isolate goes away: worker.mjs keeps this instance warm
// and hands it one request at a time.
func main() {
	console := js.Global().Get("console")
	handler := newApp(platform{
		getenv:       cloudflare.Getenv,
		transport:    fetchTransport{},
		log:          func(line []byte) { console.Call("log", string(line)) },
		tokenTries:   limiter("TOKEN_TRIES"),
		sessionCalls: limiter("SESSION_CALLS"),
	})
	js.Global().Get("context").Get("binding").Set("serveWhole", serveWhole(handler))
	workers.Ready()
	select {}
}

// serveWhole answers requests whose bodies instance.mjs has read, with answers
// that are complete. The library's own handler converts streams and headers
// piece by piece, crossing for each, and ends an instance with its first
// response stream (syumai/workers v0.32.0, handler_js.go).
func serveWhole(handler http.Handler) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		method, address, headers, body, done := args[0].String(), args[1].String(), args[2].String(), args[3], args[4]
		request, err := http.NewRequest(method, address, bytes.NewReader(bytesToGo(body)))
		if err != nil {
			done.Invoke(http.StatusBadRequest, "", js.Undefined())
			return nil
		}
		request.Header = parseHeaderLines(headers)
		go func() { // what it waits for resolves only after this call has returned
			answer := &answerWriter{header: http.Header{}, status: http.StatusOK}
			handler.ServeHTTP(answer, request)
			done.Invoke(answer.status, headerLines(answer.header), bytesToJS(answer.body.Bytes()))
		}()
		return nil
	})
}

// answerWriter keeps an answer until it is complete.
type answerWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *answerWriter) Header() http.Header            { return w.header }
func (w *answerWriter) WriteHeader(status int)         { w.status = status }
func (w *answerWriter) Write(part []byte) (int, error) { return w.body.Write(part) }

// limiter asks the platform's rate limit of that name
// (https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/).
// Without one, or when it fails, nobody is refused.
func limiter(name string) api.Limiter {
	return func(_ context.Context, key string) bool {
		binding := cloudflare.GetBinding(name)
		if !binding.Truthy() {
			return true
		}
		verdict, err := await(binding.Call("limit", map[string]any{"key": key}))
		return err != nil || verdict.Get("success").Bool()
	}
}

// fetchTransport sends requests with the runtime's fetch, whole in both
// directions, through one call of instance.mjs: each crossing between Go and
// JavaScript costs, and a stream costs more than the small bodies here.
type fetchTransport struct{}

func (fetchTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	body := js.Undefined()
	if request.Body != nil {
		content, err := io.ReadAll(request.Body)
		request.Body.Close()
		if err != nil {
			return nil, err
		}
		if len(content) > 0 {
			body = bytesToJS(content)
		}
	}
	patience := 0
	if deadline, ok := request.Context().Deadline(); ok {
		patience = max(1, int(time.Until(deadline).Milliseconds()))
	}
	answer, err := await(js.Global().Call("fetchWhole", request.Method, request.URL.String(), headerLines(request.Header), body, patience))
	if err != nil {
		return nil, err
	}
	content := bytesToGo(answer.Get("body"))
	return &http.Response{
		StatusCode:    answer.Get("status").Int(),
		Header:        parseHeaderLines(answer.Get("headers").String()),
		Body:          io.NopCloser(bytes.NewReader(content)),
		ContentLength: int64(len(content)),
		Request:       request,
	}, nil
}

// headerLines are a header as instance.mjs takes it: "name: value" lines.
func headerLines(header http.Header) string {
	var lines strings.Builder
	for name, values := range header {
		for _, value := range values {
			lines.WriteString(name + ": " + value + "\n")
		}
	}
	return lines.String()
}

func parseHeaderLines(lines string) http.Header {
	header := http.Header{}
	for line := range strings.Lines(lines) {
		if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ": "); ok {
			header.Add(name, value)
		}
	}
	return header
}

func bytesToJS(b []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(array, b)
	return array
}

// bytesToGo copies a Uint8Array; undefined is no bytes.
func bytesToGo(array js.Value) []byte {
	if array.IsUndefined() {
		return nil
	}
	content := make([]byte, array.Length())
	js.CopyBytesToGo(content, array)
	return content
}

// await waits for a promise. What it was rejected with may hold a URL, so only
// its name is kept.
func await(promise js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	done := make(chan outcome, 1)
	onResolve := js.FuncOf(func(_ js.Value, args []js.Value) any {
		done <- outcome{value: args[0]}
		return nil
	})
	onReject := js.FuncOf(func(_ js.Value, args []js.Value) any {
		err := errors.New("fetch failed")
		if len(args) > 0 && args[0].Type() == js.TypeObject {
			err = fmt.Errorf("fetch failed: %s", args[0].Get("name").String())
		}
		done <- outcome{err: err}
		return nil
	})
	defer onResolve.Release()
	defer onReject.Release()
	promise.Call("then", onResolve, onReject)
	result := <-done
	return result.value, result.err
}

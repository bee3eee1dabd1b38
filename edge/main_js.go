package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall/js"

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
	workers.ServeNonBlock(buffered(handler))
	workers.Ready()
	select {}
}

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

// rawBodyWriter is the path of the library's writer that takes a finished
// body. A response stream would end this instance with its first request
// (syumai/workers v0.32.0, handler_js.go).
type rawBodyWriter interface {
	http.ResponseWriter
	WriteRawJSBody(js.Value)
}

// buffered answers with finished bodies only.
func buffered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		buffer := &bufferedWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(buffer, r)
		w.WriteHeader(buffer.status)
		w.(rawBodyWriter).WriteRawJSBody(bytesToJS(buffer.body.Bytes()))
	})
}

type bufferedWriter struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (w *bufferedWriter) WriteHeader(status int)         { w.status = status }
func (w *bufferedWriter) Write(part []byte) (int, error) { return w.body.Write(part) }

// fetchTransport sends requests with the runtime's fetch, bodies whole: they
// are small, and a stream for each costs more than the request.
type fetchTransport struct{}

func (fetchTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	controller := js.Global().Get("AbortController").New()
	stop := context.AfterFunc(request.Context(), func() { controller.Call("abort") })
	defer stop()

	options := js.Global().Get("Object").New()
	options.Set("method", request.Method)
	options.Set("redirect", "manual")
	options.Set("signal", controller.Get("signal"))
	headers := js.Global().Get("Headers").New()
	for name, values := range request.Header {
		for _, value := range values {
			headers.Call("append", name, value)
		}
	}
	options.Set("headers", headers)
	if request.Body != nil {
		body, err := io.ReadAll(request.Body)
		request.Body.Close()
		if err != nil {
			return nil, err
		}
		if len(body) > 0 {
			options.Set("body", bytesToJS(body))
		}
	}
	response, err := await(js.Global().Call("fetch", request.URL.String(), options))
	if err != nil {
		return nil, err
	}
	buffer, err := await(response.Call("arrayBuffer"))
	if err != nil {
		return nil, err
	}
	view := js.Global().Get("Uint8Array").New(buffer)
	body := make([]byte, view.Get("length").Int())
	js.CopyBytesToGo(body, view)
	return &http.Response{
		StatusCode:    response.Get("status").Int(),
		Header:        headersToGo(response.Get("headers")),
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       request,
	}, nil
}

func headersToGo(headers js.Value) http.Header {
	result := http.Header{}
	entries := js.Global().Get("Array").Call("from", headers)
	for i := range entries.Length() {
		result.Add(entries.Index(i).Index(0).String(), entries.Index(i).Index(1).String())
	}
	return result
}

func bytesToJS(b []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(array, b)
	return array
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

package bridge

import (
	"context"
	"syscall/js"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/upload/edgeapi"
)

// Fetch is the browser's fetch (https://fetch.spec.whatwg.org/).
type Fetch struct{}

// Fetch implements edgeapi.Fetcher.
func (Fetch) Fetch(ctx context.Context, request edgeapi.Request) (edgeapi.Response, error) {
	controller := js.Global().Get("AbortController").New()
	stop := context.AfterFunc(ctx, func() { controller.Call("abort") })
	defer stop()
	response, err := fetched(ctx, request, controller.Get("signal"))
	if err != nil {
		return edgeapi.Response{}, &shared.Error{Code: shared.CodeNetwork, Err: err}
	}
	return response, nil
}

func fetched(ctx context.Context, request edgeapi.Request, signal js.Value) (edgeapi.Response, error) {
	headers := map[string]any{"Accept": "application/json", "Authorization": "Bearer " + request.Token}
	options := map[string]any{
		"method": request.Method, "signal": signal,
		"cache": "no-store", "credentials": "omit", "referrerPolicy": "no-referrer",
	}
	if request.Body != nil {
		headers["Content-Type"] = "application/json"
		options["body"] = string(request.Body)
	}
	options["headers"] = headers
	promise, err := catch(func() js.Value { return js.Global().Call("fetch", request.URL, options) })
	if err != nil {
		return edgeapi.Response{}, err
	}
	response, err := await(ctx, promise)
	if err != nil {
		return edgeapi.Response{}, err
	}
	body, err := await(ctx, response.Call("arrayBuffer"))
	if err != nil {
		return edgeapi.Response{}, err
	}
	return edgeapi.Response{
		Status: response.Get("status").Int(), Body: bytesFromJS(body),
		Date: header(response, "Date"), RetryAfter: header(response, "Retry-After"),
	}, nil
}

func header(response js.Value, name string) string {
	value := response.Get("headers").Call("get", name)
	if value.IsNull() {
		return ""
	}
	return value.String()
}

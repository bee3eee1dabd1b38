package bridge

import (
	"context"
	"syscall/js"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/upload"
)

// XHR is XMLHttpRequest (https://xhr.spec.whatwg.org/): fetch cannot report how
// much of a body has left.
type XHR struct{}

// Put implements upload.Transport.
func (XHR) Put(
	ctx context.Context,
	to shared.PresignedUpload,
	body []byte,
	progress func(sent int64),
) (upload.PutResult, error) {
	xhr := js.Global().Get("XMLHttpRequest").New()
	ended := make(chan struct{}, 1)
	onProgress := js.FuncOf(func(_ js.Value, args []js.Value) any {
		progress(int64(first(args).Get("loaded").Float()))
		return nil
	})
	defer onProgress.Release()
	onEnd := js.FuncOf(func(js.Value, []js.Value) any {
		ended <- struct{}{}
		return nil
	})
	defer onEnd.Release()
	_, err := catch(func() js.Value {
		xhr.Call("open", "PUT", to.UploadURL)
		for name, value := range to.Headers {
			xhr.Call("setRequestHeader", name, value)
		}
		xhr.Get("upload").Set("onprogress", onProgress)
		xhr.Set("onloadend", onEnd) // after load, error, timeout and abort
		// A Blob: Chromium hands it over by reference, and bytes piece by piece before the request begins.
		xhr.Call("send", js.Global().Get("Blob").New([]any{bytesToJS(body)}))
		return js.Undefined()
	})
	if err != nil {
		return upload.PutResult{}, &shared.Error{Code: shared.CodeNetwork, Err: err}
	}
	select {
	case <-ended:
	case <-ctx.Done():
		xhr.Call("abort") // fires loadend before it returns, if anything was under way
	}
	xhr.Get("upload").Set("onprogress", js.Null())
	xhr.Set("onloadend", js.Null())
	if err := ctx.Err(); err != nil {
		return upload.PutResult{}, err
	}
	status := xhr.Get("status").Int()
	if status == 0 {
		return upload.PutResult{}, &shared.Error{Code: shared.CodeNetwork}
	}
	return upload.PutResult{Status: status, RetryAfter: retryAfter(xhr)}, nil
}

// retryAfter is zero where the store does not expose the header to scripts.
func retryAfter(xhr js.Value) time.Duration {
	value := xhr.Call("getResponseHeader", "Retry-After")
	if value.IsNull() {
		return 0
	}
	return shared.ParseRetryAfter(value.String(), time.Now())
}

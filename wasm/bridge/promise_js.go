package bridge

import (
	"context"
	"errors"
	"syscall/js"
)

// await waits for a promise. It fails with a jsError when the promise rejects
// and with ctx's error when that is done first; the promise then continues without a listener.
func await(ctx context.Context, promise js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	settled := make(chan outcome, 1)
	var fulfilled, rejected js.Func
	fulfilled = js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- outcome{value: first(args)}
		fulfilled.Release()
		rejected.Release()
		return nil
	})
	rejected = js.FuncOf(func(_ js.Value, args []js.Value) any {
		settled <- outcome{err: newError(first(args))}
		fulfilled.Release()
		rejected.Release()
		return nil
	})
	promise.Call("then", fulfilled, rejected)
	select {
	case o := <-settled:
		return o.value, o.err
	case <-ctx.Done():
		return js.Undefined(), ctx.Err()
	}
}

func first(args []js.Value) js.Value {
	if len(args) == 0 {
		return js.Undefined()
	}
	return args[0]
}

// jsError is what a browser API threw or rejected with. Its text is the error's
// name alone: messages can hold URLs.
type jsError struct{ name string }

func (e jsError) Error() string { return e.name }

func newError(value js.Value) error {
	if value.Type() != js.TypeObject {
		return jsError{"unknown error"}
	}
	if name := value.Get("name"); name.Type() == js.TypeString {
		return jsError{name.String()}
	}
	return jsError{"unknown error"}
}

// catch calls into the browser and turns an exception into an error;
// syscall/js panics with it.
func catch(call func() js.Value) (value js.Value, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case js.Error:
			err = newError(r.Value)
		case error:
			err = r
		default:
			err = errors.New("the browser refused the call")
		}
	}()
	return call(), nil
}

// bytesToJS copies into a new Uint8Array.
func bytesToJS(b []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(array, b)
	return array
}

// bytesFromJS copies out of an ArrayBuffer that no other code uses, and frees it
// where the browser can: that of a whole photo would wait for the collector.
func bytesFromJS(buffer js.Value) []byte {
	array := js.Global().Get("Uint8Array").New(buffer)
	b := make([]byte, array.Length())
	js.CopyBytesToGo(b, array)
	if buffer.Get("transfer").Type() == js.TypeFunction {
		buffer.Call("transfer", 0)
	}
	return b
}

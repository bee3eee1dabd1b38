package bridge

import (
	"context"
	"syscall/js"
)

// WebLocks is navigator.locks (https://www.w3.org/TR/web-locks/).
type WebLocks struct{ manager js.Value }

// NewWebLocks returns ok false where there are none: on plain http, for example.
func NewWebLocks() (*WebLocks, bool) {
	manager := js.Global().Get("navigator").Get("locks")
	return &WebLocks{manager}, manager.Truthy()
}

// Acquire implements journal.Locks.
func (l *WebLocks) Acquire(ctx context.Context, name string) (func(), error) {
	controller := js.Global().Get("AbortController").New()
	options := map[string]any{"signal": controller.Get("signal")}
	granted := make(chan struct{})
	var letGo js.Value // resolves the promise for whose life the lock is held
	hold := js.FuncOf(func(_ js.Value, args []js.Value) any {
		executor := js.FuncOf(func(_ js.Value, args []js.Value) any {
			letGo = args[0]
			return nil
		})
		defer executor.Release()
		promise := js.Global().Get("Promise").New(executor)
		close(granted)
		return promise
	})
	request, err := catch(func() js.Value { return l.manager.Call("request", name, options, hold) })
	if err != nil {
		hold.Release()
		return nil, err
	}
	ended := make(chan error, 1)
	go func() {
		_, err := await(context.Background(), request)
		hold.Release()
		ended <- err
	}()
	select {
	case <-granted:
		return func() { letGo.Invoke() }, nil
	case err := <-ended:
		return nil, err
	case <-ctx.Done():
		controller.Call("abort")
		select {
		case <-granted: // just before
			letGo.Invoke()
		default:
		}
		return nil, ctx.Err()
	}
}

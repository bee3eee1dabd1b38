package bridge

import (
	"context"
	"errors"
	"syscall/js"

	"github.com/clinicpro/photobridge/wasm/upload/journal"
)

// IndexedDB keeps bytes in one object store (https://www.w3.org/TR/IndexedDB/),
// as ArrayBuffers: WebKit's private windows fail on Blobs.
type IndexedDB struct{ db js.Value }

const (
	databaseName = "photobridge"
	storeName    = "journal"
)

// OpenIndexedDB opens the database. It fails where there is none, or where the
// browser refuses it.
func OpenIndexedDB(ctx context.Context) (*IndexedDB, error) {
	factory, err := catch(func() js.Value { return js.Global().Get("indexedDB") })
	if err != nil {
		return nil, err
	}
	if !factory.Truthy() {
		return nil, errors.New("no IndexedDB")
	}
	request, err := catch(func() js.Value { return factory.Call("open", databaseName, 1) })
	if err != nil {
		return nil, err
	}
	upgrade := js.FuncOf(func(js.Value, []js.Value) any {
		request.Get("result").Call("createObjectStore", storeName)
		return nil
	})
	defer upgrade.Release()
	request.Set("onupgradeneeded", upgrade)
	db, err := awaitEvent(ctx, request, "success", "error", "blocked")
	if err != nil {
		return nil, err
	}
	return &IndexedDB{db.Get("result")}, nil
}

// Keys implements journal.Storage.
func (d *IndexedDB) Keys(ctx context.Context) ([]string, error) {
	result, err := d.request(ctx, func(store js.Value) js.Value { return store.Call("getAllKeys") })
	if err != nil {
		return nil, err
	}
	keys := make([]string, result.Length())
	for i := range keys {
		keys[i] = result.Index(i).String()
	}
	return keys, nil
}

// Get implements journal.Storage.
func (d *IndexedDB) Get(ctx context.Context, key string) ([]byte, error) {
	result, err := d.request(ctx, func(store js.Value) js.Value { return store.Call("get", key) })
	if err != nil || result.IsUndefined() {
		return nil, err
	}
	return bytesFromJS(result), nil
}

// Write implements journal.Storage, as one transaction.
func (d *IndexedDB) Write(ctx context.Context, puts []journal.Item, deletes []string) error {
	var transaction js.Value
	_, err := catch(func() js.Value {
		// strict: written to the disk, not only handed to the system, before it counts.
		transaction = d.db.Call("transaction", storeName, "readwrite", map[string]any{"durability": "strict"})
		store := transaction.Call("objectStore", storeName)
		for _, item := range puts {
			store.Call("put", bytesToJS(item.Value).Get("buffer"), item.Key)
		}
		for _, key := range deletes {
			store.Call("delete", key)
		}
		transaction.Call("commit") // goes on even if the page ends now
		return transaction
	})
	if err != nil {
		return err
	}
	_, err = awaitEvent(ctx, transaction, "complete", "error", "abort")
	return err
}

func (d *IndexedDB) request(ctx context.Context, ask func(store js.Value) js.Value) (js.Value, error) {
	request, err := catch(func() js.Value {
		return ask(d.db.Call("transaction", storeName, "readonly").Call("objectStore", storeName))
	})
	if err != nil {
		return js.Undefined(), err
	}
	request, err = awaitEvent(ctx, request, "success", "error")
	if err != nil {
		return js.Undefined(), err
	}
	return request.Get("result"), nil
}

// awaitEvent waits for one event of an IDBRequest or IDBTransaction and answers
// its target; any of the others is a failure.
func awaitEvent(ctx context.Context, target js.Value, success string, failures ...string) (js.Value, error) {
	outcome := make(chan error, 4)
	succeeded := js.FuncOf(func(js.Value, []js.Value) any {
		outcome <- nil
		return nil
	})
	failed := js.FuncOf(func(js.Value, []js.Value) any {
		select {
		case outcome <- newError(target.Get("error")):
		default:
		}
		return nil
	})
	target.Set("on"+success, succeeded)
	for _, name := range failures {
		target.Set("on"+name, failed)
	}
	defer func() {
		target.Set("on"+success, js.Null())
		for _, name := range failures {
			target.Set("on"+name, js.Null())
		}
		succeeded.Release()
		failed.Release()
	}()
	select {
	case err := <-outcome:
		return target, err
	case <-ctx.Done():
		return js.Undefined(), ctx.Err()
	}
}

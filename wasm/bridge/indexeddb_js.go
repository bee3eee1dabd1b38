package bridge

import (
	"context"
	"errors"
	"sync"
	"syscall/js"

	"github.com/clinicpro/photobridge/wasm/upload/journal"
)

// IndexedDB keeps bytes in one object store (https://www.w3.org/TR/IndexedDB/),
// as ArrayBuffers: WebKit's private windows fail on Blobs. iOS closes the database
// of a page that was in the background; it is opened again when it is next used.
type IndexedDB struct {
	mu   sync.Mutex
	open js.Value // the database; undefined: closed
}

const (
	databaseName = "photobridge"
	storeName    = "journal"
)

// NewIndexedDB makes a database that is opened when it is first used.
func NewIndexedDB() *IndexedDB { return &IndexedDB{} }

// database returns the open database. It fails where there is none, or where the
// browser refuses it.
func (d *IndexedDB) database(ctx context.Context) (js.Value, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open.Truthy() {
		return d.open, nil
	}
	db, err := openDatabase(ctx)
	if err != nil {
		return js.Undefined(), err
	}
	var closed js.Func
	closed = js.FuncOf(func(js.Value, []js.Value) any {
		go d.forget(db) // not on the browser's own stack, where waiting is impossible
		closed.Release()
		return nil
	})
	db.Set("onclose", closed)
	d.open = db
	return db, nil
}

// forget drops a database that does not work any more.
func (d *IndexedDB) forget(db js.Value) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open.Equal(db) {
		d.open = js.Undefined()
	}
}

func openDatabase(ctx context.Context) (js.Value, error) {
	factory, err := catch(func() js.Value { return js.Global().Get("indexedDB") })
	if err != nil {
		return js.Undefined(), err
	}
	if !factory.Truthy() {
		return js.Undefined(), errors.New("no IndexedDB")
	}
	request, err := catch(func() js.Value { return factory.Call("open", databaseName, 1) })
	if err != nil {
		return js.Undefined(), err
	}
	upgrade := js.FuncOf(func(js.Value, []js.Value) any {
		request.Get("result").Call("createObjectStore", storeName)
		return nil
	})
	defer upgrade.Release()
	request.Set("onupgradeneeded", upgrade)
	if _, err := awaitEvent(ctx, request, "success", "error", "blocked"); err != nil {
		return js.Undefined(), err
	}
	return request.Get("result"), nil
}

// use does something with the database. If the database turns out to be closed,
// use opens it again and repeats the whole.
func (d *IndexedDB) use(ctx context.Context, do func(db js.Value) error) error {
	db, err := d.database(ctx)
	if err != nil {
		return err
	}
	err = do(db)
	if err == nil {
		return nil
	}
	d.forget(db) // also after a hang: a new connection may work
	// All errors of awaitEvent and catch are of this type. Naming it costs less than errors.AsType.
	if name, ok := err.(jsError); !ok || name.name != "InvalidStateError" && name.name != "AbortError" {
		catch(func() js.Value { return db.Call("close") })
		return err
	}
	if db, err = d.database(ctx); err != nil {
		return err
	}
	return do(db)
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
	return d.use(ctx, func(db js.Value) error {
		var transaction js.Value
		_, err := catch(func() js.Value {
			// strict: written to the disk, not only handed to the system, before it counts.
			transaction = db.Call("transaction", storeName, "readwrite", map[string]any{"durability": "strict"})
			store := transaction.Call("objectStore", storeName)
			for _, item := range puts {
				store.Call("put", bytesToJS(item.Value).Get("buffer"), item.Key)
			}
			for _, key := range deletes {
				store.Call("delete", key)
			}
			transaction.Call("commit") // completes even if the page ends now
			return transaction
		})
		if err != nil {
			return err
		}
		_, err = awaitEvent(ctx, transaction, "complete", "error", "abort")
		return err
	})
}

func (d *IndexedDB) request(ctx context.Context, ask func(store js.Value) js.Value) (result js.Value, err error) {
	err = d.use(ctx, func(db js.Value) error {
		request, err := catch(func() js.Value {
			return ask(db.Call("transaction", storeName, "readonly").Call("objectStore", storeName))
		})
		if err != nil {
			return err
		}
		if _, err = awaitEvent(ctx, request, "success", "error"); err == nil {
			result = request.Get("result")
		}
		return err
	})
	return result, err
}

// awaitEvent waits for one event of an IDBRequest or IDBTransaction and returns
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

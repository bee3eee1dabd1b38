package bridge

import (
	"context"
	"errors"
	"slices"
	"syscall/js"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// fakeWorker responds to each call with what answer returns, or never if that is undefined.
func fakeWorker(ended *int, answer func(request js.Value) any) js.Value {
	worker := js.Global().Get("Object").New()
	worker.Set("postMessage", js.FuncOf(func(_ js.Value, args []js.Value) any {
		data := js.ValueOf(answer(args[0]))
		if !data.IsUndefined() {
			time.AfterFunc(0, func() { worker.Call("onmessage", map[string]any{"data": data}) })
		}
		return nil
	}))
	worker.Set("terminate", js.FuncOf(func(js.Value, []js.Value) any { *ended++; return nil }))
	return worker
}

func newBlob() BlobSource { return NewBlobSource(js.Global().Get("Blob").New([]any{"a photo"})) }

func TestPureCodecEndsItsWorkerWhenCancelled(t *testing.T) {
	started, ended, silent := 0, 0, true
	codec := NewPureCodec(js.FuncOf(func(js.Value, []js.Value) any {
		started++
		return fakeWorker(&ended, func(js.Value) any {
			if silent {
				return js.Undefined()
			}
			return map[string]any{"width": 30, "height": 20}
		})
	}).Value, func(float64) {})
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := codec.Decode(ctx, newBlob(), 100); !errors.Is(err, context.DeadlineExceeded) || ended != 1 {
		t.Fatalf("cancelled: %v, %d workers ended", err, ended)
	}
	silent = false
	bitmap, err := codec.Decode(t.Context(), newBlob(), 100)
	if err != nil || started != 2 {
		t.Fatalf("the next photo: %v, %d workers started", err, started)
	}
	if width, height := bitmap.Size(); width != 30 || height != 20 {
		t.Errorf("size %d×%d", width, height)
	}
	bitmap.Close()
	if codec.Decode(t.Context(), newBlob(), 100); started != 2 || ended != 1 {
		t.Errorf("%d workers started, %d ended: the second should serve again", started, ended)
	}
}

func TestPureCodecPassesOnWhatTheWorkerSays(t *testing.T) {
	ended := 0
	codec := NewPureCodec(js.FuncOf(func(js.Value, []js.Value) any {
		return fakeWorker(&ended, func(request js.Value) any {
			switch request.Get("call").String() {
			case "decode":
				return map[string]any{"width": 30, "height": 20}
			case "estimate":
				return map[string]any{"size": 123}
			case "encode":
				return map[string]any{"bytes": bytesToJS([]byte("jpeg")).Get("buffer")}
			}
			return map[string]any{"code": "out_of_memory"}
		})
	}).Value, func(float64) {})
	bitmap, err := codec.Decode(t.Context(), newBlob(), 100)
	if err != nil {
		t.Fatal(err)
	}
	if size, err := bitmap.Estimate(t.Context(), 30, 20, 0.8); size != 123 || err != nil {
		t.Errorf("estimate %d, %v", size, err)
	}
	if jpeg, err := bitmap.Encode(t.Context(), 30, 20, 0.8); string(jpeg) != "jpeg" || err != nil {
		t.Errorf("encode %q, %v", jpeg, err)
	}
	if _, err := bitmap.Sample(t.Context(), 30, 20); shared.CodeOf(err) != shared.CodeOutOfMemory {
		t.Errorf("sample: %v", err)
	}
	if ended != 1 {
		t.Error("a worker that failed is still used")
	}
}

func TestPureCodecTellsWhatIsLoaded(t *testing.T) {
	ended := 0
	var reported []float64
	codec := NewPureCodec(js.FuncOf(func(js.Value, []js.Value) any {
		var worker js.Value
		worker = fakeWorker(&ended, func(js.Value) any {
			for _, share := range []float64{0.4, 1} {
				worker.Call("onmessage", map[string]any{"data": map[string]any{"share": share}})
			}
			return map[string]any{"width": 30, "height": 20}
		})
		return worker
	}).Value, func(share float64) { reported = append(reported, share) })
	bitmap, err := codec.Decode(t.Context(), newBlob(), 100)
	if err != nil {
		t.Fatal(err)
	}
	if width, height := bitmap.Size(); width != 30 || height != 20 || !slices.Equal(reported, []float64{0.4, 1}) {
		t.Errorf("size %d×%d, reported %v", width, height, reported)
	}
}

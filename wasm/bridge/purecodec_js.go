package bridge

import (
	"context"
	"syscall/js"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/photo"
)

// idle is how long the pure codec's worker outlives its last photo: WebAssembly
// never gives memory back, only the worker's end does.
const idle = 10 * time.Second

// PureCodec is the program wasm/purecodec in a separate worker
// (wasm/browser/pure.ts). The worker starts with the first photo that needs
// it, and ends when a photo is cancelled or after a while without photos. It works
// on one photo at a time.
type PureCodec struct {
	start     js.Value // makes the Worker
	loading   func(share float64)
	worker    js.Value // undefined while none runs
	responses chan js.Value
	release   func()
	held      *pureBitmap // the photo that is worked on
	rest      *time.Timer
}

var _ photo.Codec = (*PureCodec)(nil)

// NewPureCodec takes a function that makes the worker, and one that receives
// the download progress, up to 1, of the decoder that a photo needs.
func NewPureCodec(start js.Value, loading func(share float64)) *PureCodec {
	c := &PureCodec{start: start, loading: loading}
	c.rest = time.AfterFunc(idle, func() {
		if c.held == nil {
			c.end()
		}
	})
	return c
}

// Decode sends a Blob to the worker.
func (c *PureCodec) Decode(ctx context.Context, source photo.Source, edge int) (photo.Bitmap, error) {
	blob, err := blobOf(ctx, source)
	if err != nil {
		return nil, err
	}
	c.rest.Stop()
	picture := &pureBitmap{codec: c}
	c.held = picture
	response, err := c.call(ctx, map[string]any{"call": "decode", "file": blob, "edge": edge})
	if err != nil {
		picture.Close()
		return nil, err
	}
	picture.width, picture.height = response.Get("width").Int(), response.Get("height").Int()
	return picture, nil
}

// call sends a request to the worker and waits for the response. If ctx is done first,
// call ends the worker, because the worker reads no messages while it computes. It
// also ends a worker that reports a failure, because its program may have exited.
func (c *PureCodec) call(ctx context.Context, request map[string]any) (js.Value, error) {
	if c.worker.IsUndefined() {
		if err := c.run(); err != nil {
			return js.Undefined(), err
		}
	}
	c.worker.Call("postMessage", request)
	select {
	case response := <-c.responses:
		if code := response.Get("code"); code.Type() == js.TypeString {
			c.end()
			return js.Undefined(), &shared.Error{Code: shared.Code(code.String())}
		}
		return response, nil
	case <-ctx.Done():
		c.end()
		return js.Undefined(), ctx.Err()
	}
}

func (c *PureCodec) run() error {
	worker, err := catch(func() js.Value { return c.start.Invoke() })
	if err != nil {
		return err
	}
	responses := make(chan js.Value, 1)
	say := func(response js.Value) {
		select {
		case responses <- response:
		default: // no call is waiting
		}
	}
	onMessage := js.FuncOf(func(_ js.Value, args []js.Value) any {
		data := args[0].Get("data")
		if share := data.Get("share"); !share.IsUndefined() {
			c.loading(share.Float())
		} else {
			say(data)
		}
		return nil
	})
	onError := js.FuncOf(func(js.Value, []js.Value) any {
		say(js.ValueOf(map[string]any{"code": string(shared.CodeNetwork)}))
		return nil
	})
	worker.Set("onmessage", onMessage)
	worker.Set("onerror", onError)
	c.worker, c.responses = worker, responses
	c.release = func() {
		onMessage.Release()
		onError.Release()
	}
	return nil
}

func (c *PureCodec) end() {
	if !c.worker.IsUndefined() {
		c.worker.Call("terminate")
		c.release()
		c.worker = js.Undefined()
	}
}

// pureBitmap is the picture that the worker holds.
type pureBitmap struct {
	codec         *PureCodec
	width, height int
}

func (b *pureBitmap) Size() (width, height int) { return b.width, b.height }

func (b *pureBitmap) Encode(ctx context.Context, width, height int, quality float64) ([]byte, error) {
	return b.bytes(ctx, map[string]any{"call": "encode", "width": width, "height": height, "quality": quality})
}

func (b *pureBitmap) Estimate(ctx context.Context, width, height int, quality float64) (bytes int, err error) {
	response, err := b.codec.call(
		ctx,
		map[string]any{"call": "estimate", "width": width, "height": height, "quality": quality},
	)
	if err != nil {
		return 0, err
	}
	return response.Get("size").Int(), nil
}

func (b *pureBitmap) Sample(ctx context.Context, width, height int) ([]byte, error) {
	return b.bytes(ctx, map[string]any{"call": "sample", "width": width, "height": height})
}

// Original is Sample: the worker has the picture as it was decoded.
func (b *pureBitmap) Original(ctx context.Context, width, height int) ([]byte, error) {
	return b.Sample(ctx, width, height)
}

func (b *pureBitmap) bytes(ctx context.Context, request map[string]any) ([]byte, error) {
	response, err := b.codec.call(ctx, request)
	if err != nil {
		return nil, err
	}
	return bytesFromJS(response.Get("bytes")), nil
}

// Close leaves the worker to the next photo, for a while.
func (b *pureBitmap) Close() {
	if b.codec.held == b {
		b.codec.held = nil
		b.codec.rest.Reset(idle)
	}
}

// Command purecodec runs the pure codec in a separate worker. wasm/browser/pure.ts
// starts it for the first photo that needs it. It exports one function and stays
// alive. It holds one picture at a time, the last one that it decoded.
package main

import (
	"context"
	"errors"
	"runtime"
	"syscall/js"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/photo/container"
	"github.com/clinicpro/photobridge/wasm/photo/pure"
)

func main() {
	var held desk
	js.Global().Set("photobridgePure", js.FuncOf(func(_ js.Value, args []js.Value) any {
		answer, err := held.answer(args[0])
		if err != nil {
			return failure(err)
		}
		return answer
	}))
	select {}
}

// desk handles the calls that wasm/browser/pure.ts declares.
type desk struct{ picture *pure.Picture }

func (d *desk) answer(request js.Value) (map[string]any, error) {
	call := request.Get("call").String()
	if call == "decode" {
		return d.decode(request)
	}
	if d.picture == nil {
		return nil, errors.New("nothing is decoded")
	}
	width, height := request.Get("width").Int(), request.Get("height").Int()
	switch call {
	case "estimate":
		size, err := d.picture.Estimate(context.Background(), width, height, request.Get("quality").Float())
		return map[string]any{"size": size}, err
	case "encode":
		jpeg, err := d.picture.Encode(context.Background(), width, height, request.Get("quality").Float())
		return buffer(jpeg), err
	default:
		rgba, err := d.picture.Sample(context.Background(), width, height)
		return buffer(rgba), err
	}
}

func buffer(b []byte) map[string]any {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(array, b)
	return map[string]any{"bytes": array.Get("buffer")}
}

// decode takes a file's bytes, and its pixels if Go cannot decode the file.
func (d *desk) decode(request js.Value) (map[string]any, error) {
	// Release the previous picture before decoding the next one. WebAssembly's
	// memory never shrinks, so it must not grow to the size of two pictures.
	d.picture = nil
	runtime.GC()
	array, pixels := request.Get("bytes"), request.Get("pixels")
	file := make([]byte, array.Length())
	js.CopyBytesToGo(file, array)
	var err error
	if pixels.IsUndefined() {
		d.picture, err = pure.Decode(file, container.MaxPixels, request.Get("edge").Int())
	} else {
		width, height, stride := pixels.Get("width").Int(), pixels.Get("height").Int(), pixels.Get("stride").Int()
		rgba := pixels.Get("rgba")
		d.picture, err = pure.FromRGBA(file, width, height, container.MaxPixels, func(y int, row []byte) {
			js.CopyBytesToGo(row, rgba.Call("subarray", y*stride, y*stride+len(row)))
		})
	}
	if err != nil {
		return nil, err
	}
	width, height := d.picture.Size()
	return map[string]any{"width": width, "height": height}, nil
}

func failure(err error) map[string]any {
	return map[string]any{"code": string(shared.CodeOf(err))}
}

package bridge

import (
	"context"
	"syscall/js"

	"github.com/clinicpro/photobridge/wasm/photo"
	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// BlobSource is a File or Blob, such as a photo that the person chose.
type BlobSource struct {
	value js.Value
	size  int64
}

// NewBlobSource wraps a JavaScript File or Blob.
func NewBlobSource(value js.Value) BlobSource {
	return BlobSource{value, int64(value.Get("size").Float())}
}

// blobOf returns a source as a Blob.
func blobOf(ctx context.Context, source photo.Source) (js.Value, error) {
	if blob, ok := source.(BlobSource); ok {
		return blob.value, nil
	}
	data, err := source.Read(ctx, 0, source.Size())
	if err != nil {
		return js.Undefined(), err
	}
	array := js.Global().Get("Uint8Array").New(len(data))
	js.CopyBytesToJS(array, data)
	return js.Global().Get("Blob").New([]any{array}), nil
}

// Size is in bytes, as it was when the file was chosen.
func (b BlobSource) Size() int64 { return b.size }

// Without implements photo.Source. The browser keeps the parts where they are.
func (b BlobSource) Without(parts []container.Part) photo.Source {
	var rest []any
	at := int64(0)
	for _, part := range parts {
		rest = append(rest, b.value.Call("slice", float64(at), float64(part.Start)))
		at = part.Start + part.Length
	}
	rest = append(rest, b.value.Call("slice", float64(at)))
	return NewBlobSource(js.Global().Get("Blob").New(rest, map[string]any{"type": b.value.Get("type")}))
}

// Read returns length bytes from offset, fewer at the end. It fails when the
// phone takes the file away: the permission to read one can lapse.
func (b BlobSource) Read(ctx context.Context, offset, length int64) ([]byte, error) {
	promise, err := catch(func() js.Value {
		return b.value.Call("slice", float64(offset), float64(offset+length)).Call("arrayBuffer")
	})
	if err != nil {
		return nil, err
	}
	buffer, err := await(ctx, promise)
	if err != nil {
		return nil, err
	}
	return bytesFromJS(buffer), nil
}

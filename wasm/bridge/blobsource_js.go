package bridge

import (
	"context"
	"syscall/js"

	"github.com/clinicpro/photobridge/wasm/photo"
)

// BlobSource is a File or Blob, such as a photo that the person chose.
type BlobSource struct{ value js.Value }

// NewBlobSource wraps a JavaScript File or Blob.
func NewBlobSource(value js.Value) BlobSource { return BlobSource{value} }

// Size is in bytes.
func (b BlobSource) Size() int64 { return int64(b.value.Get("size").Float()) }

// Without implements photo.Source. The browser keeps the parts where they are.
func (b BlobSource) Without(offset, length int64) photo.Source {
	before, after := b.value.Call("slice", 0, float64(offset)), b.value.Call("slice", float64(offset+length))
	return BlobSource{js.Global().Get("Blob").New([]any{before, after}, map[string]any{"type": b.value.Get("type")})}
}

// Read answers length bytes from offset, fewer at the end. It fails when the
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

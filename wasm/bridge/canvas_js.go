package bridge

import (
	"context"
	"errors"
	"syscall/js"

	"github.com/clinicpro/photobridge/wasm/photo"
)

// CanvasCodec is the browser's own image codec: createImageBitmap decodes upright
// and into sRGB, OffscreenCanvas scales and encodes.
type CanvasCodec struct{}

var _ photo.Codec = CanvasCodec{}

// NewCanvasCodec returns the codec, or false where the browser lacks a part of it
// or falsifies the pixels of a canvas (as protection against fingerprinting).
func NewCanvasCodec() (CanvasCodec, bool) {
	for _, name := range []string{"OffscreenCanvas", "createImageBitmap"} {
		if js.Global().Get(name).IsUndefined() {
			return CanvasCodec{}, false
		}
	}
	return CanvasCodec{}, honest()
}

// honest paints a known pattern and reads it back.
func honest() bool {
	const size = 16
	ok, err := catch(func() js.Value {
		context := newCanvas(size, size).Call("getContext", "2d", map[string]any{"willReadFrequently": true})
		image := context.Call("createImageData", size, size)
		want := make([]byte, 4*size*size)
		for i := range want {
			want[i] = byte(i*37 ^ i>>3)
			if i%4 == 3 {
				want[i] = 0xff
			}
		}
		js.CopyBytesToJS(image.Get("data"), want)
		context.Call("putImageData", image, 0, 0)
		got := make([]byte, len(want))
		js.CopyBytesToGo(got, context.Call("getImageData", 0, 0, size, size).Get("data"))
		return js.ValueOf(string(got) == string(want))
	})
	return err == nil && ok.Bool()
}

func newCanvas(width, height int) js.Value {
	return js.Global().Get("OffscreenCanvas").New(width, height)
}

// Decode decodes a file. The browser turns it by its EXIF orientation; no
// option switches that off anywhere (measured in three engines).
func (CanvasCodec) Decode(ctx context.Context, source photo.Source, _ int) (photo.Bitmap, error) {
	blob, err := blobOf(ctx, source)
	if err != nil {
		return nil, err
	}
	promise, err := catch(func() js.Value { return js.Global().Call("createImageBitmap", blob) })
	if err != nil {
		return nil, err
	}
	value, err := await(ctx, promise)
	if err != nil {
		return nil, err
	}
	return &bitmap{value: value, width: value.Get("width").Int(), height: value.Get("height").Int()}, nil
}

// bitmap is an ImageBitmap, the canvas of its last size, and some rows of that.
type bitmap struct {
	value         js.Value
	width, height int
	canvas, some  js.Value
	closed        bool
}

func (b *bitmap) Size() (width, height int) { return b.width, b.height }

func (b *bitmap) Encode(ctx context.Context, width, height int, quality float64) ([]byte, error) {
	if err := b.resize(width, height); err != nil {
		return nil, err
	}
	return encode(ctx, b.canvas, quality)
}

// Estimate encodes every eighth row of blocks, copied into a canvas of their own.
func (b *bitmap) Estimate(ctx context.Context, width, height int, quality float64) (bytes int, err error) {
	const block, every = 16, 8
	if err := b.resize(width, height); err != nil {
		return 0, err
	}
	rows := block * (height / (block * every))
	if rows < 2*block {
		jpeg, err := encode(ctx, b.canvas, quality)
		return len(jpeg), err
	}
	if b.some.IsUndefined() {
		_, err := catch(func() js.Value {
			b.some = newCanvas(width, rows)
			context := b.some.Call("getContext", "2d", map[string]any{"alpha": false})
			for top := 0; top < rows; top += block {
				context.Call("drawImage", b.canvas, 0, every*top+block*every/2, width, block, 0, top, width, block)
			}
			return js.Undefined()
		})
		if err != nil {
			return 0, err
		}
	}
	jpeg, err := encode(ctx, b.some, quality)
	return len(jpeg) * height / rows, err
}

// resize paints the canvas that is encoded.
func (b *bitmap) resize(width, height int) error {
	if !b.canvas.IsUndefined() && b.canvas.Get("width").Int() == width && b.canvas.Get("height").Int() == height {
		return nil
	}
	b.release()
	_, err := catch(func() js.Value {
		b.canvas = b.paint(width, height, true)
		return js.Undefined()
	})
	return err
}

func encode(ctx context.Context, canvas js.Value, quality float64) ([]byte, error) {
	promise, err := catch(func() js.Value {
		return canvas.Call("convertToBlob", map[string]any{"type": "image/jpeg", "quality": quality})
	})
	if err != nil {
		return nil, err
	}
	blob, err := await(ctx, promise)
	if err != nil {
		return nil, err
	}
	if blob.Get("type").String() != "image/jpeg" {
		return nil, errors.New("the browser does not encode JPEG")
	}
	source := NewBlobSource(blob)
	return source.Read(ctx, 0, source.Size())
}

func (b *bitmap) Sample(_ context.Context, width, height int) ([]byte, error) {
	return pixelsOf(func() js.Value { return b.sample(width, height) }, width, height)
}

func (b *bitmap) Original(_ context.Context, width, height int) ([]byte, error) {
	return pixelsOf(func() js.Value { return b.paint(width, height, false) }, width, height)
}

// pixelsOf reads a canvas back and frees it.
func pixelsOf(paint func() js.Value, width, height int) (pixels []byte, err error) {
	_, err = catch(func() js.Value {
		canvas := paint()
		data := canvas.Call("getContext", "2d").Call("getImageData", 0, 0, width, height).Get("data")
		pixels = make([]byte, data.Length())
		js.CopyBytesToGo(pixels, data)
		shrink(canvas)
		return js.Undefined()
	})
	return pixels, err
}

// sample draws a small picture, from the canvas that is encoded where there is
// one: WebKit takes 50 to 90 ms to draw one well from 12 megapixels. What that
// canvas does not have, the transparency, is drawn from the picture.
func (b *bitmap) sample(width, height int) js.Value {
	if b.canvas.IsUndefined() {
		return b.paint(width, height, false)
	}
	canvas := newCanvas(width, height)
	context := canvas.Call("getContext", "2d")
	context.Set("imageSmoothingQuality", "high")
	context.Call("drawImage", b.canvas, 0, 0, width, height)
	context.Set("imageSmoothingQuality", "low")
	context.Set("globalCompositeOperation", "destination-in")
	context.Call("drawImage", b.value, 0, 0, width, height)
	return canvas
}

// paint draws the picture at a size. On white, what is transparent in it
// becomes white, as JPEG has no transparency.
func (b *bitmap) paint(width, height int, onWhite bool) js.Value {
	canvas := newCanvas(width, height)
	context := canvas.Call("getContext", "2d", map[string]any{"alpha": !onWhite})
	if onWhite {
		context.Set("fillStyle", "#fff")
		context.Call("fillRect", 0, 0, width, height)
	}
	context.Set("imageSmoothingEnabled", true)
	context.Set("imageSmoothingQuality", b.smoothing(width))
	context.Call("drawImage", b.value, 0, 0, width, height)
	return canvas
}

// smoothing: down to half the size two samples a side are enough, and are
// sharper than the filters that average more of them first, in half the time.
func (b *bitmap) smoothing(width int) string {
	if 2*width >= b.width {
		return "low"
	}
	return "high"
}

func (b *bitmap) Close() {
	if !b.closed {
		b.closed = true
		b.value.Call("close")
		b.release()
	}
}

func (b *bitmap) release() {
	for _, canvas := range []*js.Value{&b.canvas, &b.some} {
		if !canvas.IsUndefined() {
			shrink(*canvas)
			*canvas = js.Undefined()
		}
	}
}

// shrink gives a canvas's memory back at once, not when it is collected: iOS
// ends a page whose canvases add up.
func shrink(canvas js.Value) {
	canvas.Set("width", 1)
	canvas.Set("height", 1)
}

package bridge

import (
	"syscall/js"

	"github.com/clinicpro/photobridge/shared"
)

// Page is the phone page, as seen from its worker: commands come down, messages
// go up.
type Page struct{ post js.Value }

// Export offers the engine's one constructor to worker.ts: called with a
// function that posts messages and one that makes the pure codec's worker, it
// starts the engine and returns a function that takes commands. A command is
// given as its JSON and its file, undefined if there is none.
func Export(name string, start func(page *Page, pure *PureCodec) (command func(json []byte, file js.Value))) {
	js.Global().Set(name, js.FuncOf(func(_ js.Value, args []js.Value) any {
		page := &Page{args[0]}
		command := start(page, NewPureCodec(args[1], page.PostLoading))
		return js.FuncOf(func(_ js.Value, args []js.Value) any {
			command([]byte(js.Global().Get("JSON").Call("stringify", args[0]).String()), args[0].Get("file"))
			return nil
		})
	}))
}

// Post sends a message that is JSON.
func (p *Page) Post(json []byte) {
	p.post.Invoke(js.Global().Get("JSON").Call("parse", string(json)))
}

// PostPreview sends a compressed photo.
func (p *Page) PostPreview(id string, jpeg []byte) {
	parts := []any{bytesToJS(jpeg)}
	blob := js.Global().Get("Blob").New(parts, map[string]any{"type": shared.ContentTypeJPEG})
	p.post.Invoke(map[string]any{"type": "preview", "id": id, "jpeg": blob})
}

// PostLoading reports the download progress, up to 1, of the decoder that a photo needs.
func (p *Page) PostLoading(share float64) {
	p.post.Invoke(map[string]any{"type": "loading", "share": share})
}

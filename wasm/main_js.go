// The phone engine: runs in a dedicated worker, which wasm/browser/worker.ts
// makes. It exports one constructor and stays alive.
package main

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"syscall/js"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/shared/wire"
	"github.com/clinicpro/photobridge/wasm/bridge"
	"github.com/clinicpro/photobridge/wasm/photo"
	"github.com/clinicpro/photobridge/wasm/upload"
	"github.com/clinicpro/photobridge/wasm/upload/edgeapi"
	"github.com/clinicpro/photobridge/wasm/upload/journal"
)

// version is sent to the page. Change it when the contract changes.
const version = "1"

func main() {
	bridge.Export("photobridgeEngine", start)
	select {}
}

// start wires the engine and returns the function that takes its commands.
func start(page *bridge.Page, pure *bridge.PureCodec) func(json []byte, file js.Value) {
	queue := upload.New(upload.World{
		Clock:      bridge.Clock{},
		Compressor: newCompressor(pure),
		Transport:  bridge.XHR{},
		Dial: func(apiBase string, session shared.Grant) upload.Edge {
			return edgeapi.New(bridge.Fetch{}, apiBase, session)
		},
		OpenJournal: newJournals().open,
		Show: func(s upload.Snapshot) {
			page.Post(wire.Marshal(&upload.Message{Type: upload.MessageSnapshot, Snapshot: &s}))
		},
		Preview: page.PostPreview,
	}, seed())
	go queue.Run(context.Background())
	page.Post(wire.Marshal(&upload.Message{Type: upload.MessageReady, Version: version}))
	return func(json []byte, file js.Value) {
		command, err := shared.Unmarshal[upload.Command](json)
		if err != nil {
			return // the page's mistake, which its type checker finds
		}
		if !file.IsUndefined() {
			command.File = bridge.NewBlobSource(file)
		}
		queue.Do(command)
	}
}

// compressor gives the queue the photo package's results in its own words.
type compressor struct{ photos *photo.Compressor }

func newCompressor(pure photo.Codec) compressor {
	native, ok := bridge.NewCanvasCodec()
	if !ok {
		return compressor{photo.New(nil, pure, bridge.Digest)}
	}
	return compressor{photo.New(native, pure, bridge.Digest)}
}

// Compress implements upload.Compressor.
func (c compressor) Compress(ctx context.Context, source upload.Source, maxBytes int) (upload.Compressed, error) {
	limits := photo.DefaultLimits()
	limits.MaxBytes = maxBytes
	result, err := c.photos.Compress(ctx, source.(photo.Source), limits)
	if err != nil {
		return upload.Compressed{}, err
	}
	warnings := make([]upload.Warning, len(result.Warnings))
	for i, warning := range result.Warnings {
		warnings[i] = upload.Warning(warning)
	}
	return upload.Compressed{
		JPEG: result.JPEG, Width: result.Width, Height: result.Height, SHA256: result.SHA256,
		Captured: result.Captured, Warnings: warnings,
	}, nil
}

// journals opens the journals of sessions, in one database.
type journals struct{ storage *bridge.IndexedDB }

func newJournals() *journals { return &journals{bridge.NewIndexedDB()} }

func (j *journals) open(ctx context.Context, session shared.Grant, ahead time.Duration) (upload.Journal, error) {
	var locks journal.Locks
	if web, ok := bridge.NewWebLocks(); ok {
		locks = web
	}
	owner := make([]byte, 8)
	bridge.Random(owner)
	clock := journal.Clock{Phone: bridge.Clock{}.Now, Ahead: ahead}
	return journal.Open(ctx, j.storage, locks, clock, session, hex.EncodeToString(owner), upload.KeepAfterJoin,
		bridge.Random)
}

func seed() uint64 {
	b := make([]byte, 8)
	bridge.Random(b)
	return binary.LittleEndian.Uint64(b)
}

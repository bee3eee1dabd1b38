//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/upload"
	"github.com/clinicpro/photobridge/wasm/upload/edgeapi"
)

// Sizes of compressed photos: what the engine makes of phones' photos.
const (
	leastBytes = 600_000
	mostBytes  = 950_000
)

// phone is the product's own upload queue on this machine's network.
type phone struct {
	edge    string // origin
	address string // of the practice, which the edge's rate limit counts
	traffic *traffic
	sent    func(imageID string) // a confirmation is about to be asked for
}

// picture is a photo that is yet to be made, so that no more of them are in
// memory than the queue holds.
type picture struct {
	seed  [32]byte
	bytes int
}

func newPicture() picture {
	var p picture
	rand.Read(p.seed[:])
	p.bytes = leastBytes + mathrand.IntN(mostBytes-leastBytes)
	return p
}

// Size implements upload.Source.
func (p picture) Size() int64 { return int64(p.bytes) }

// jpeg is as incompressible as one, and unlike any other.
func (p picture) jpeg() []byte {
	content := make([]byte, p.bytes)
	mathrand.NewChaCha8(p.seed).Read(content)
	return content
}

// scan exchanges the code, as the camera's link does.
func (p *phone) scan(ctx context.Context, code string) (shared.Grant, error) {
	got, err := persist(ctx, func() (answer, error) {
		return p.fetch(ctx, edgeapi.Request{Method: "GET", URL: p.edge + shared.BasePath + "/token/" + code})
	})
	if err != nil {
		return shared.Grant{}, err
	}
	return decode[shared.Grant](got, "the token call")
}

// upload prepares pictures, by their ids, has them sent, and returns when all
// are confirmed.
func (p *phone) upload(ctx context.Context, session shared.Grant, pictures map[string]picture) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	states := make(chan upload.Snapshot, 1)
	queue := upload.New(upload.World{
		Clock: clock{}, Compressor: p, Transport: p,
		Dial: func(apiBase string, session shared.Grant) upload.Edge {
			return edgeapi.New(p, apiBase, session)
		},
		OpenJournal: func(context.Context, shared.Grant, time.Duration) (upload.Journal, error) {
			return nil, errors.New("nothing is kept beyond the run")
		},
		Show: func(s upload.Snapshot) {
			select { // the newest matters
			case <-states:
			default:
			}
			states <- s
		},
		Preview: func(string, []byte) {},
	}, mathrand.Uint64())
	done := make(chan struct{})
	go func() { defer close(done); queue.Run(ctx) }()
	defer func() { cancel(); <-done }()

	queue.Do(upload.Command{Type: upload.CommandLifecycle, Visible: true, Online: true})
	queue.Do(upload.Command{Type: upload.CommandOpen, APIBase: p.edge, Session: &session})
	for id, picture := range pictures {
		queue.Do(upload.Command{Type: upload.CommandAdd, ID: id, Name: id + ".jpg", Source: "camera", File: picture})
	}
	pressed := false
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("the phone did not finish: %w", context.Cause(ctx))
		case s := <-states:
			switch {
			case s.Phase == upload.PhaseStopped:
				return fmt.Errorf("the phone stopped: %s", s.Problem.Code)
			case s.Phase == upload.PhaseDone:
				return settled(s)
			case !pressed && ready(s) == len(pictures):
				pressed = true
				queue.Do(upload.Command{Type: upload.CommandUpload})
			}
		}
	}
}

// ready counts the photos that are small enough to go.
func ready(s upload.Snapshot) (n int) {
	for _, photo := range s.Photos {
		if photo.State == upload.StateReady {
			n++
		}
	}
	return n
}

// settled fails if a photo did not make it.
func settled(s upload.Snapshot) error {
	for _, photo := range s.Photos {
		if photo.State != upload.StateConfirmed {
			return fmt.Errorf("photo %s ended %s: %s", photo.ID, photo.State, photo.Problem.Code)
		}
	}
	return nil
}

// Compress implements upload.Compressor: the picture is made small enough.
func (p *phone) Compress(_ context.Context, source upload.Source, _ int) (upload.Compressed, error) {
	jpeg := source.(picture).jpeg()
	return upload.Compressed{JPEG: jpeg, Width: 2560, Height: 1920, SHA256: sha256.Sum256(jpeg)}, nil
}

// Put implements upload.Transport.
func (p *phone) Put(
	ctx context.Context,
	to shared.PresignedUpload,
	body []byte,
	progress func(int64),
) (upload.PutResult, error) {
	request, err := http.NewRequest("PUT", to.UploadURL, bytes.NewReader(body))
	if err != nil {
		return upload.PutResult{}, err
	}
	for name, value := range to.Headers {
		request.Header.Set(name, value)
	}
	got, err := p.traffic.do(ctx, storageRoute+"PUT object", request)
	if err != nil {
		return upload.PutResult{}, &shared.Error{Code: shared.CodeNetwork, Err: err}
	}
	progress(int64(len(body)))
	return upload.PutResult{
		Status:     got.Status,
		RetryAfter: shared.ParseRetryAfter(got.Header.Get("Retry-After"), time.Now()),
	}, nil
}

// Fetch implements edgeapi.Fetcher.
func (p *phone) Fetch(ctx context.Context, r edgeapi.Request) (edgeapi.Response, error) {
	if r.Method == "POST" && strings.HasSuffix(r.URL, "/images") {
		var confirm shared.ConfirmRequest
		if err := json.Unmarshal(r.Body, &confirm); err != nil {
			return edgeapi.Response{}, err
		}
		p.sent(confirm.ImageID)
	}
	got, err := p.fetch(ctx, r)
	if err != nil {
		return edgeapi.Response{}, &shared.Error{Code: shared.CodeNetwork, Err: err}
	}
	return edgeapi.Response{
		Status:     got.Status,
		Body:       got.Body,
		Date:       got.Header.Get("Date"),
		RetryAfter: got.Header.Get("Retry-After"),
	}, nil
}

func (p *phone) fetch(ctx context.Context, r edgeapi.Request) (answer, error) {
	return callEdge(ctx, p.traffic, p.address, r, "")
}

type clock struct{}

// Now implements upload.Clock.
func (clock) Now() time.Time { return time.Now().Round(0) }

// After implements upload.Clock.
func (clock) After(d time.Duration) <-chan time.Time { return time.After(d) }

func randomID() string {
	id := make([]byte, 16)
	rand.Read(id)
	return hex.EncodeToString(id)
}

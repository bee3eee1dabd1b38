package realtime

import (
	"context"
	"sync"
)

// maxQueued is how many frames a client may lag behind. One that exceeds it is
// disconnected. It connects again and resumes from the channels' logs.
const maxQueued = 10_000

// outbox is the queue between the senders of frames to a client and the goroutine
// that writes them.
type outbox struct {
	mu     sync.Mutex
	queue  []*frame
	ended  bool // nothing further is taken
	wake   chan struct{}
	onFull func()
}

func newOutbox(onFull func()) *outbox {
	return &outbox{wake: make(chan struct{}, 1), onFull: onFull}
}

// put queues a frame; last marks the final one.
func (o *outbox) put(f *frame, last bool) {
	o.mu.Lock()
	if o.ended {
		o.mu.Unlock()
		return
	}
	full := len(o.queue) >= maxQueued
	if !full {
		o.queue = append(o.queue, f)
	}
	o.ended = last || full
	o.mu.Unlock()
	if full {
		o.onFull()
		return
	}
	o.signal()
}

// discard drops all queued frames and all later ones.
func (o *outbox) discard() {
	o.mu.Lock()
	o.queue, o.ended = nil, true
	o.mu.Unlock()
}

// mute is discard, and wakes the writer.
func (o *outbox) mute() {
	o.discard()
	o.signal()
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// take waits for frames. If ended, none will follow them.
func (o *outbox) take(ctx context.Context) (frames []*frame, ended bool) {
	for {
		o.mu.Lock()
		frames, ended = o.queue, o.ended
		o.queue = nil
		o.mu.Unlock()
		if len(frames) > 0 || ended {
			return frames, ended
		}
		select {
		case <-ctx.Done():
			return nil, true
		case <-o.wake:
		}
	}
}

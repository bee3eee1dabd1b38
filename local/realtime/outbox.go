package realtime

import (
	"context"
	"sync"
)

// maxQueued bounds what a client may lag behind. One that is cut off for it
// reconnects and resumes from the channels' logs.
const maxQueued = 10_000

// outbox is the queue between those who have something for a client and the
// goroutine that writes to it.
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

// put queues a frame; last says that it is the final one.
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

// discard drops all that is queued and all that follows.
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

// take waits for frames. ended says that none will follow them.
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

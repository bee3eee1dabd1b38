package upload

import (
	"math"
	"time"
)

// board computes the progress of an upload. The bytes that are shown never fall and
// the remaining time never grows, so that the display does not jump.
type board struct {
	sent, total int64
	gone        int64 // bytes that removed photos had sent

	samples []sample
	left    time.Duration // as last shown; zero: nothing shown
}

type sample struct {
	at   time.Time
	sent int64
}

const (
	showEvery  = 100 * time.Millisecond // between snapshots while only bytes move
	rateWindow = 10 * time.Second
)

// leave notes that a photo was removed. The bytes that it had sent stay in the count.
func (b *board) leave(p *photo) {
	if p.asked && !p.earlier {
		b.gone += p.sent
	}
}

// count adds up the bytes of the photos to be sent. A photo that is not compressed yet
// counts with the largest size that it can get, so that the percentage only grows.
func (b *board) count(photos []*photo, limit int64) {
	sent, total := b.gone, b.gone
	for _, p := range photos {
		if !p.asked || p.earlier {
			continue
		}
		sent += p.sent
		switch {
		case p.halted() && !p.restsOnly(), p.stage == StageRemoved:
			total += p.sent
		case p.stage == StageChosen:
			total += min(p.originalBytes, limit)
		default:
			total += p.bytes
		}
	}
	b.sent, b.total = max(b.sent, sent), total
	b.total = max(b.total, b.sent)
}

// estimate returns the remaining seconds, from the rate of the last rateWindow. ok is
// false if the rate is not known.
func (b *board) estimate(now time.Time, moving bool) (seconds int, ok bool) {
	if !moving {
		b.samples, b.left = nil, 0
		return 0, false
	}
	b.samples = append(b.samples, sample{now, b.sent})
	for len(b.samples) > 2 && now.Sub(b.samples[1].at) >= rateWindow {
		b.samples = b.samples[1:]
	}
	first := b.samples[0]
	elapsed, sent := now.Sub(first.at), b.sent-first.sent
	if elapsed >= time.Second && sent > 0 {
		left := time.Duration(float64(b.total-b.sent) / float64(sent) * float64(elapsed))
		if b.left == 0 || left < b.left {
			b.left = left
		}
	}
	if b.left == 0 {
		return 0, false
	}
	return int(math.Ceil(b.left.Seconds())), true
}

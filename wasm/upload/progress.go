package upload

import (
	"math"
	"time"
)

// board keeps what is shown steady: bytes never fall and time left never
// grows during one upload.
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
	showEvery  = 100 * time.Millisecond // a snapshot, when only bytes move
	rateWindow = 10 * time.Second
)

// leave notes that a photo was taken out: what it had sent stays in the count.
func (b *board) leave(p *photo) {
	if p.asked && !p.earlier {
		b.gone += p.sent
	}
}

// count sums up what was asked for. A photo that is not compressed yet counts
// with the most it can have, so that the share that is done only grows.
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

// estimate says how long the rest will take, from the last seconds' rate.
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

package upload

import (
	"testing"
	"time"
)

// TestProgressIsSteady checks that the progress that the page shows never goes back,
// in spite of faults, waits and cancelled photos.
func TestProgressIsSteady(t *testing.T) {
	faults := map[string]func(s step, n int) fault{
		"no faults": func(step, int) fault { return works },
		"some faults": func(s step, n int) fault {
			if (s == send || s == confirm) && n%3 == 0 {
				return dropAfter
			}
			return works
		},
		"a dead minute": nil,
	}
	for name, faulty := range faults {
		inBubble(t, name, func(t *testing.T, w *world) {
			w.rate, w.latency = 120_000, 400*time.Millisecond
			if faulty != nil {
				w.fault = faulty
			} else {
				start := time.Now()
				w.fault = func(s step, _ int) fault {
					if since := time.Since(start); s == send && since > 20*time.Second && since < 80*time.Second {
						return dropBefore
					}
					return works
				}
			}
			q := w.open(t)
			all := ids(10)
			add(q, all...)
			q.Do(Command{Type: CommandUpload})
			time.Sleep(15 * time.Second)
			q.Do(Command{Type: CommandCancel, ID: all[7]})
			q.Do(Command{Type: CommandCancel, ID: all[0]})
			time.Sleep(10 * time.Second)
			q.Do(Command{Type: CommandRemove, ID: all[0]})
			time.Sleep(20 * time.Minute)
			steady(t, w.snapshots)
			last := w.last()
			if last.Phase != PhaseDone || last.SentBytes != last.TotalBytes || last.TotalBytes < 8*900_000 {
				t.Errorf("phase %s, %d of %d bytes", last.Phase, last.SentBytes, last.TotalBytes)
			}
		})
	}
}

func steady(t *testing.T, snapshots []Snapshot) {
	t.Helper()
	var sent int64
	share, left, estimates := 0.0, 0, 0
	for i, s := range snapshots {
		if s.SentBytes < sent || s.SentBytes > s.TotalBytes {
			t.Fatalf("snapshot %d: %d of %d bytes after %d", i, s.SentBytes, s.TotalBytes, sent)
		}
		sent = s.SentBytes
		if s.TotalBytes > 0 {
			now := float64(s.SentBytes) / float64(s.TotalBytes)
			if now < share {
				t.Fatalf("snapshot %d: the share fell from %f to %f", i, share, now)
			}
			share = now
		}
		if s.SecondsLeft == nil {
			left = 0
			continue
		}
		estimates++
		if left != 0 && *s.SecondsLeft > left {
			t.Fatalf("snapshot %d: %d s left after %d s", i, *s.SecondsLeft, left)
		}
		left = *s.SecondsLeft
	}
	if estimates < 10 {
		t.Errorf("%d snapshots say how long it will take", estimates)
	}
}

func TestSnapshotsAreSeldom(t *testing.T) {
	inBubble(t, "bytes alone", func(t *testing.T, w *world) {
		w.rate = 45_000 // 20 s a photo, ten progress events a second
		q := w.open(t)
		add(q, ids(3)...)
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Second)
		before := len(w.snapshots)
		time.Sleep(10 * time.Second)
		if n := len(w.snapshots) - before; n < 50 || n > 101 {
			t.Errorf("%d snapshots in ten seconds", n)
		}
		time.Sleep(time.Minute)
		before = len(w.snapshots)
		time.Sleep(time.Hour)
		if n := len(w.snapshots) - before; n != 0 {
			t.Errorf("%d snapshots when nothing happens", n)
		}
	})
}

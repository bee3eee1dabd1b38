package upload

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// inBubble runs a test in simulated time.
func inBubble(t *testing.T, name string, test func(t *testing.T, w *world)) {
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { test(t, newWorld()) })
	})
}

// arrived fails unless exactly these photos are in the session, each once, and
// nothing of them is left in the journal.
func arrived(t *testing.T, w *world, want ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.images) != len(want) {
		t.Errorf("%d images in the session, want %d", len(w.images), len(want))
	}
	for _, id := range want {
		if w.confirms[id] != 1 {
			t.Errorf("photo %s was confirmed %d times", id, w.confirms[id])
		}
		if w.images[id].SHA256 != sha(id) {
			t.Errorf("photo %s has other bytes", id)
		}
		if _, left := w.records[id]; left {
			t.Errorf("photo %s is still in the journal", id)
		}
	}
}

func TestQueueHappy(t *testing.T) {
	inBubble(t, "nothing leaves before upload", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, ids(3)...)
		time.Sleep(time.Minute)
		if n := w.called(sign) + w.called(send) + w.called(confirm) + w.called(probe); n != 0 {
			t.Errorf("%d calls before upload", n)
		}
		s := w.last()
		if s.Phase != PhaseIdle || len(s.Photos) != 3 || s.Photos[0].State != StateReady ||
			s.Photos[0].Bytes != 900_000 ||
			!s.Durable {
			t.Errorf("snapshot %+v", s)
		}
		if len(w.previews) != 3 {
			t.Errorf("%d previews", len(w.previews))
		}
	})
	inBubble(t, "20 photos that are compressed already", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, ids(20)...)
		time.Sleep(time.Minute)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		arrived(t, w, ids(20)...)
		if w.last().Phase != PhaseDone || w.last().ImageCount != 20 {
			t.Errorf("phase %s, %d images", w.last().Phase, w.last().ImageCount)
		}
		if w.mostPuts != 3 {
			t.Errorf("%d PUTs at once", w.mostPuts)
		}
		if w.called(sign) != 1 || w.called(send) != 20 || w.called(confirm) != 20 || w.called(probe) != 0 {
			t.Errorf("calls %v", w.calls)
		}
	})
	inBubble(t, "metadata travels", func(t *testing.T, w *world) {
		q := w.open(t)
		id := ids(1)[0]
		add(q, id)
		q.Do(
			Command{
				Type:     CommandDescribe,
				ID:       id,
				Metadata: &shared.Metadata{BodySite: "forearm", Laterality: shared.LateralityLeft},
			},
		)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		if m := w.images[id].Metadata; m.BodySite != "forearm" || m.Laterality != shared.LateralityLeft {
			t.Errorf("metadata %+v", m)
		}
	})
	inBubble(t, "a photo added later needs another upload", func(t *testing.T, w *world) {
		q := w.open(t)
		all := ids(2)
		add(q, all[0])
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		add(q, all[1])
		time.Sleep(time.Minute)
		arrived(t, w, all[0])
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		arrived(t, w, all...)
		if s := w.last(); s.SentBytes != 900_000 || s.TotalBytes != 900_000 {
			t.Errorf("the second upload counts %d of %d bytes", s.SentBytes, s.TotalBytes)
		}
	})
}

// TestQueueSendsWhileItCompresses checks that 20 photos of 900 kB are sent while
// they are still being compressed, with few sign calls, and that the whole takes
// hardly longer than the slower of the two.
func TestQueueSendsWhileItCompresses(t *testing.T) {
	for _, c := range []struct {
		name     string
		compress time.Duration // a photo
		uplink   int64         // bytes a second
		signs    int
	}{
		{"the phone is slow", 3 * time.Second, 1_000_000, 11},
		{"the phone is as slow as the network", time.Second, 820_000, 11},
		{"the network is slow", time.Second, 187_500, 4},
	} {
		inBubble(t, c.name, func(t *testing.T, w *world) {
			const photos = 20
			w.pixels, w.uplink, w.latency = c.compress, c.uplink, 100*time.Millisecond
			q := w.open(t)
			add(q, ids(photos)...)
			started := time.Now()
			q.Do(Command{Type: CommandUpload})
			for w.last().Phase != PhaseDone {
				time.Sleep(100 * time.Millisecond)
			}
			took := time.Since(started)
			synctest.Wait() // until the journal is written too
			arrived(t, w, ids(photos)...)
			slower := max(c.compress+w.latency, time.Duration(900_000*float64(time.Second)/float64(c.uplink))) * photos
			t.Logf("%v of %v (%.2f), %d sign calls", took, slower, float64(took)/float64(slower), w.called(sign))
			if took > slower*115/100 {
				t.Errorf("took %v, %.2f of the slower of the two alone", took, float64(took)/float64(slower))
			}
			if w.called(sign) > c.signs {
				t.Errorf("%d sign calls", w.called(sign))
			}
		})
	}
}

func TestQueueCompression(t *testing.T) {
	inBubble(
		t,
		"a photo waits to be signed with others, but not for one that is stuck",
		func(t *testing.T, w *world) {
			w.fault = func(s step, n int) fault {
				if s == compress && n == 3 {
					return hangs
				}
				return works
			}
			q := w.open(t)
			all := ids(4)
			add(q, all...)
			q.Do(Command{Type: CommandUpload})
			time.Sleep(9 * time.Second)
			arrived(t, w, all[0])
			time.Sleep(2 * time.Second)
			arrived(t, w, all[:2]...)
		},
	)
	inBubble(t, "a file that is no photo does not delay the others", func(t *testing.T, w *world) {
		q := w.open(t)
		all := ids(3)
		add(q, all[0])
		q.Do(Command{Type: CommandAdd, ID: all[1], Name: "notes.jpg", Source: "gallery", File: file("bad")})
		add(q, all[2])
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		arrived(t, w, all[0], all[2])
		if p := w.photo(
			all[1],
		); p.State != StateFailed || p.Problem.Code != shared.CodeNotAnImage ||
			p.Problem.Retryable {
			t.Errorf("photo %+v", p)
		}
		if w.last().Phase != PhaseDone {
			t.Errorf("phase %s", w.last().Phase)
		}
	})
	inBubble(t, "the same bytes twice are flagged", func(t *testing.T, w *world) {
		q := w.open(t)
		all := ids(2)
		add(q, all[0])
		q.Do(Command{Type: CommandAdd, ID: all[1], File: file(all[0])})
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		arrived(t, w, all[0])
		p := w.photo(all[1])
		if p.State != StateFailed || p.Problem.Code != shared.CodeDuplicate ||
			!slices.Contains(p.Warnings, WarningDuplicate) {
			t.Errorf("photo %+v", p)
		}
	})
	inBubble(t, "the duplicate stays when the first is removed", func(t *testing.T, w *world) {
		q := w.open(t)
		all := ids(2)
		add(q, all[0])
		q.Do(Command{Type: CommandAdd, ID: all[1], File: file(all[0])})
		time.Sleep(time.Minute)
		q.Do(Command{Type: CommandRemove, ID: all[0]})
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		if w.confirms[all[1]] != 1 || w.photo(all[1]).Problem != nil || len(w.photo(all[1]).Warnings) != 0 {
			t.Errorf("photo %+v", w.photo(all[1]))
		}
	})
	inBubble(t, "the duplicate of a photo that the desktop removed is sent", func(t *testing.T, w *world) {
		q := w.open(t)
		all := ids(2)
		add(q, all[0])
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		delete(w.images, all[0])
		w.order = nil
		q.Do(Command{Type: CommandAdd, ID: all[1], File: file(all[0])})
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		if w.confirms[all[1]] != 1 {
			t.Errorf("photo %+v", w.photo(all[1]))
		}
	})
}

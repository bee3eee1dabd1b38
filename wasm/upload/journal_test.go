package upload

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

func TestQueueJournal(t *testing.T) {
	for after := time.Duration(0); after < 14*time.Second; after += 330 * time.Millisecond {
		inBubble(t, "killed after "+after.String(), func(t *testing.T, w *world) {
			w.rate = 500_000
			all := ids(5)
			q, kill := w.start(t.Context())
			session := w.grant()
			q.Do(Command{Type: CommandOpen, Session: &session})
			add(q, all...)
			time.Sleep(time.Second) // all are compressed
			q.Do(Command{Type: CommandUpload})
			time.Sleep(after)
			kill()
			time.Sleep(time.Minute)

			session.ImageCount = len(w.images)
			before := maps.Clone(w.confirms)
			w.snapshots = nil
			q, kill = w.start(t.Context())
			t.Cleanup(kill)
			q.Do(Command{Type: CommandOpen, Session: &session})
			if after == 0 {
				q.Do(Command{Type: CommandUpload}) // the first one may have come too late for the journal
			}
			time.Sleep(time.Minute)
			arrived(t, w, all...)
			for _, p := range w.snapshots[0].Photos {
				if before[p.ID] == 0 && w.previews[p.ID] != 2 {
					t.Errorf("photo %s was previewed %d times", p.ID, w.previews[p.ID])
				}
			}
		})
	}
	inBubble(t, "the journal keeps which photos are to be sent", func(t *testing.T, w *world) {
		q, kill := w.start(t.Context())
		session := w.grant()
		q.Do(Command{Type: CommandOpen, Session: &session})
		all := ids(3)
		add(q, all...)
		time.Sleep(time.Second)
		w.fault = func(step, int) fault { return dropBefore }
		q.Do(Command{Type: CommandUpload, IDs: all[:1]})
		time.Sleep(time.Second)
		kill()
		w.fault = func(step, int) fault { return works }
		w.open(t)
		time.Sleep(time.Minute)
		arrived(t, w, all[0])
	})
	inBubble(t, "killed before compression: the person sees an error", func(t *testing.T, w *world) {
		w.latency = 10 * time.Second
		q, kill := w.start(t.Context())
		session := w.grant()
		q.Do(Command{Type: CommandOpen, Session: &session})
		id := ids(1)[0]
		add(q, id)
		time.Sleep(time.Second)
		kill()
		time.Sleep(time.Minute)
		q = w.open(t)
		time.Sleep(time.Minute)
		if p := w.photo(id); p.State != StateFailed || p.Problem.Retryable || p.Problem.Code != shared.CodeFileGone {
			t.Errorf("photo %+v", p)
		}
		// The page still has the file and gives it to the new engine.
		add(q, id)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(2 * time.Minute)
		arrived(t, w, id)
	})
}

func TestQueueSavesTogether(t *testing.T) {
	inBubble(t, "changes during a write are saved in one more write", func(t *testing.T, w *world) {
		q := w.open(t)
		id := ids(1)[0]
		add(q, id)
		time.Sleep(time.Minute)
		w.writing = time.Second
		before := w.writes
		for i := range 30 {
			q.Do(Command{Type: CommandDescribe, ID: id, Metadata: &shared.Metadata{Notes: strings.Repeat("n", 1+i)}})
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(2 * time.Second)
		if got := w.records[id].Metadata.Notes; len(got) != 30 || w.writes-before != 2 {
			t.Errorf("%q after %d writes", got, w.writes-before)
		}
	})
}

func TestQueueWithoutJournal(t *testing.T) {
	inBubble(t, "the queue works in memory and reports it", func(t *testing.T, w *world) {
		w.noJournal = errors.New("private window")
		q := w.open(t)
		add(q, ids(2)...)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		arrived(t, w, ids(2)...)
		if w.last().Durable {
			t.Error("the snapshot reports that photos are durable")
		}
	})
}

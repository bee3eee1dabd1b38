package upload

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

func show(q *Queue, w *world) {
	grant := w.grant()
	q.Do(Command{Type: CommandOpen, APIBase: "https://edge.test", Session: &grant})
}

// TestQueueTwoPatients checks that no photo reaches another patient, and that none is
// lost because another patient's code is opened.
func TestQueueTwoPatients(t *testing.T) {
	inBubble(t, "unsent photos wait and are shown again later", func(t *testing.T, w *world) {
		q, other := w.open(t), w.another()
		all := ids(4)
		add(q, all[:2]...) // the second one is not compressed yet
		time.Sleep(70 * time.Millisecond)
		show(q, other)
		time.Sleep(time.Minute)
		add(q, all[2])
		time.Sleep(time.Minute)
		s := w.last()
		if len(s.Photos) != 1 || s.Photos[0].ID != all[2] {
			t.Errorf("photos of the first patient are shown: %+v", s.Photos)
		}
		if len(s.Waiting) != 1 || s.Waiting[0].Photos != 2 || s.Waiting[0].PhoneID != "phone-1" {
			t.Errorf("waiting %+v", s.Waiting)
		}
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		arrived(t, other, all[2])
		arrived(t, w)
		show(q, w)
		time.Sleep(time.Second)
		if s := w.last(); len(s.Photos) != 2 || s.Photos[1].State != StateReady || len(s.Waiting) != 0 {
			t.Errorf("snapshot %+v", s)
		}
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		arrived(t, w, all[:2]...)
	})
	inBubble(t, "photos to be sent still arrive at their own patient", func(t *testing.T, w *world) {
		w.rate = 100_000
		q, other := w.open(t), w.another()
		all := ids(8)
		add(q, all[:4]...)
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(3 * time.Second)
		show(q, other)
		add(q, all[4:]...)
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(5 * time.Minute)
		arrived(t, w, all[:4]...)
		arrived(t, other, all[4:]...)
		if w.tooMany.Load() || other.tooMany.Load() || len(w.last().Waiting) != 0 {
			t.Errorf("too many PUTs at once, or waiting %+v", w.last().Waiting)
		}
	})
	inBubble(t, "two encounters with the same id are distinguished", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, ids(1)...)
		time.Sleep(time.Second)
		for _, change := range []func(*shared.Grant){
			func(g *shared.Grant) { g.FacilityID = "fac-2" },
			func(g *shared.Grant) { g.PatientID = "pat-9" },
			func(g *shared.Grant) { g.EncounterID = "enc-9" },
		} {
			grant := w.grant()
			grant.JournalKey = "key-x"
			change(&grant)
			q.Do(Command{Type: CommandOpen, Session: &grant})
			time.Sleep(time.Second)
			if n := len(w.last().Photos); n != 0 {
				t.Errorf("%d photos moved to %s %s %s", n, grant.FacilityID, grant.PatientID, grant.EncounterID)
			}
		}
	})
	inBubble(t, "another page's photos are kept and reported", func(t *testing.T, w *world) {
		q, kill := w.start(t.Context())
		show(q, w)
		add(q, ids(2)...)
		time.Sleep(time.Minute)
		kill()
		other := w.another()
		q, kill = w.start(t.Context())
		t.Cleanup(kill)
		show(q, other)
		time.Sleep(time.Minute)
		if s := w.last(); len(s.Waiting) != 1 || s.Waiting[0].Photos != 2 || len(w.records) != 2 {
			t.Errorf("waiting %+v, %d records", s.Waiting, len(w.records))
		}
	})
}

// TestQueueNamesWhatIsOver checks what the engine's client learns of photos that are not
// shown. It adds the others again if the engine dies.
func TestQueueNamesWhatIsOver(t *testing.T) {
	over := func(t *testing.T, w *world, want ...string) {
		t.Helper()
		got := slices.Sorted(slices.Values(w.last().Over))
		if !slices.Equal(got, want) {
			t.Errorf("over are %v, want %v", got, want)
		}
	}
	inBubble(t, "photos of another patient that have arrived", func(t *testing.T, w *world) {
		q, other := w.open(t), w.another()
		all := ids(4)
		add(q, all[:3]...)
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload, IDs: all[:2]})
		show(q, other)
		time.Sleep(time.Minute)
		arrived(t, w, all[:2]...)
		over(t, w, all[:2]...)
		add(q, all[3])
		q.Do(Command{Type: CommandUpload, IDs: all[3:]})
		time.Sleep(time.Minute)
		over(t, w, all[:2]...) // those of the shown session are in the snapshot's photos
		show(q, w)
		time.Sleep(time.Minute)
		over(t, w, all[3])
	})
	inBubble(t, "all photos of another patient, whose session is dropped", func(t *testing.T, w *world) {
		q, other := w.open(t), w.another()
		all := ids(2)
		add(q, all...)
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload})
		show(q, other)
		time.Sleep(time.Minute)
		arrived(t, w, all...)
		add(q, ids(3)[2]) // the next turn drops the session
		time.Sleep(time.Minute)
		over(t, w, all...)
	})
	inBubble(t, "photos that were erased", func(t *testing.T, w *world) {
		q := w.open(t)
		all := ids(2)
		add(q, all...)
		time.Sleep(time.Minute)
		show(q, w.another())
		time.Sleep(time.Minute)
		over(t, w)
		time.Sleep(13 * time.Hour)
		over(t, w, all...)
	})
	inBubble(t, "the photo that is compressed while another patient is shown", func(t *testing.T, w *world) {
		q := w.open(t)
		all := ids(1)
		w.fault = func(step, int) fault { return hangs }
		add(q, all...)
		show(q, w.another())
		time.Sleep(time.Second)
		if s := w.last(); s.Compressing != all[0] || len(s.Photos) != 0 {
			t.Errorf("compressing %q, %d photos", s.Compressing, len(s.Photos))
		}
		show(q, w)
		q.Do(Command{Type: CommandRemove, ID: all[0]})
		time.Sleep(time.Second)
		if s := w.last(); s.Compressing != "" {
			t.Errorf("compressing %q, which was removed", s.Compressing)
		}
	})
}

// TestQueueRetention checks that photos are erased at their time limit.
func TestQueueRetention(t *testing.T) {
	inBubble(t, "an hour after the desktop ended the session", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, ids(2)...)
		time.Sleep(time.Minute)
		w.fault = func(step, int) fault { return ends }
		q.Do(Command{Type: CommandUpload})
		time.Sleep(59 * time.Minute)
		if s := w.last(); len(s.Photos) != 2 || s.EraseAt == nil || s.Erased {
			t.Errorf("snapshot %+v", s)
		}
		time.Sleep(2 * time.Minute)
		erased(t, w)
	})
	inBubble(t, "an hour after an unused session has expired", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, ids(2)...)
		time.Sleep(time.Minute)
		w.fault = func(step, int) fault { return ends }
		time.Sleep(2*time.Hour + 59*time.Minute)
		if n := len(w.last().Photos); n != 2 {
			t.Errorf("%d photos", n)
		}
		time.Sleep(3 * time.Minute)
		erased(t, w)
	})
	inBubble(t, "twelve hours after the code was opened, without a network", func(t *testing.T, w *world) {
		w.fault = func(s step, _ int) fault {
			if s == compress {
				return works
			}
			return dropBefore
		}
		q := w.open(t)
		add(q, ids(2)...)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(11*time.Hour + 59*time.Minute)
		if n := len(w.last().Photos); n != 2 || len(w.records) != 2 {
			t.Errorf("%d photos, %d records", n, len(w.records))
		}
		time.Sleep(2 * time.Minute)
		erased(t, w)
	})
	inBubble(t, "a session that is no longer shown", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, ids(2)...)
		time.Sleep(time.Minute)
		show(q, w.another())
		time.Sleep(13 * time.Hour)
		if len(w.records) != 0 {
			t.Errorf("%d records", len(w.records))
		}
	})
	inBubble(t, "another page's photos, while this one is open", func(t *testing.T, w *world) {
		q, kill := w.start(t.Context())
		show(q, w)
		add(q, ids(2)...)
		time.Sleep(time.Minute)
		kill()
		time.Sleep(3 * time.Hour)
		q, kill = w.start(t.Context())
		t.Cleanup(kill)
		show(q, w.another())
		time.Sleep(8 * time.Hour)
		if n := len(w.records); n != 2 {
			t.Errorf("%d records after eleven hours", n)
		}
		time.Sleep(2 * time.Hour)
		if n := len(w.records); n != 0 || len(w.last().Waiting) != 0 {
			t.Errorf("%d records, waiting %+v", n, w.last().Waiting)
		}
	})
	inBubble(t, "an extended session is not over", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, ids(1)...)
		time.Sleep(8 * time.Hour)
		if s := w.last(); s.Phase == PhaseStopped || w.called(probe) == 0 || w.called(probe) > 4 {
			t.Errorf("phase %s after %d lists", s.Phase, w.called(probe))
		}
	})
}

// erased fails the test if anything of the patient is left on the phone.
func erased(t *testing.T, w *world) {
	t.Helper()
	s := w.last()
	if len(s.Photos) != 0 || len(w.records) != 0 || !s.Erased || s.Phase != PhaseStopped ||
		s.Problem.Code != shared.CodeSessionExpired {
		t.Errorf("%d records, snapshot %+v", len(w.records), s)
	}
}

// TestQueueMendsJournal checks that storage that failed or hung is tried again, and
// then gets everything that it missed.
func TestQueueMendsJournal(t *testing.T) {
	failures := map[string]func(w *world, fails bool){
		"fails": func(w *world, fails bool) {
			w.noJournal = nil
			if fails {
				w.noJournal = errors.New("InvalidStateError")
			}
		},
		"hangs": func(w *world, fails bool) { w.stuck = fails },
	}
	for name, set := range failures {
		inBubble(t, "a journal that "+name, func(t *testing.T, w *world) {
			q := w.open(t)
			all := ids(4)
			add(q, all[:2]...)
			time.Sleep(time.Second)
			set(w, true)
			add(q, all[2:]...)
			q.Do(Command{Type: CommandRemove, ID: all[0]})
			q.Do(Command{Type: CommandDescribe, ID: all[1], Metadata: &shared.Metadata{Notes: "late"}})
			time.Sleep(20 * time.Second)
			if w.last().Durable {
				t.Error("the snapshot reports that photos are durable")
			}
			set(w, false)
			time.Sleep(20 * time.Second)
			kept, removed := w.records[all[1]], w.records[all[0]]
			if !w.last().Durable || len(w.records) != 3 || removed.ID != "" || kept.Metadata.Notes != "late" ||
				w.records[all[3]].JPEG == nil {
				t.Errorf("durable %v, %d records", w.last().Durable, len(w.records))
			}
		})
	}
	inBubble(t, "a journal that does not open", func(t *testing.T, w *world) {
		w.noJournal = errors.New("the database is being closed")
		q := w.open(t)
		add(q, ids(2)...)
		time.Sleep(time.Second)
		w.noJournal = nil
		q.Do(Command{Type: CommandLifecycle, Visible: false, Online: true})
		q.Do(Command{Type: CommandLifecycle, Visible: true, Online: true})
		time.Sleep(time.Second)
		if !w.last().Durable || len(w.records) != 2 {
			t.Errorf("durable %v, %d records", w.last().Durable, len(w.records))
		}
	})
}

// TestQueueKeepsTheClock checks that the difference of the clocks is the one of the time when the grant arrived, also
// when the journal is opened again later.
func TestQueueKeepsTheClock(t *testing.T) {
	inBubble(t, "a grant of an hour ago", func(t *testing.T, w *world) {
		w.noJournal = errors.New("the database is being closed")
		q, stop := w.start(t.Context())
		t.Cleanup(stop)
		grant := w.grant()
		time.Sleep(time.Hour)
		q.Do(Command{Type: CommandOpen, Session: &grant, AheadMS: -90_500})
		time.Sleep(time.Second)
		w.noJournal = nil
		time.Sleep(2 * mendAfter)
		want := -90_500 * time.Millisecond
		if len(w.ahead) != 2 || w.ahead[0] != want || w.ahead[1] != want {
			t.Errorf("ahead %v, want %v twice", w.ahead, want)
		}
	})
}

// TestQueueRemovedWithoutJournal checks that what a person removed while storage
// failed does not come back from it.
func TestQueueRemovedWithoutJournal(t *testing.T) {
	failing := errors.New("QuotaExceededError")
	scanAgain := func(w *world, q *Queue) {
		session := w.grant()
		q.Do(Command{Type: CommandOpen, Session: &session})
		time.Sleep(time.Second)
	}
	inBubble(t, "a photo, when the code is scanned again", func(t *testing.T, w *world) {
		q := w.open(t)
		all := ids(2)
		add(q, all...)
		time.Sleep(time.Second)
		w.noJournal = failing
		q.Do(Command{Type: CommandRemove, ID: all[0]})
		time.Sleep(time.Second)
		w.noJournal = nil
		scanAgain(w, q)
		if got := w.last().Photos; len(got) != 1 || got[0].ID != all[1] || w.inJournal(all[0]) {
			t.Errorf("photos %+v, in the journal: %v", got, w.inJournal(all[0]))
		}
	})
	inBubble(t, "all photos, when the code is scanned again", func(t *testing.T, w *world) {
		q := w.open(t)
		all := ids(2)
		add(q, all...)
		time.Sleep(time.Second)
		w.noJournal = failing
		q.Do(Command{Type: CommandForget})
		time.Sleep(time.Second)
		w.noJournal = nil
		scanAgain(w, q)
		if n := len(w.last().Photos); n != 0 || w.inJournal(all[0]) {
			t.Errorf("%d photos, in the journal: %v", n, w.inJournal(all[0]))
		}
	})
	inBubble(t, "all photos, before storage opens", func(t *testing.T, w *world) {
		add(w.open(t), ids(2)...)
		time.Sleep(time.Second)
		w.noJournal = failing
		next := w.open(t)
		time.Sleep(time.Second)
		next.Do(Command{Type: CommandForget})
		time.Sleep(time.Second)
		w.noJournal = nil
		time.Sleep(2 * mendAfter)
		if n := len(w.last().Photos); n != 0 || w.inJournal(ids(2)[0]) {
			t.Errorf("%d photos, in the journal: %v", n, w.inJournal(ids(2)[0]))
		}
	})
	inBubble(t, "photos of another session do come back", func(t *testing.T, w *world) {
		q := w.open(t)
		q.Do(Command{Type: CommandForget})
		add(q, ids(1)...)
		time.Sleep(time.Second)
		session := w.grant()
		session.JournalKey = "key-2"
		id := ids(2)[1]
		w.shelf("key-2").records[id] = Entry{Record{ID: id, Stage: StageCompressed}, []byte{1}}
		q.Do(Command{Type: CommandOpen, Session: &session})
		time.Sleep(time.Second)
		if n := len(w.last().Photos); n != 2 {
			t.Errorf("%d photos", n)
		}
	})
}

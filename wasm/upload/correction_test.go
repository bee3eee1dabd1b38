package upload

import (
	"testing"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

func describe(q *Queue, id, notes string) {
	q.Do(Command{Type: CommandDescribe, ID: id, Metadata: &shared.Metadata{Notes: notes}})
}

// first lets the first calls of a step fail with a fault.
func (w *world) first(at step, times int, kind fault) {
	w.fault = func(s step, n int) fault {
		if s == at && n <= times {
			return kind
		}
		return works
	}
}

// TestQueueCorrections checks that the newest details that a person entered are stored.
func TestQueueCorrections(t *testing.T) {
	id := ids(1)[0]
	sent := func(t *testing.T, w *world) *Queue {
		q := w.open(t)
		add(q, id)
		describe(q, id, "first")
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload})
		return q
	}
	stored := func(t *testing.T, w *world, notes string, correction Correction) {
		t.Helper()
		p := w.photo(id)
		if w.notes(id) != notes || p.Metadata.Notes != notes ||
			p.Correction != correction || p.State != StateConfirmed {
			t.Errorf("stored %q, shown %q, %s %q", w.notes(id), p.Metadata.Notes, p.State, p.Correction)
		}
	}
	inBubble(t, "while a confirm is lost", func(t *testing.T, w *world) {
		w.first(confirm, 1, dropAfter)
		q := sent(t, w)
		time.Sleep(200 * time.Millisecond)
		describe(q, id, "second")
		time.Sleep(time.Minute)
		stored(t, w, "second", "")
	})
	inBubble(t, "while a confirm is slow", func(t *testing.T, w *world) {
		w.latency = 3 * time.Second
		q := w.open(t)
		add(q, id)
		time.Sleep(5 * time.Second)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(7 * time.Second) // confirming
		describe(q, id, "second")
		time.Sleep(time.Second)
		describe(q, id, "third")
		time.Sleep(time.Minute)
		stored(t, w, "third", "")
	})
	inBubble(t, "after the receipt, through a dead network and a killed tab", func(t *testing.T, w *world) {
		q, kill := w.start(t.Context())
		show(q, w)
		add(q, id)
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		w.fault = func(step, int) fault { return dropBefore }
		describe(q, id, "second")
		time.Sleep(10 * time.Minute)
		if p := w.photo(id); p.Correction != CorrectionPending || p.State != StateConfirmed {
			t.Errorf("photo %+v", p)
		}
		if kept := w.records[id]; kept.ID == "" || kept.JPEG != nil {
			t.Errorf("the journal has %d bytes of %q", len(kept.JPEG), kept.ID)
		}
		kill()
		w.fault = func(step, int) fault { return works }
		w.open(t)
		time.Sleep(time.Minute)
		stored(t, w, "second", "")
		if len(w.records) != 0 {
			t.Errorf("%d records are left", len(w.records))
		}
	})
	inBubble(t, "the edge has a change that the journal lost", func(t *testing.T, w *world) {
		q, kill := w.start(t.Context())
		show(q, w)
		add(q, id)
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		w.fault = func(s step, _ int) fault { return hangs }
		describe(q, id, "second")
		time.Sleep(time.Second)
		kept := w.records[id]
		w.fault = func(s step, _ int) fault { return dropAfter }
		describe(q, id, "third")
		time.Sleep(time.Minute)
		kill()
		w.records[id] = kept // as if the journal had not been written
		w.fault = func(step, int) fault { return works }
		q = w.open(t)
		describe(q, id, "fourth")
		time.Sleep(time.Minute)
		stored(t, w, "fourth", "")
	})
	inBubble(t, "a desktop corrected meanwhile", func(t *testing.T, w *world) {
		w.first(confirm, 1, dropAfter)
		q := sent(t, w)
		time.Sleep(200 * time.Millisecond)
		w.correct(id, "desktop")
		describe(q, id, "second")
		time.Sleep(time.Minute)
		stored(t, w, "desktop", CorrectionOverruled)
		confirms := w.called(confirm)
		describe(q, id, "third")
		time.Sleep(time.Minute)
		stored(t, w, "desktop", CorrectionOverruled)
		if w.called(confirm) != confirms {
			t.Error("the phone still sends its own correction")
		}
	})
	inBubble(t, "an edge that ignores corrections: its metadata is shown", func(t *testing.T, w *world) {
		w.version = false
		w.first(confirm, 1, dropAfter)
		q := sent(t, w)
		time.Sleep(200 * time.Millisecond)
		describe(q, id, "second")
		time.Sleep(time.Minute)
		stored(t, w, "first", CorrectionOverruled)
	})
	inBubble(t, "refused, and changed again", func(t *testing.T, w *world) {
		q := sent(t, w)
		time.Sleep(time.Minute)
		w.refuse = shared.CodeMetadataInvalid
		describe(q, id, "second")
		time.Sleep(time.Minute)
		p := w.photo(id)
		if p.Problem == nil || p.Problem.Code != shared.CodeMetadataInvalid || w.called(confirm) != 2 {
			t.Errorf("photo %+v after %d confirms", p, w.called(confirm))
		}
		w.refuse = ""
		describe(q, id, "third")
		time.Sleep(time.Minute)
		stored(t, w, "third", "")
	})
	inBubble(t, "a session without consent", func(t *testing.T, w *world) {
		w.refuse = shared.CodeConsentRequired
		q := sent(t, w)
		time.Sleep(time.Minute)
		if p := w.photo(id); p.State != StateFailed || p.Problem.Code != shared.CodeConsentRequired {
			t.Errorf("photo %+v", p)
		}
		w.refuse = ""
		now := time.Now()
		q.Do(Command{Type: CommandDescribe, ID: id, Metadata: &shared.Metadata{Notes: "first", ConsentAt: &now}})
		time.Sleep(time.Minute)
		stored(t, w, "first", "")
	})
	inBubble(t, "nothing is sent if nothing changed", func(t *testing.T, w *world) {
		q := sent(t, w)
		time.Sleep(time.Minute)
		describe(q, id, "first")
		time.Sleep(time.Minute)
		stored(t, w, "first", "")
		if n := w.called(confirm); n != 1 {
			t.Errorf("%d confirms", n)
		}
	})
	inBubble(t, "the phone gets its own details back when the code is opened again", func(t *testing.T, w *world) {
		w.first(confirm, 1, dropAfter)
		q := sent(t, w)
		time.Sleep(200 * time.Millisecond)
		describe(q, id, "second")
		w.phone = "phone-2"
		show(q, w)
		time.Sleep(time.Minute)
		stored(t, w, "second", "")
	})
	inBubble(t, "details from the file are no correction when the code is opened again", func(t *testing.T, w *world) {
		w.captured = &shared.Captured{Local: "1999-12-31T08:15:00", Source: shared.CapturedInFile}
		w.first(confirm, 1, dropAfter)
		q := w.open(t)
		add(q, id)
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(200 * time.Millisecond)
		w.phone = "phone-2"
		show(q, w)
		time.Sleep(time.Minute)
		stored(t, w, "", "")
	})
}

// TestQueueKeepsTheMomentOfTheShutter checks that the time of the page's own camera
// has priority over the one in the file.
func TestQueueKeepsTheMomentOfTheShutter(t *testing.T) {
	id := ids(1)[0]
	camera := shared.Captured{Local: "1999-12-31T08:15:00", Offset: "+13:00", Source: shared.CapturedByCamera}
	file := shared.Captured{Local: "1999-12-31T00:00:00", Source: shared.CapturedInFile}
	for _, c := range []struct {
		name string
		wait time.Duration // before the page sends the time
		then *shared.Metadata
		want shared.Captured
	}{
		{"given at once", 0, nil, camera},
		{"given after the file was read", time.Second, nil, camera},
		{"and kept when more details are given", 0, &shared.Metadata{Notes: "mole"}, camera},
	} {
		inBubble(t, c.name, func(t *testing.T, w *world) {
			w.captured = &file
			q := w.open(t)
			add(q, id)
			time.Sleep(c.wait)
			q.Do(Command{Type: CommandDescribe, ID: id, Metadata: &shared.Metadata{Captured: &camera}})
			if c.then != nil {
				q.Do(Command{Type: CommandDescribe, ID: id, Metadata: c.then})
			}
			time.Sleep(time.Second)
			q.Do(Command{Type: CommandUpload})
			time.Sleep(time.Minute)
			if got := w.images[id].Metadata.Captured; got == nil || *got != c.want {
				t.Errorf("the edge has %+v", got)
			}
		})
	}
}

// TestQueueClockAhead checks that a photo arrives even if its time of capture is in the
// future, because the clock that took it was ahead.
func TestQueueClockAhead(t *testing.T) {
	id := ids(1)[0]
	ahead := func() *shared.Captured {
		tomorrow := time.Now().UTC().Add(24 * time.Hour).Format("2006-01-02T15:04:05")
		return &shared.Captured{Local: tomorrow, Offset: "+13:00", Source: shared.CapturedByCamera}
	}
	untimed := func(t *testing.T, w *world, notes string) {
		t.Helper()
		arrived(t, w, id)
		if p := w.photo(id); p.Metadata.Captured != nil || p.Correction != "" || w.notes(id) != notes {
			t.Errorf("stored %q, shown %+v", w.notes(id), p)
		}
	}
	inBubble(t, "the camera's", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, id)
		taken := shared.Metadata{Captured: ahead(), Notes: "first"}
		q.Do(Command{Type: CommandDescribe, ID: id, Metadata: &taken})
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload, IDs: ids(1)})
		time.Sleep(time.Minute)
		untimed(t, w, "first")
		taken.Notes = "second"
		q.Do(Command{Type: CommandDescribe, ID: id, Metadata: &taken})
		time.Sleep(time.Minute)
		untimed(t, w, "second")
	})
	inBubble(t, "the file's", func(t *testing.T, w *world) {
		w.captured = ahead()
		q := w.open(t)
		add(q, id)
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload, IDs: ids(1)})
		time.Sleep(time.Minute)
		untimed(t, w, "")
	})
	inBubble(t, "the page's, after the engine was started again", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, id)
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload, IDs: ids(1)})
		time.Sleep(time.Minute)
		q.Do(Command{Type: CommandDescribe, ID: id, Metadata: &shared.Metadata{Captured: ahead(), Notes: "late"}})
		time.Sleep(time.Minute)
		untimed(t, w, "late")
	})
}

// TestQueueRemovedOnDesktop checks that a removed photo stays removed.
func TestQueueRemovedOnDesktop(t *testing.T) {
	all := ids(3)
	removed := func(t *testing.T, w *world, id string) {
		t.Helper()
		p := w.photo(id)
		if p.State != StateRemoved || p.Problem.Code != shared.CodeImageRemoved || p.Problem.Retryable ||
			w.confirms[id] > 1 || w.images[id].ImageID != "" {
			t.Errorf("photo %+v", p)
		}
		if w.records[id].ID != "" {
			t.Error("it is still in the journal")
		}
	}
	inBubble(t, "while its confirm is repeated", func(t *testing.T, w *world) {
		w.first(confirm, 1, dropAfter)
		q := w.open(t)
		gone := all[0]
		add(q, gone)
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(170 * time.Millisecond)
		w.remove(gone)
		time.Sleep(time.Minute)
		removed(t, w, gone)
		if s := w.last(); s.Phase != PhaseDone || s.SentBytes != s.TotalBytes {
			t.Errorf("phase %s, %d of %d bytes", s.Phase, s.SentBytes, s.TotalBytes)
		}
		calls := w.calls
		for _, c := range []string{CommandRetry, CommandCancel, CommandUpload, CommandDescribe} {
			q.Do(Command{Type: c, ID: gone, Metadata: &shared.Metadata{Notes: "n"}})
		}
		add(q, gone)
		time.Sleep(time.Minute)
		removed(t, w, gone)
		if w.calls[confirm] != calls[confirm] || w.calls[sign] != calls[sign] {
			t.Errorf("calls %v after %v", w.calls, calls)
		}
	})
	for name, named := range map[string]bool{"while it is signed again": true, "the edge does not say which": false} {
		inBubble(t, name, func(t *testing.T, w *world) {
			w.gone[all[1]] = true
			w.unnamed = !named
			q := w.open(t)
			add(q, all...)
			time.Sleep(time.Second)
			q.Do(Command{Type: CommandUpload})
			time.Sleep(time.Minute)
			removed(t, w, all[1])
			if w.confirms[all[0]] != 1 || w.confirms[all[2]] != 1 || w.called(sign) > 5 {
				t.Errorf("confirms %v, %d sign calls", w.confirms, w.called(sign))
			}
		})
	}
	inBubble(t, "after it was confirmed, when it is corrected", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, all[0])
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		w.remove(all[0])
		describe(q, all[0], "late")
		time.Sleep(time.Minute)
		removed(t, w, all[0])
	})
	inBubble(t, "after it was confirmed, when the list comes", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, all[0])
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		add(q, all[1])
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		w.remove(all[0])
		show(q, w)
		time.Sleep(time.Minute)
		removed(t, w, all[0])
		if p := w.photo(all[1]); p.State != StateConfirmed {
			t.Errorf("photo %+v", p)
		}
	})
	inBubble(t, "its duplicate is not sent instead", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, all[0])
		q.Do(Command{Type: CommandAdd, ID: all[1], File: file(all[0])})
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		w.remove(all[0])
		add(q, all[2])
		q.Do(Command{Type: CommandUpload, IDs: all[2:]})
		time.Sleep(time.Minute)
		show(q, w)
		time.Sleep(time.Minute)
		if w.confirms[all[1]] != 0 {
			t.Error("it came back with another id")
		}
	})
	inBubble(t, "a phone that was removed stops", func(t *testing.T, w *world) {
		w.refuse = shared.CodePhoneRemoved
		q := w.open(t)
		add(q, all...)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		if s := w.last(); s.Phase != PhaseStopped || s.Problem.Code != shared.CodePhoneRemoved || w.called(sign) != 1 {
			t.Errorf("phase %s, %+v, %d calls", s.Phase, s.Problem, w.called(sign))
		}
	})
}

// TestQueueWrongClock checks that remaining times come from the server's clock.
func TestQueueWrongClock(t *testing.T) {
	for _, skew := range []time.Duration{-26 * time.Hour, -3 * time.Hour, 3 * time.Hour, 26 * time.Hour} {
		inBubble(t, "the phone is ahead by "+skew.String(), func(t *testing.T, w *world) {
			w.skew = skew
			q := w.open(t)
			add(q, ids(2)...)
			time.Sleep(time.Hour + 50*time.Minute)
			if w.called(probe) != 0 {
				t.Error("the phone believes that the session is over")
			}
			w.fault = func(step, int) fault { return ends }
			time.Sleep(15 * time.Minute)
			if s := w.last(); s.Phase != PhaseStopped || s.EraseAt == nil {
				t.Errorf("phase %s", s.Phase)
			}
			time.Sleep(time.Hour)
			erased(t, w)
		})
	}
}

package upload

import (
	"slices"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

func TestQueueCommands(t *testing.T) {
	inBubble(t, "pause and resume", func(t *testing.T, w *world) {
		w.rate = 100_000
		q := w.open(t)
		add(q, ids(4)...)
		time.Sleep(time.Minute)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(3 * time.Second)
		q.Do(Command{Type: CommandPause})
		time.Sleep(time.Minute)
		if w.last().Phase != PhasePaused || len(w.images) != 0 || w.inFlight[send] != 0 {
			t.Errorf("phase %s, %d images, %d in flight", w.last().Phase, len(w.images), w.inFlight[send])
		}
		q.Do(Command{Type: CommandUpload})
		time.Sleep(5 * time.Minute)
		arrived(t, w, ids(4)...)
	})
	inBubble(t, "cancel one, retry it", func(t *testing.T, w *world) {
		w.rate = 100_000
		q := w.open(t)
		all := ids(3)
		add(q, all...)
		time.Sleep(time.Minute)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(3 * time.Second)
		q.Do(Command{Type: CommandCancel, ID: all[1]})
		time.Sleep(5 * time.Minute)
		arrived(t, w, all[0], all[2])
		if w.photo(all[1]).State != StateCancelled || w.last().Phase != PhaseDone {
			t.Errorf("%s, phase %s", w.photo(all[1]).State, w.last().Phase)
		}
		q.Do(Command{Type: CommandRetry, ID: all[1]})
		time.Sleep(5 * time.Minute)
		arrived(t, w, all...)
	})
	inBubble(t, "cancel before compression, remove during upload", func(t *testing.T, w *world) {
		w.rate = 100_000
		q := w.open(t)
		all := ids(3)
		add(q, all...)
		q.Do(Command{Type: CommandCancel, ID: all[2]})
		q.Do(Command{Type: CommandUpload})
		time.Sleep(3 * time.Second)
		q.Do(Command{Type: CommandRemove, ID: all[0]})
		time.Sleep(5 * time.Minute)
		arrived(t, w, all[1])
		if len(w.last().Photos) != 2 {
			t.Errorf("%d photos", len(w.last().Photos))
		}
		q.Do(Command{Type: CommandRetry, ID: all[2]})
		time.Sleep(5 * time.Minute)
		arrived(t, w, all[1], all[2])
	})
	inBubble(t, "forget", func(t *testing.T, w *world) {
		w.rate = 100_000
		q := w.open(t)
		add(q, ids(5)...)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(3 * time.Second)
		q.Do(Command{Type: CommandForget})
		time.Sleep(5 * time.Minute)
		if len(w.records) != 0 || len(w.last().Photos) != 0 || w.last().Phase != PhaseIdle {
			t.Errorf("%d records, snapshot %+v", len(w.records), w.last())
		}
	})
	inBubble(t, "upload sends the photos that it names", func(t *testing.T, w *world) {
		q := w.open(t)
		all := ids(3)
		add(q, all...)
		q.Do(Command{Type: CommandUpload, IDs: []string{all[0], "unknown"}})
		q.Do(Command{Type: CommandUpload, IDs: []string{}})
		time.Sleep(time.Minute)
		arrived(t, w, all[0])
		if w.photo(all[1]).State != StateReady {
			t.Errorf("photo %+v", w.photo(all[1]))
		}
		q.Do(Command{Type: CommandUpload, IDs: all})
		time.Sleep(time.Minute)
		arrived(t, w, all...)
	})
	inBubble(t, "impossible commands are ignored", func(t *testing.T, w *world) {
		q, stop := w.start(t.Context())
		t.Cleanup(stop)
		for _, kind := range []string{
			CommandAdd,
			CommandDescribe,
			CommandRemove,
			CommandUpload,
			CommandPause,
			CommandRetry,
			CommandCancel,
			CommandForget,
			CommandOpen,
			"dance",
			"",
		} {
			q.Do(Command{Type: kind, ID: "unknown"})
		}
		session := w.grant()
		q.Do(Command{Type: CommandOpen, Session: &session})
		for _, kind := range []string{
			CommandAdd,
			CommandDescribe,
			CommandRemove,
			CommandUpload,
			CommandPause,
			CommandRetry,
			CommandCancel,
			CommandForget,
			"dance",
			"",
		} {
			q.Do(Command{Type: kind, ID: "unknown"})
			q.Do(Command{Type: kind, ID: "../.."})
		}
		time.Sleep(time.Minute)
		if len(w.last().Photos) != 0 {
			t.Errorf("snapshot %+v", w.last())
		}
	})
}

// TestQueueCancelAtTheEnd checks that a photo that the person cancelled during its confirm is not sent later, if the
// outcome of that confirm is never known.
func TestQueueCancelAtTheEnd(t *testing.T) {
	for name, test := range map[string]struct {
		confirm fault
		key     string // of the session whose code is scanned
	}{
		"the session expires":                  {ends, "key-2"},
		"the same code is scanned meanwhile":   {hangs, testKey},
		"another code is scanned meanwhile":    {hangs, "key-2"},
		"the session is refused, then resumed": {refuses, testKey},
	} {
		inBubble(t, name, func(t *testing.T, w *world) {
			w.fault = func(s step, _ int) fault {
				if s == confirm {
					return test.confirm
				}
				return works
			}
			q := w.open(t)
			id := ids(1)[0]
			add(q, id)
			time.Sleep(time.Second)
			q.Do(Command{Type: CommandUpload})
			time.Sleep(120 * time.Millisecond)
			if state := w.photo(id).State; state != StateConfirming {
				t.Fatalf("the photo is %s", state)
			}
			q.Do(Command{Type: CommandCancel, ID: id})
			time.Sleep(time.Second)
			w.fault = func(step, int) fault { return works }
			w.secret = test.key
			show(q, w)
			time.Sleep(time.Minute)
			arrived(t, w)
			if state := w.photo(id).State; state != StateCancelled {
				t.Errorf("the photo is %s", state)
			}
		})
	}
}

// TestQueueRemoveDuringConfirm checks that a removed photo is not forgotten in silence if it arrives.
func TestQueueRemoveDuringConfirm(t *testing.T) {
	for name, test := range map[string]struct {
		confirm fault
		rescan  bool // the person also scans the code again
		state   PhotoState
		images  int
	}{
		"it arrives":                {works, false, StateConfirmed, 1},
		"the edge is down":          {status500, false, "", 0},
		"nothing responds":          {hangs, false, "", 0},
		"the session ends":          {ends, false, "", 0},
		"the code is scanned again": {hangs, true, "", 0},
	} {
		inBubble(t, name, func(t *testing.T, w *world) {
			w.fault = func(s step, n int) fault {
				if s == confirm && n == 1 {
					return test.confirm
				}
				return works
			}
			q, id := w.open(t), ids(1)[0]
			add(q, id)
			time.Sleep(time.Second)
			q.Do(Command{Type: CommandUpload})
			time.Sleep(120 * time.Millisecond) // confirming
			q.Do(Command{Type: CommandRemove, ID: id})
			if test.rescan {
				show(q, w)
			}
			time.Sleep(time.Minute)
			if got := w.photo(id).State; got != test.state || len(w.images) != test.images || w.inJournal(id) {
				t.Errorf("%q, %d images, in the journal: %v", got, len(w.images), w.inJournal(id))
			}
		})
	}
	inBubble(t, "a cancellation during the confirm is taken back", func(t *testing.T, w *world) {
		w.fault = func(s step, n int) fault {
			if s == confirm && n == 1 {
				return status500
			}
			return works
		}
		q, id := w.open(t), ids(1)[0]
		add(q, id)
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(120 * time.Millisecond) // confirming
		q.Do(Command{Type: CommandCancel, ID: id})
		q.Do(Command{Type: CommandRetry, ID: id})
		time.Sleep(time.Minute)
		arrived(t, w, id)
	})
}

// TestQueueRegressions repeats lives in which TestQueueModel has found bugs.
func TestQueueRegressions(t *testing.T) {
	inBubble(t, "the code is scanned again during a request, then the network fails", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, ids(2)...)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(70 * time.Millisecond) // signing
		session := w.grant()
		q.Do(Command{Type: CommandOpen, Session: &session})
		w.fault = func(step, int) fault { return dropBefore }
		time.Sleep(time.Minute)
		w.fault = func(step, int) fault { return works }
		time.Sleep(time.Minute)
		arrived(t, w, ids(2)...)
	})
	inBubble(t, "the code is scanned again while a photo rests", func(t *testing.T, w *world) {
		w.fault = func(s step, _ int) fault {
			if s == send {
				return refuses
			}
			return works
		}
		q := w.open(t)
		add(q, ids(20)...)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(15 * time.Second)
		resting := func(p PhotoSnapshot) bool { return p.State == StateFailed && p.RetryAt != nil }
		if !slices.ContainsFunc(w.last().Photos, resting) {
			t.Fatal("no photo rests")
		}
		w.fault = func(step, int) fault { return works }
		session := w.grant()
		q.Do(Command{Type: CommandOpen, Session: &session})
		time.Sleep(15 * time.Second) // less than the shortest rest
		arrived(t, w, ids(20)...)
	})
	inBubble(t, "a removed photo does not come back when the code is scanned again", func(t *testing.T, w *world) {
		w.writing = 15 * time.Millisecond
		q := w.open(t)
		add(q, ids(1)...)
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandRemove, ID: ids(1)[0]})
		session := w.grant()
		q.Do(Command{Type: CommandOpen, Session: &session})
		time.Sleep(time.Second)
		if n := len(w.last().Photos); n != 0 {
			t.Errorf("%d photos", n)
		}
	})
	inBubble(t, "a duplicate is sent instead of the cancelled photo, not in addition", func(t *testing.T, w *world) {
		q := w.open(t)
		both := ids(2)
		for _, id := range both {
			q.Do(Command{Type: CommandAdd, ID: id, Name: id, File: file(both[1])})
		}
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandCancel, ID: both[0]})
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		arrived(t, w, both[1])
		q.Do(Command{Type: CommandRetry, ID: both[0]})
		time.Sleep(time.Minute)
		arrived(t, w, both[1])
		if p := w.photo(both[0]); p.State != StateFailed || p.Problem.Code != shared.CodeDuplicate {
			t.Errorf("photo %+v", p)
		}
	})
	inBubble(t, "a cancelled photo that arrived is shown as confirmed", func(t *testing.T, w *world) {
		w.fault = func(s step, n int) fault {
			if s == confirm && n == 1 {
				return dropAfter
			}
			return works
		}
		q := w.open(t)
		add(q, ids(1)...)
		time.Sleep(time.Second)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(120 * time.Millisecond) // confirming
		q.Do(Command{Type: CommandCancel, ID: ids(1)[0]})
		time.Sleep(time.Minute)
		arrived(t, w, ids(1)...)
		if p := w.photo(ids(1)[0]); p.State != StateConfirmed {
			t.Errorf("photo %+v", p)
		}
	})
}

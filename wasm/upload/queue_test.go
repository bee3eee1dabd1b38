package upload

import (
	"errors"
	"maps"
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
		if s.Phase != PhaseIdle || len(s.Photos) != 3 || s.Photos[0].State != StateReady || s.Photos[0].Bytes != 900_000 || !s.Durable {
			t.Errorf("snapshot %+v", s)
		}
		if len(w.previews) != 3 {
			t.Errorf("%d previews", len(w.previews))
		}
	})
	inBubble(t, "20 photos, compressed before", func(t *testing.T, w *world) {
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
		q.Do(Command{Type: CommandDescribe, ID: id, Metadata: &shared.Metadata{BodySite: "forearm", Laterality: shared.LateralityLeft}})
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

// 20 photos are sent while they are still being compressed: few sign calls,
// and hardly later than the slower of compressing and sending them all. A photo
// has 900 kB.
func TestQueueSendsWhileItCompresses(t *testing.T) {
	for _, c := range []struct {
		name     string
		compress time.Duration // a photo
		uplink   int64         // bytes a second
		signs    int
	}{
		{"the phone is slow", 3 * time.Second, 1_000_000, 11},
		{"the phone is as slow as the network", time.Second, 820_000, 11},
		{"the network is slow", time.Second, 187_500, 5},
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

// Each fault at each step, for the first calls, with one photo and with many.
func TestQueueSurvivesFaults(t *testing.T) {
	kinds := map[string]fault{"drop before": dropBefore, "drop after": dropAfter, "500": status500, "429": status429, "hang": hangs}
	for name, kind := range kinds {
		for s, stepName := range map[step]string{sign: "sign", send: "send", confirm: "confirm"} {
			for _, times := range []int{1, 2, 5, 12} {
				inBubble(t, stepName+" "+name, func(t *testing.T, w *world) {
					w.fault = func(at step, n int) fault {
						if at == s && n <= times {
							return kind
						}
						return works
					}
					q := w.open(t)
					add(q, ids(5)...)
					q.Do(Command{Type: CommandUpload})
					time.Sleep(15 * time.Minute)
					arrived(t, w, ids(5)...)
					if w.last().Phase != PhaseDone {
						t.Errorf("phase %s, problem %+v", w.last().Phase, w.last().Problem)
					}
				})
			}
		}
	}
}

func TestQueueAnswers(t *testing.T) {
	inBubble(t, "403 on a PUT: signed again, same key", func(t *testing.T, w *world) {
		w.fault = func(s step, n int) fault {
			if s == send && n == 1 {
				return refuses
			}
			return works
		}
		q := w.open(t)
		add(q, ids(1)...)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		arrived(t, w, ids(1)...)
		if w.called(sign) != 2 || w.called(send) != 2 {
			t.Errorf("calls %v", w.calls)
		}
	})
	inBubble(t, "a PUT that is always refused rests, and does not spin", func(t *testing.T, w *world) {
		w.fault = func(s step, n int) fault {
			if s == send {
				return refuses
			}
			return works
		}
		q := w.open(t)
		id := ids(1)[0]
		add(q, id)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(10 * time.Second)
		if p := w.photo(id); p.State != StateFailed || !p.Problem.Retryable || p.RetryAt == nil {
			t.Errorf("photo %+v", p)
		}
		time.Sleep(10 * time.Minute)
		if n := w.called(send); n < 9 || n > 120 {
			t.Errorf("%d PUTs in ten minutes", n)
		}
		w.fault = func(step, int) fault { return works }
		time.Sleep(3 * time.Minute)
		arrived(t, w, id)
	})
	inBubble(t, "412 is done", func(t *testing.T, w *world) {
		id := ids(1)[0]
		w.objects["sessions/enc-1/"+id+".jpg"] = sha(id)
		q := w.open(t)
		add(q, id)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		arrived(t, w, id)
		if w.called(send) != 1 {
			t.Errorf("%d PUTs", w.called(send))
		}
	})
	inBubble(t, "the bytes are missing: sent again", func(t *testing.T, w *world) {
		w.fault = func(s step, n int) fault {
			if s == confirm && n == 1 {
				clear(w.objects)
			}
			return works
		}
		q := w.open(t)
		add(q, ids(1)...)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		arrived(t, w, ids(1)...)
		if w.called(send) != 2 {
			t.Errorf("%d PUTs", w.called(send))
		}
	})
	for name, at := range map[string]step{"sign": sign, "confirm": confirm} {
		inBubble(t, "the session ends at "+name, func(t *testing.T, w *world) {
			w.fault = func(s step, _ int) fault {
				if s == at {
					return ends
				}
				return works
			}
			q := w.open(t)
			add(q, ids(3)...)
			q.Do(Command{Type: CommandUpload})
			time.Sleep(time.Minute)
			s := w.last()
			if s.Phase != PhaseStopped || s.Problem.Code != shared.CodeSessionExpired || s.Problem.Detail != sentenceEnded || len(s.Photos) != 3 {
				t.Errorf("phase %s, problem %+v", s.Phase, s.Problem)
			}
			if len(w.records) != 3 {
				t.Errorf("%d photos in the journal", len(w.records))
			}
			calls := w.calls
			time.Sleep(time.Hour)
			if w.calls != calls {
				t.Error("it goes on calling")
			}
			// The same encounter's code is scanned again.
			w.fault = func(step, int) fault { return works }
			session := w.tokenResponse()
			session.JournalKey = "key-2"
			q.Do(Command{Type: CommandOpen, Session: &session})
			time.Sleep(time.Minute)
			arrived(t, w, ids(3)...)
		})
	}
	inBubble(t, "an unused session has expired", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, ids(1)...)
		time.Sleep(3 * time.Hour)
		w.fault = func(step, int) fault { return ends }
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		if s := w.last(); s.Phase != PhaseStopped || s.Problem.Detail != sentenceExpired {
			t.Errorf("phase %s, problem %+v", s.Phase, s.Problem)
		}
	})
	inBubble(t, "the token was revoked", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, ids(2)...)
		time.Sleep(time.Minute)
		w.session = "another"
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		if s := w.last(); s.Phase != PhaseStopped || s.Problem.Code != shared.CodeUnauthorized || len(s.Photos) != 2 {
			t.Errorf("phase %s, problem %+v", s.Phase, s.Problem)
		}
	})
	inBubble(t, "a second phone filled the session", func(t *testing.T, w *world) {
		w.max = 7
		q := w.open(t)
		add(q, ids(10)...)
		time.Sleep(time.Minute)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(5 * time.Minute)
		arrivedCount, refused := 0, 0
		for _, p := range w.last().Photos {
			switch {
			case p.State == StateConfirmed:
				arrivedCount++
			case p.State == StateFailed && p.Problem.Code == shared.CodeLimitReached && p.Problem.Retryable:
				refused++
			}
		}
		if arrivedCount != 7 || refused != 3 || w.last().Problem.Code != shared.CodeLimitReached {
			t.Errorf("%d arrived, %d refused, problem %+v", arrivedCount, refused, w.last().Problem)
		}
		w.max = 20 // photos were removed on the desktop
		q.Do(Command{Type: CommandRetry})
		time.Sleep(time.Minute)
		arrived(t, w, ids(10)...)
	})
}

func TestQueueCompression(t *testing.T) {
	inBubble(t, "a file that is no photo does not hold up the others", func(t *testing.T, w *world) {
		q := w.open(t)
		all := ids(3)
		add(q, all[0])
		q.Do(Command{Type: CommandAdd, ID: all[1], Name: "notes.jpg", Source: "gallery", File: file("bad")})
		add(q, all[2])
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		arrived(t, w, all[0], all[2])
		if p := w.photo(all[1]); p.State != StateFailed || p.Problem.Code != shared.CodeNotAnImage || p.Problem.Retryable {
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
		if p.State != StateFailed || p.Problem.Code != shared.CodeDuplicate || !slices.Contains(p.Warnings, WarningDuplicate) {
			t.Errorf("photo %+v", p)
		}
	})
	inBubble(t, "the double stays when the first is taken out", func(t *testing.T, w *world) {
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
	inBubble(t, "the double of a photo that the desktop removed is sent", func(t *testing.T, w *world) {
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

func TestQueueConnectivity(t *testing.T) {
	inBubble(t, "a dead network is not hammered, and found again", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, ids(20)...)
		time.Sleep(time.Minute)
		w.fault = func(step, int) fault { return dropBefore }
		q.Do(Command{Type: CommandUpload})
		time.Sleep(10 * time.Minute)
		calls := w.called(sign) + w.called(send) + w.called(confirm) + w.called(probe)
		if calls < 10 || calls > 100 {
			t.Errorf("%d calls in ten minutes", calls)
		}
		if s := w.last(); s.Phase != PhaseWaiting || s.Problem.Code != shared.CodeOffline || s.Photos[0].RetryAt == nil || s.SecondsLeft != nil {
			t.Errorf("phase %s, problem %+v", s.Phase, s.Problem)
		}
		w.fault = func(step, int) fault { return works }
		time.Sleep(time.Minute)
		arrived(t, w, ids(20)...)
	})
	inBubble(t, "coming online is a reason to try at once", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, ids(3)...)
		w.fault = func(s step, _ int) fault {
			if s == compress {
				return works
			}
			return dropBefore
		}
		q.Do(Command{Type: CommandLifecycle, Visible: true, Online: false})
		q.Do(Command{Type: CommandUpload})
		time.Sleep(10 * time.Minute)
		w.fault = func(step, int) fault { return works }
		q.Do(Command{Type: CommandLifecycle, Visible: true, Online: true})
		time.Sleep(time.Second)
		arrived(t, w, ids(3)...)
	})
	inBubble(t, "the store alone is out of reach", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, ids(6)...)
		w.fault = func(s step, _ int) fault {
			if s == send {
				return dropBefore
			}
			return works
		}
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		if s := w.last(); s.Phase != PhaseWaiting || s.Problem.Code != shared.CodeStorageBlocked {
			t.Errorf("phase %s, problem %+v", s.Phase, s.Problem)
		}
		signs := w.called(sign)
		time.Sleep(4 * time.Minute)
		if more := w.called(sign) - signs; more > 2 {
			t.Errorf("%d sign calls while the store is out of reach", more)
		}
		w.fault = func(step, int) fault { return works }
		time.Sleep(time.Minute)
		arrived(t, w, ids(6)...)
	})
	inBubble(t, "one photo has bad luck while the others get through", func(t *testing.T, w *world) {
		w.fault = func(s step, n int) fault {
			if s == confirm && n%2 == 1 && n < 12 {
				return status500
			}
			return works
		}
		q := w.open(t)
		add(q, ids(6)...)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(5 * time.Minute)
		arrived(t, w, ids(6)...)
	})
	inBubble(t, "a URL is not used when it is about to lapse, whatever the phone's clock says", func(t *testing.T, w *world) {
		for _, skew := range []time.Duration{0, 3 * time.Hour, -3 * time.Hour} {
			for _, noDate := range []bool{false, true} {
				w := newWorld()
				w.skew, w.noDate = skew, noDate
				w.latency, w.rate = 100*time.Millisecond, 9_000 // 100 s a photo
				refusals := 0
				w.fault = func(step, int) fault { return works }
				q := w.open(t)
				add(q, ids(20)...)
				time.Sleep(time.Minute)
				q.Do(Command{Type: CommandUpload})
				time.Sleep(30 * time.Minute)
				arrived(t, w, ids(20)...)
				if w.called(send) != 20 || refusals != 0 {
					t.Errorf("skew %s: %d PUTs for 20 photos", skew, w.called(send))
				}
			}
		}
	})
}

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
	inBubble(t, "nonsense is ignored", func(t *testing.T, w *world) {
		q, stop := w.start(t.Context())
		t.Cleanup(stop)
		for _, kind := range []string{CommandAdd, CommandDescribe, CommandRemove, CommandUpload, CommandPause, CommandRetry, CommandCancel, CommandForget, CommandOpen, "dance", ""} {
			q.Do(Command{Type: kind, ID: "unknown"})
		}
		session := w.tokenResponse()
		q.Do(Command{Type: CommandOpen, Session: &session})
		for _, kind := range []string{CommandAdd, CommandDescribe, CommandRemove, CommandUpload, CommandPause, CommandRetry, CommandCancel, CommandForget, "dance", ""} {
			q.Do(Command{Type: kind, ID: "unknown"})
			q.Do(Command{Type: kind, ID: "../.."})
		}
		time.Sleep(time.Minute)
		if len(w.last().Photos) != 0 {
			t.Errorf("snapshot %+v", w.last())
		}
	})
}

func TestQueueJournal(t *testing.T) {
	for after := time.Duration(0); after < 14*time.Second; after += 330 * time.Millisecond {
		inBubble(t, "killed after "+after.String(), func(t *testing.T, w *world) {
			w.rate = 500_000
			all := ids(5)
			q, kill := w.start(t.Context())
			session := w.tokenResponse()
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
				q.Do(Command{Type: CommandUpload}) // may have been pressed too late for the journal
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
	inBubble(t, "killed before compression: the person is told", func(t *testing.T, w *world) {
		w.latency = 10 * time.Second
		q, kill := w.start(t.Context())
		session := w.tokenResponse()
		q.Do(Command{Type: CommandOpen, Session: &session})
		id := ids(1)[0]
		add(q, id)
		time.Sleep(time.Second)
		kill()
		time.Sleep(time.Minute)
		q = w.open(t)
		time.Sleep(time.Minute)
		if p := w.photo(id); p.State != StateFailed || p.Problem.Retryable || p.Problem.Code != shared.CodeTruncated {
			t.Errorf("photo %+v", p)
		}
		// The page still has the file and gives it to the new engine.
		add(q, id)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(2 * time.Minute)
		arrived(t, w, id)
	})
}

func TestQueueWithoutJournal(t *testing.T) {
	inBubble(t, "works in memory and says so", func(t *testing.T, w *world) {
		w.noJournal = errors.New("private window")
		q := w.open(t)
		add(q, ids(2)...)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(time.Minute)
		arrived(t, w, ids(2)...)
		if w.last().Durable {
			t.Error("claims to be durable")
		}
	})
}

// What the model found (TestQueueModel), told by name.
func TestQueueRegressions(t *testing.T) {
	inBubble(t, "the code is scanned again while a call is out, then the network goes", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, ids(2)...)
		q.Do(Command{Type: CommandUpload})
		time.Sleep(70 * time.Millisecond) // signing
		session := w.tokenResponse()
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
		session := w.tokenResponse()
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
		session := w.tokenResponse()
		q.Do(Command{Type: CommandOpen, Session: &session})
		time.Sleep(time.Second)
		if n := len(w.last().Photos); n != 0 {
			t.Errorf("%d photos", n)
		}
	})
	inBubble(t, "the double of a cancelled photo goes in its place, and not beside it", func(t *testing.T, w *world) {
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
	inBubble(t, "a cancelled photo that did arrive is called so", func(t *testing.T, w *world) {
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

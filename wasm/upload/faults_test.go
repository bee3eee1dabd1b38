package upload

import (
	"slices"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// TestQueueSurvivesFaults lets each fault hit the first calls of each step, with one
// photo and with many.
func TestQueueSurvivesFaults(t *testing.T) {
	kinds := map[string]fault{
		"drop before": dropBefore,
		"drop after":  dropAfter,
		"500":         status500,
		"429":         status429,
		"hang":        hangs,
	}
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

func TestQueueResponses(t *testing.T) {
	inBubble(t, "after a 403 the photo is signed again with the same key", func(t *testing.T, w *world) {
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
	inBubble(t, "a photo whose PUT is always refused rests", func(t *testing.T, w *world) {
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
	inBubble(t, "412 counts as stored", func(t *testing.T, w *world) {
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
	inBubble(t, "missing bytes are sent again", func(t *testing.T, w *world) {
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
			if s.Phase != PhaseStopped || s.Problem.Code != shared.CodeSessionExpired || len(s.Photos) != 3 {
				t.Errorf("phase %s, problem %+v", s.Phase, s.Problem)
			}
			if len(w.records) != 3 {
				t.Errorf("%d photos in the journal", len(w.records))
			}
			calls := w.calls
			time.Sleep(50 * time.Minute)
			if w.calls != calls {
				t.Error("the phone still makes requests")
			}
			// The same encounter's code is scanned again.
			w.fault = func(step, int) fault { return works }
			session := w.grant()
			session.JournalKey = "key-2"
			q.Do(Command{Type: CommandOpen, Session: &session})
			time.Sleep(time.Minute)
			arrived(t, w, ids(3)...)
		})
	}
	inBubble(t, "an unused session has expired", func(t *testing.T, w *world) {
		q := w.open(t)
		add(q, ids(1)...)
		time.Sleep(time.Minute)
		w.fault = func(step, int) fault { return ends }
		time.Sleep(2*time.Hour + time.Minute)
		if s := w.last(); s.Phase != PhaseStopped || s.Problem.Code != shared.CodeSessionExpired {
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

// TestQueueRefusedInABatch checks that a photo that the edge refuses for good fails alone, although the edge refuses
// the whole batch for it.
func TestQueueRefusedInABatch(t *testing.T) {
	for name, at := range map[string][]int{"the first": {0}, "one in the middle": {3}, "the last": {6}, "two": {1, 5}} {
		for _, code := range []shared.Code{shared.CodeBadRequest, shared.CodeTooLarge} {
			inBubble(t, name+", "+string(code), func(t *testing.T, w *world) {
				all := ids(7)
				w.refused = map[string]shared.Code{}
				for _, i := range at {
					w.refused[all[i]] = code
				}
				q := w.open(t)
				add(q, all...)
				time.Sleep(time.Minute)
				q.Do(Command{Type: CommandUpload})
				time.Sleep(time.Minute)
				isRefused := func(id string) bool { return w.refused[id] != "" }
				arrived(t, w, slices.DeleteFunc(slices.Clone(all), isRefused)...)
				for id := range w.refused {
					if p := w.photo(id); p.State != StateFailed || p.Problem.Code != code || p.Problem.Retryable {
						t.Errorf("the refused photo is %s, %+v", p.State, p.Problem)
					}
				}
				if n := w.called(sign); n > 2*len(all) {
					t.Errorf("%d sign calls", n)
				}
			})
		}
	}
}

// TestQueueDecoderNotLoaded checks that a photo whose decoder could not be loaded is retried without the person.
func TestQueueDecoderNotLoaded(t *testing.T) {
	online := func(q *Queue, online bool) { q.Do(Command{Type: CommandLifecycle, Visible: true, Online: online}) }
	for name, test := range map[string]struct {
		returns func(q *Queue, w *world)
		within  time.Duration
	}{
		"a rest is over":             {func(*Queue, *world) {}, 3 * time.Minute},
		"the phone is online again":  {func(q *Queue, _ *world) { online(q, true) }, time.Second},
		"the person presses Send":    {func(q *Queue, _ *world) { q.Do(Command{Type: CommandUpload}) }, time.Second},
		"the code is scanned again":  {func(q *Queue, w *world) { show(q, w) }, time.Second},
		"the person presses Retry":   {func(q *Queue, _ *world) { q.Do(Command{Type: CommandRetry}) }, time.Second},
		"another photo can be added": {func(q *Queue, _ *world) { add(q, ids(2)[1]) }, 3 * time.Minute},
	} {
		inBubble(t, name, func(t *testing.T, w *world) {
			w.fault = func(s step, _ int) fault {
				if s == compress {
					return dropBefore
				}
				return works
			}
			q, id := w.open(t), ids(1)[0]
			online(q, false)
			add(q, id)
			q.Do(Command{Type: CommandUpload, IDs: []string{id}})
			time.Sleep(10 * time.Minute)
			if p, s := w.photo(id), w.last(); p.State != StateFailed || p.RetryAt == nil || s.Phase != PhaseWaiting {
				t.Errorf("the photo is %s, next try %v, phase %s", p.State, p.RetryAt, s.Phase)
			}
			if n := w.called(compress); n < 5 || n > 40 {
				t.Errorf("%d tries in ten minutes", n)
			}
			w.fault = func(step, int) fault { return works }
			test.returns(q, w)
			time.Sleep(test.within)
			arrived(t, w, id)
		})
	}
}

func TestQueueConnectivity(t *testing.T) {
	inBubble(t, "a dead network gets few requests, and its return is noticed", func(t *testing.T, w *world) {
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
		if s := w.last(); s.Phase != PhaseWaiting || s.Problem.Code != shared.CodeOffline ||
			s.Photos[0].RetryAt == nil ||
			s.SecondsLeft != nil {
			t.Errorf("phase %s, problem %+v", s.Phase, s.Problem)
		}
		w.fault = func(step, int) fault { return works }
		time.Sleep(time.Minute)
		arrived(t, w, ids(20)...)
	})
	inBubble(t, "coming online retries at once", func(t *testing.T, w *world) {
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
	inBubble(t, "only the store cannot be reached", func(t *testing.T, w *world) {
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
			t.Errorf("%d sign calls while the store cannot be reached", more)
		}
		w.fault = func(step, int) fault { return works }
		time.Sleep(time.Minute)
		arrived(t, w, ids(6)...)
	})
	inBubble(t, "one photo keeps failing while the others arrive", func(t *testing.T, w *world) {
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
	inBubble(
		t,
		"a URL that is about to expire is not used, even if the phone's clock is wrong",
		func(t *testing.T, w *world) {
			for _, skew := range []time.Duration{0, 3 * time.Hour, -3 * time.Hour} {
				for _, noDate := range []bool{false, true} {
					w := newWorld()
					w.skew, w.noDate = skew, noDate
					w.latency, w.rate = 100*time.Millisecond, 9_000 // 100 s a photo
					q := w.open(t)
					add(q, ids(20)...)
					time.Sleep(time.Minute)
					q.Do(Command{Type: CommandUpload})
					time.Sleep(30 * time.Minute)
					arrived(t, w, ids(20)...)
					if w.called(send) != 20 {
						t.Errorf("skew %s: %d PUTs for 20 photos", skew, w.called(send))
					}
				}
			}
		},
	)
}

package upload

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

var morning = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// between draws a wait many times. It fails unless all are within the bounds and spread
// over them: with a fixed wait all phones would retry at the same moment.
func between(t *testing.T, name string, least, most time.Duration, draw func(rng *rand.Rand) time.Duration) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	shortest, longest := time.Hour, time.Duration(0)
	for range 300 {
		wait := draw(rng)
		shortest, longest = min(shortest, wait), max(longest, wait)
	}
	spread := (most - least) / 20
	if shortest < least || shortest > least+spread || longest > most || longest < most-spread {
		t.Errorf("%s: from %s to %s, not from %s to %s", name, shortest, longest, least, most)
	}
}

// An open circuit waits up to 2 s, then twice as long each time, up to 30 s.
func TestCircuitWaits(t *testing.T) {
	for failures, most := range map[int]time.Duration{
		3: 2 * time.Second, 4: 4 * time.Second, 5: 8 * time.Second, 6: 16 * time.Second, 7: 30 * time.Second,
		40: 30 * time.Second,
	} {
		between(t, "the circuit", 0, most, func(rng *rand.Rand) time.Duration {
			c := circuit{failures: failures - 1}
			c.failed(morning, shared.CodeNetwork, 0, rng)
			return c.until.Sub(morning)
		})
	}
}

// The message about a bad connection is shown from the first failure in a row.
func TestCircuitKnowsTheFirstFailure(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var c circuit
	for i := range 5 {
		c.failed(morning.Add(time.Duration(i)*time.Second), shared.CodeNetwork, 0, rng)
		if !c.since.Equal(morning) {
			t.Errorf("after %d failures since %s", i+1, c.since)
		}
	}
	c.succeeded()
	c.failed(morning.Add(time.Minute), shared.CodeTimeout, 0, rng)
	if !c.since.Equal(morning.Add(time.Minute)) || c.code != shared.CodeTimeout {
		t.Errorf("after a success since %s, with %s", c.since, c.code)
	}
}

// A photo waits up to 1 s and 2 s between its tries. Then it rests: up to 30 s
// more than a second, then a minute, then two.
func TestPhotoWaits(t *testing.T) {
	waits := func(p photo, fails func(t *traffic, p *photo)) func(rng *rand.Rand) time.Duration {
		return func(rng *rand.Rand) time.Duration {
			tr := &traffic{now: morning, rng: rng}
			one := p
			fails(tr, &one)
			return one.notBefore.Sub(morning)
		}
	}
	later := func(tr *traffic, p *photo) { tr.later(p, send, nil) }
	corrected := func(tr *traffic, p *photo) { tr.correctionFailed(p, again, nil) }
	for _, test := range []struct {
		name        string
		p           photo
		fails       func(t *traffic, p *photo)
		least, most time.Duration
	}{
		{"first try", photo{stage: StageSigned}, later, 0, time.Second},
		{"second try", photo{stage: StageSigned, tries: tried(1)}, later, 0, 2 * time.Second},
		{"first rest", photo{stage: StageSigned, tries: tried(2)}, later, time.Second, 31 * time.Second},
		{"second rest", photo{stage: StageSigned, tries: tried(2), rests: 1}, later, time.Second, 61 * time.Second},
		{"third rest", photo{stage: StageSigned, tries: tried(2), rests: 2}, later, time.Second, 121 * time.Second},
		{"first correction", photo{stage: StageConfirmed}, corrected, 0, time.Second},
		{"second correction", photo{stage: StageConfirmed, rests: 1}, corrected, 0, 2 * time.Second},
		{"third correction", photo{stage: StageConfirmed, rests: 2}, corrected, time.Second, 121 * time.Second},
	} {
		between(t, test.name, test.least, test.most, waits(test.p, test.fails))
	}
}

func tried(times int) (tries [steps]int) {
	tries[send] = times
	return tries
}

// While the circuit is open, it decides when to try, so no retry of a photo is used up.
func TestPhotoWaitsForTheCircuit(t *testing.T) {
	tr := &traffic{now: morning, storeLink: circuit{failures: tripAfter}, edgeLink: circuit{failures: tripAfter}}
	p := photo{stage: StageSigned}
	tr.later(&p, send, nil)
	confirmed := photo{stage: StageConfirmed}
	tr.correctionFailed(&confirmed, again, nil)
	if p.tries != tried(0) || !p.notBefore.IsZero() || confirmed.rests != 0 || !confirmed.notBefore.IsZero() {
		t.Errorf("%+v, %+v", p, confirmed)
	}
}

// The remaining time comes from the rate of the last ten seconds. It is known after one
// second of movement, and never grows.
func TestEstimate(t *testing.T) {
	for _, test := range []struct {
		name string
		sent []int64 // of 1000, at 0 s, 1 s, …
		want int     // seconds after the last; 0: not known
	}{
		{"nothing is known at first", []int64{0}, 0},
		{"nothing moved", []int64{0, 0, 0}, 0},
		{"known after one second", []int64{0, 100}, 9},
		{"by two", []int64{0, 100, 200}, 8},
		{"it is rounded up", []int64{0, 300}, 3},
		{"a slower rate does not make it grow", []int64{0, 500, 500, 500, 500}, 1},
		{"a faster one shortens it", []int64{0, 10, 500}, 2},
		{"only the last ten seconds count", []int64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100, 200, 300, 400,
			500, 600, 700, 800, 900}, 2},
		{"all is sent", []int64{0, 1000}, 0},
	} {
		b := board{total: 1000}
		seconds, ok := 0, false
		for i, sent := range test.sent {
			b.sent = sent
			seconds, ok = b.estimate(morning.Add(time.Duration(i)*time.Second), true)
		}
		if seconds != test.want || ok != (test.want > 0) {
			t.Errorf("%s: %d s left, known: %v, instead of %d s", test.name, seconds, ok, test.want)
		}
		if _, ok := b.estimate(morning.Add(time.Hour), false); ok || b.left != 0 || len(b.samples) != 0 {
			t.Errorf("%s: a remaining time is shown although nothing moves", test.name)
		}
	}
	half := board{total: 1000}
	half.estimate(morning, true)
	half.sent = 900
	if seconds, ok := half.estimate(morning.Add(999*time.Millisecond), true); ok {
		t.Errorf("%d s are known before one second has passed", seconds)
	}
}

// A photo that was restored from the journal continues where it was.
func TestRestored(t *testing.T) {
	jpeg, full := []byte("jpeg"), problem(shared.CodeLimitReached, true)
	blank := problem(shared.CodeBlankResult, false)
	key := "sessions/e/1_a.jpg"
	for _, test := range []struct {
		name          string
		entry         Entry
		stage, resume Stage
		code          shared.Code // of its problem
	}{
		{"compressed", Entry{Record: Record{Stage: StageCompressed}, JPEG: jpeg}, StageCompressed, "", ""},
		{"sent", Entry{Record: Record{Stage: StageSent, S3Key: key}, JPEG: jpeg}, StageSent, "", ""},
		{"sent, without a key", Entry{Record: Record{Stage: StageSent}, JPEG: jpeg}, StageCompressed, "", ""},
		{"confirmed", Entry{Record: Record{Stage: StageConfirmed}, JPEG: jpeg}, StageConfirmed, "", ""},
		{"confirmed, its bytes erased", Entry{Record: Record{Stage: StageConfirmed}}, StageConfirmed, "", ""},
		{"without bytes", Entry{Record: Record{Stage: StageCompressed}}, StageFailed, StageChosen,
			shared.CodeFileGone},
		{"a retryable problem", Entry{Record: Record{Stage: StageFailed, Resume: StageSent, S3Key: key,
			Problem: full}, JPEG: jpeg}, StageSent, StageSent, ""},
		{"a permanent problem", Entry{Record: Record{Stage: StageFailed, Resume: StageChosen, Problem: blank},
			JPEG: jpeg}, StageFailed, StageChosen, shared.CodeBlankResult},
		{"a permanent problem, without bytes", Entry{Record: Record{Stage: StageFailed, Resume: StageChosen,
			Problem: blank}}, StageFailed, StageChosen, shared.CodeBlankResult},
		{"failed, without a reason", Entry{Record: Record{Stage: StageFailed, Resume: StageChosen}, JPEG: jpeg},
			StageCompressed, StageChosen, ""},
		{"cancelled", Entry{Record: Record{Stage: StageCancelled, Resume: StageCompressed}, JPEG: jpeg},
			StageCancelled, StageCompressed, ""},
		{"cancelled, with an unknown stage", Entry{Record: Record{Stage: StageCancelled, Resume: "elsewhere"},
			JPEG: jpeg}, StageCancelled, StageCompressed, ""},
		{"a stage of another version", Entry{Record: Record{Stage: "later"}, JPEG: jpeg}, StageCompressed, "", ""},
	} {
		p := restored(test.entry)
		var code shared.Code
		if p.problem != nil {
			code = p.problem.Code
		}
		if p.stage != test.stage || p.resume != test.resume || code != test.code {
			t.Errorf("%s: %s, then %q, problem %q; want %s, then %q, problem %q",
				test.name, p.stage, p.resume, code, test.stage, test.resume, test.code)
		}
		if p.owes != (p.stage == StageConfirmed) {
			t.Errorf("%s: owes a confirmation: %v", test.name, p.owes)
		}
	}
}

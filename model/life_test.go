package model

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func init() {
	flag.Set("rapid.checks", "50")
	flag.Set("rapid.nofailfile", "true")
}

var patients = []string{"1", "2"}

// TestSystemModel plays random lives of two phones, two desktops and two patients,
// and checks each rule after every step and once all is quiet. `make model` plays
// 10 000 lives.
func TestSystemModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		deeds := rapid.SliceOfN(deeds, 1, 40).Draw(rt, "life")
		var wrong []string
		synctest.Test(t, func(t *testing.T) { wrong = play(t, seed, deeds) })
		if len(wrong) > 0 {
			rt.Fatal(strings.Join(wrong, "\n"))
		}
	})
}

// deed is one thing that a person, a device or the world does. Phone and Desktop
// say which; N selects a photo, a patient or a degree.
type deed struct {
	Does           string
	Phone, Desktop int
	N              int
	Wait           time.Duration
}

func (d deed) GoString() string {
	return fmt.Sprintf("{%s phone %d desktop %d n %d, %v}", d.Does, d.Phone, d.Desktop, d.N, d.Wait)
}

var deeds = rapid.Custom(func(t *rapid.T) deed {
	return deed{
		Does: rapid.SampledFrom([]string{
			"add", "add", "add", "add", "send", "send", "send", "describe", "describe", "take back", "retry",
			"scan", "scan", "reload", "tab dies", "offline", "online", "lose calls", "lose confirms",
			"lose no calls", "slow", "clock",
			"open", "look", "look", "look", "correct", "correct", "remove", "remove", "end", "renew", "desktop offline",
			"store down", "store up", "half a deletion", "lost Redis response",
		}).Draw(t, "does"),
		Phone:   rapid.IntRange(0, 1).Draw(t, "phone"),
		Desktop: rapid.IntRange(0, 1).Draw(t, "desktop"),
		N:       rapid.IntRange(0, 5).Draw(t, "n"),
		Wait: rapid.SampledFrom([]time.Duration{
			0, 10 * time.Millisecond, 70 * time.Millisecond, 120 * time.Millisecond, time.Second, 10 * time.Second,
			time.Minute, 10 * time.Minute, time.Hour,
		}).Draw(t, "wait"),
	}
})

type life struct {
	*system
	phones   []*phone
	desktops []*desktop
}

func play(t *testing.T, seed uint64, deeds []deed) []string {
	l := &life{system: newSystem(t)}
	defer l.close()
	for i, patient := range patients {
		d := &desktop{system: l.system}
		d.open(patient)
		l.desktops = append(l.desktops, d)
		p := &phone{
			system: l.system, ctx: t.Context(), name: fmt.Sprint("phone ", i),
			storage: &storage{values: map[string][]byte{}}, rng: rand.New(rand.NewPCG(seed, uint64(i))),
		}
		p.boot()
		l.phones = append(l.phones, p)
		defer func() { p.kill() }()
	}
	l.phones[0].scan(l.desktops[0])
	l.phones[1].scan(l.desktops[0]) // two phones of one patient
	for _, d := range deeds {
		synctest.Wait()
		l.do(d)
		time.Sleep(d.Wait)
		synctest.Wait()
		l.truth.watch()
	}
	l.quiet()
	return l.truth.wrong
}

func (l *life) do(d deed) {
	p, w := l.phones[d.Phone], l.desktops[d.Desktop]
	switch d.Does {
	case "add":
		p.add()
	case "send":
		p.send()
	case "describe":
		p.describe(d.N)
	case "take back":
		p.takeBack(d.N)
	case "retry":
		p.retry()
	case "scan":
		p.scan(w)
	case "reload":
		p.reload()
	case "tab dies":
		p.die()
	case "offline", "online":
		p.offline = d.Does == "offline"
		p.lifecycle()
	case "lose calls":
		p.faulty = 20 * (1 + d.N%2)
	case "lose confirms":
		p.deaf = true
	case "lose no calls":
		p.faulty, p.slow, p.deaf = 0, 0, false
	case "slow":
		p.slow = 3 * time.Second
	case "clock":
		p.skew = time.Duration(d.N-2) * 5 * time.Minute
	default:
		l.doDesktop(d, w)
	}
}

func (l *life) doDesktop(d deed, w *desktop) {
	switch d.Does {
	case "open":
		w.open(patients[d.N%2])
	case "look":
		w.offline = false
		w.look()
	case "correct":
		w.correct(d.N)
	case "remove":
		w.remove(d.N)
	case "end":
		w.end()
	case "renew":
		w.renew()
	case "desktop offline":
		w.offline = true
	case "store down", "store up":
		l.bucket.down = d.Does == "store down"
	case "half a deletion":
		l.bucket.halfway = true
	case "lost Redis response":
		l.lost = true
	}
}

// quiet ends all faults. Each person opens both patients once more and waits.
func (l *life) quiet() {
	l.bucket.down, l.bucket.halfway, l.lost = false, false, false
	for _, p := range l.phones {
		p.offline, p.faulty, p.slow, p.deaf = false, 0, 0, false
		p.lifecycle()
	}
	for range 2 {
		for i, patient := range slices.Backward(patients) {
			d := l.desktops[i]
			d.offline = false
			d.open(patient)
			for _, p := range l.phones {
				p.scan(d)
				time.Sleep(10 * time.Second)
				synctest.Wait()
				p.retry()
				p.send() // it may have been pressed too late for the journal
				time.Sleep(3 * time.Minute)
				synctest.Wait()
				l.truth.watch()
			}
			d.look()
		}
	}
	l.truth.lastWord()
	l.truth.arrived()
	l.truth.noOrphans()
	time.Sleep(14 * time.Hour)
	synctest.Wait()
	l.truth.watch()
	l.truth.overTime(l.phones)
}

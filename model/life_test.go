package model

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/clinicpro/photobridge/shared"
)

func init() {
	flag.Set("rapid.checks", "50")
	flag.Set("rapid.nofailfile", "true")
}

// patient identifies an encounter, as a launch does.
type patient struct{ facility, id, encounter string }

// patients has two ordinary patients and two whose encounters have the same id as
// the first one's: one in the same facility, one with the same patient id in another
// facility.
var patients = []patient{
	{"fac-1", "pat-1", "enc-1"}, {"fac-1", "pat-2", "enc-2"}, {"fac-1", "pat-3", "enc-1"}, {"fac-2", "pat-1", "enc-1"},
}

var encounters = []string{"enc-1", "enc-2"}

// TestSystemModel runs random lives of two phones, two desktops and the patients.
// It checks the rules after every step, and again after all faults have stopped.
// `make model` runs 10 000 lives.
func TestSystemModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		begins := rapid.Custom(beginning).Draw(rt, "begins")
		scenes := rapid.SliceOfN(rapid.Custom(scene), 1, 12).Draw(rt, "life")
		var wrong []string
		synctest.Test(t, func(t *testing.T) { wrong = play(t, begins, scenes...) })
		if len(wrong) > 0 {
			rt.Fatal(strings.Join(wrong, "\n"))
		}
	})
}

// begin has the random choices that hold for a whole life.
type begin struct {
	Seed    uint64
	Consent shared.Consent
}

func beginning(t *rapid.T) begin {
	return begin{
		Seed:    rapid.Uint64().Draw(t, "seed"),
		Consent: evenly(t, "consent", shared.ConsentOff, shared.ConsentRequire),
	}
}

// deed is one action of a person, or one event such as an outage. Phone and Desktop
// select the devices. N selects a photo, a patient or a degree, depending on Does.
type deed struct {
	Does           string
	Phone, Desktop int
	N              int
	Wait           time.Duration
}

func (d deed) GoString() string {
	return fmt.Sprintf("{%s phone %d desktop %d n %d, %v}", d.Does, d.Phone, d.Desktop, d.N, d.Wait)
}

// scene draws a series of deeds of one phone and one desktop. Sharing the devices
// makes it likely that several deeds concern the same photo.
func scene(t *rapid.T) []deed {
	phone, desktop := evenly(t, "phone", 0, 1), evenly(t, "desktop", 0, 1)
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) deed {
		return deed{
			Does:  evenly(t, "does", doings...),
			Phone: phone, Desktop: desktop,
			N: evenly(t, "n", 0, 1, 2, 3, 4, 5),
			Wait: evenly(t, "wait",
				0, 0, 10*time.Millisecond, 70*time.Millisecond, 120*time.Millisecond,
				time.Second, time.Second, time.Second, 10*time.Second, 10*time.Second, 10*time.Second,
				time.Minute, time.Minute, 10*time.Minute),
		}
	}), 1, 12).Draw(t, "deeds")
}

var doings = []string{
	"add", "add", "add", "add", "send", "send", "send", "send", "describe", "describe", "describe", "take back",
	"retry", "scan", "scan", "scan old", "reload", "reload", "tab dies", "offline", "online", "online",
	"lose calls", "lose confirms", "lose confirms", "late confirms", "late confirms", "lose no calls",
	"lose no calls", "slow", "clock", "open", "add here", "add here", "look", "look", "look", "look", "correct",
	"correct", "correct", "remove", "remove", "end", "end anyway", "renew", "desktop offline", "remove phone",
	"idle", "long day", "store down", "store up", "store up", "half a deletion", "lost Redis response", "an hour",
}

// evenly draws each element of a list with the same probability. rapid.SampledFrom
// prefers the first elements.
func evenly[T any](t *rapid.T, label string, from ...T) T {
	n := 0
	for range 10 {
		n <<= 1
		if rapid.Bool().Draw(t, label) {
			n |= 1
		}
	}
	return from[n*len(from)>>10]
}

type life struct {
	*system
	ctx      context.Context
	phones   []*phone
	desktops []*desktop
}

func play(t *testing.T, begins begin, scenes ...[]deed) []string {
	l := &life{system: newSystem(t, begins.Consent), ctx: t.Context()}
	defer l.close()
	for i := range 2 {
		d := &desktop{system: l.system, frame: newFrame(l, begins.Seed, i)}
		defer func() { d.frame.kill() }()
		d.open(patients[i])
		l.desktops = append(l.desktops, d)
		p := newPhone(l, fmt.Sprint("phone ", i), rand.New(rand.NewPCG(begins.Seed, uint64(i))))
		p.boot()
		l.phones = append(l.phones, p)
		defer func() { p.kill() }()
	}
	l.phones[0].scan(l.desktops[0])
	l.phones[1].scan(l.desktops[0]) // two phones of one patient
	for _, scene := range scenes {
		for _, d := range scene {
			synctest.Wait()
			l.do(d)
			time.Sleep(d.Wait)
			synctest.Wait()
			l.truth.watch()
		}
	}
	l.quiet()
	return l.truth.wrong
}

func (l *life) do(d deed) {
	p, w := l.phones[d.Phone], l.desktops[d.Desktop]
	switch d.Does {
	case "add":
		p.take(d.N)
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
	case "scan old":
		p.scanOld(w, d.N)
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
	case "late confirms":
		p.late = true
	case "lose no calls":
		p.faulty, p.slow, p.deaf, p.late = 0, 0, false, false
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
		w.open([]patient{patients[0], patients[0], patients[1], patients[1], patients[2], patients[3]}[d.N])
	case "look":
		w.goOffline(false)
		w.look()
	case "add here":
		w.addHere(d.N)
	case "correct":
		w.correct(d.N)
	case "remove":
		w.remove(d.N)
	case "remove phone":
		w.removePhone(d.N)
	case "end", "end anyway":
		w.end(d.Does == "end anyway")
	case "renew":
		w.renew()
	case "desktop offline":
		w.goOffline(true)
	default:
		l.doWorld(d, w)
	}
}

// doWorld carries out the deeds that no person does, such as outages, and the
// passing of hours.
func (l *life) doWorld(d deed, w *desktop) {
	switch d.Does {
	case "store down", "store up":
		l.bucket.down = d.Does == "store down"
	case "half a deletion":
		l.bucket.halfway = true
	case "lost Redis response":
		l.lost = true
	case "an hour":
		time.Sleep(time.Hour)
	case "idle":
		for range 2 * d.N {
			w.look()
			time.Sleep(10 * time.Minute)
		}
	case "long day":
		for range d.N {
			w.open(w.patient)
			synctest.Wait()
			l.truth.watch()
			time.Sleep(110 * time.Minute)
		}
	}
}

// quiet ends all faults. Then each person opens both encounters once more and waits,
// so that everything that can arrive does.
func (l *life) quiet() {
	l.bucket.down, l.bucket.halfway, l.lost = false, false, false
	for _, p := range l.phones {
		p.offline, p.faulty, p.slow, p.deaf, p.late = false, 0, 0, false, false
		p.lifecycle()
	}
	for _, d := range l.desktops {
		d.goOffline(false)
		d.open(d.patient) // the widget also opens again when its token has expired
		d.settle()
		l.truth.watch()
		l.truth.arrived(d.frame.phone)
	}
	for range 2 {
		for i, d := range l.desktops {
			d.open(l.holder(1 - i))
			for _, p := range l.phones {
				p.scan(d)
				time.Sleep(10 * time.Second)
				synctest.Wait()
				p.retry()
				p.sendAgain()
				time.Sleep(3 * time.Minute)
				synctest.Wait()
				l.truth.watch()
			}
			d.look()
		}
	}
	l.truth.lastWord()
	l.truth.arrived(l.phones...)
	l.truth.noOrphans()
	time.Sleep(14 * time.Hour)
	synctest.Wait()
	l.truth.watch()
	l.truth.overTime(l.phones)
}

// holder returns the patient whose live session uses an encounter's id.
func (l *life) holder(encounter int) patient {
	for _, p := range patients {
		if p.encounter == encounters[encounter] && l.hash(p) != nil {
			return p
		}
	}
	return patients[encounter]
}

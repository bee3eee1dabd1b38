package upload

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"pgregory.net/rapid"
)

func init() {
	flag.Set("rapid.checks", "300")
	flag.Set("rapid.nofailfile", "true")
}

// TestQueueModel runs random lives of a phone in simulated time, with every fault of
// the local cloud. Then the faults stop, and the test checks that each photo is
// confirmed exactly once, unless the person removed it. `make model` runs 10 000
// lives.
func TestQueueModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		life := rapid.SliceOfN(deeds, 1, 40).Draw(rt, "life")
		var wrong []string
		synctest.Test(t, func(t *testing.T) { wrong = play(t.Context(), seed, life) })
		if len(wrong) > 0 {
			rt.Fatal(strings.Join(wrong, "\n"))
		}
	})
}

// deed is one action of the person or one event such as a fault.
type deed struct {
	Does  string
	Photo int
	Wait  time.Duration // before the next deed
	Step  step          // the step that a fault hits
	Fault fault
	Share int // percentage of the calls that a fault hits
}

var deeds = rapid.Custom(func(t *rapid.T) deed {
	d := deed{
		Does: rapid.SampledFrom([]string{
			"add",
			"add",
			"add",
			"add",
			"upload",
			"upload",
			"upload",
			"fault",
			"fault",
			"fault",
			"fault",
			"clear weather",
			"cancel",
			"cancel late",
			"remove",
			"retry",
			"retry all",
			"describe",
			"describe",
			"desktop corrects",
			"desktop removes",
			"pause",
			"short URLs",
			"slow",
			"offline",
			"online",
			"hide",
			"show",
			"kill tab",
			"kill worker",
			"end session",
			"scan",
			"scan",
			"second phone",
			"make room",
			"clock",
		}).Draw(t, "does"),
		Wait: rapid.SampledFrom([]time.Duration{
			0,
			10 * time.Millisecond,
			60 * time.Millisecond,
			130 * time.Millisecond,
			time.Second,
			7 * time.Second,
			25 * time.Second,
			3 * time.Minute,
			10 * time.Minute,
		}).Draw(t, "wait"),
	}
	switch d.Does {
	case "add", "cancel", "remove", "retry", "describe", "desktop corrects", "desktop removes":
		d.Photo = rapid.IntRange(0, 9).Draw(t, "photo")
	case "fault":
		d.Step = rapid.SampledFrom([]step{sign, send, confirm, probe}).Draw(t, "step")
		d.Fault = rapid.SampledFrom([]fault{
			dropBefore, dropAfter, status500, status429, hangs, hangsAfter, refuses, ends,
		}).
			Draw(t, "fault")
		d.Share = rapid.SampledFrom([]int{20, 50, 100}).Draw(t, "share")
	}
	return d
})

// GoString formats the deed for the report of a failing life.
func (d deed) GoString() string {
	switch {
	case d.Share > 0:
		return fmt.Sprintf("{fault %d at step %d for %d%%, %v}", d.Fault, d.Step, d.Share, d.Wait)
	case slices.Contains(
		[]string{"add", "cancel", "remove", "retry", "describe", "desktop corrects", "desktop removes"}, d.Does,
	):
		return fmt.Sprintf("{%s %d, %v}", d.Does, d.Photo, d.Wait)
	}
	return fmt.Sprintf("{%s, %v}", d.Does, d.Wait)
}

// model is a phone's life: what the person did, and what must follow from it.
type model struct {
	*world
	ctx     context.Context
	rng     *rand.Rand
	queue   *Queue
	kill    func()
	log     []Command // what the page sends to a new worker: wasm/browser/log.ts
	weather [steps]struct {
		fault fault
		share int
	}
	offline   bool
	blind     bool // the edge's list failed, so duplicates may be sent
	taken     map[string]bool
	wanted    map[string]string // the photos that must arrive: id → content
	asked     map[string]bool   // the photos for which the person pressed Send
	cancelled map[string]int    // the confirms of each photo that the person cancelled for good, until then
	removed   map[string]bool   // the photos removed on the current page, which must not come back
	lastWords map[string]string // the newest details of each photo, if they must be stored
	words     int
	joined    time.Time       // when the code was opened last
	forward   time.Duration   // the total by which the phone's clock was set forward
	ever      map[string]bool // contents that were ever in a session
	sessions  int
	wrong     []string
}

// content returns a photo's bytes. Every third photo has those of the one before.
func content(photo int) string {
	if photo%3 == 2 {
		photo--
	}
	return fmt.Sprint("content ", photo)
}

func photoID(photo int) string { return fmt.Sprintf("%032x", photo+1) }

func play(ctx context.Context, seed uint64, life []deed) []string {
	m := &model{
		world:     newWorld(),
		ctx:       ctx,
		rng:       rand.New(rand.NewPCG(seed, 1)),
		wanted:    map[string]string{},
		taken:     map[string]bool{},
		cancelled: map[string]int{},
		removed:   map[string]bool{},
		asked:     map[string]bool{},
		lastWords: map[string]string{},
		ever:      map[string]bool{},
		sessions:  1,
	}
	m.fault, m.writing = m.fate, 15*time.Millisecond
	m.crashed = func(reason any) {
		if reason != nil {
			m.fail("crashed: %v", reason)
		}
	}
	m.boot()
	m.scan()
	for _, d := range life {
		m.do(d)
		time.Sleep(d.Wait)
		synctest.Wait()
		m.erasure()
	}
	m.faultsStop()
	m.erasure()
	m.personReturns()
	m.kill()
	return m.wrong
}

func (m *model) fail(format string, args ...any) {
	m.wrong = append(m.wrong, fmt.Sprintf(format, args...))
}

// fate returns the fault of one call. The world's lock is held.
func (m *model) fate(s step, _ int) fault {
	w := m.weather[s]
	switch {
	case m.offline && s != compress:
		return dropBefore
	case m.rng.IntN(100) >= w.share:
		return works
	}
	m.blind = m.blind || s == probe && w.fault != dropBefore
	return w.fault
}

func (m *model) boot() {
	m.snapshots = nil
	clear(m.removed)
	m.queue, m.kill = m.start(m.ctx)
}

func (m *model) send(c Command) {
	m.log = append(m.log, c)
	m.queue.Do(c)
}

func (m *model) scan() {
	m.joined = time.Now()
	session := m.grant()
	m.log = slices.DeleteFunc(m.log, func(c Command) bool { return c.Type == CommandOpen })
	open := Command{Type: CommandOpen, APIBase: "https://edge.test", Session: &session}
	m.log = slices.Insert(m.log, 0, open)
	m.queue.Do(open)
}

func (m *model) do(d deed) {
	id := photoID(d.Photo)
	if slices.Contains([]string{"cancel", "remove", "describe", "retry"}, d.Does) && m.photo(id).ID == "" {
		return // the page shows no button for it
	}
	switch d.Does {
	case "add":
		m.add(id, content(d.Photo))
	case "upload":
		m.upload()
	case "pause":
		m.send(Command{Type: CommandPause})
	case "cancel":
		m.cancel(id)
	case "cancel late":
		for _, p := range m.last().Photos {
			if p.State == StateConfirming {
				m.cancel(p.ID)
			}
		}
	case "remove":
		delete(m.wanted, id)
		m.removed[id] = true
		m.send(Command{Type: CommandRemove, ID: id})
	case "retry":
		m.retry(id)
	case "retry all":
		m.send(Command{Type: CommandRetry})
	case "describe":
		m.describe(id)
	case "desktop corrects":
		m.desktopCorrects(id)
	case "desktop removes":
		if m.images[id].ImageID != "" {
			delete(m.wanted, id)
			m.ever[id], m.ever[sha(content(d.Photo))] = true, true
			m.world.remove(id)
		}
	case "fault":
		m.weather[d.Step].fault, m.weather[d.Step].share = d.Fault, d.Share
	case "short URLs":
		m.urlLife = 31 * time.Second
	case "slow":
		m.latency, m.rate = 4*time.Second, 200_000
	case "clear weather":
		m.clear()
	case "offline", "online":
		m.offline = d.Does == "offline"
		m.queue.Do(Command{Type: CommandLifecycle, Visible: true, Online: !m.offline})
	case "hide", "show":
		m.queue.Do(Command{Type: CommandLifecycle, Visible: d.Does == "show", Online: !m.offline})
	case "kill tab":
		m.killTab()
	case "kill worker":
		m.killWorker()
	case "end session":
		m.endSession()
	case "scan":
		m.scan()
	case "second phone":
		m.secondPhone()
	case "make room":
		m.max = 1000
	case "clock":
		skew := time.Duration(m.rng.IntN(7200)-3600) * time.Second
		m.forward += max(0, skew-m.skew)
		m.skew = skew
	}
}

func (m *model) add(id, content string) {
	if m.taken[id] {
		return
	}
	m.taken[id] = true
	m.wanted[id] = content
	m.send(Command{Type: CommandAdd, ID: id, Name: id, Source: "camera", File: file(content)})
}

func (m *model) cancel(id string) {
	delete(m.wanted, id)
	m.cancelled[id] = m.asksFor(id)
	m.send(Command{Type: CommandCancel, ID: id})
}

// describe has the person change a photo on the phone, if the page allows it.
func (m *model) describe(id string) {
	p := m.photo(id)
	if p.State == StateRemoved || p.Correction == CorrectionOverruled {
		return
	}
	m.words++
	words := fmt.Sprint("phone ", m.words)
	// A desktop's correction wins, even before the phone knows of it.
	if m.images[id].CorrectedBy == nil {
		m.lastWords[id] = words
	}
	m.send(Command{Type: CommandDescribe, ID: id, Metadata: &shared.Metadata{Notes: words}})
}

// desktopCorrects lets a desktop correct a photo. Phones cannot change it afterwards.
func (m *model) desktopCorrects(id string) {
	if m.images[id].ImageID != "" {
		m.words++
		m.lastWords[id] = fmt.Sprint("desktop ", m.words)
		m.correct(id, m.lastWords[id])
	}
}

// forgetUnwritten notes that a page ended: the details entered just before may be lost.
func (m *model) forgetUnwritten() {
	for id, last := range m.lastWords {
		if m.kept(id).Metadata.Notes != last && m.notes(id) != last {
			delete(m.lastWords, id)
		}
	}
}

// erasure checks that photos are not erased before their time limit. Setting the
// clock forward shortens the wait. Photos that were erased need not arrive, nor do their
// details.
func (m *model) erasure() {
	if !m.last().Erased || len(m.last().Photos) > 0 {
		return
	}
	if limit := keepAfterEnd - m.forward; time.Since(m.joined) < limit {
		m.fail("photos were erased %s after the code was opened", time.Since(m.joined))
	}
	for id := range m.wanted {
		if !m.confirmedEver(id) {
			delete(m.wanted, id)
		}
	}
	m.forgetUnwritten()
}

// lastWord checks that the newest details that a person entered are stored and shown.
func (m *model) lastWord() {
	for id, last := range m.lastWords {
		image, stored := m.images[id]
		if !stored {
			continue
		}
		if image.Metadata.Notes != last {
			m.fail("photo %s: %q is stored, the newest are %q", id, image.Metadata.Notes, last)
		}
		if p := m.photo(id); p.State == StateConfirmed && p.Metadata.Notes != last && image.CorrectedBy == nil {
			m.fail("photo %s: %q is shown, the newest are %q", id, p.Metadata.Notes, last)
		}
	}
}

// staysRemoved checks that a removed photo stays removed.
func (m *model) staysRemoved() {
	for id := range m.gone {
		if m.images[id].ImageID != "" {
			m.fail("photo %s was removed on the desktop and came back", id)
		}
		p := m.photo(id)
		// The bytes of a duplicate stay for the person, who may not know that the other photo was removed.
		double := p.State == StateFailed && p.Problem.Code == shared.CodeDuplicate
		if m.kept(id).JPEG != nil && !double {
			m.fail("photo %s was removed on the desktop and is still in the journal", id)
		}
	}
}

// staysCancelled checks that no confirm of a cancelled photo begins. One may have been under way.
func (m *model) staysCancelled() {
	for id, begun := range m.cancelled {
		if now := m.asksFor(id); now > begun {
			m.fail("photo %s was cancelled, and then %d more confirms of it began", id, now-begun)
		}
	}
}

// asksFor returns how many confirms began that could make the photo an image.
func (m *model) asksFor(id string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.asks[id]
}

// upload presses Send for the photos that the page shows.
func (m *model) upload() {
	ids := []string{}
	for _, p := range m.last().Photos {
		if p.State != StateConfirmed && p.State != StateCancelled && p.State != StateRemoved {
			ids = append(ids, p.ID)
			m.asked[p.ID] = true
			delete(m.cancelled, p.ID)
		}
	}
	m.send(Command{Type: CommandUpload, IDs: ids})
}

// retry presses Retry, which the page shows only for failed and cancelled photos.
func (m *model) retry(id string) {
	p := m.photo(id)
	if p.State != StateCancelled && p.State != StateFailed {
		return
	}
	if i := m.photoNumber(id); p.State == StateCancelled {
		m.wanted[id] = content(i)
		m.asked[id] = true
	}
	delete(m.cancelled, id)
	m.send(Command{Type: CommandRetry, ID: id})
}

func (m *model) photoNumber(id string) (n int) {
	fmt.Sscanf(id, "%x", &n)
	return n - 1
}

func (m *model) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.weather[:])
	m.latency, m.rate, m.urlLife = 50*time.Millisecond, 0, shared.UploadURLTTL
}

// killTab ends the page. Photos that were not in the journal of a living session
// are lost, and the person takes them again.
func (m *model) killTab() {
	m.kill()
	m.forgetUnwritten()
	for id := range m.wanted {
		if m.confirmedEver(id) {
			continue
		}
		if m.kept(id).JPEG == nil {
			delete(m.wanted, id)
		}
	}
	for id := range m.cancelled {
		if m.kept(id).Stage != StageCancelled {
			delete(m.cancelled, id) // the journal does not know
		}
	}
	m.log = nil
	m.boot()
	m.scan()
}

// kept returns the record of a photo in the living session's journal.
func (m *model) kept(id string) Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.shelf(m.secret).records[id]
}

// killWorker ends the engine but not the page. The page still has all files and starts
// a new engine, to which it sends its commands again.
func (m *model) killWorker() {
	shown := m.last()
	session := *m.log[0].Session
	session.ImageCount = max(session.ImageCount, shown.ImageCount)
	m.log[0].Session = &session
	for _, p := range shown.Photos {
		if p.State == StateConfirmed && p.Correction != CorrectionPending {
			m.log = slices.DeleteFunc(m.log, func(c Command) bool { return c.ID == p.ID })
		}
	}
	m.kill()
	m.forgetUnwritten()
	m.boot()
	for _, c := range m.log {
		m.queue.Do(c)
	}
}

// endSession ends the session, which erases its photos in the cloud. The desktop opens
// a new one.
func (m *model) endSession() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.checkSession()
	clear(m.gone)
	clear(m.lastWords)
	m.sessions++
	m.session, m.secret = fmt.Sprint("token-", m.sessions), fmt.Sprint("key-", m.sessions)
	clear(m.slots)
	clear(m.objects)
	clear(m.images)
	clear(m.confirms)
	m.order = nil
}

// secondPhone fills the session until two places are left.
func (m *model) secondPhone() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.max = len(m.slots) + 2
}

// checkSession checks a session's images. The world's lock is held.
func (m *model) checkSession() {
	holders := map[string]string{}
	for id, image := range m.images {
		m.ever[id] = true
		if m.confirms[id] != 1 {
			m.fail("photo %s became an image %d times", id, m.confirms[id])
		}
		if want := sha(content(m.photoNumber(id))); image.SHA256 != want {
			m.fail("photo %s has other bytes", id)
		}
		if other := holders[image.SHA256]; other != "" && !m.blind {
			m.fail("photos %s and %s have the same bytes", other, id)
		}
		holders[image.SHA256] = id
		m.ever[image.SHA256] = true
	}
}

func (m *model) confirmedEver(id string) bool {
	_, here := m.images[id]
	return here || m.ever[id]
}

// faultsStop ends all faults and checks that uploads continue without the person,
// except where the person is needed.
func (m *model) faultsStop() {
	m.clear()
	m.offline, m.max = false, 1000
	time.Sleep(20 * time.Minute)
	synctest.Wait()
	switch s := m.last(); s.Phase {
	case PhaseUploading, PhaseWaiting:
		m.fail("still %s, %+v, %+v", s.Phase, s.Problem, s.Photos)
	case PhaseDone:
		for _, p := range s.Photos {
			if p.State == StateFailed && unreachable(p.Problem.Code) && p.Width > 0 {
				m.fail("photo %s was given up: %s", p.ID, p.Problem.Code)
			}
		}
	}
	m.nothingLeavesBeforeSend()
	for _, id := range m.unsafe {
		if m.wanted[id] != "" {
			m.fail("photo %s was signed before the journal had it", id)
		}
	}
}

// personReturns scans the code and presses Send and Retry once more.
func (m *model) personReturns() {
	m.queue.Do(Command{Type: CommandLifecycle, Visible: true, Online: true})
	m.scan()
	m.send(Command{Type: CommandRetry})
	m.upload()
	time.Sleep(20 * time.Minute)
	synctest.Wait()
	m.checkSession()
	m.nothingLeavesBeforeSend()
	m.lastWord()
	m.staysRemoved()
	m.staysCancelled()
	for id, content := range m.wanted {
		p := m.photo(id)
		switch {
		case m.confirmedEver(id) && (p.State == StateConfirmed || p.State == ""):
		case p.State == StateFailed && p.Problem.Code == shared.CodeDuplicate && m.ever[sha(content)]:
		case p.State == StateReady && m.ever[sha(content)]: // its double was removed on the desktop
		default:
			m.fail("photo %s: in the session %v, on the phone %q, %+v", id, m.confirmedEver(id), p.State, p.Problem)
		}
	}
	for _, p := range m.last().Photos {
		if p.State == StateConfirmed && !m.confirmedEver(p.ID) {
			m.fail("photo %s is shown as confirmed and is not", p.ID)
		}
		if m.removed[p.ID] && p.State != StateConfirmed {
			m.fail("photo %s was removed and came back", p.ID)
		}
		if left := m.kept(p.ID); left.ID != "" && p.State == StateConfirmed {
			m.fail("photo %s is still in the journal", p.ID)
		}
	}
}

func (m *model) nothingLeavesBeforeSend() {
	for id := range m.signedFor {
		if !m.asked[id] {
			m.fail("photo %s left before anybody pressed Send", id)
		}
	}
}

package model

import (
	"context"
	crand "crypto/rand"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/upload"
	"github.com/clinicpro/photobridge/wasm/upload/edgeapi"
	"github.com/clinicpro/photobridge/wasm/upload/journal"
)

// phone is one phone and its user. Its storage outlives its pages. The user acts only
// on what the page shows.
type phone struct {
	system  *system
	ctx     context.Context
	name    string
	storage *storage
	rng     *rand.Rand

	queue *upload.Queue
	kill  func()
	grant *shared.Grant // kept in the tab's sessionStorage
	ahead time.Duration // the edge's clock, when the grant arrived; kept with it
	keys  map[patient]string
	pages int

	mu       sync.Mutex
	snapshot upload.Snapshot

	skew    time.Duration
	offline bool
	faulty  int // percentage of the calls that are lost, half of them after their effect
	slow    time.Duration
	deaf    bool // the responses to its confirms are lost
	late    bool // its confirms arrive after it has given them up
}

func newPhone(l *life, name string, rng *rand.Rand) *phone {
	return &phone{
		system: l.system, ctx: l.ctx, name: name,
		storage: &storage{values: map[string][]byte{}}, keys: map[patient]string{}, rng: rng,
	}
}

// boot loads the page and starts its queue.
func (p *phone) boot() {
	ctx, cancel := context.WithCancel(p.ctx)
	p.pages++
	page := p.pages
	queue := upload.New(upload.World{
		Clock: clock{p}, Compressor: compressor{}, Transport: transport{p},
		Dial: func(base string, grant shared.Grant) upload.Edge {
			return edgeapi.New(fetcher{p, grant.EncounterID}, base, grant)
		},
		OpenJournal: func(ctx context.Context, grant shared.Grant, ahead time.Duration) (upload.Journal, error) {
			at := journal.Clock{Phone: clock{p}.Now, Ahead: ahead}
			owner := fmt.Sprint(p.name, "-", page, "-", p.rng.Uint64())
			return journal.Open(ctx, p.storage, nil, at, grant, owner, upload.KeepAfterJoin, fill)
		},
		Show: func(s upload.Snapshot) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.snapshot = s
		},
		Preview: func(string, []byte) {},
	}, p.rng.Uint64())
	done := make(chan struct{})
	go func() {
		defer close(done)
		queue.Run(ctx)
	}()
	p.queue, p.kill = queue, func() { cancel(); <-done }
	p.snapshot = upload.Snapshot{}
}

// reload ends the page and loads it again. The tab keeps its grant.
func (p *phone) reload() {
	p.kill()
	p.system.truth.pageEnded(p)
	p.boot()
	p.open(p.grant)
}

// die ends the tab. Its grant, and with it the journal key, is lost.
func (p *phone) die() {
	p.kill()
	p.system.truth.pageEnded(p)
	p.system.truth.keysGone(p)
	p.grant = nil
	p.boot()
}

// scan exchanges the code that a desktop shows.
func (p *phone) scan(d *desktop) {
	if d.session != nil {
		p.exchange(d.session.Token)
	}
}

// scanOld exchanges a code that a desktop showed earlier, such as from a picture of
// its screen.
func (p *phone) scanOld(d *desktop, n int) {
	if len(d.old) > 0 {
		p.exchange(d.old[n%len(d.old)])
	}
}

func (p *phone) exchange(code string) {
	if p.offline {
		return
	}
	r := p.system.call("GET", shared.BasePath+"/token/"+code, "", nil)
	if r.Code == 200 {
		grant := decode[shared.Grant](r)
		p.system.truth.joins(code, grant)
		p.ahead = grant.ServerTime.Sub(clock{p}.Now())
		p.open(&grant)
	}
}

func (p *phone) open(grant *shared.Grant) {
	if grant == nil {
		return
	}
	synctest.Wait()
	p.grant = grant
	p.keys[patient{grant.FacilityID, grant.PatientID, grant.EncounterID}] = grant.JournalKey
	p.snapshot = upload.Snapshot{}
	p.queue.Do(upload.Command{
		Type: upload.CommandOpen, APIBase: origin, Session: grant, AheadMS: int(p.ahead.Milliseconds()),
	})
}

func (p *phone) shown() []upload.PhotoSnapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.snapshot.Photos
}

// some returns one of the photos that the page shows.
func (p *phone) some(n int) (upload.PhotoSnapshot, bool) {
	photos := p.shown()
	if len(photos) == 0 {
		return upload.PhotoSnapshot{}, false
	}
	return photos[n%len(photos)], true
}

// take takes a photo if a patient is open.
func (p *phone) take(n int) {
	if p.grant != nil && !p.snapshot.Erased {
		p.add(n)
	}
}

// add adds a photo. Most of the photos have the patient's consent.
func (p *phone) add(n int) (id string) {
	id = p.system.truth.taken(p)
	p.queue.Do(upload.Command{Type: upload.CommandAdd, ID: id, Name: id, Source: "camera", File: file(id)})
	if n > 0 {
		now := time.Now().UTC()
		p.system.truth.photos[id].consent = &now
		p.queue.Do(upload.Command{Type: upload.CommandDescribe, ID: id, Metadata: &shared.Metadata{ConsentAt: &now}})
	}
	return id
}

// send presses Send for the photos that the page shows.
func (p *phone) send() { p.sendThose(func(*fact) bool { return true }) }

// sendAgain presses Send again for photos whose first Send may not have been
// written to the journal.
func (p *phone) sendAgain() { p.sendThose(func(f *fact) bool { return f.unheard }) }

func (p *phone) sendThose(wanted func(*fact) bool) {
	ids := []string{}
	for _, photo := range p.shown() {
		if wanted(p.system.truth.photos[photo.ID]) && !slices.Contains([]upload.PhotoState{
			upload.StateConfirmed, upload.StateCancelled, upload.StateRemoved,
		}, photo.State) {
			ids = append(ids, photo.ID)
			p.system.truth.asked(photo.ID)
		}
	}
	if len(ids) > 0 {
		p.queue.Do(upload.Command{Type: upload.CommandUpload, IDs: ids})
	}
}

func (p *phone) describe(n int) {
	photo, ok := p.some(n)
	if !ok || photo.State == upload.StateRemoved || photo.Correction == upload.CorrectionOverruled {
		return
	}
	words := p.system.truth.words(p.name)
	p.system.truth.described(photo.ID, words)
	p.queue.Do(upload.Command{
		Type: upload.CommandDescribe, ID: photo.ID,
		Metadata: &shared.Metadata{Notes: words, ConsentAt: p.system.truth.photos[photo.ID].consent},
	})
}

func (p *phone) takeBack(n int) {
	if photo, ok := p.some(n); ok && photo.State != upload.StateConfirmed && photo.State != upload.StateRemoved {
		p.system.truth.takenBack(photo.ID)
		p.queue.Do(upload.Command{Type: upload.CommandRemove, ID: photo.ID})
	}
}

func (p *phone) retry() { p.queue.Do(upload.Command{Type: upload.CommandRetry}) }

func (p *phone) lifecycle() {
	p.queue.Do(upload.Command{Type: upload.CommandLifecycle, Visible: true, Online: !p.offline})
}

// weather decides the fault of one call: the request or its response is lost, or the
// request arrives after the phone has given it up.
func (p *phone) weather(ctx context.Context, effect func()) error {
	lost := &shared.Error{Code: shared.CodeNetwork}
	wait := 50*time.Millisecond + p.slow
	select {
	case <-time.After(wait):
	case <-ctx.Done():
		return ctx.Err()
	}
	p.mu.Lock()
	roll, delay := p.rng.IntN(200), time.Duration(p.rng.IntN(60))*time.Second
	p.mu.Unlock()
	switch {
	case p.offline || roll < p.faulty:
		return lost
	case roll < 3*p.faulty/2:
		effect()
		return lost
	case roll < 2*p.faulty:
		time.AfterFunc(delay, effect)
		return lost
	}
	effect()
	return nil
}

type clock struct{ p *phone }

func (c clock) Now() time.Time                         { return time.Now().Round(0).Add(c.p.skew) }
func (c clock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// file is a chosen photo. Its content is its id.
type file string

func (f file) Size() int64 { return 4_000_000 }

type compressor struct{}

func (compressor) Compress(ctx context.Context, source upload.Source, _ int) (upload.Compressed, error) {
	select {
	case <-time.After(100 * time.Millisecond):
	case <-ctx.Done():
		return upload.Compressed{}, ctx.Err()
	}
	content := []byte(source.(file))
	return upload.Compressed{JPEG: content, Width: 4, Height: 3, SHA256: sha256.Sum256(content)}, nil
}

type fetcher struct {
	p           *phone
	encounterID string
}

func (f fetcher) Fetch(ctx context.Context, request edgeapi.Request) (response edgeapi.Response, err error) {
	isConfirm := strings.HasSuffix(request.URL, "/images")
	arrive := func() {
		path := strings.TrimPrefix(request.URL, origin)
		if strings.HasSuffix(path, "/presigned-url") {
			f.p.system.truth.leaves(request.Body)
		}
		r := f.p.system.call(request.Method, path, request.Token, request.Body)
		response = edgeapi.Response{
			Status: r.Code, Body: read(r.Body), Date: time.Now().UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"),
			RetryAfter: r.Header().Get("Retry-After"),
		}
	}
	if isConfirm && f.p.late && !f.p.offline {
		time.AfterFunc(20*time.Second, arrive)
		return edgeapi.Response{}, &shared.Error{Code: shared.CodeNetwork}
	}
	err = f.p.weather(ctx, arrive)
	if isConfirm && f.p.deaf {
		return edgeapi.Response{}, &shared.Error{Code: shared.CodeNetwork}
	}
	return response, err
}

type transport struct{ p *phone }

func (t transport) Put(
	ctx context.Context, to shared.PresignedUpload, body []byte, progress func(int64),
) (result upload.PutResult, err error) {
	err = t.p.weather(ctx, func() { result.Status = t.p.system.bucket.put(to, body) })
	progress(int64(len(body)))
	return result, err
}

// storage is the phone's IndexedDB.
type storage struct {
	mu     sync.Mutex
	values map[string][]byte
}

func (s *storage) Keys(context.Context) (keys []string, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys, nil
}

// has reports whether a photo's bytes were written.
func (s *storage) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.values {
		if strings.HasSuffix(key, "/"+id+"/jpeg") {
			return true
		}
	}
	return false
}

func (s *storage) Get(_ context.Context, key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.values[key]), nil
}

func (s *storage) Write(ctx context.Context, puts []journal.Item, deletes []string) error {
	select {
	case <-time.After(15 * time.Millisecond):
	case <-ctx.Done():
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, item := range puts {
		s.values[item.Key] = slices.Clone(item.Value)
	}
	for _, key := range deletes {
		delete(s.values, key)
	}
	return nil
}

// fill is the phone's source of random bytes.
func fill(b []byte) { crand.Read(b) }

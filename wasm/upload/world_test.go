package upload

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// world is everything outside the queue, in memory: an edge and a store with the
// guarantees of the real ones (docs/decisions/0003 and 0007), a journal and a
// compressor. Each test decides which calls fail.
type world struct {
	mu sync.Mutex

	// fault returns the fault of each call; n counts the calls of that step from 1.
	fault   func(s step, n int) fault
	latency time.Duration
	rate    int64         // bytes per second of each PUT; 0: unlimited
	uplink  int64         // bytes per second that all PUTs share; 0: rate applies
	pixels  time.Duration // duration of a compression, in addition to the latency
	skew    time.Duration // how far the phone's clock is ahead
	noDate  bool          // the browser hides the Date header
	max     int
	urlLife time.Duration

	calls     [steps]int
	inFlight  [steps]int
	mostPuts  int
	sending   int               // PUTs whose bytes are on their way
	bucket    string            // where its photos go
	patient   string            // and the encounter
	other     *world            // of another patient, on the same phone
	session   string            // the token of the live session
	secret    string            // the journal key of the live session
	slots     map[string]string // image id → key
	objects   map[string]string // key → SHA-256
	images    map[string]shared.Image
	confirms  map[string]int // image id → times that it became an image
	asks      map[string]int // image id → confirms that began and could make it an image
	order     []string
	gone      map[string]bool        // images that a desktop removed
	captured  *shared.Captured       // the time of capture in the files
	puts      *atomic.Int32          // PUTs at once, over all patients
	tooMany   atomic.Bool            // more than maxPuts ran at once
	unnamed   bool                   // the edge does not say which image was removed
	refuse    shared.Code            // the error of every confirm, and of every sign if it is not about the metadata
	refused   map[string]shared.Code // the error of each sign with one of these images
	phone     string                 // the phone's id since its code was opened
	version   bool                   // false: the edge ignores all but the first metadata
	records   map[string]Entry
	shelves   map[string]*shelf // the journal's storage, by the session's key
	opened    int               // journals
	ahead     []time.Duration   // with which each of them was opened
	stuck     bool              // the storage hangs
	writing   time.Duration     // duration of a write to the journal
	writes    int               // to the journal
	noJournal error
	unsafe    []string        // photos that were signed before the journal had them
	signedFor map[string]bool // photos that were announced to the edge
	crashed   func(any)

	snapshots []Snapshot
	previews  map[string]int
}

// fault is the way in which one call fails.
type fault int

const (
	works      fault = iota
	dropBefore       // no response and no effect
	dropAfter        // no response, but the effect
	status500        // a response that asks to retry later
	status429
	hangs      // never responds, no effect
	hangsAfter // never responds, but has the effect
	refuses    // 403 to a PUT, 401 to the edge's calls
	ends       // the edge: the session is over
)

const (
	testToken = "token-1"
	testKey   = "key-1"
)

func newWorld() *world {
	return &world{
		fault: func(step, int) fault { return works }, latency: 50 * time.Millisecond,
		max: shared.MaxImages, urlLife: shared.UploadURLTTL, session: testToken, secret: testKey,
		bucket: "https://store.test/", patient: "1", phone: "phone-1",
		slots: map[string]string{}, objects: map[string]string{}, images: map[string]shared.Image{},
		confirms: map[string]int{}, asks: map[string]int{}, gone: map[string]bool{}, version: true,
		puts:    new(atomic.Int32),
		records: map[string]Entry{}, signedFor: map[string]bool{}, shelves: map[string]*shelf{},
		previews: map[string]int{},
	}
}

func (w *world) grant() shared.Grant {
	return shared.Grant{
		FacilityID: "fac-1", PatientID: "pat-" + w.patient, EncounterID: "enc-" + w.patient,
		PatientLabel: "Patient " + w.patient, PhoneID: w.phone, ServerTime: time.Now(), UploadToken: w.session,
		JournalKey: w.secret, ImageCount: len(w.images),
		SessionExpiresAt: time.Now().Add(shared.SessionTTL), MaxImages: w.max,
		Limits: shared.PhoneLimits{MaxImageBytes: shared.MaxImageBytes, MaxBatch: shared.MaxImages},
	}
}

// start runs a queue until the test ends or stop is called.
func (w *world) start(ctx context.Context) (q *Queue, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	q = New(World{
		Clock: clock{w}, Compressor: compressor{w}, Transport: transport{w},
		Dial: func(_ string, s shared.Grant) Edge {
			if w.other != nil && s.JournalKey == w.other.secret {
				return edge{w.other, s.UploadToken, s.PhoneID}
			}
			return edge{w, s.UploadToken, s.PhoneID}
		},
		OpenJournal: w.openJournal,
		Show: func(s Snapshot) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.snapshots = append(w.snapshots, s)
		},
		Preview: func(id string, _ []byte) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.previews[id]++
		},
	}, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if w.crashed != nil {
			defer func() { w.crashed(recover()) }()
		}
		q.Run(ctx)
	}()
	return q, func() { cancel(); <-done }
}

// open starts a queue with its session open.
func (w *world) open(t testing.TB) *Queue {
	t.Helper()
	q, stop := w.start(t.Context())
	t.Cleanup(stop)
	session := w.grant()
	q.Do(Command{Type: CommandOpen, APIBase: "https://edge.test", Session: &session})
	return q
}

// another returns the world of another patient whose photos are on the same phone.
func (w *world) another() *world {
	w.other = newWorld()
	w.other.patient, w.other.bucket = "2", "https://other.test/"
	w.other.session, w.other.secret = "token-other", "key-other"
	w.other.shelves, w.other.puts = w.shelves, w.puts
	return w.other
}

func (w *world) last() Snapshot {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.snapshots) == 0 {
		return Snapshot{}
	}
	return w.snapshots[len(w.snapshots)-1]
}

func (w *world) photo(id string) PhotoSnapshot {
	for _, p := range w.last().Photos {
		if p.ID == id {
			return p
		}
	}
	return PhotoSnapshot{}
}

func (w *world) called(s step) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[s]
}

// file is a chosen file. Its content determines the compressed bytes.
type file string

func (f file) Size() int64 { return 4_000_000 }

func add(q *Queue, ids ...string) {
	for _, id := range ids {
		q.Do(Command{Type: CommandAdd, ID: id, Name: id + ".jpg", Source: "camera", File: file(id)})
	}
}

func ids(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%032x", i+1)
	}
	return all
}

type clock struct{ w *world }

func (c clock) Now() time.Time                         { return time.Now().Round(0).Add(c.w.skew) }
func (c clock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// enter counts a call and returns its fault.
func (w *world) enter(s step) fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls[s]++
	w.inFlight[s]++
	if s == send {
		w.mostPuts = max(w.mostPuts, w.inFlight[send])
	}
	return w.fault(s, w.calls[s])
}

func (w *world) leave(s step) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inFlight[s]--
}

// sleep waits until the caller gives up or the time is over.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// call makes one call with its fault. effect is the change on the server.
func (w *world) call(ctx context.Context, s step, effect func() error) error {
	kind := w.enter(s)
	defer w.leave(s)
	gone := sleep(ctx, w.latency)
	var err error
	if gone == nil && kind == works || kind == dropAfter || kind == hangsAfter {
		w.mu.Lock()
		err = effect()
		w.mu.Unlock()
	}
	if gone != nil {
		return gone
	}
	switch kind {
	case hangs, hangsAfter:
		<-ctx.Done()
		return ctx.Err()
	case dropBefore, dropAfter:
		return &shared.Error{Code: shared.CodeNetwork}
	case status500:
		return &shared.Error{Code: shared.CodeUpstreamUnavailable}
	case status429:
		return &shared.Error{Code: shared.CodeRateLimited, RetryAfter: 7 * time.Second}
	case refuses:
		return &shared.Error{Code: shared.CodeUnauthorized}
	case ends:
		return &shared.Error{Code: shared.CodeSessionExpired}
	}
	return err
}

type compressor struct{ w *world }

func (c compressor) Compress(ctx context.Context, source Source, maxBytes int) (Compressed, error) {
	var result Compressed
	if err := sleep(ctx, c.w.pixels); err != nil {
		return result, err
	}
	err := c.w.call(ctx, compress, func() error {
		content := source.(file)
		if content == "bad" {
			return &shared.Error{Code: shared.CodeNotAnImage}
		}
		jpeg := make([]byte, 900_000)
		copy(jpeg, content)
		result = Compressed{JPEG: jpeg, Width: 3072, Height: 2304, SHA256: sha256.Sum256([]byte(content)),
			Captured: c.w.captured,
		}
		return nil
	})
	return result, err
}

type edge struct {
	w            *world
	token, phone string
}

// inJournal reports whether some session has the photo's bytes in its journal.
func (w *world) inJournal(id string) bool {
	for _, s := range w.shelves {
		if s.records[id].JPEG != nil {
			return true
		}
	}
	return false
}

func (e edge) check() error {
	if e.token != e.w.session {
		return &shared.Error{Code: shared.CodeUnauthorized}
	}
	return nil
}

func (e edge) Sign(ctx context.Context, images []shared.PresignImage) (signed Signed, err error) {
	w := e.w
	w.mu.Lock()
	for _, image := range images {
		w.signedFor[image.ImageID] = true
		if !w.inJournal(image.ImageID) && w.noJournal == nil && ctx.Err() == nil {
			w.unsafe = append(w.unsafe, image.ImageID)
		}
	}
	w.mu.Unlock()
	err = w.call(ctx, sign, func() error {
		if err := e.check(); err != nil {
			return err
		}
		if w.refuse == shared.CodePhoneRemoved {
			return &shared.Error{Code: w.refuse}
		}
		for _, image := range images {
			if code := w.refused[image.ImageID]; code != "" {
				return &shared.Error{Code: code}
			}
			if w.gone[image.ImageID] && w.unnamed {
				return &shared.Error{Code: shared.CodeImageRemoved}
			}
			if w.gone[image.ImageID] {
				return &shared.Error{Code: shared.CodeImageRemoved, ImageID: image.ImageID}
			}
		}
		slots := maps.Clone(w.slots)
		for _, image := range images {
			if slots[image.ImageID] == "" {
				slots[image.ImageID] = "sessions/enc-" + w.patient + "/" + image.ImageID + ".jpg"
			}
		}
		if len(slots) > w.max {
			return &shared.Error{Code: shared.CodeLimitReached}
		}
		w.slots = slots
		now := time.Now().Round(0)
		for _, image := range images {
			signed.Uploads = append(signed.Uploads, shared.PresignedUpload{
				ImageID:   image.ImageID,
				S3Key:     slots[image.ImageID],
				UploadURL: w.bucket + slots[image.ImageID],
				Headers:   map[string]string{"sha": image.SHA256},
				ExpiresAt: now.Add(w.urlLife),
			})
		}
		if !w.noDate {
			signed.ServerTime = now
		}
		return nil
	})
	return signed, err
}

func (e edge) Confirm(ctx context.Context, r shared.ConfirmRequest) (answer shared.ConfirmResponse, err error) {
	w := e.w
	w.mu.Lock()
	if w.images[r.ImageID].ImageID == "" && !w.gone[r.ImageID] && e.check() == nil {
		w.asks[r.ImageID]++
	}
	w.mu.Unlock()
	err = w.call(ctx, confirm, func() error {
		if err := e.check(); err != nil {
			return err
		}
		if w.refuse != "" {
			return &shared.Error{Code: w.refuse}
		}
		if err := r.Metadata.Validate(time.Now()); err != nil {
			return err
		}
		if w.gone[r.ImageID] {
			return &shared.Error{Code: shared.CodeImageRemoved, ImageID: r.ImageID}
		}
		if r.MetadataVersion < 0 || r.MetadataVersion > shared.MaxMetadataVersion {
			return &shared.Error{Code: shared.CodeBadRequest}
		}
		image, known := w.images[r.ImageID]
		if known && w.version && image.CorrectedBy == nil && r.MetadataVersion > image.MetadataVersion {
			image.Metadata, image.MetadataVersion = r.Metadata, r.MetadataVersion
			w.images[r.ImageID] = image
		}
		if !known {
			if r.S3Key == "" || w.objects[r.S3Key] == "" {
				return &shared.Error{Code: shared.CodeObjectMissing}
			}
			image = shared.Image{
				ImageID:    r.ImageID,
				SHA256:     w.objects[r.S3Key],
				Metadata:   r.Metadata,
				UploadedAt: time.Now(),
				PhoneID:    e.phone,
			}
			if w.version {
				image.MetadataVersion = r.MetadataVersion
			}
			w.images[r.ImageID] = image
			w.confirms[r.ImageID]++
			w.order = append(w.order, r.ImageID)
		}
		answer = shared.ConfirmResponse{Image: image, ImageCount: len(w.images)}
		return nil
	})
	return answer, err
}

// correct changes a photo's notes as a desktop does.
func (w *world) correct(id, notes string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if image, known := w.images[id]; known {
		image.Metadata.Notes, image.CorrectedBy = notes, &shared.Clinician{ID: "gp"}
		w.images[id] = image
	}
}

func (w *world) remove(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if image, known := w.images[id]; known {
		delete(w.images, id)
		delete(w.objects, w.slots[id])
		w.gone[id] = true
		w.order = slices.DeleteFunc(w.order, func(other string) bool { return other == image.ImageID })
	}
}

// notes returns the notes of a photo that the edge has stored.
func (w *world) notes(id string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.images[id].Metadata.Notes
}

func (e edge) List(ctx context.Context) (answer shared.ListResponse, err error) {
	w := e.w
	err = w.call(ctx, probe, func() error {
		if err := e.check(); err != nil {
			return err
		}
		answer.EncounterID = "enc-" + w.patient
		for _, id := range w.order {
			image := w.images[id]
			if image.PhoneID != e.phone {
				image.Metadata, image.MetadataVersion, image.CorrectedBy = shared.Metadata{}, 0, nil
			}
			answer.Images = append(answer.Images, image)
		}
		return nil
	})
	return answer, err
}

type transport struct{ w *world }

func (t transport) Put(
	ctx context.Context,
	to shared.PresignedUpload,
	body []byte,
	progress func(int64),
) (PutResult, error) {
	if other := t.w.other; other != nil && strings.HasPrefix(to.UploadURL, other.bucket) {
		return transport{other}.put(ctx, to, body, progress)
	}
	return t.put(ctx, to, body, progress)
}

func (t transport) put(
	ctx context.Context,
	to shared.PresignedUpload,
	body []byte,
	progress func(int64),
) (PutResult, error) {
	w := t.w
	if w.puts.Add(1) > maxPuts {
		w.tooMany.Store(true)
	}
	defer w.puts.Add(-1)
	answer := PutResult{Status: 200}
	err := w.call(ctx, send, func() error {
		switch {
		case to.UploadURL == "" || !time.Now().Before(to.ExpiresAt):
			answer.Status = 403
		case w.objects[to.S3Key] != "":
			answer.Status = 412
		default:
			w.objects[to.S3Key] = to.Headers["sha"]
		}
		return nil
	})
	switch shared.CodeOf(err) {
	case shared.CodeUpstreamUnavailable:
		return PutResult{Status: 503}, nil
	case shared.CodeRateLimited:
		return PutResult{Status: 429, RetryAfter: 7 * time.Second}, nil
	case shared.CodeUnauthorized:
		return PutResult{Status: 403}, nil
	}
	if err != nil {
		return PutResult{}, err
	}
	if w.rate+w.uplink > 0 && answer.Status == 200 {
		w.count(&w.sending, 1)
		defer w.count(&w.sending, -1)
		tick := 100 * time.Millisecond
		if w.uplink > 0 {
			tick = 20 * time.Millisecond // the precision of the shared bandwidth
		}
		for sent := int64(0); sent < int64(len(body)); {
			if err := sleep(ctx, tick); err != nil {
				return PutResult{}, err
			}
			sent += int64(float64(w.bandwidth()) * tick.Seconds())
			progress(min(sent, int64(len(body))))
		}
	}
	progress(int64(len(body)))
	return answer, nil
}

func (w *world) count(n *int, change int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*n += change
}

// bandwidth returns the bytes per second of one PUT.
func (w *world) bandwidth() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.uplink > 0 {
		return w.uplink / int64(w.sending)
	}
	return w.rate
}

func sha(content string) string {
	sum := sha256.Sum256([]byte(content))
	return base64.StdEncoding.EncodeToString(sum[:])
}

package model

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// truth records what people did and checks that the system's state agrees with it.
type truth struct {
	system *system
	photos map[string]*fact
	seen   map[patient]view
	codes  map[patient]code
	phones map[string]bool      // ids of removed phones
	ended  map[string]time.Time // when each session ended, by its journal key
	left   map[string]bool      // keys of expired sessions' objects, which the bucket's lifecycle rule deletes
	spoken int
	wrong  []string
}

// fact is what people did with one photo, and what has become of it.
type fact struct {
	patient   patient
	phone     *phone
	key       string // journal key of the session that it was taken for
	consent   *time.Time
	asked     time.Time // when somebody first pressed Send for it
	unheard   bool      // the page ended before it could write that to the journal
	back      bool      // the person on the phone removed or cancelled it
	last      string    // the newest notes; these must be stored
	spoken    string    // the newest notes entered on the phone
	at        time.Time
	corrected bool // a desktop changed the notes; later changes on a phone no longer count
	unsure    bool // the newest notes may be lost, so either version may be stored
	stored    bool // it was confirmed at some time
	shown     bool // a desktop's list contained it
	removing  bool // a desktop that showed it asked to remove it
	ending    bool // a desktop that showed it asked to end the session
	gone      string
	lost      bool // it may never arrive: its session ended, or the page before it was in the journal
}

// view is the state of an encounter's record after the previous step.
type view struct {
	session string
	key     string
	expires time.Time
	images  map[string]bool
}

// code is the newest QR code of a patient.
type code struct {
	text string
	made time.Time
}

func newTruth(s *system) *truth {
	return &truth{
		system: s, photos: map[string]*fact{}, seen: map[patient]view{}, codes: map[patient]code{},
		phones: map[string]bool{}, ended: map[string]time.Time{}, left: map[string]bool{},
	}
}

func (t *truth) fail(format string, args ...any) {
	t.wrong = append(t.wrong, fmt.Sprintf(format, args...))
}

func (t *truth) words(who string) string {
	t.spoken++
	return fmt.Sprint(who, " ", t.spoken)
}

func (t *truth) taken(p *phone) string {
	id := fmt.Sprintf("%032x", len(t.photos)+1)
	t.photos[id] = &fact{
		patient: patient{p.grant.FacilityID, p.grant.PatientID, p.grant.EncounterID},
		phone:   p, key: p.grant.JournalKey,
	}
	return id
}

func (t *truth) asked(id string) {
	if f := t.photos[id]; f.asked.IsZero() {
		f.asked = time.Now()
	}
}

func (t *truth) takenBack(id string) { t.photos[id].back, t.photos[id].unsure = true, true }

func (t *truth) see(id string) { t.photos[id].shown = true }

func (t *truth) described(id, words string) {
	f := t.photos[id]
	f.spoken = words
	if !f.corrected {
		f.last, f.at = words, time.Now()
	}
}

func (t *truth) corrected(id, words string) {
	f := t.photos[id]
	f.last, f.corrected, f.unsure = words, true, false
}

func (t *truth) mayRemove(id string) { t.photos[id].removing = true }

// removed notes that a desktop removed the photo: it must not return to this session.
func (t *truth) removed(id string) {
	f := t.photos[id]
	f.gone = t.system.hash(f.patient)["id"]
}

func (t *truth) mayEnd(images []shared.Image, may bool) {
	for _, image := range images {
		t.photos[image.ImageID].ending = may
	}
}

// pageEnded notes that a page ended. What was entered in the last second may not be in
// the journal yet.
func (t *truth) pageEnded(p *phone) {
	for id, f := range t.photos {
		if f.phone != p {
			continue
		}
		if !f.corrected && time.Since(f.at) < time.Second {
			f.unsure = true
		}
		if !f.asked.IsZero() && time.Since(f.asked) < time.Second {
			f.unheard = true
		}
		if !f.stored && !p.storage.has(id) {
			f.lost = true
		}
	}
}

// keysGone notes that a tab died, and its journal key with it. Scanning the code again
// returns the key only if the session is still the same.
func (t *truth) keysGone(p *phone) {
	for _, f := range t.photos {
		if f.phone == p && !f.stored && keyOf(t.system.hash(f.patient)) != p.keys[f.patient] {
			f.lost = true
		}
	}
}

// keyOf returns the journal key of a session's record.
func keyOf(hash map[string]string) string {
	var stored struct{ JournalKey string }
	json.Unmarshal([]byte(hash["session"]), &stored)
	return stored.JournalKey
}

// leaves checks that nothing leaves a phone before Send.
func (t *truth) leaves(body []byte) {
	var request shared.PresignRequest
	if err := json.Unmarshal(body, &request); err != nil {
		t.fail("a request is not JSON: %v", err)
	}
	for _, image := range request.Images {
		if t.photos[image.ImageID].asked.IsZero() {
			t.fail("nothing leaves before Send: photo %s was announced to the edge", image.ImageID)
		}
		if want := t.photos[image.ImageID].patient.encounter; request.EncounterID != want {
			t.fail("no photo under another patient: %s of %s goes to %s", image.ImageID, want, request.EncounterID)
		}
	}
}

// shows notes that a desktop shows a new code.
func (t *truth) shows(of patient, text string) { t.codes[of] = code{text, time.Now()} }

// joins checks that only the newest code works, for ten minutes, and for the
// patient whose desktop shows it.
func (t *truth) joins(text string, grant shared.Grant) {
	granted := patient{grant.FacilityID, grant.PatientID, grant.EncounterID}
	for of, newest := range t.codes {
		if newest.text == text && time.Since(newest.made) < shared.QRTokenTTL {
			if of != granted {
				t.fail("no photo under another patient: the code of %s opens %s", of, granted)
			}
			return
		}
	}
	t.fail("nothing outlives its time limit: a code that is not the newest, or is too old, works")
}

// refuses notes that a phone was removed: nothing that it sends later may be stored.
func (t *truth) refuses(phoneID string) {
	t.watch()
	t.phones[phoneID] = true
}

// noneLapsed checks that no expired slot is left. It must run right after a list was
// fetched, because fetching the list removes them.
func (t *truth) noneLapsed(of patient) {
	for field, value := range t.system.hash(of) {
		var slot struct{ Lapses int64 }
		if strings.HasPrefix(field, "slot:") && json.Unmarshal([]byte(value), &slot) == nil &&
			slot.Lapses <= time.Now().UnixMilli() {
			t.fail("nothing outlives its time limit: an expired slot is still reserved")
		}
	}
}

// watch checks what the edge has stored against what people did.
func (t *truth) watch() {
	for _, patient := range patients {
		hash := t.system.hash(patient)
		now := t.look(hash)
		before := t.seen[patient]
		t.compare(before, now, hash)
		if before.session != "" && before.session != now.session {
			t.over(patient, before)
		}
		if now.session == "" {
			t.unsent(patient)
		}
		t.seen[patient] = now
		for id := range now.images {
			t.image(patient, id, now.session, hash)
		}
	}
}

func (t *truth) look(hash map[string]string) view {
	v := view{images: map[string]bool{}}
	millis, _ := strconv.ParseInt(hash["expires"], 10, 64)
	v.expires = time.UnixMilli(millis)
	if !time.Now().Before(v.expires) {
		return v
	}
	v.session = hash["id"]
	v.key = keyOf(hash)
	ends, _ := strconv.ParseInt(hash["ends"], 10, 64)
	if v.expires.After(time.UnixMilli(ends)) {
		t.fail("nothing outlives its time limit: a session continues after twelve hours")
	}
	for field := range hash {
		if id, ok := strings.CutPrefix(field, "image:"); ok {
			v.images[id] = true
		}
		if id, ok := strings.CutPrefix(field, "gone:"); ok {
			t.photos[id].gone = v.session
			if hash["slot:"+id] != "" {
				t.fail("what was removed stays removed: %s has a slot again", id)
			}
		}
	}
	if len(v.images) > maxImages {
		t.fail("no more photos than a session may have: %d", len(v.images))
	}
	return v
}

// compare checks that a confirmed photo exists until somebody who has seen it removes
// it or ends the session.
func (t *truth) compare(before, now view, hash map[string]string) {
	expired := before.session != now.session && !time.Now().Before(before.expires)
	for id := range before.images {
		f := t.photos[id]
		switch {
		case now.images[id], expired:
		case f.shown && f.removing && before.session == now.session:
		case f.shown && (f.ending || f.removing) && before.session != now.session:
		default:
			t.fail("what was confirmed exists until somebody who has seen it removes it: %s is gone; %+v", id, *f)
		}
	}
}

// unsent notes that a session ended: photos that it did not have may never arrive.
func (t *truth) unsent(patient patient) {
	for _, f := range t.photos {
		f.lost = f.lost || f.patient == patient && !f.stored
	}
}

// over notes that a session ended. The desktops' corrections end with it: a phone that
// does not know of the end may send the photo with its own details to the next session.
func (t *truth) over(patient patient, before view) {
	t.unsent(patient)
	t.ended[before.key] = time.Now()
	for _, f := range t.photos {
		if f.patient == patient && f.corrected {
			f.last, f.corrected, f.unsure = f.spoken, false, true
		}
	}
	if time.Now().Before(before.expires) {
		return
	}
	for key := range t.system.bucket.objects {
		t.left[key] = t.left[key] || strings.HasPrefix(key, "sessions/"+patient.encounter+"/")
	}
}

func (t *truth) image(patient patient, id, session string, hash map[string]string) {
	f := t.photos[id]
	isNew := !f.stored
	f.stored = true
	if f.patient != patient {
		t.fail("no photo under another patient: %s of %s is under %s", id, f.patient, patient)
	}
	if f.gone == session {
		t.fail("what was removed stays removed: %s came back", id)
	}
	image := t.decode(hash, id)
	if isNew && t.phones[image.PhoneID] {
		t.fail("a phone that was removed sends nothing: %s", id)
	}
	if t.system.consent == shared.ConsentRequire && image.Metadata.ConsentAt == nil {
		t.fail("no photo without consent where it is required: %s", id)
	}
	if _, there := t.system.bucket.objects[image.S3Key]; !there && !f.removing && !f.ending {
		t.fail("what was confirmed exists: %s has no object", id)
	}
}

func (t *truth) decode(hash map[string]string, id string) (image shared.Image) {
	if err := json.Unmarshal([]byte(hash["image:"+id]), &image); err != nil {
		t.fail("image %s: %v", id, err)
	}
	return image
}

// lastWord checks that the newest details that a person entered are stored.
func (t *truth) lastWord() {
	for _, patient := range patients {
		hash := t.system.hash(patient)
		for id := range t.seen[patient].images {
			f := t.photos[id]
			if notes := t.decode(hash, id).Metadata.Notes; !f.unsure && notes != f.last {
				t.fail("the last word of a person is what is stored: %s has %q, want %q", id, notes, f.last)
			}
		}
	}
}

// arrived checks that what was sent from these phones has arrived.
func (t *truth) arrived(from ...*phone) {
	for id, f := range t.photos {
		if !slices.Contains(from, f.phone) {
			continue
		}
		refused := t.system.consent == shared.ConsentRequire && f.consent == nil
		full := t.places(f.patient) == maxImages
		// A phone erases a session's photos an hour after it learned of the end.
		ended, over := t.ended[f.key]
		erased := over && time.Since(ended) > time.Hour && !f.phone.storage.has(id)
		if !f.asked.IsZero() && !f.back && !f.lost && !f.stored && !refused && !full && !erased {
			t.fail("what was sent arrives: %s is missing; its phone shows %+v; %+v", id, f.phone.shown(), *f)
		}
	}
}

// onTheirWay returns a check to run after ending a session without force: the edge
// must refuse that while a slot is reserved.
func (t *truth) onTheirWay(of patient) (check func()) {
	before, pending := t.system.hash(of), false
	for field, value := range before {
		var slot struct{ Lapses int64 }
		pending = pending || strings.HasPrefix(field, "slot:") &&
			json.Unmarshal([]byte(value), &slot) == nil && slot.Lapses > time.Now().UnixMilli()
	}
	return func() {
		if pending && t.system.hash(of)["id"] != before["id"] {
			t.fail("what was sent arrives: a session ended while photos were on their way")
		}
	}
}

// places counts a session's images and slots. Photos without consent count too: each
// retry reserves a slot, although the confirm is refused.
func (t *truth) places(of patient) (n int) {
	for field := range t.system.hash(of) {
		if strings.HasPrefix(field, "image:") || strings.HasPrefix(field, "slot:") {
			n++
		}
	}
	return n
}

// noOrphans checks, after all faults have stopped, that every object has a record.
func (t *truth) noOrphans() {
	records := map[string]bool{}
	for _, encounter := range encounters {
		for field, value := range t.system.record(encounter) {
			if strings.HasPrefix(field, "image:") || strings.HasPrefix(field, "slot:") {
				var record struct{ S3Key string }
				json.Unmarshal([]byte(value), &record)
				records[record.S3Key] = true
			}
		}
	}
	for key := range t.system.bucket.objects {
		if !records[key] && !t.left[key] {
			t.fail("once all is quiet, no object without a record: %s", key)
		}
	}
}

// overTime checks that nothing outlives its time limit.
func (t *truth) overTime(phones []*phone) {
	for _, p := range phones {
		if n := len(p.storage.values); n > 0 {
			t.fail("nothing outlives its time limit: %d journal values on %s", n, p.name)
		}
	}
	for _, encounter := range encounters {
		if len(t.system.record(encounter)) > 0 {
			t.fail("nothing outlives its time limit: the session record of %s", encounter)
		}
	}
}

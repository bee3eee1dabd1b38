package model

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/upload"
)

// frame is the engine in a desktop's page, for photos that are added there. It has
// no journal, so photos that have not arrived when the page closes are lost.
type frame struct {
	*phone
	token string // the desktop token of its session
}

// newFrame opens the frame of a desktop.
func newFrame(l *life, seed uint64, i int) *frame {
	f := &frame{phone: newPhone(l, fmt.Sprint("desktop ", i), rand.New(rand.NewPCG(seed, uint64(2+i))))}
	f.boot()
	return f
}

// follow opens the desktop's session in the frame if it has changed. Another patient
// gets a new frame, so the previous patient's photos are dropped.
func (f *frame) follow(d *desktop, samePatient bool) {
	switch {
	case f.token == "":
	case !samePatient:
		f.kill()
		f.system.truth.pageEnded(f.phone)
		f.token = ""
		f.boot()
	default:
		f.join(d)
	}
}

// join opens the session of the desktop.
func (f *frame) join(d *desktop) {
	if d.session == nil || d.session.DesktopToken == f.token {
		return
	}
	f.token = d.session.DesktopToken
	f.open(&shared.Grant{
		EncounterID: d.session.EncounterID, PatientID: d.patient.id, FacilityID: d.patient.facility,
		UploadToken: f.token, JournalKey: "opens none: " + f.token,
		SessionExpiresAt: d.list.SessionExpiresAt, ServerTime: time.Now().UTC(),
		MaxImages: d.session.MaxImages, Limits: d.session.Limits, Consent: d.session.Consent,
	})
}

// addHere adds a photo on the desktop, which sends it at once.
func (d *desktop) addHere(n int) {
	if d.look(); d.session == nil || d.offline {
		return
	}
	d.frame.join(d)
	id := d.frame.add(n)
	d.system.truth.asked(id)
	d.frame.queue.Do(upload.Command{Type: upload.CommandUpload, IDs: []string{id}})
}

// settle retries what failed and gives the frame time to send all of its photos.
func (d *desktop) settle() {
	d.frame.lifecycle()
	d.frame.retry()
	time.Sleep(3 * time.Minute)
}

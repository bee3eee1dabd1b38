package model

import (
	"encoding/json"
	"fmt"

	"github.com/clinicpro/photobridge/shared"
)

// desktop is a widget and the person who uses it. It acts only on what the list
// that it fetched last contains.
type desktop struct {
	system  *system
	patient patient
	session *shared.CreateResponse
	old     []string // the codes that it has shown
	list    shared.ListResponse
	offline bool
	frame   *frame
}

func (d *desktop) goOffline(offline bool) {
	d.offline, d.frame.offline = offline, offline
	d.frame.lifecycle()
}

func (d *desktop) path(rest string) string { return shared.BasePath + rest }

// open opens a patient's session. If one is live, the edge returns that.
func (d *desktop) open(of patient) {
	if d.offline {
		return
	}
	samePatient := d.patient == of
	d.patient, d.session, d.list = of, nil, shared.ListResponse{}
	if r := d.system.call("POST", d.path("/create"), launch(of), []byte("{}")); r.Code == 201 {
		created := decode[shared.CreateResponse](r)
		d.session = &created
		d.show(created.Token)
		d.look()
	}
	d.frame.follow(d, samePatient)
}

// show shows a new code; the earlier ones stop working.
func (d *desktop) show(code string) {
	d.session.Token = code
	d.old = append(d.old, code)
	d.system.truth.shows(d.patient, code)
}

// renew asks for a new code.
func (d *desktop) renew() {
	if d.session == nil || d.offline {
		return
	}
	r := d.system.call("POST", d.path("/"+d.session.EncounterID+"/token"), d.session.DesktopToken, []byte("{}"))
	if r.Code == 201 {
		d.show(decode[shared.CreateResponse](r).Token)
	}
}

// look fetches the list. From then on the person counts as having seen its photos.
func (d *desktop) look() {
	if d.session == nil || d.offline {
		return
	}
	r := d.system.call("GET", d.path("/images/"+d.session.EncounterID), d.session.DesktopToken, nil)
	switch r.Code {
	case 200:
		d.list = decode[shared.ListResponse](r)
		d.system.truth.noneLapsed(d.patient)
		for _, image := range d.list.Images {
			d.system.truth.see(image.ImageID)
		}
	case 401, 404:
		d.session = nil
	}
}

// seen returns the id of an image in the last list. ok is false if there is none.
func (d *desktop) seen(n int) (id string, ok bool) {
	if d.session == nil || d.offline || len(d.list.Images) == 0 {
		return "", false
	}
	return d.list.Images[n%len(d.list.Images)].ImageID, true
}

// correct changes the details of a photo that the desktop shows.
func (d *desktop) correct(n int) {
	id, ok := d.seen(n)
	if !ok {
		return
	}
	words := d.system.truth.words("desktop")
	body, _ := json.Marshal(map[string]any{"metadata": map[string]string{"notes": words}})
	r := d.system.call("PATCH", d.path("/images/"+d.session.EncounterID+"/"+id), d.session.DesktopToken, body)
	switch {
	case r.Code == 200:
		d.system.truth.corrected(id, words)
	case r.Code >= 500:
		d.system.truth.photos[id].unsure = true // the edge may have stored it before it failed
	}
}

// remove removes a photo that the desktop shows. If the request fails, the photo
// may be gone or not, and the truth allows both.
func (d *desktop) remove(n int) {
	id, ok := d.seen(n)
	if !ok {
		return
	}
	d.system.truth.mayRemove(id)
	path := d.path("/images/" + d.session.EncounterID + "/" + id)
	if r := d.system.call("DELETE", path, d.session.DesktopToken, nil); r.Code == 204 {
		d.system.truth.removed(id)
	}
}

// removePhone removes a phone of the last list, so that the edge refuses its requests.
func (d *desktop) removePhone(n int) {
	if d.session == nil || d.offline || len(d.list.Phones) == 0 {
		return
	}
	id := d.list.Phones[n%len(d.list.Phones)].PhoneID
	path := d.path("/" + d.session.EncounterID + "/phones/" + id)
	if r := d.system.call("DELETE", path, d.session.DesktopToken, nil); r.Code == 204 {
		d.system.truth.refuses(id)
	}
}

// end ends the session at the revision that this desktop knows. If anything has
// changed since, the edge refuses and the desktop fetches the list instead. With
// anyway, it ends the session although photos are on their way.
func (d *desktop) end(anyway bool) {
	if d.session == nil || d.offline {
		return
	}
	d.system.truth.mayEnd(d.list.Images, true)
	check := d.system.truth.onTheirWay(d.patient)
	r := d.system.call("DELETE", d.path("/"+d.session.EncounterID), d.session.DesktopToken, nil,
		"If-Match", fmt.Sprintf(`"%d"`, d.list.Revision))
	check()
	if anyway && r.Code == 409 {
		r = d.system.call("DELETE", d.path("/"+d.session.EncounterID+"?force=1"), d.session.DesktopToken, nil)
	}
	switch r.Code {
	case 204:
		d.session = nil
	case 409, 412:
		d.system.truth.mayEnd(d.list.Images, false)
		d.look()
	}
}

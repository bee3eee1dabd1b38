package upload

import (
	"slices"

	"github.com/clinicpro/photobridge/shared"
)

// holdings is what the phone knows about the images that the edge has.
type holdings struct {
	ids    map[string]string // SHA-256 → image id
	count  int
	wanted bool // the list should be fetched
	hold   bool // photos wait for the list, because the edge may have them already
}

// list stores the images of a list.
func (h *holdings) list(images []shared.Image) {
	h.count = len(images)
	clear(h.ids)
	for _, image := range images {
		h.ids[image.SHA256] = image.ImageID
	}
	h.wanted, h.hold = false, false
}

// listFailed lets photos continue without the list, unless the network failed. A
// broken list must not delay them.
func (h *holdings) listFailed(code shared.Code) { h.hold = h.hold && code == shared.CodeNetwork }

// blocks reports whether photos have to wait for the list.
func (h *holdings) blocks() bool { return h.hold && h.wanted }

// flagDouble marks a photo as a duplicate if its bytes are in the album or at the
// edge already. A duplicate is not sent.
func (a *album) flagDouble(p *photo) {
	if a.double(p) == "" || p.duplicate() {
		return
	}
	a.edge.wanted = a.edge.wanted || a.edge.ids[p.sha256] != "" // the desktop may have removed it meanwhile
	p.warnings = append(p.warnings, WarningDuplicate)
	p.halt(StageFailed, problem(shared.CodeDuplicate, false))
}

// single removes the mark of a duplicate, after the other photo is gone.
func (a *album) single(p *photo) {
	p.unflag()
	p.revive()
	a.note(p)
}

// double returns the id of another photo with the same bytes that is being sent or is
// in the session, or "".
func (a *album) double(p *photo) string {
	if id := a.edge.ids[p.sha256]; id != "" && id != p.id {
		return id
	}
	for _, other := range a.photos {
		if other != p && !other.settled() && other.stage != StageCancelled && other.sha256 == p.sha256 &&
			!other.duplicate() {
			return other.id
		}
	}
	return ""
}

// takenBack lets a duplicate be sent in place of a photo that was removed or
// cancelled. If the edge may have the photo, it asks for the list first.
func (a *album) takenBack(p *photo) {
	if p.stage == StageSent || p.resume == StageSent {
		a.edge.wanted, a.edge.hold = true, true
	}
	for _, other := range a.photos {
		if other.stage == StageFailed && other.duplicate() && other.sha256 == p.sha256 && a.double(other) == "" {
			a.single(other)
			return
		}
	}
}

// removedBytes reports whether a desktop removed a photo with these bytes. They
// are sent again only if a person asks again.
func (a *album) removedBytes(sha256 string) bool {
	return slices.ContainsFunc(a.photos, func(p *photo) bool { return p.stage == StageRemoved && p.sha256 == sha256 })
}

// flagDoubles updates the marks of duplicates after a list. idle reports whether no
// step is in flight for a photo.
func (a *album) flagDoubles(idle func(*photo) bool) {
	for _, p := range a.photos {
		switch {
		case p.stage == StageCompressed && idle(p) && a.edge.ids[p.sha256] != "" && !p.duplicate():
			a.flagDouble(p)
			a.note(p)
		case p.stage == StageFailed && p.duplicate() && a.double(p) == "":
			p.asked = p.asked && !a.removedBytes(p.sha256)
			a.single(p)
		}
	}
}

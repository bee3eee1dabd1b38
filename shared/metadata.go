package shared

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/clinicpro/photobridge/shared/wire"
)

// Laterality is the side of the body that a photo shows.
type Laterality string

// The sides.
const (
	LateralityUnset     Laterality = "" // not recorded yet
	LateralityLeft      Laterality = "left"
	LateralityRight     Laterality = "right"
	LateralityBilateral Laterality = "bilateral"
	LateralityNA        Laterality = "na" // not applicable, chosen explicitly
)

// View is how close the photo was taken.
type View string

// The views.
const (
	ViewUnset      View = ""
	ViewOverview   View = "overview"
	ViewCloseUp    View = "close-up"
	ViewDermoscopy View = "dermoscopy" // through a dermatoscope
)

// Kind is what a photo shows.
type Kind string

// The kinds.
const (
	KindUnset     Kind = ""
	KindLesion    Kind = "lesion"
	KindRash      Kind = "rash"
	KindWound     Kind = "wound"
	KindInfection Kind = "infection"
	KindOther     Kind = "other"
)

// MaxLabel is how many characters a label may have.
const MaxLabel = 40

// Metadata describes a photo, as the clinician entered it. Every field may be empty.
type Metadata struct {
	Laterality Laterality `json:"laterality,omitempty"`
	BodySite   string     `json:"bodySite,omitempty" ref:"BodySiteId"` // an id of BodySites
	View       View       `json:"view,omitempty"`
	// No control characters but line breaks and tabs.
	Notes string `json:"notes,omitempty" schema:"maxLength: MaxNotes"`
	// Label distinguishes photos of one site. One line.
	Label string `json:"label,omitempty" schema:"maxLength: MaxLabel"`
	Kind  Kind   `json:"kind,omitempty"`
	// Sensitive photos are veiled until someone asks to see them.
	Sensitive bool      `json:"sensitive,omitempty"`
	Captured  *Captured `json:"captured,omitempty"`
	// ConsentAt is when the patient agreed to the photo, as tapped on the phone;
	// nil where the session did not ask or the question was skipped.
	ConsentAt *time.Time `json:"consentAt,omitempty" patch:"-"`
}

// MetadataPatch is a merge patch of a Metadata (RFC 7396): a value sets a
// field, null or "" removes it, one that is not named stays.
type MetadataPatch Metadata

// UpdateRequest is the body of PATCH /images/{encounterId}/{imageId}.
type UpdateRequest struct {
	Metadata MetadataPatch `json:"metadata"`
	// ChangeID names the correction. The edge makes it once, however often it is sent.
	ChangeID ID `json:"changeId,omitempty"`
}

// Validate reports the first field that is wrong as a metadata_invalid error.
func (m Metadata) Validate(now time.Time) error {
	invalid := func(field string) error { return &Error{Code: CodeMetadataInvalid, Field: field} }
	switch m.Laterality {
	case LateralityUnset, LateralityLeft, LateralityRight, LateralityBilateral, LateralityNA:
	default:
		return invalid("laterality")
	}
	switch m.View {
	case ViewUnset, ViewOverview, ViewCloseUp, ViewDermoscopy:
	default:
		return invalid("view")
	}
	switch m.Kind {
	case KindUnset, KindLesion, KindRash, KindWound, KindInfection, KindOther:
	default:
		return invalid("kind")
	}
	if m.Captured != nil {
		if wrong := m.Captured.validate(now); wrong != "" {
			return invalid(wrong)
		}
	}
	if _, ok := FindBodySite(m.BodySite); m.BodySite != "" && !ok {
		return invalid("bodySite")
	}
	if err := validText("notes", m.Notes, MaxNotes, "\n\t\r"); err != nil {
		return err
	}
	return validText("label", m.Label, MaxLabel, "")
}

// validText checks what a person typed. The allowed control characters are
// accepted, others are not.
func validText(field, text string, limit int, allowed string) error {
	isRefused := func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune(allowed, r) }
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > limit || strings.ContainsFunc(text, isRefused) {
		return &Error{Code: CodeMetadataInvalid, Field: field, Limit: limit}
	}
	return nil
}

// Coding is a FHIR R4 Coding (https://hl7.org/fhir/R4/datatypes.html#Coding).
type Coding struct {
	System  string `json:"system"`
	Code    string `json:"code"`
	Display string `json:"display"`
}

// BodySite is one of the sites a clinician can choose.
type BodySite struct {
	ID                string `json:"id"`    // stable name on the wire
	Label             string `json:"label"` // English
	Code              string `json:"code"`  // SNOMED CT
	Display           string `json:"display"`
	LateralityApplies bool   `json:"lateralityApplies"`
}

// SNOMED is the code system of every body site and laterality.
const SNOMED = "http://snomed.info/sct"

// The one table of sites and sides; TypeScript imports the same file.
//
//go:embed bodysites.json
var bodySitesJSON []byte

var bodySites struct {
	once  sync.Once
	table []BodySite
}

// BodySites lists the common sites from head to foot, then those that only the
// search finds. The table is read when it is first asked for, and the phone engine
// never asks.
func BodySites() []BodySite {
	bodySites.once.Do(func() {
		var file siteTable
		if err := wire.Unmarshal(bodySitesJSON, &file); err != nil {
			panic("shared/bodysites.json: " + err.Error()) // a build mistake, found by any test
		}
		bodySites.table = slices.Concat(file.sites, file.more)
	})
	return bodySites.table
}

// siteTable is bodysites.json.
type siteTable struct{ sites, more []BodySite }

// Fields implements wire.Message.
func (t *siteTable) Fields(f *wire.Fields) {
	wire.Objects(f, "sites", &t.sites, wire.Always)
	wire.Objects(f, "more", &t.more, wire.Always)
}

// FindBodySite looks a site up by its id.
func FindBodySite(id string) (BodySite, bool) {
	for _, site := range BodySites() {
		if site.ID == id {
			return site, true
		}
	}
	return BodySite{}, false
}

package upstash

import (
	"time"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared/wire"
)

// storedSession is a session.
type storedSession session.Session

// Fields names the session's fields.
func (s *storedSession) Fields(f *wire.Fields) {
	wire.Text(f, "id", &s.ID, wire.Always)
	wire.Text(f, "encounterId", &s.EncounterID, wire.Always)
	wire.Text(f, "patientId", &s.PatientID, wire.Always)
	wire.Text(f, "patientLabel", &s.PatientLabel, wire.Always)
	wire.Text(f, "facilityId", &s.FacilityID, wire.Always)
	wire.Object(f, "clinician", &s.Clinician, wire.Always)
	wire.Text(f, "journalKey", &s.JournalKey, wire.Always)
	wire.Time(f, "createdAt", &s.CreatedAt, wire.Always)
}

// storedToken is a QR token or a typed code, as a script writes it.
type storedToken session.QRToken

// Fields names the token's fields.
func (t *storedToken) Fields(f *wire.Fields) {
	wire.Text(f, "encounterId", &t.EncounterID, wire.Always)
	wire.Text(f, "sessionId", &t.SessionID, wire.Always)
	wire.Int(f, "generation", &t.Generation, wire.Always)
}

// storedSlot is a slot that is held for an image, as a script writes it.
type storedSlot struct {
	phoneID  string
	reserved int64 // milliseconds since 1970
}

// Fields names the slot's fields that are read.
func (s *storedSlot) Fields(f *wire.Fields) {
	wire.Text(f, "phoneId", &s.phoneID, wire.Always)
	wire.Int(f, "reserved", &s.reserved, wire.Always)
}

func (s *storedSlot) reservedAt() time.Time { return time.UnixMilli(s.reserved).UTC() }

package wire

import (
	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/upload"
)

// ParseCommand reads what the page sends, all but the file of an add. It fails
// with bad_request.
func ParseCommand(data []byte) (upload.Command, error) {
	o, err := parse(data)
	if err != nil {
		return upload.Command{}, err
	}
	c := upload.Command{
		Type: o.str("type"), APIBase: o.str("apiBase"),
		ID: o.str("id"), IDs: o.strs("ids"), Name: o.str("name"), Source: o.str("source"),
		Visible: o.bool("visible"), Online: o.bool("online"),
		Refused: shared.Code(o.str("refused")),
	}
	if o.has("session") {
		session := tokenResponse(o.child("session"))
		c.Session = &session
	}
	if o.has("metadata") {
		m := metadata(o.child("metadata"))
		c.Metadata = &m
	}
	return c, o.err()
}

func tokenResponse(o object) shared.TokenResponse {
	limits := o.child("limits")
	return shared.TokenResponse{
		EncounterID: o.str("encounterId"), PatientID: o.str("patientId"), PatientLabel: o.str("patientLabel"),
		FacilityID: o.str("facilityId"), UploadToken: o.str("uploadToken"), JournalKey: o.str("journalKey"),
		SessionExpiresAt: o.time("sessionExpiresAt"),
		MaxImages:        int(o.int("maxImages")), ImageCount: int(o.int("imageCount")),
		Limits: shared.PhoneLimits{
			MaxImageBytes: int(limits.int("maxImageBytes")),
			MaxNotes:      int(limits.int("maxNotes")),
			MaxBatch:      int(limits.int("maxBatch")),
		},
		Consent: shared.Consent(o.str("consent")), StorageOrigin: o.str("storageOrigin"),
	}
}

func metadata(o object) shared.Metadata {
	if o.fields == nil {
		return shared.Metadata{}
	}
	return shared.Metadata{
		Laterality: shared.Laterality(o.str("laterality")), BodySite: o.str("bodySite"),
		View: shared.View(o.str("view")), Notes: o.str("notes"),
		CapturedAt: o.optionalTime("capturedAt"), ConsentAt: o.optionalTime("consentAt"),
	}
}

func metadataJSON(m shared.Metadata) []byte {
	return newObject().
		strIf("laterality", string(m.Laterality)).strIf("bodySite", m.BodySite).
		strIf("view", string(m.View)).strIf("notes", m.Notes).
		timeIf("capturedAt", m.CapturedAt).timeIf("consentAt", m.ConsentAt).json()
}

// Snapshot writes the message {type: "snapshot", snapshot}.
func Snapshot(s upload.Snapshot) []byte {
	o := newObject().
		str("phase", string(s.Phase)).
		set("photos", array(s.Photos, photoJSON)).
		int("sentBytes", s.SentBytes).int("totalBytes", s.TotalBytes)
	if s.SecondsLeft != nil {
		o.int("secondsLeft", int64(*s.SecondsLeft))
	}
	problemIf(o, s.Problem)
	o.bool("durable", s.Durable).int("imageCount", int64(s.ImageCount)).int("maxImages", int64(s.MaxImages))
	if len(s.Waiting) > 0 {
		o.set("waiting", array(s.Waiting, waitingJSON))
	}
	o.timeIf("eraseAt", s.EraseAt)
	if s.Erased {
		o.bool("erased", true)
	}
	return newObject().str("type", "snapshot").set("snapshot", o.json()).json()
}

func waitingJSON(w upload.Waiting) []byte {
	return newObject().str("session", w.Session).int("photos", int64(w.Photos)).
		timeIf("expiresAt", &w.ExpiresAt).strIf("patientLabel", w.PatientLabel).json()
}

func photoJSON(p upload.PhotoSnapshot) []byte {
	o := newObject().
		str("id", p.ID).str("name", p.Name).str("source", p.Source).str("state", string(p.State)).
		int("originalBytes", p.OriginalBytes).int("bytes", p.Bytes).
		int("width", int64(p.Width)).int("height", int64(p.Height)).int("sentBytes", p.SentBytes).
		set("warnings", array(p.Warnings, warningJSON)).
		set("metadata", metadataJSON(p.Metadata))
	problemIf(o, p.Problem)
	return o.timeIf("retryAt", p.RetryAt).timeIf("confirmedAt", p.ConfirmedAt).json()
}

func problemIf(o *fields, p *upload.Problem) {
	if p != nil {
		o.set(
			"problem",
			newObject().str("code", string(p.Code)).str("detail", p.Detail).bool("retryable", p.Retryable).json(),
		)
	}
}

func problem(o object) *upload.Problem {
	return &upload.Problem{Code: shared.Code(o.str("code")), Detail: o.str("detail"), Retryable: o.bool("retryable")}
}

func warningJSON(w upload.Warning) []byte { return appendString(nil, string(w)) }

// Ready writes the message {type: "ready", version}.
func Ready(version string) []byte {
	return newObject().str("type", "ready").str("version", version).json()
}

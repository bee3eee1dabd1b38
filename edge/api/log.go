package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/edge/telemetry"
	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/shared/wire"
)

// action is what the log says was done to a session.
type action string

const (
	actionIssued   action = "issued"
	actionScanned  action = "scanned"
	actionUploaded action = "uploaded"
	actionViewed   action = "viewed"
	actionChanged  action = "changed"
	actionRemoved  action = "removed"
	actionEnded    action = "ended"

	actionPhoneAdmitted action = "phone-admitted"
	actionPhoneRemoved  action = "phone-removed"
)

// record is what the log will say of one request.
type record struct {
	requestID string
	route     string
	ref       session.Ref
	action    action
	imageID   string
	clinician string
	upstreams telemetry.Upstreams
}

type recordKey struct{}

// recordOf is the record of a request that serve has begun.
func recordOf(r *http.Request) *record { return r.Context().Value(recordKey{}).(*record) }

// begin gives a request's context its record.
func begin(ctx context.Context, route string) (*record, context.Context) {
	rec := &record{requestID: newRequestID(), route: route}
	return rec, telemetry.With(context.WithValue(ctx, recordKey{}, rec), &rec.upstreams)
}

// audit notes what a call did, for the log.
func audit(r *http.Request, done action, ref session.Ref, imageID string) {
	rec := recordOf(r)
	rec.ref, rec.action, rec.imageID = ref, done, imageID
}

type requestLine struct {
	RequestID string
	Method    string
	Route     string // the pattern: a path may hold a QR token or an encounter
	Status    int
	MS        int64
	Encounter string // pseudonym, as the three others
	Audit     action // this and the next four: only if something was done to a session
	At        string
	Session   string
	Clinician string
	Image     string
	Upstreams upstreams
	Code      shared.Code
	Cause     string
}

// Fields names the line's fields.
func (l *requestLine) Fields(f *wire.Fields) {
	wire.Text(f, "requestId", &l.RequestID, wire.Always)
	wire.Text(f, "method", &l.Method, wire.Always)
	wire.Text(f, "route", &l.Route, wire.Always)
	wire.Int(f, "status", &l.Status, wire.Always)
	wire.Int(f, "ms", &l.MS, wire.Always)
	wire.Text(f, "encounter", &l.Encounter, wire.OmitEmpty)
	wire.Text(f, "audit", &l.Audit, wire.OmitEmpty)
	wire.Text(f, "at", &l.At, wire.OmitEmpty)
	wire.Text(f, "session", &l.Session, wire.OmitEmpty)
	wire.Text(f, "clinician", &l.Clinician, wire.OmitEmpty)
	wire.Text(f, "image", &l.Image, wire.OmitEmpty)
	if len(l.Upstreams) > 0 {
		wire.Object(f, "upstreams", l.Upstreams, wire.Always)
	}
	wire.Text(f, "code", &l.Code, wire.OmitEmpty)
	wire.Text(f, "cause", &l.Cause, wire.OmitEmpty)
}

// upstreams are the services that a request asked, by name.
type upstreams map[string]telemetry.Upstream

// Fields names the services.
func (u upstreams) Fields(f *wire.Fields) {
	for _, name := range slices.Sorted(maps.Keys(u)) {
		wire.Object(f, name, upstream(u[name]), wire.Always)
	}
}

type upstream telemetry.Upstream

// Fields names what is known of one service.
func (u upstream) Fields(f *wire.Fields) {
	wire.Int(f, "calls", &u.Calls, wire.Always)
	wire.Int(f, "ms", &u.MS, wire.Always)
}

// log writes a request's line. If the request did something to a session and
// succeeded, the line also says what, to what and by whom. It never holds a
// token, a name, a note, a URL or an id as it is.
func (h *handler) log(rec *record, method string, status int, took time.Duration, err error) {
	pseudonym := h.pseudonyms()
	line := requestLine{
		RequestID: rec.requestID, Method: method, Route: rec.route, Status: status, MS: took.Milliseconds(),
		Encounter: pseudonym(rec.ref.EncounterID), Upstreams: rec.upstreams.ByName(),
	}
	switch {
	case err != nil:
		line.Code = shared.CodeOf(err)
		line.Cause = cause(err)
	case rec.action != "":
		line.Audit, line.At = rec.action, time.Now().UTC().Format(time.RFC3339)
		line.Session = pseudonym(rec.ref.SessionID)
		line.Clinician, line.Image = pseudonym(rec.clinician), pseudonym(rec.imageID)
	}
	h.Log(wire.Marshal(&line))
}

// cause returns the cause of an error with status 500 or above. Other causes are left
// out, because they may quote the request.
func cause(err error) string {
	e, ok := asError(err)
	switch {
	case problems[shared.CodeOf(err)].status < http.StatusInternalServerError:
		return ""
	case !ok:
		return err.Error()
	case e.Err != nil:
		return e.Err.Error()
	}
	return ""
}

// pseudonyms replaces ids in the log. The same id always has the same pseudonym.
// Without the deployment's secret, the id cannot be found by trying.
func (h *handler) pseudonyms() func(id string) string {
	mac := hmac.New(sha256.New, h.Keys.Session)
	return func(id string) string {
		if id == "" {
			return ""
		}
		mac.Reset()
		mac.Write([]byte("log " + id))
		return hex.EncodeToString(mac.Sum(nil)[:8])
	}
}

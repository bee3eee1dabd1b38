package control

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/local/fault"
	"github.com/clinicpro/photobridge/local/meter"
	"github.com/clinicpro/photobridge/local/objects"
	"github.com/clinicpro/photobridge/local/realtime"
)

const maxListed = 50

// Status holds everything that the page shows.
type Status struct {
	Places   []Place                 `json:"places"`
	Started  time.Time               `json:"started"`
	Sessions []Session               `json:"sessions"`
	Objects  Objects                 `json:"objects"`
	Realtime realtime.Stats          `json:"realtime"`
	Inbox    []Scan                  `json:"inbox"`
	Counters meter.Counts            `json:"counters"`
	Faults   Faults                  `json:"faults"`
	SkewMS   map[fault.Service]int64 `json:"skewMs"`
	// Trouble explains, in sentences, what could not be found out.
	Trouble []string `json:"trouble"`
}

// Scan is a document in the inbox of Medtech's double, newest first.
type Scan struct {
	ID          string    `json:"id"`
	PatientID   string    `json:"patientId"`
	Title       string    `json:"title"`
	Description string    `json:"description"`
	ContentType string    `json:"contentType"`
	Date        string    `json:"date"`
	Bytes       int       `json:"bytes"`
	At          time.Time `json:"at"`
}

// Session describes a live session without any patient data.
type Session struct {
	EncounterID string `json:"encounterId"`
	Images      int    `json:"images"`
	ExpiresIn   int64  `json:"expiresInSeconds"` // negative if never
}

// Objects are those in the bucket, the newest of them listed.
type Objects struct {
	Count  int              `json:"count"`
	Bytes  int64            `json:"bytes"`
	Newest []objects.Object `json:"newest"`
}

func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	status := Status{
		Places: s.Places, Started: s.Started, Realtime: s.Realtime.Stats(), Counters: s.Meter.Counts(),
		Faults: s.faults(), SkewMS: map[fault.Service]int64{}, Trouble: []string{},
	}
	for service, c := range s.Clocks {
		status.SkewMS[service] = c.Skew().Milliseconds()
	}
	status.Inbox = s.inbox()
	var err error
	if status.Sessions, err = s.sessions(r.Context()); err != nil {
		status.Trouble = append(status.Trouble, "Redis: "+err.Error())
	}
	if status.Objects, err = s.objects(r.Context()); err != nil {
		status.Trouble = append(status.Trouble, "S3: "+err.Error())
	}
	answer(w, http.StatusOK, status)
}

func (s *Server) inbox() []Scan {
	scans := []Scan{}
	for _, scan := range slices.Backward(s.ALEX.Inbox()) {
		scans = append(scans, Scan{
			ID: scan.ID, PatientID: scan.PatientID, Title: scan.Title, Description: scan.Description,
			ContentType: scan.ContentType, Date: scan.Date, Bytes: len(scan.File), At: scan.At,
		})
	}
	return scans[:min(len(scans), maxListed)]
}

// sessions reads the edge's keys: encounter:{id}, with a field image:{id} for each
// image. The key of an ended session has no field session.
func (s *Server) sessions(ctx context.Context) ([]Session, error) {
	sessions := []Session{}
	keys, err := s.Redis.Keys(ctx, "encounter:*")
	if err != nil {
		return sessions, err
	}
	slices.Sort(keys)
	for _, key := range keys[:min(len(keys), maxListed)] {
		session := Session{EncounterID: strings.TrimPrefix(key, "encounter:")}
		fields, err := s.Redis.Do(ctx, "HKEYS", key)
		if err != nil {
			return sessions, err
		}
		isLive := false
		list, _ := fields.([]any)
		for _, field := range list {
			name, _ := field.([]byte)
			isLive = isLive || string(name) == "session"
			if strings.HasPrefix(string(name), "image:") {
				session.Images++
			}
		}
		if !isLive {
			continue
		}
		ttl, err := s.Redis.Do(ctx, "TTL", key)
		if err != nil {
			return sessions, err
		}
		session.ExpiresIn, _ = ttl.(int64)
		sessions = append(sessions, session)
	}
	return sessions, nil
}

func (s *Server) objects(ctx context.Context) (Objects, error) {
	stored := Objects{Newest: []objects.Object{}}
	list, err := s.Objects.List(ctx)
	if err != nil {
		return stored, err
	}
	stored.Count = len(list)
	for _, o := range list {
		stored.Bytes += o.Size
	}
	stored.Newest = append(stored.Newest, newest(list)...)
	return stored, nil
}

func newest(list []objects.Object) []objects.Object {
	sorted := slices.SortedFunc(
		slices.Values(list),
		func(a, b objects.Object) int { return b.ModifiedAt.Compare(a.ModifiedAt) },
	)
	return sorted[:min(len(sorted), maxListed)]
}

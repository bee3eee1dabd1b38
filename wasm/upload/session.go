package upload

import (
	"context"
	"slices"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// identity identifies one patient's encounter. An encounter id alone is not enough,
// because two facilities may use the same one.
type identity struct{ facility, patient, encounter string }

func identityOf(grant *shared.Grant) identity {
	return identity{grant.FacilityID, grant.PatientID, grant.EncounterID}
}

// session is one patient's photos with everything that belongs to them. It shares
// nothing with other sessions. So no photo can reach another patient's record, and a
// session keeps uploading after the page shows another patient.
type session struct {
	identity identity
	grant    *shared.Grant
	ahead    time.Duration // of the phone's clock, as the edge's was when the grant arrived
	album    *album
	traffic  *traffic
	display  *display
	opening  bool
	deferred []Command // arrived while the journal was being read

	journal    Journal // nil if there is none
	journalKey string
	mendAt     time.Time // when a failing journal is tried again; zero: it works
	others     []Waiting // other sessions in the journal's storage
	retention
}

// retention is how long the photos may stay on the phone. Its times are on the
// phone's clock.
type retention struct {
	expiresAt time.Time // by then the session is certainly over
	endedAt   time.Time // when the edge reported the end; zero: it has not
	erased    bool
	gone      []string // the photos that were erased
}

const (
	// KeepAfterJoin is how long photos may stay after the page opened the session. No
	// session lives longer.
	KeepAfterJoin = 12 * time.Hour
	// keepAfterEnd lets a person read what was not sent, or scan a new code.
	keepAfterEnd = time.Hour
)

// eraseAt returns when the photos must be erased from the phone.
func (r *retention) eraseAt() time.Time {
	if end := r.endedAt.Add(keepAfterEnd); !r.endedAt.IsZero() && end.Before(r.expiresAt) {
		return end
	}
	return r.expiresAt
}

// retain enforces the time limits. It reports whether anything changed.
func (s *session) retain(now time.Time) bool {
	if s.traffic.ended() && s.endedAt.IsZero() {
		s.endedAt = now
		s.expire(now)
		return true
	}
	if s.erased || s.eraseAt().After(now) {
		return false
	}
	s.erase()
	return true
}

// expire writes the time limit to the journal, so that the photos are erased in time
// even if this page ends.
func (s *session) expire(now time.Time) {
	left := s.eraseAt().Sub(now)
	s.album.write(func(ctx context.Context, j Journal) error { return j.Expire(ctx, left) })
}

// erase removes everything that belongs to the patient: photos, their bytes, the
// token and the key.
func (s *session) erase() {
	s.erased = true
	for _, p := range s.album.photos {
		s.gone = append(s.gone, p.id)
	}
	s.traffic.leave(shared.CodeSessionExpired)
	s.album.clear()
	s.display.restart()
	grant := *s.grant
	grant.UploadToken, grant.JournalKey = "", ""
	s.grant, s.traffic.session = &grant, &grant
	s.journal = nil
}

// waiting counts the photos that have not arrived and whose bytes are still here.
func (s *session) waiting() int {
	n := 0
	for _, p := range s.album.photos {
		if !p.settled() && (p.jpeg != nil || p.file != nil) {
			n++
		}
	}
	return n
}

// over returns the photos of which nothing can be lost any more.
func (s *session) over() []string {
	ids := slices.Clone(s.gone)
	for _, p := range s.album.photos {
		if p.settled() && !p.owes {
			ids = append(ids, p.id)
		}
	}
	return ids
}

// finished reports whether a session that is not shown has nothing left to do.
func (s *session) finished() bool {
	select {
	case <-s.album.written():
	default:
		return false
	}
	return !s.opening && s.waiting() == 0 && !s.album.pending() && !s.album.owing() && len(s.traffic.jobs) == 0
}

// close releases the session's photos to other pages.
func (s *session) close() {
	s.traffic.abandonAll()
	if s.journal != nil {
		s.journal.Close()
	}
}

// wakeups adds every moment at which the loop may have something to do for the
// session.
func (s *session) wakeups(next *earliest, shown bool) {
	s.traffic.wakeups(next)
	next.consider(s.mendAt)
	if !s.erased {
		next.consider(s.eraseAt())
	}
	if !shown {
		return
	}
	next.consider(s.display.dueAt)
	for _, other := range s.others {
		next.consider(other.ExpiresAt)
	}
}

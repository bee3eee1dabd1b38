package upload

import (
	"context"
	"slices"
)

// command carries out what the page asks for. What cannot be done (an unknown
// photo, nothing open) is ignored: the page shows the snapshot, not its wishes.
func (q *Queue) command(c Command) {
	s := q.shown()
	switch {
	case c.Type == CommandLifecycle:
		q.lifecycle(c.Visible, c.Online)
	case c.Type == CommandOpen && c.Session != nil:
		q.open(c.APIBase, c.Session)
	case s == nil || s.erased:
	case s.opening:
		s.deferred = append(s.deferred, c)
	default:
		q.sessionCommand(s, c)
	}
}

func (q *Queue) sessionCommand(s *session, c Command) {
	switch {
	case c.Type == CommandAdd:
		s.album.add(c, q.now)
	case c.Type == CommandUpload:
		s.upload(c.IDs)
	case c.Type == CommandPause:
		s.traffic.pause()
	case c.Type == CommandForget:
		s.forget()
	case c.Type == CommandRetry && c.ID == "":
		s.traffic.hurry()
		s.album.retryAll()
	default:
		if p := s.album.find(c.ID); p != nil {
			s.photoCommand(p, c)
		}
	}
}

func (s *session) photoCommand(p *photo, c Command) {
	switch c.Type {
	case CommandDescribe:
		if c.Metadata != nil {
			s.album.describe(p, *c.Metadata)
		}
	case CommandRemove:
		s.traffic.abandon(p)
		s.display.leave(p)
		s.album.remove(p)
	case CommandRetry:
		s.traffic.hurry()
		s.album.retry(p)
	case CommandCancel:
		s.traffic.cancel(p)
	}
}

// upload asks for photos to be sent, and for failed ones again. Without ids it
// asks for every photo that is here. A photo that was not named is never sent,
// so the page may repeat the command.
func (s *session) upload(ids []string) {
	if !s.album.pending() {
		s.album.newUpload()
		s.display.restart()
	}
	s.traffic.hurry()
	s.album.ask(ids)
}

// forget erases every photo of the session.
func (s *session) forget() {
	s.traffic.abandonAll()
	s.traffic.paused = false
	s.album.clear()
	s.display.restart()
}

// lifecycle passes on what the browser reports. Coming back is also a reason to
// look at the storage again: it may work, and other tabs may have used it.
func (q *Queue) lifecycle(visible, online bool) {
	back := visible && !q.visible
	q.visible, q.online = visible, online
	for _, s := range q.sessions {
		s.traffic.lifecycle(visible, online)
		if back && !s.mendAt.IsZero() {
			s.mendAt = q.now
		}
	}
	if s := q.shown(); s != nil && back {
		q.sweep(s)
	}
}

// sweepOverdue erases the photos of other sessions once their time is over.
func (q *Queue) sweepOverdue(s *session) {
	over := func(w Waiting) bool { return !w.ExpiresAt.After(q.now) }
	if s == q.shown() && slices.ContainsFunc(s.others, over) {
		s.others = slices.DeleteFunc(s.others, over)
		q.sweep(s)
	}
}

func (q *Queue) sweep(s *session) {
	s.album.write(func(ctx context.Context, j Journal) error {
		others, err := j.Sweep(ctx)
		if err == nil {
			q.mailbox.post(func() { s.others = others })
		}
		return err
	})
}

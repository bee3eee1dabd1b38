package upload

import (
	"context"
	"slices"
)

// command carries out a command of the page. It ignores what it cannot do, such as a
// command for an unknown photo: the page shows the snapshot, so it stays correct
// without an error.
func (q *Queue) command(c Command) {
	s := q.shown()
	switch {
	case c.Type == CommandLifecycle:
		q.lifecycle(c.Visible, c.Online)
	case c.Type == CommandOpen && c.Session != nil:
		q.open(c)
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
		s.remove(p)
	case CommandRetry:
		s.traffic.hurry()
		s.album.retry(p)
	case CommandCancel:
		s.traffic.cancel(p)
	}
}

// remove takes a photo out. If its confirm is under way, that is awaited first, because
// the edge may already have stored the photo.
func (s *session) remove(p *photo) {
	if step, ok := s.traffic.step(p); ok && step == confirm && !p.settled() {
		p.removing = true
		return
	}
	s.traffic.abandon(p)
	s.display.leave(p)
	s.album.remove(p)
}

// finishRemovals takes out the photos whose removal waited for a confirm, which has
// ended. It keeps one that the edge has, so that the person sees that it arrived. It
// reports whether anything changed.
func (s *session) finishRemovals() (changed bool) {
	for _, p := range slices.Clone(s.album.photos) {
		switch {
		case !p.removing:
		case p.stage == StageConfirmed:
			p.removing = false
		default:
			s.remove(p)
			changed = true
		}
	}
	return changed
}

// upload marks the named photos to be sent, and retries those that failed. Nil ids
// mark every photo of the session. The page names the photos, so that a repeated
// command does not send photos that were added since.
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

// lifecycle passes on whether the page is visible and online. When the page becomes
// visible again, a failing storage is tried at once, and other sessions are counted
// again, because other tabs may have changed them.
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

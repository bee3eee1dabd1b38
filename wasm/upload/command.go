package upload

// command carries out what the page asks for. What cannot be done (an unknown
// photo, nothing open) is ignored: the page shows the snapshot, not its wishes.
func (q *Queue) command(c Command) {
	switch {
	case c.Type == CommandLifecycle:
		q.traffic.lifecycle(c.Visible, c.Online)
	case c.Type == CommandOpen && c.Session != nil:
		q.open(c.APIBase, *c.Session)
	case q.session == nil:
	case q.opening:
		q.deferred = append(q.deferred, c)
	case c.Type == CommandAdd:
		q.album.add(c, q.now)
	case c.Type == CommandUpload:
		q.upload(c.IDs)
	case c.Type == CommandPause:
		q.traffic.pause()
	case c.Type == CommandForget:
		q.forget()
	case c.Type == CommandRetry && c.ID == "":
		q.traffic.hurry()
		q.album.retryAll()
	default:
		if p := q.album.find(c.ID); p != nil {
			q.photoCommand(p, c)
		}
	}
}

func (q *Queue) photoCommand(p *photo, c Command) {
	switch c.Type {
	case CommandDescribe:
		if c.Metadata != nil {
			q.album.describe(p, *c.Metadata)
		}
	case CommandRemove:
		q.traffic.abandon(p)
		q.display.leave(p)
		q.album.remove(p)
	case CommandRetry:
		q.traffic.hurry()
		q.album.retry(p)
	case CommandCancel:
		q.traffic.cancel(p)
	}
}

// upload asks for photos to be sent, and for failed ones again. Without ids it
// asks for every photo that is here. A photo that was not named is never sent,
// so the page may repeat the command.
func (q *Queue) upload(ids []string) {
	if !q.album.pending() {
		q.album.newUpload()
		q.display.restart()
	}
	q.traffic.hurry()
	q.album.ask(ids)
}

// forget erases every photo of the session.
func (q *Queue) forget() {
	q.traffic.abandonAll()
	q.traffic.paused = false
	q.album.clear()
	q.display.restart()
}

// Package upload is the phone's upload queue. It decides when a photo is compressed,
// signed, sent and confirmed, what a failure means, and what the page shows. It
// retries until each photo has arrived or a person is needed. It does not depend on a
// browser: everything outside is behind the interfaces in ports.go, so it also runs
// in native tests.
//
// Each photo goes through these stages:
//
//	chosen ─ compress ─▶ compressed ─ sign ─▶ signed ─ send ─▶ sent ─ confirm ─▶ confirmed
//
// It can leave them to failed or cancelled, and from there it comes back to the
// stage that it left. One goroutine owns all state (Queue.Run). Each step runs in
// its own goroutine, as a job, and reports back. Every step can be repeated
// safely: the photo's id, its key and its bytes never change.
//
// The state has three owners: the album (photos, transitions, journal), the
// traffic (jobs, circuits, schedule) and the display (board, snapshots).
package upload

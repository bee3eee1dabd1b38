// Package upload is the queue that brings photos from the phone to the desktop
// and does not give up. It decides everything: when a photo is compressed,
// signed, sent and confirmed, what a failure means, what is told to the
// person. It knows no browser: the world is behind the interfaces of ports.go.
//
// Each photo walks one road, one stage after the other:
//
//	chosen ─ compress ─▶ compressed ─ sign ─▶ signed ─ send ─▶ sent ─ confirm ─▶ confirmed
//
// and can leave it to failed or cancelled, from where it comes back to the
// stage it left. One goroutine owns all state (Queue.Run); steps run in
// goroutines of their own and report back to it. Every step can be repeated
// without harm: the photo's id, its key and its bytes never change.
package upload

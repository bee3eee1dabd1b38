package upstash

import (
	"embed"
	"fmt"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

// The scripts. Those that work on a session change one encounter's hash, whose
// fields are
//
//	session       the session as JSON
//	id            its id
//	expires       when it expires, in Unix milliseconds, as all times here
//	ends          when it expires at the latest
//	generation    counts QR tokens; only one of the newest works
//	revision      moves on every change
//	joined        when a phone last joined
//	phone:{id}    a phone that joined, as JSON
//	seen:{id}     when it last called; missing once it is removed
//	left:{id}     when a removed phone last called
//	wait:{id}     the number of a phone that waits until a desktop admits it
//	admitted:{id} the number with which it was admitted; no other phone gets it
//	asked:{id}    when it last asked whether it is admitted
//	wrong         counts wrong numbers
//	image:{id}    a confirmed image as JSON
//	changes:{id}  the ids of its last corrections
//	slot:{id}     a reservation as JSON
//	gone:{id}     the tombstone of a removed image: its key
//	ended         the session that a desktop ended last, also without a later one
//	guide         an earlier photo that the phones' camera shows, a JPEG in base64
//
// and a second hash, doomed:{encounter}, of objects that are to be deleted:
//
//	sessions/…    an object's key: until when a URL may store it again, 0 if none
//	              may; negative once it was deleted and waits for the second time
//	tried         when a call for something else last tried to delete them
//	ended         the session whose end has not been completed, and
//	revision      its last revision
//
// A script returns an array. The first element is "ok" or an error's code; of a
// script on a session the second lists objects to delete.
//
//go:embed lua/*.lua
var sources embed.FS

func source(name string) string {
	text, err := sources.ReadFile("lua/" + name + ".lua")
	if err != nil {
		panic(err) // a build mistake, found by any test
	}
	return string(text)
}

// alone makes a script that is not on a session.
func alone(name string) script { return newScript(func() string { return source(name) }) }

// onSession makes a script of what begins and ends every script on a session.
func onSession(name string) script {
	return newScript(func() string {
		act := "local function act()\n" + source(name) + "\nend\n"
		times := fmt.Sprintf("local sweepPause, urlLife, waitLife, endedLife = %d, %d, %d, %d\n",
			session.SweepPause.Milliseconds(), session.ReservationTTL.Milliseconds(),
			session.WaitTTL.Milliseconds(), shared.SessionMaxTTL.Milliseconds())
		return times + source("session") + source("invite") + act + source("sweep")
	})
}

var (
	getSessionToken = alone("getSessionToken")
	getSessionCode  = alone("getSessionCode")
	scan            = alone("scan")

	createSession      = onSession("createSession")
	createSessionToken = onSession("createSessionToken")
	connectPhone       = onSession("connectPhone")
	getGrant           = onSession("getGrant")
	admitPhone         = onSession("admitPhone")
	removePhone        = onSession("removePhone")
	setGuide           = onSession("setGuide")
	getGuide           = onSession("getGuide")
	checkImage         = onSession("checkImage")
	getImages          = onSession("getImages")
	reserve            = onSession("reserve")
	addImage           = onSession("addImage")
	updateImage        = onSession("updateImage")
	removeImage        = onSession("removeImage")
	deleteSession      = onSession("deleteSession")
	doomed             = onSession("doomed")
	swept              = onSession("swept")
)

package upstash

import _ "embed"

// The scripts. All but getSessionCode work on one encounter's hash, whose fields are
//
//	session       the session as JSON
//	generation    counts renewals of the QR token
//	revision      moves on every change
//	phone         Unix milliseconds of the last phone that joined
//	image:{id}    a confirmed image as JSON
//	slot:{id}     a reservation as JSON, with lapses in Unix milliseconds
//
// A script answers an array whose first element is "ok" or an error's code.
var (
	//go:embed lua/live.lua
	live string

	//go:embed lua/invite.lua
	invite string

	//go:embed lua/createSession.lua
	createSessionSource string
	//go:embed lua/createSessionToken.lua
	createSessionTokenSource string
	//go:embed lua/getSessionCode.lua
	getSessionCodeSource string
	//go:embed lua/connectPhone.lua
	connectPhoneSource string
	//go:embed lua/getSession.lua
	getSessionSource string
	//go:embed lua/getImages.lua
	getImagesSource string
	//go:embed lua/reserve.lua
	reserveSource string
	//go:embed lua/addImage.lua
	addImageSource string
	//go:embed lua/updateImage.lua
	updateImageSource string
	//go:embed lua/removeImage.lua
	removeImageSource string
	//go:embed lua/deleteSession.lua
	deleteSessionSource string
)

var (
	createSession      = newScript(invite + createSessionSource)
	createSessionToken = newScript(live + invite + createSessionTokenSource)
	getSessionCode     = newScript(getSessionCodeSource)
	connectPhone       = newScript(live + connectPhoneSource)
	getSession         = newScript(live + getSessionSource)
	getImages          = newScript(live + getImagesSource)
	reserve            = newScript(live + reserveSource)
	addImage           = newScript(live + addImageSource)
	updateImage        = newScript(live + updateImageSource)
	removeImage        = newScript(live + removeImageSource)
	deleteSession      = newScript(live + deleteSessionSource)
)

package shared

// MaxGuideBytes is the size limit of a guide: a picture of some 500 pixels. Its
// base64 fits into a request.
const MaxGuideBytes = 36_000

// Guide is the body of PUT /{encounterId}/guide and the response to GET: an
// earlier photo that the camera of the phone's page shows over its live picture,
// so that the next photo shows the same place from the same side.
type Guide struct {
	JPEG string `json:"jpeg" schema:"format: byte, minLength: 1, maxLength: 48000"` // base64
}

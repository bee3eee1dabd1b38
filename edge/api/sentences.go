package api

import (
	"strconv"
	"strings"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/shared/wire"
)

// part is a code, and the part of the request that it is about.
type part struct {
	code  shared.Code
	field string
}

const (
	aLaunchID = "The launch token needs {field}: 1 to 64 letters, digits, dots, underscores or hyphens."
	aText     = "The launch token's {field} must not contain control or text direction characters."
	aName     = "The launch token's {field} must have at most {limit} characters."
)

// sentences say what is wrong with a part of a request and what to do, for the
// detail of a problem. {field}, {limit} and {cause} are the error's. A
// part that is not here has the sentence of its code.
var sentences = map[part]string{
	{shared.CodeBadRequest, "body"}:     "The body must be the JSON that this call takes, in UTF-8 and in full.",
	{shared.CodeBadRequest, "changeId"}: "changeId must be 1 to 64 letters, digits, dots, underscores or hyphens.",
	{shared.CodeBadRequest, "encounterId"}: "encounterId must be 1 to 64 letters, digits, dots, underscores or " +
		"hyphens, and not a word of the API's own paths.",
	{shared.CodeBadRequest, "If-Match"}: "Send If-Match with the revision of the list that you have, in quotes, " +
		"or force=1 to end whatever happened.",
	{shared.CodeBadRequest, "imageId"}: "imageId must be 1 to 64 letters, digits, dots, underscores or hyphens, " +
		"and another one for each image.",
	{shared.CodeBadRequest, "images"}:          "images must list 1 to {limit} images.",
	{shared.CodeBadRequest, "jpeg"}:            "jpeg must be the base64 of a picture.",
	{shared.CodeBadRequest, "metadata"}:        "metadata must be an object with one of " + metadataFields() + ".",
	{shared.CodeBadRequest, "metadataVersion"}: "metadataVersion must count from 0 to {limit}.",
	{shared.CodeBadRequest, "name"}:            aText,
	{shared.CodeBadRequest, "path"}:            "There is no such call.",
	{shared.CodeBadRequest, "patientLabel"}:    aText,
	{shared.CodeBadRequest, "phoneId"}:         "phoneId must be the id of a phone that joined the session.",
	{shared.CodeBadRequest, "s3Key"}:           "s3Key is not the key that was given to this image.",
	{shared.CodeBadRequest, "sha256"}:          "sha256 must be the base64 of the 32 bytes.",
	{shared.CodeBadRequest, "size"}:            "size must be the number of bytes.",
	{shared.CodeBadRequest, "width"}:           "width and height must be the photo's size in pixels, at most {limit}.",

	{shared.CodeEncounterMismatch, "encounterId"}: "This encounter has a session of another patient. Close it on the " +
		"desktop and open the right record.",

	{shared.CodeMetadataInvalid, "bodySite"}: "bodySite must be the id of a listed site.",
	{shared.CodeMetadataInvalid, "captured"}: "captured must not be in the future.",
	{shared.CodeMetadataInvalid, "captured.local"}: "captured.local must be a time such as 2026-03-04T08:15:00, " +
		"without an offset.",
	{shared.CodeMetadataInvalid, "captured.offset"}: "captured.offset must be between -12:00 and +14:00.",
	{shared.CodeMetadataInvalid, "captured.source"}: "captured.source must be camera, file or clinician.",
	{shared.CodeMetadataInvalid, "kind"}:            "kind must be lesion, rash, wound, infection or other.",
	{shared.CodeMetadataInvalid, "label"}: "label must have at most {limit} characters, and no control " +
		"characters.",
	{shared.CodeMetadataInvalid, "laterality"}: "laterality must be left, right, bilateral or na.",
	{shared.CodeMetadataInvalid, "notes"}: "notes must have at most {limit} characters, and no control characters " +
		"but tabs and new lines.",
	{shared.CodeMetadataInvalid, "view"}: "view must be overview, close-up or dermoscopy.",

	{shared.CodeTokenInvalid, "number"}: "No phone waits with this number. Look at the phone again; after three " +
		"wrong numbers show a new code.",
	{shared.CodeTokenInvalid, "typedCode"}: "This code does not work. Check what you typed, or show a new code on " +
		"the desktop and type that one.",

	{shared.CodeTooLarge, "body"}: "The body must have at most {limit} bytes.",
	{shared.CodeTooLarge, "jpeg"}: "A picture for the camera must have at most {limit} bytes. Make it smaller.",
	{shared.CodeTooLarge, "size"}: "A photo must have at most {limit} bytes. Make it smaller.",

	{shared.CodeUnsupportedType, "Content-Type"}: "Send the body as application/json.",
	{shared.CodeUnsupportedType, "jpeg"}:         "jpeg must be a whole JPEG.",
	{shared.CodeUnsupportedType, "contentType"}:  "contentType must be " + shared.ContentTypeJPEG + ".",

	{shared.CodeUnauthorized, "ADMIN_TOKEN"}:   "The doctor needs the deployment's ADMIN_TOKEN as its Bearer token.",
	{shared.CodeUnauthorized, "Authorization"}: "This call needs an Authorization header with a Bearer token.",
	{shared.CodeUnauthorized, "aud"}: "The launch token is for another service: aud must name this deployment's " +
		"BASE_URL or photobridge.",
	{shared.CodeUnauthorized, "encounterId"}:    aLaunchID,
	{shared.CodeUnauthorized, "exp"}:            "The launch token lives too long: exp may be at most 12 hours away.",
	{shared.CodeUnauthorized, "expired"}:        "The launch token has expired. Open the patient's record again.",
	{shared.CodeUnauthorized, "facilityId"}:     aLaunchID,
	{shared.CodeUnauthorized, "name"}:           aName,
	{shared.CodeUnauthorized, "patientId"}:      aLaunchID,
	{shared.CodeUnauthorized, "patientLabel"}:   aName,
	{shared.CodeUnauthorized, "practitionerId"}: aLaunchID,
	{shared.CodeUnauthorized, "signature"}: "The launch token is not valid. Ask the people who run the practice " +
		"system to check its signing key.",
	{shared.CodeUnauthorized, "sub"}: "The launch token needs sub, the clinician's id.",

	{shared.CodeUpstreamUnavailable, "configuration"}: "This deployment is not configured. {cause}.",
	{shared.CodeUpstreamUnavailable, "keys"}: "The practice system's keys cannot be read just now. " +
		"Try again in a moment.",
}

// aWrongType is for a field that can only have a wrong type.
const aWrongType = "{field} has the wrong type."

// sentence returns what a person reads about an error.
func sentence(e *shared.Error) string {
	text, ok := sentences[part{e.Code, e.Field}]
	switch {
	case ok && (e.Limit > 0 || !strings.Contains(text, "{limit}")):
	case e.Code == shared.CodeBadRequest && e.Field != "":
		text = aWrongType
	default:
		text = problems[e.Code].sentence
	}
	if strings.Contains(text, "{cause}") {
		text = strings.ReplaceAll(text, "{cause}", e.Err.Error())
	}
	return strings.NewReplacer("{field}", e.Field, "{limit}", strconv.Itoa(e.Limit)).Replace(text)
}

func metadataFields() string { return strings.Join(wire.Names(&shared.MetadataPatch{}), ", ") }

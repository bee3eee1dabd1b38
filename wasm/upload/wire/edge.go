package wire

import (
	"github.com/clinicpro/photobridge/shared"
)

// PresignRequest writes the body of POST /presigned-url.
func PresignRequest(r shared.PresignRequest) []byte {
	return newObject().str("encounterId", r.EncounterID).
		set("images", array(r.Images, func(i shared.PresignImage) []byte {
			return newObject().str("imageId", i.ImageID).
				str("contentType", i.ContentType).
				int("size", i.Size).
				str("sha256", i.SHA256).
				json()
		})).
		json()
}

// ParsePresignResponse reads the answer to POST /presigned-url.
func ParsePresignResponse(data []byte) (shared.PresignResponse, error) {
	o, err := parse(data)
	if err != nil {
		return shared.PresignResponse{}, err
	}
	var r shared.PresignResponse
	o.each("images", func(o object) {
		r.Images = append(r.Images, shared.PresignedUpload{
			ImageID: o.str("imageId"), S3Key: o.str("s3Key"), UploadURL: o.str("uploadUrl"),
			Headers: o.strMap("headers"), ExpiresAt: o.time("expiresAt"),
		})
	})
	return r, o.err()
}

// ConfirmRequest writes the body of POST /images.
func ConfirmRequest(r shared.ConfirmRequest) []byte {
	return newObject().str("encounterId", r.EncounterID).str("imageId", r.ImageID).str("s3Key", r.S3Key).
		int("width", int64(r.Width)).int("height", int64(r.Height)).
		set("metadata", metadataJSON(r.Metadata)).json()
}

// ParseConfirmResponse reads the answer to POST /images.
func ParseConfirmResponse(data []byte) (shared.ConfirmResponse, error) {
	o, err := parse(data)
	if err != nil {
		return shared.ConfirmResponse{}, err
	}
	r := shared.ConfirmResponse{
		Image: image(o.child("image")), ImageCount: int(o.int("imageCount")), Notified: o.bool("notified"),
	}
	return r, o.err()
}

// ParseListResponse reads the answer to GET /images/{encounterId}.
func ParseListResponse(data []byte) (shared.ListResponse, error) {
	o, err := parse(data)
	if err != nil {
		return shared.ListResponse{}, err
	}
	r := shared.ListResponse{
		EncounterID: o.str("encounterId"), Revision: o.int("revision"),
		SessionExpiresAt: o.time("sessionExpiresAt"),
		PhoneConnectedAt: o.optionalTime("phoneConnectedAt"), URLsExpireAt: o.optionalTime("urlsExpireAt"),
	}
	o.each("images", func(o object) { r.Images = append(r.Images, image(o)) })
	return r, o.err()
}

func image(o object) shared.Image {
	if o.fields == nil {
		return shared.Image{}
	}
	return shared.Image{
		ImageID: o.str("imageId"), S3Key: o.str("s3Key"), ContentType: o.str("contentType"),
		Size: o.int("size"), SHA256: o.str("sha256"),
		Width: int(o.int("width")), Height: int(o.int("height")),
		Metadata:   metadata(o.child("metadata")),
		UploadedAt: o.time("uploadedAt"), UpdatedAt: o.time("updatedAt"), PreviewURL: o.str("previewUrl"),
	}
}

// ParseProblem reads an error of the edge's; it fails for anything else, such
// as a proxy's page.
func ParseProblem(data []byte) (shared.Problem, error) {
	o, err := parse(data)
	if err != nil {
		return shared.Problem{}, err
	}
	p := shared.Problem{
		Type: o.str("type"), Title: o.str("title"), Status: int(o.int("status")),
		Code: shared.Code(o.str("code")), Detail: o.str("detail"), RequestID: o.str("requestId"),
	}
	if p.Code == "" {
		o.fail("code")
	}
	return p, o.err()
}

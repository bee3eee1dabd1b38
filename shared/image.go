package shared

import "time"

// ContentTypeJPEG is the only type that is ever uploaded.
const ContentTypeJPEG = "image/jpeg"

// PresignRequest is the body of POST /presigned-url: one image or a batch.
// The phone chooses each imageId, so that a repeated request gets the same
// slot and the same key.
type PresignRequest struct {
	EncounterID string         `json:"encounterId"`
	Images      []PresignImage `json:"images"`
}

// PresignImage describes the exact bytes that one presigned URL will accept.
type PresignImage struct {
	ImageID     string `json:"imageId"`
	ContentType string `json:"contentType"`
	Size        int64  `json:"size"`   // bytes
	SHA256      string `json:"sha256"` // base64 (standard) of the 32 bytes, as x-amz-checksum-sha256 wants it
}

// PresignResponse answers in the order of the request.
type PresignResponse struct {
	Images []PresignedUpload `json:"images"`
}

// PresignedUpload is a PUT that S3 accepts once, for these bytes only. Headers
// must be sent as they are.
type PresignedUpload struct {
	ImageID   string            `json:"imageId"`
	S3Key     string            `json:"s3Key"`
	UploadURL string            `json:"uploadUrl"`
	Headers   map[string]string `json:"headers"`
	ExpiresAt time.Time         `json:"expiresAt"`
}

// ConfirmRequest is the body of POST /images, sent once the bytes are in S3.
type ConfirmRequest struct {
	EncounterID string   `json:"encounterId"`
	ImageID     string   `json:"imageId"`
	S3Key       string   `json:"s3Key"`  // as the presign call gave it
	Width       int      `json:"width"`  // pixels, upright
	Height      int      `json:"height"` // pixels, upright
	Metadata    Metadata `json:"metadata"`
}

// ConfirmResponse answers POST /images.
type ConfirmResponse struct {
	Image      Image `json:"image"`
	ImageCount int   `json:"imageCount"`
	Notified   bool  `json:"notified"` // false: the desktop was not told and will find the image by polling
}

// Image is one confirmed photo of a session.
type Image struct {
	ImageID     string    `json:"imageId"`
	S3Key       string    `json:"s3Key"`
	ContentType string    `json:"contentType"`
	Size        int64     `json:"size"`
	SHA256      string    `json:"sha256"` // base64
	Width       int       `json:"width"`
	Height      int       `json:"height"`
	Metadata    Metadata  `json:"metadata"`
	UploadedAt  time.Time `json:"uploadedAt"` // when it was confirmed
	UpdatedAt   time.Time `json:"updatedAt"`
	// PreviewURL is a presigned GET; it is left out of the phone's own list.
	PreviewURL string `json:"previewUrl,omitempty"`
}

// ListResponse answers GET /images/{encounterId}. Images are in the order in
// which they were confirmed.
type ListResponse struct {
	EncounterID      string     `json:"encounterId"`
	Images           []Image    `json:"images"`
	Revision         int64      `json:"revision"` // moves on every change of the session
	SessionExpiresAt time.Time  `json:"sessionExpiresAt"`
	PhoneConnectedAt *time.Time `json:"phoneConnectedAt,omitempty"` // last time a phone exchanged a QR token
	URLsExpireAt     *time.Time `json:"urlsExpireAt,omitempty"`     // when the first previewUrl stops working
}

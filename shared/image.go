package shared

import "time"

// ContentTypeJPEG is the only type that is ever uploaded.
const ContentTypeJPEG = "image/jpeg"

// PresignRequest is the body of POST /presigned-url: one image or a batch.
// The sender chooses each imageId, so that a repeated request gets the same
// slot and the same key.
type PresignRequest struct {
	EncounterID ID `json:"encounterId"`
	// At most limits.maxBatch, each with its own imageId.
	Images []PresignImage `json:"images" schema:"minItems: 1, maxItems: 100"`
}

// PresignImage describes the exact bytes that one presigned URL will accept.
type PresignImage struct {
	ImageID     ID      `json:"imageId"` // chosen by the sender
	ContentType string  `json:"contentType" schema:"const: ContentTypeJPEG"`
	Size        int64   `json:"size" schema:"minimum: 1, maximum: 20000000"` // bytes, at most limits.maxImageBytes
	SHA256      Bytes32 `json:"sha256"`                                      // as x-amz-checksum-sha256 wants it
}

// PresignResponse lists the images in the order of the request.
type PresignResponse struct {
	Images []PresignedUpload `json:"images"`
}

// PresignedUpload is a PUT that S3 accepts once, for these bytes only. Headers
// must be sent as they are.
type PresignedUpload struct {
	ImageID   ID                `json:"imageId"`
	S3Key     ObjectKey         `json:"s3Key"`
	UploadURL string            `json:"uploadUrl" schema:"format: uri"`
	Headers   map[string]string `json:"headers" schema:"required: [content-type, if-none-match, x-amz-checksum-sha256]"`
	ExpiresAt time.Time         `json:"expiresAt"`
}

// ConfirmRequest is the body of POST /images, sent once the bytes are in S3.
type ConfirmRequest struct {
	EncounterID ID        `json:"encounterId"`
	ImageID     ID        `json:"imageId"`
	S3Key       ObjectKey `json:"s3Key"`                                             // as the presign call gave it
	Width       int       `json:"width" schema:"minimum: 1, maximum: MaxDimension"`  // pixels, upright
	Height      int       `json:"height" schema:"minimum: 1, maximum: MaxDimension"` // pixels, upright
	Metadata    Metadata  `json:"metadata"`
	// MetadataVersion counts the changes of the metadata by the sender. Confirming an
	// image again stores a newer version, unless a desktop has corrected it.
	MetadataVersion int `json:"metadataVersion,omitempty" schema:"minimum: 0, maximum: MaxMetadataVersion"`
}

// ConfirmResponse is the response to POST /images: the image as it is stored, which is
// not always what was sent.
type ConfirmResponse struct {
	Image      Image `json:"image"`
	ImageCount int   `json:"imageCount" schema:"minimum: 1"`
}

// Image is one confirmed photo of a session.
type Image struct {
	ImageID     ID        `json:"imageId"`
	S3Key       ObjectKey `json:"s3Key"`
	ContentType string    `json:"contentType" schema:"const: ContentTypeJPEG"`
	Size        int64     `json:"size" schema:"minimum: 1"`
	SHA256      Bytes32   `json:"sha256"`
	Width       int       `json:"width" schema:"minimum: 1"`
	Height      int       `json:"height" schema:"minimum: 1"`
	Metadata    Metadata  `json:"metadata"`
	UploadedAt  time.Time `json:"uploadedAt"` // when it was confirmed
	UpdatedAt   time.Time `json:"updatedAt"`
	// MetadataVersion is the phone's counter of the metadata that is stored.
	MetadataVersion int `json:"metadataVersion,omitempty" schema:"minimum: 0"`
	PhoneID         ID  `json:"phoneId,omitempty"` // the phone that sent it; none: a desktop
	// CorrectedBy is who corrected the metadata last on a desktop; nil: not corrected.
	CorrectedBy *Clinician `json:"correctedBy,omitempty"`
	// PreviewURL is a presigned GET; it is left out of the phone's own list.
	PreviewURL string `json:"previewUrl,omitempty" schema:"format: uri"`
}

// ExpectedImage is a photo that is being sent: its slot is reserved and it is
// not confirmed yet.
type ExpectedImage struct {
	ImageID    ID        `json:"imageId"`
	PhoneID    ID        `json:"phoneId,omitempty"` // the phone that sends it; none: a desktop
	ReservedAt time.Time `json:"reservedAt"`
}

// ListResponse is the response to GET /images/{encounterId}. Images are in the order in
// which they were confirmed. A phone's own list has no Phones and no Expected,
// and no metadata of photos that other phones sent.
type ListResponse struct {
	EncounterID      ID         `json:"encounterId"`
	Images           []Image    `json:"images"`
	Revision         int64      `json:"revision" schema:"minimum: 0"` // moves on every change of the session
	SessionExpiresAt time.Time  `json:"sessionExpiresAt"`
	ServerTime       time.Time  `json:"serverTime"`
	PhoneConnectedAt *time.Time `json:"phoneConnectedAt,omitempty"` // when a phone last joined
	URLsExpireAt     *time.Time `json:"urlsExpireAt,omitempty"`     // when the first previewUrl stops working

	Phones   []Phone         `json:"phones,omitempty"`   // in the order in which they joined
	Expected []ExpectedImage `json:"expected,omitempty"` // in the order in which they were reserved

	GuideOffered bool `json:"guideOffered,omitempty"` // phones may fetch a guide
}

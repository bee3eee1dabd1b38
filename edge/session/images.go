package session

import (
	"context"
	"strconv"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// Presign reserves a slot for each image and signs its PUT, all or none.
func (s *Service) Presign(
	ctx context.Context,
	phone PhoneRef,
	images []shared.PresignImage,
) ([]shared.PresignedUpload, error) {
	now := s.Now()
	wanted := make([]Reservation, len(images))
	for i, image := range images {
		wanted[i] = Reservation{
			ImageID:  image.ImageID,
			S3Key:    objectKey(phone.EncounterID, image.ImageID, now),
			Size:     image.Size,
			SHA256:   image.SHA256,
			LapsesAt: now.Add(ReservationTTL),
		}
	}
	held, err := s.Store.Reserve(ctx, phone, wanted, s.MaxImages)
	if err != nil {
		return nil, about(err, shared.CodeBadRequest, "imageId")
	}
	uploads := make([]shared.PresignedUpload, len(held.Slots))
	for i, slot := range held.Slots {
		uploads[i], err = s.Objects.PresignPut(ctx, slot.S3Key, slot.Size, slot.SHA256, now)
		if err != nil {
			return nil, err
		}
		uploads[i].ImageID = slot.ImageID
	}
	if held.New {
		s.notify(ctx, phone.Ref, shared.EventImagesExpected, shared.Event{Revision: held.Revision})
	}
	return uploads, nil
}

// Confirm takes an uploaded image into the session and notifies the desktop.
func (s *Service) Confirm(
	ctx context.Context,
	phone PhoneRef,
	request shared.ConfirmRequest,
) (shared.ConfirmResponse, error) {
	if !keyBelongsTo(request.S3Key, phone.EncounterID, request.ImageID) {
		return shared.ConfirmResponse{}, &shared.Error{Code: shared.CodeBadRequest, Field: "s3Key"}
	}
	if s.ConsentRequired && request.Metadata.ConsentAt == nil {
		return shared.ConfirmResponse{}, &shared.Error{Code: shared.CodeConsentRequired}
	}
	object, err := s.Objects.Head(ctx, request.S3Key)
	if shared.CodeOf(err) == shared.CodeObjectMissing {
		// What a desktop removed has no object either, and must not be sent again.
		if refused := s.Store.CheckImage(ctx, phone, request.ImageID); refused != nil {
			err = refused
		}
	}
	if err != nil {
		return shared.ConfirmResponse{}, err
	}
	now := s.Now()
	added, err := s.Store.AddImage(ctx, phone, shared.Image{
		ImageID:         request.ImageID,
		S3Key:           request.S3Key,
		ContentType:     shared.ContentTypeJPEG,
		Size:            object.Size,
		SHA256:          object.SHA256,
		Width:           request.Width,
		Height:          request.Height,
		Metadata:        request.Metadata,
		MetadataVersion: request.MetadataVersion,
		PhoneID:         phone.PhoneID,
		UploadedAt:      now,
		UpdatedAt:       now,
	}, s.MaxImages)
	if err != nil {
		return shared.ConfirmResponse{}, err
	}
	name := shared.EventImageUploaded
	if added.Updated {
		name = shared.EventImageUpdated
	}
	s.notify(ctx, phone.Ref, name, shared.Event{ImageID: request.ImageID, Revision: added.Revision})
	return shared.ConfirmResponse{Image: added.Image, ImageCount: added.ImageCount}, nil
}

// List returns the session with its phones and images, each with a presigned
// GET, and the time when the first of those stops working.
func (s *Service) List(ctx context.Context, ref Ref) (shared.ListResponse, error) {
	state, err := s.Store.GetImages(ctx, ref)
	if err != nil {
		return shared.ListResponse{}, err
	}
	response := s.listed(ref, state)
	response.Phones, response.Expected = state.Phones, state.Expected
	window := URLWindow(response.ServerTime)
	for i := range response.Images {
		image := &response.Images[i]
		if image.PreviewURL, err = s.Objects.PresignGet(ctx, image.S3Key, window, shared.PreviewURLTTL); err != nil {
			return shared.ListResponse{}, err
		}
	}
	expires := window.Add(shared.PreviewURLTTL)
	response.URLsExpireAt = &expires
	return response, nil
}

// ListAsPhone returns the session as a phone may see it: without URLs, and
// without the details of photos that other phones sent.
func (s *Service) ListAsPhone(ctx context.Context, phone PhoneRef) (shared.ListResponse, error) {
	state, err := s.Store.GetImagesAsPhone(ctx, phone)
	if err != nil {
		return shared.ListResponse{}, err
	}
	response := s.listed(phone.Ref, state)
	for i := range response.Images {
		image := &response.Images[i]
		image.CorrectedBy = nil
		if image.PhoneID != phone.PhoneID {
			image.Metadata = shared.Metadata{}
		}
	}
	return response, nil
}

func (s *Service) listed(ref Ref, state State) shared.ListResponse {
	return shared.ListResponse{
		EncounterID:      ref.EncounterID,
		Images:           state.Images,
		Revision:         state.Revision,
		SessionExpiresAt: state.ExpiresAt,
		ServerTime:       s.Now(),
		PhoneConnectedAt: state.PhoneConnectedAt,
		GuideOffered:     state.GuideOffered,
	}
}

// URLWindow is the time that preview URLs are signed with. It changes every ten
// minutes, so that a list asked for twice has the same URLs and a browser
// may keep the pictures; each URL is good for 50 minutes at least.
func URLWindow(now time.Time) time.Time { return now.Truncate(10 * time.Minute) }

// Correct changes an image's metadata.
func (s *Service) Correct(
	ctx context.Context,
	ref Ref,
	imageID string,
	change MetadataPatch,
	by shared.Clinician,
) (shared.Image, error) {
	image, revision, err := s.Store.UpdateImage(ctx, ref, imageID, change, by)
	if err != nil {
		return shared.Image{}, err
	}
	s.notify(ctx, ref, shared.EventImageUpdated, shared.Event{ImageID: imageID, Revision: revision})
	return image, nil
}

func objectKey(encounterID, imageID string, now time.Time) string {
	return "sessions/" + encounterID + "/" + strconv.FormatInt(now.UnixMilli(), 10) + "_" + imageID + ".jpg"
}

func keyBelongsTo(key, encounterID, imageID string) bool {
	prefix, suffix := "sessions/"+encounterID+"/", "_"+imageID+".jpg"
	if len(key) <= len(prefix)+len(suffix) || key[:len(prefix)] != prefix || key[len(key)-len(suffix):] != suffix {
		return false
	}
	_, err := strconv.ParseUint(key[len(prefix):len(key)-len(suffix)], 10, 63)
	return err == nil
}

package session

import (
	"bytes"
	"context"

	"github.com/clinicpro/photobridge/shared"
)

// SetGuide offers an earlier photo to the camera of the session's phones. An
// empty one is no longer offered. It fails with unsupported_type if it is not a
// JPEG and with too_large above MaxGuideBytes.
func (s *Service) SetGuide(ctx context.Context, ref Ref, jpeg []byte) error {
	switch {
	case len(jpeg) > shared.MaxGuideBytes:
		return &shared.Error{Code: shared.CodeTooLarge, Field: "jpeg", Limit: shared.MaxGuideBytes}
	case len(jpeg) > 0 && !isJPEG(jpeg):
		return &shared.Error{Code: shared.CodeUnsupportedType, Field: "jpeg"}
	}
	return s.Store.SetGuide(ctx, ref, jpeg)
}

// Guide returns the photo that is offered; it is empty if there is none.
func (s *Service) Guide(ctx context.Context, phone PhoneRef) ([]byte, error) {
	return s.Store.GetGuide(ctx, phone)
}

// isJPEG reports whether a file begins and ends as a JPEG (T.81, B.1.1.3). The
// phone's browser decodes it, in a page that runs nothing from a picture.
func isJPEG(file []byte) bool {
	return bytes.HasPrefix(file, []byte{0xFF, 0xD8, 0xFF}) && bytes.HasSuffix(file, []byte{0xFF, 0xD9})
}

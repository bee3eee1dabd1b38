package api

import (
	"encoding/base64"
	"net/http"

	"github.com/clinicpro/photobridge/edge/credential"
	"github.com/clinicpro/photobridge/shared"
)

// setGuide offers an earlier photo to the phones' camera.
func (h *handler) setGuide(r *http.Request) (int, any, error) {
	desktop, err := h.authorize(r, r.PathValue("encounterId"), credential.ScopeDesktop)
	if err != nil {
		return 0, nil, err
	}
	request, err := readJSON[shared.Guide](r)
	if err != nil {
		return 0, nil, err
	}
	jpeg, err := base64.StdEncoding.Strict().DecodeString(request.JPEG)
	if err != nil || len(jpeg) == 0 {
		return 0, nil, &shared.Error{Code: shared.CodeBadRequest, Field: "jpeg"}
	}
	return http.StatusNoContent, nil, h.Service.SetGuide(r.Context(), desktop.Ref, jpeg)
}

// dropGuide takes that photo back.
func (h *handler) dropGuide(r *http.Request) (int, any, error) {
	desktop, err := h.authorize(r, r.PathValue("encounterId"), credential.ScopeDesktop)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusNoContent, nil, h.Service.SetGuide(r.Context(), desktop.Ref, nil)
}

// guide returns that photo to a phone, or 204 if there is none.
func (h *handler) guide(r *http.Request) (int, any, error) {
	phone, err := h.authorize(r, r.PathValue("encounterId"), credential.ScopePhone)
	if err != nil {
		return 0, nil, err
	}
	jpeg, err := h.Service.Guide(r.Context(), phone.Phone())
	if err != nil || len(jpeg) == 0 {
		return http.StatusNoContent, nil, err
	}
	audit(r, actionViewed, phone.Ref, "")
	return http.StatusOK, &shared.Guide{JPEG: base64.StdEncoding.EncodeToString(jpeg)}, nil
}

package api

import (
	"encoding/base64"
	"fmt"
	"net/http"

	"github.com/clinicpro/photobridge/edge/credential"
	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

const maxQRToken = 64 // characters

// create opens the session of a launch token's encounter (call 1).
func (h *handler) create(r *http.Request) (int, any, error) {
	token, err := bearer(r)
	if err != nil {
		return 0, nil, err
	}
	launch, err := h.Keys.VerifyLaunch(r.Context(), token)
	if err != nil {
		return 0, nil, err
	}
	opened, err := h.Service.Open(r.Context(), launch)
	if err != nil {
		return 0, nil, err
	}
	recordOf(r).clinician = launch.Clinician
	audit(r, actionIssued, opened.Session.Ref(), "")
	return h.opened(opened)
}

// renew makes a new QR token and typed code (call 7).
func (h *handler) renew(r *http.Request) (int, any, error) {
	ref, _, err := h.authorize(r, r.PathValue("encounterId"), credential.ScopeDesktop)
	if err != nil {
		return 0, nil, err
	}
	opened, err := h.Service.RenewQR(r.Context(), ref)
	if err != nil {
		return 0, nil, err
	}
	audit(r, actionIssued, ref, "")
	return h.opened(opened)
}

func (h *handler) opened(opened session.Opened) (int, any, error) {
	desktopToken, err := h.Keys.Issue(credential.ScopeDesktop, opened.Session.Ref())
	return http.StatusCreated, shared.CreateResponse{
		EncounterID:      opened.Session.EncounterID,
		Token:            opened.QRToken,
		TokenExpiresAt:   opened.TokenExpiresAt,
		MobileURL:        h.BaseURL + "/mobile#t=" + opened.QRToken,
		TypedCode:        opened.TypedCode,
		DesktopToken:     desktopToken,
		SessionExpiresAt: opened.ExpiresAt,
		MaxImages:        h.MaxImages,
		StorageOrigin:    h.StorageOrigin,
	}, err
}

// exchange turns a QR token into an upload token (call 2).
func (h *handler) exchange(r *http.Request) (int, any, error) {
	if err := h.limitTries(r); err != nil {
		return 0, nil, err
	}
	token := r.PathValue("token")
	if len(token) > maxQRToken {
		return 0, nil, shared.Errorf(
			shared.CodeTokenInvalid,
			"This code is no longer valid. Show a new code on the desktop and scan it.",
		)
	}
	state, err := h.Service.Join(r.Context(), token)
	if err != nil {
		return 0, nil, err
	}
	return h.joined(r, state)
}

// exchangeCode does the same for a code that was typed, which is in the body:
// an address is written down in more places (call 10).
func (h *handler) exchangeCode(r *http.Request) (int, any, error) {
	if err := h.limitTries(r); err != nil {
		return 0, nil, err
	}
	request, err := readJSON[shared.ExchangeRequest](r)
	if err != nil {
		return 0, nil, err
	}
	state, err := h.Service.JoinByCode(r.Context(), request.TypedCode)
	if err != nil {
		return 0, nil, err
	}
	return h.joined(r, state)
}

// limitTries counts what an address tries, scanned or typed.
func (h *handler) limitTries(r *http.Request) error {
	if h.TokenTries != nil && !h.TokenTries(r.Context(), clientAddress(r)) {
		return tooMany("There were too many tries from this network. Wait a minute, then try again.")
	}
	return nil
}

// joined answers a phone that has joined.
func (h *handler) joined(r *http.Request, state session.State) (int, any, error) {
	audit(r, actionScanned, state.Session.Ref(), "")
	uploadToken, err := h.Keys.Issue(credential.ScopePhone, state.Session.Ref())
	return http.StatusOK, shared.TokenResponse{
		EncounterID:      state.Session.EncounterID,
		PatientID:        state.Session.PatientID,
		PatientLabel:     state.Session.PatientLabel,
		FacilityID:       state.Session.FacilityID,
		UploadToken:      uploadToken,
		JournalKey:       base64.StdEncoding.EncodeToString(state.Session.JournalKey),
		SessionExpiresAt: h.Service.Now().Add(shared.SessionTTL),
		MaxImages:        h.MaxImages,
		ImageCount:       len(state.Images),
		Limits: shared.PhoneLimits{
			MaxImageBytes: h.MaxImageBytes,
			MaxNotes:      shared.MaxNotes,
			MaxBatch:      h.MaxImages,
		},
		Consent:       h.Consent,
		StorageOrigin: h.StorageOrigin,
	}, err
}

// presign reserves slots and signs PUTs (call 3).
func (h *handler) presign(r *http.Request) (int, any, error) {
	request, err := readJSON[shared.PresignRequest](r)
	if err != nil {
		return 0, nil, err
	}
	ref, _, err := h.authorize(r, request.EncounterID, credential.ScopePhone)
	if err != nil {
		return 0, nil, err
	}
	if err := h.checkPresign(request); err != nil {
		return 0, nil, err
	}
	uploads, err := h.Service.Presign(r.Context(), ref, request.Images)
	return http.StatusOK, shared.PresignResponse{Images: uploads}, err
}

// confirm takes an uploaded image in (call 4).
func (h *handler) confirm(r *http.Request) (int, any, error) {
	request, err := readJSON[shared.ConfirmRequest](r)
	if err != nil {
		return 0, nil, err
	}
	ref, _, err := h.authorize(r, request.EncounterID, credential.ScopePhone)
	if err != nil {
		return 0, nil, err
	}
	if err := checkConfirm(request); err != nil {
		return 0, nil, err
	}
	audit(r, actionUploaded, ref, request.ImageID)
	response, err := h.Service.Confirm(r.Context(), ref, request)
	return http.StatusOK, response, err
}

// list answers all images; a phone gets them without URLs (call 5).
func (h *handler) list(r *http.Request) (int, any, error) {
	ref, scope, err := h.authorize(r, r.PathValue("encounterId"), credential.ScopeDesktop, credential.ScopePhone)
	if err != nil {
		return 0, nil, err
	}
	response, err := h.Service.List(r.Context(), ref, scope == credential.ScopeDesktop)
	if err != nil {
		return 0, nil, err
	}
	if scope == credential.ScopeDesktop && len(response.Images) > 0 {
		audit(r, actionViewed, ref, "")
	}
	etag := fmt.Sprintf(
		`"%s-%d-%d-%s"`,
		ref.SessionID[:min(8, len(ref.SessionID))],
		response.Revision,
		session.URLWindow(h.Service.Now()).Unix(),
		scope,
	)
	return http.StatusOK, tagged{etag, response}, nil
}

// correct changes an image's metadata (call 6).
func (h *handler) correct(r *http.Request) (int, any, error) {
	ref, imageID, err := h.image(r)
	if err != nil {
		return 0, nil, err
	}
	patch, err := readPatch(r)
	if err != nil {
		return 0, nil, err
	}
	audit(r, actionChanged, ref, imageID)
	image, err := h.Service.Correct(r.Context(), ref, imageID, patch)
	return http.StatusOK, image, err
}

// remove takes an image away (call 6).
func (h *handler) remove(r *http.Request) (int, any, error) {
	ref, imageID, err := h.image(r)
	if err != nil {
		return 0, nil, err
	}
	audit(r, actionRemoved, ref, imageID)
	return http.StatusNoContent, nil, h.Service.Remove(r.Context(), ref, imageID)
}

func (h *handler) image(r *http.Request) (session.Ref, string, error) {
	ref, _, err := h.authorize(r, r.PathValue("encounterId"), credential.ScopeDesktop)
	imageID := r.PathValue("imageId")
	if err == nil && !shared.ValidID(imageID) {
		err = shared.Errorf(shared.CodeImageNotFound, "This photo is not in the session.")
	}
	return ref, imageID, err
}

// realtime lets a desktop listen to its channel (call 8).
func (h *handler) realtime(r *http.Request) (int, any, error) {
	ref, _, err := h.authorize(r, r.PathValue("encounterId"), credential.ScopeDesktop)
	if err != nil {
		return 0, nil, err
	}
	response, err := h.Service.SubscribeToken(r.Context(), ref)
	return http.StatusOK, response, err
}

// end ends the session (call 9).
func (h *handler) end(r *http.Request) (int, any, error) {
	ref, _, err := h.authorize(r, r.PathValue("encounterId"), credential.ScopeDesktop)
	if err != nil {
		return 0, nil, err
	}
	audit(r, actionEnded, ref, "")
	return http.StatusNoContent, nil, h.Service.End(r.Context(), ref)
}

// examine runs the doctor for whoever holds the admin token.
func (h *handler) examine(r *http.Request) (int, any, error) {
	token, err := bearer(r)
	if err != nil {
		return 0, nil, err
	}
	if !sameSecret(token, h.AdminToken) {
		return 0, nil, shared.Errorf(
			shared.CodeUnauthorized,
			"The doctor wants the deployment's ADMIN_TOKEN as its Bearer token.",
		)
	}
	return http.StatusOK, h.Doctor(r.Context()), nil
}

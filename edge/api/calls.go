package api

import (
	"fmt"
	"net/http"

	"github.com/clinicpro/photobridge/edge/credential"
	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

const maxQRToken = 64 // characters

// create opens the session of a launch token's encounter.
func (h *handler) create(r *http.Request) (int, any, error) {
	if err := limitAddress(r, h.Limits.Opens); err != nil {
		return 0, nil, err
	}
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
	recordOf(r).clinician = launch.Clinician.ID
	audit(r, actionIssued, opened.Session.Ref(), "")
	return h.opened(opened, launch.Clinician)
}

// renew makes a new QR token and typed code.
func (h *handler) renew(r *http.Request) (int, any, error) {
	desktop, err := h.authorize(r, r.PathValue("encounterId"), credential.ScopeDesktop)
	if err != nil {
		return 0, nil, err
	}
	opened, err := h.Service.RenewQR(r.Context(), desktop.Ref)
	if err != nil {
		return 0, nil, err
	}
	audit(r, actionIssued, desktop.Ref, "")
	return h.opened(opened, desktop.Clinician)
}

func (h *handler) opened(opened session.Opened, clinician shared.Clinician) (int, any, error) {
	desktopToken, err := h.Keys.IssueDesktop(opened.Session.Ref(), clinician)
	return http.StatusCreated, &shared.CreateResponse{
		EncounterID:      opened.Session.EncounterID,
		Token:            opened.QRToken,
		TokenExpiresAt:   opened.TokenExpiresAt,
		MobileURL:        h.BaseURL + "/mobile#t=" + opened.QRToken,
		TypedCode:        opened.TypedCode,
		DesktopToken:     desktopToken,
		SessionExpiresAt: opened.ExpiresAt,
		ServerTime:       h.Service.Now(),
		MaxImages:        h.Service.MaxImages,
		Clinician:        clinician,
		Limits:           h.limits(),
		Consent:          h.Consent,
		StorageOrigin:    h.StorageOrigin,
	}, err
}

// limits are what a sender has to know.
func (h *handler) limits() shared.PhoneLimits {
	return shared.PhoneLimits{
		MaxImageBytes: h.Service.MaxImageBytes,
		MaxNotes:      shared.MaxNotes,
		MaxBatch:      h.Service.MaxImages,
	}
}

// exchange turns a QR token into an upload token.
func (h *handler) exchange(r *http.Request) (int, any, error) {
	if err := limitAddress(r, h.Limits.TokenTries); err != nil {
		return 0, nil, err
	}
	token := r.PathValue("token")
	if len(token) > maxQRToken {
		return 0, nil, &shared.Error{Code: shared.CodeTokenInvalid}
	}
	joined, err := h.Service.Join(r.Context(), token, phoneName(r.Header.Get("User-Agent")))
	if err != nil {
		return 0, nil, err
	}
	return h.joined(r, joined)
}

// exchangeCode does the same for a code that was typed, which is in the body:
// an address is written down in more places.
func (h *handler) exchangeCode(r *http.Request) (int, any, error) {
	if err := limitAddress(r, h.Limits.TokenTries); err != nil {
		return 0, nil, err
	}
	request, err := readJSON[shared.ExchangeRequest](r)
	if err != nil {
		return 0, nil, err
	}
	joined, err := h.Service.JoinByCode(r.Context(), request.TypedCode, phoneName(r.Header.Get("User-Agent")))
	if err != nil {
		return 0, nil, err
	}
	return h.joined(r, joined)
}

// grant responds to a phone that waits until a desktop admits it.
func (h *handler) grant(r *http.Request) (int, any, error) {
	token, err := bearer(r)
	if err != nil {
		return 0, nil, err
	}
	who, err := h.Keys.Verify(token)
	if err != nil {
		return 0, nil, err
	}
	if who, err = h.authorize(r, who.EncounterID, credential.ScopeWaiting); err != nil {
		return 0, nil, err
	}
	joined, err := h.Service.Grant(r.Context(), who.Phone())
	if err != nil {
		return 0, nil, err
	}
	return h.joined(r, joined)
}

// admit lets the phone join that waits with a number.
func (h *handler) admit(r *http.Request) (int, any, error) {
	desktop, err := h.authorize(r, r.PathValue("encounterId"), credential.ScopeDesktop)
	if err != nil {
		return 0, nil, err
	}
	request, err := readJSON[shared.AdmitRequest](r)
	if err != nil {
		return 0, nil, err
	}
	audit(r, actionPhoneAdmitted, desktop.Ref, "")
	return http.StatusNoContent, nil, h.Service.Admit(r.Context(), desktop.Ref, request.Number)
}

// joined responds to a phone that has joined, or that has to wait: then with
// nothing about the patient.
func (h *handler) joined(r *http.Request, joined session.Joined) (int, any, error) {
	live := joined.Session
	phone := session.PhoneRef{Ref: live.Ref(), PhoneID: joined.PhoneID}
	if joined.Number != "" {
		token, err := h.Keys.IssueWaiting(phone)
		return http.StatusAccepted, &shared.WaitResponse{
			PhoneID:    joined.PhoneID,
			Number:     joined.Number,
			WaitToken:  token,
			ServerTime: h.Service.Now(),
		}, err
	}
	audit(r, actionScanned, live.Ref(), "")
	uploadToken, err := h.Keys.IssuePhone(phone)
	return http.StatusOK, &shared.Grant{
		EncounterID:      live.EncounterID,
		PatientID:        live.PatientID,
		PatientLabel:     live.PatientLabel,
		FacilityID:       live.FacilityID,
		PhoneID:          joined.PhoneID,
		UploadToken:      uploadToken,
		JournalKey:       live.JournalKey,
		SessionExpiresAt: joined.ExpiresAt,
		ServerTime:       h.Service.Now(),
		MaxImages:        h.Service.MaxImages,
		ImageCount:       joined.ImageCount,
		Limits:           h.limits(),
		Consent:          h.Consent,
		StorageOrigin:    h.StorageOrigin,
	}, err
}

// removePhone takes a phone's access away.
func (h *handler) removePhone(r *http.Request) (int, any, error) {
	desktop, err := h.authorize(r, r.PathValue("encounterId"), credential.ScopeDesktop)
	if err != nil {
		return 0, nil, err
	}
	phoneID := r.PathValue("phoneId")
	if !shared.ValidID(phoneID) {
		return 0, nil, &shared.Error{Code: shared.CodeBadRequest, Field: "phoneId"}
	}
	audit(r, actionPhoneRemoved, desktop.Ref, "")
	return http.StatusNoContent, nil, h.Service.RemovePhone(r.Context(), desktop.Ref, phoneID)
}

// presign reserves slots and signs PUTs, for a phone or for photos added on a desktop.
func (h *handler) presign(r *http.Request) (int, any, error) {
	request, err := readJSON[shared.PresignRequest](r)
	if err != nil {
		return 0, nil, err
	}
	sender, err := h.authorize(r, request.EncounterID, credential.ScopePhone, credential.ScopeDesktop)
	if err != nil {
		return 0, nil, err
	}
	if err := h.checkPresign(request); err != nil {
		return 0, nil, err
	}
	uploads, err := h.Service.Presign(r.Context(), sender.Phone(), request.Images)
	return http.StatusOK, &shared.PresignResponse{Images: uploads}, err
}

// confirm takes an uploaded image in.
func (h *handler) confirm(r *http.Request) (int, any, error) {
	request, err := readJSON[shared.ConfirmRequest](r)
	if err != nil {
		return 0, nil, err
	}
	sender, err := h.authorize(r, request.EncounterID, credential.ScopePhone, credential.ScopeDesktop)
	if err != nil {
		return 0, nil, err
	}
	if err := checkConfirm(request, h.Service.Now()); err != nil {
		return 0, nil, err
	}
	audit(r, actionUploaded, sender.Ref, request.ImageID)
	response, err := h.Service.Confirm(r.Context(), sender.Phone(), request)
	return http.StatusOK, &response, err
}

// list returns all images. A phone gets them without URLs, and other phones' images
// without their details.
func (h *handler) list(r *http.Request) (int, any, error) {
	who, err := h.authorize(r, r.PathValue("encounterId"), credential.ScopeDesktop, credential.ScopePhone)
	if err != nil {
		return 0, nil, err
	}
	var response shared.ListResponse
	if who.Scope == credential.ScopePhone {
		response, err = h.Service.ListAsPhone(r.Context(), who.Phone())
	} else {
		response, err = h.Service.List(r.Context(), who.Ref)
	}
	if err != nil {
		return 0, nil, err
	}
	if who.Scope == credential.ScopeDesktop && len(response.Images) > 0 {
		audit(r, actionViewed, who.Ref, "")
	}
	return http.StatusOK, tagged{listTag(who, response), &response}, nil
}

// listTag is the entity tag of a list: each phone has its own list, and the
// URLs in a desktop's are signed again from time to time. A guide does not move
// the revision.
func listTag(who credential.Bearer, list shared.ListResponse) string {
	guide := ""
	if list.GuideOffered {
		guide = "-guide"
	}
	window := session.URLWindow(list.ServerTime).Unix()
	return fmt.Sprintf(`"%.8s-%d-%d-%s%.8s%s"`, who.SessionID, list.Revision, window, who.Scope, who.PhoneID, guide)
}

// correct changes an image's metadata.
func (h *handler) correct(r *http.Request) (int, any, error) {
	desktop, imageID, err := h.image(r)
	if err != nil {
		return 0, nil, err
	}
	patch, err := readPatch(r, h.Service.Now())
	if err != nil {
		return 0, nil, err
	}
	audit(r, actionChanged, desktop.Ref, imageID)
	image, err := h.Service.Correct(r.Context(), desktop.Ref, imageID, patch, desktop.Clinician)
	return http.StatusOK, &image, err
}

// remove takes an image away.
func (h *handler) remove(r *http.Request) (int, any, error) {
	desktop, imageID, err := h.image(r)
	if err != nil {
		return 0, nil, err
	}
	audit(r, actionRemoved, desktop.Ref, imageID)
	return http.StatusNoContent, nil, h.Service.Remove(r.Context(), desktop.Ref, imageID)
}

func (h *handler) image(r *http.Request) (credential.Bearer, string, error) {
	desktop, err := h.authorize(r, r.PathValue("encounterId"), credential.ScopeDesktop)
	imageID := r.PathValue("imageId")
	if err == nil && !shared.ValidID(imageID) {
		err = &shared.Error{Code: shared.CodeImageNotFound}
	}
	return desktop, imageID, err
}

// realtime lets a desktop listen to its channel.
func (h *handler) realtime(r *http.Request) (int, any, error) {
	desktop, err := h.authorize(r, r.PathValue("encounterId"), credential.ScopeDesktop)
	if err != nil {
		return 0, nil, err
	}
	response, err := h.Service.SubscribeToken(r.Context(), desktop.Ref)
	return http.StatusOK, &response, err
}

// end ends the session as the desktop knows it.
func (h *handler) end(r *http.Request) (int, any, error) {
	desktop, err := h.authorize(r, r.PathValue("encounterId"), credential.ScopeDesktop)
	if err != nil {
		return 0, nil, err
	}
	revision, err := readRevision(r)
	if err != nil {
		return 0, nil, err
	}
	audit(r, actionEnded, desktop.Ref, "")
	return http.StatusNoContent, nil, h.Service.End(r.Context(), desktop.Ref, revision)
}

// examine runs the doctor for the holder of the admin token.
func (h *handler) examine(r *http.Request) (int, any, error) {
	token, err := bearer(r)
	if err != nil {
		return 0, nil, err
	}
	if !sameSecret(token, h.AdminToken) {
		return 0, nil, &shared.Error{Code: shared.CodeUnauthorized, Field: "ADMIN_TOKEN"}
	}
	return http.StatusOK, h.Doctor(r.Context()), nil
}

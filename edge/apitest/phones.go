package apitest

import (
	"net/http"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/shared"
)

const iPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
	"Version/18.5 Mobile/15E148 Safari/604.1"

// join lets one more phone join.
func (a *api) join(t *testing.T, s opened, userAgent string) opened {
	t.Helper()
	got := a.call(t, "GET", base+"/token/"+s.Token, "", nil, header("User-Agent", userAgent)).expect(t, 200, "")
	s.phone = decode[shared.Grant](t, got)
	return s
}

// phones has several phones in one session.
func phones(t *testing.T, a *api) {
	s := a.open(t)
	other := a.join(t, s, iPhone)
	mine := a.upload(t, s, shared.Metadata{Notes: "of mine"})
	a.upload(t, other, shared.Metadata{Notes: "of the other"})

	t.Run("are listed with their names and what they send", func(t *testing.T) {
		_, image := picture(1000)
		a.presign(t, other, image)
		list := a.list(t, s)
		if len(list.Phones) != 2 || list.Phones[1].Name != "iPhone, Safari" || list.Phones[1].Removed ||
			list.Phones[1].PhoneID != other.phone.PhoneID || list.Phones[0].LastSeenAt.Before(list.Phones[0].JoinedAt) {
			t.Errorf("phones are %+v", list.Phones)
		}
		if len(list.Expected) != 1 || list.Expected[0].ImageID != image.ImageID {
			t.Errorf("expected are %+v", list.Expected)
		}
		if list.Images[0].PhoneID != s.phone.PhoneID || list.Images[1].PhoneID != other.phone.PhoneID {
			t.Errorf("images are %+v", list.Images)
		}
	})
	t.Run("see no details of other phones' photos", func(t *testing.T) {
		got := a.call(t, "GET", base+"/images/"+s.EncounterID, s.phone.UploadToken, nil).expect(t, 200, "")
		list := decode[shared.ListResponse](t, got)
		if len(list.Images) != 2 || list.Images[0].Metadata.Notes != "of mine" ||
			list.Images[1].Metadata != (shared.Metadata{}) || list.Phones != nil || list.Expected != nil {
			t.Errorf("the phone's list is %s", got.Body)
		}
	})
	t.Run("can be removed, one by one", func(t *testing.T) {
		path := base + "/" + s.EncounterID + "/phones/" + other.phone.PhoneID
		a.call(t, "DELETE", path, s.DesktopToken, nil).expect(t, 204, "")
		a.call(t, "DELETE", path, s.DesktopToken, nil).expect(t, 204, "")
		a.call(t, "DELETE", base+"/"+s.EncounterID+"/phones/nobody", s.DesktopToken, nil).
			expect(t, 400, shared.CodeBadRequest)
		_, image := picture(1000)
		wanted := shared.PresignRequest{EncounterID: s.EncounterID, Images: []shared.PresignImage{image}}
		a.call(
			t, "POST", base+"/presigned-url", other.phone.UploadToken, wanted,
		).expect(t, 401, shared.CodePhoneRemoved)
		a.call(t, "GET", base+"/images/"+s.EncounterID, other.phone.UploadToken, nil).
			expect(t, 401, shared.CodePhoneRemoved)
		a.call(t, "GET", base+"/token/"+s.Token, "", nil).expect(t, 404, shared.CodeTokenInvalid)
		a.presign(t, s, image)
		if list := a.list(t, s); len(list.Images) != 2 || !list.Phones[1].Removed || len(list.Expected) != 1 {
			t.Errorf("the list is %+v", list)
		}
	})
	t.Run("send newer metadata until a desktop corrects it", func(t *testing.T) {
		confirm := func(version int, notes string) shared.Image {
			request := confirmation(s, shared.PresignedUpload{ImageID: mine.ImageID, S3Key: mine.S3Key},
				shared.Metadata{Notes: notes})
			request.MetadataVersion = version
			got := a.call(t, "POST", base+"/images", s.phone.UploadToken, request).expect(t, 200, "")
			return decode[shared.ConfirmResponse](t, got).Image
		}
		before := a.list(t, s).Revision
		if image := confirm(1, "newer"); image.Metadata.Notes != "newer" || image.MetadataVersion != 1 {
			t.Errorf("stored is %+v", image)
		}
		after := a.list(t, s)
		if after.Revision <= before || after.Images[0].Metadata.Notes != "newer" {
			t.Errorf("the revision went from %d to %d", before, after.Revision)
		}
		if image := confirm(1, "late"); image.Metadata.Notes != "newer" {
			t.Errorf("stored is %+v", image)
		}
		token := a.launchToken(t, s.EncounterID, func(c jwt.MapClaims) { c["sub"], c["name"] = "nurse-2", "Nurse" })
		second := decode[shared.CreateResponse](t, a.call(t, "POST", base+"/create", token, nil).expect(t, 201, ""))
		patch := map[string]any{"metadata": map[string]any{"notes": "corrected"}}
		path := base + "/images/" + s.EncounterID + "/" + mine.ImageID
		a.call(t, "PATCH", path, second.DesktopToken, patch).expect(t, 200, "")
		image := confirm(2, "too late")
		if diff := cmp.Diff(&shared.Clinician{ID: "nurse-2", Name: "Nurse"}, image.CorrectedBy); diff != "" ||
			image.Metadata.Notes != "corrected" {
			t.Errorf("stored is %+v: %s", image, diff)
		}
	})
}

// removals are what must not come back.
func removals(t *testing.T, a *api) {
	s := a.open(t)
	content, image := picture(1500)
	slot := a.presign(t, s, image)[0]
	put(t, slot, content, http.StatusOK)
	request := confirmation(s, slot, shared.Metadata{})
	a.call(t, "POST", base+"/images", s.phone.UploadToken, request).expect(t, 200, "")
	a.call(t, "DELETE", base+"/images/"+s.EncounterID+"/"+image.ImageID, s.DesktopToken, nil).expect(t, 204, "")

	t.Run("a removed photo is not confirmed again", func(t *testing.T) {
		got := a.call(t, "POST", base+"/images", s.phone.UploadToken, request).expect(t, 410, shared.CodeImageRemoved)
		if problem := decode[shared.Problem](t, got); problem.ImageID != image.ImageID {
			t.Errorf("the problem names %q", problem.ImageID)
		}
	})
	t.Run("nor signed again, alone or with others", func(t *testing.T) {
		_, another := picture(1000)
		wanted := shared.PresignRequest{EncounterID: s.EncounterID, Images: []shared.PresignImage{another, image}}
		got := a.call(t, "POST", base+"/presigned-url", s.phone.UploadToken, wanted).
			expect(t, 410, shared.CodeImageRemoved)
		if problem := decode[shared.Problem](t, got); problem.ImageID != image.ImageID {
			t.Errorf("the problem names %q", problem.ImageID)
		}
		if list := a.list(t, s); len(list.Images)+len(list.Expected) != 0 {
			t.Errorf("the list is %+v", list)
		}
	})
}

package apitest

import (
	"net/http"
	"testing"

	"github.com/clinicpro/photobridge/shared"
)

// desktopPhotos has a desktop send a photo itself, with its own token.
func desktopPhotos(t *testing.T, a *api) {
	s := a.open(t)
	content, image := picture(1500)
	wanted := shared.PresignRequest{EncounterID: s.EncounterID, Images: []shared.PresignImage{image}}
	got := a.call(t, "POST", base+"/presigned-url", s.DesktopToken, wanted).expect(t, 200, "")
	slot := decode[shared.PresignResponse](t, got).Images[0]

	t.Run("are expected from no phone", func(t *testing.T) {
		list := a.list(t, s)
		if len(list.Expected) != 1 || list.Expected[0].ImageID != image.ImageID || list.Expected[0].PhoneID != "" {
			t.Errorf("expected are %+v", list.Expected)
		}
	})
	put(t, slot, content, http.StatusOK)
	request := confirmation(s, slot, shared.Metadata{Notes: "of the scanner"})
	a.call(t, "POST", base+"/images", s.DesktopToken, request).expect(t, 200, "")

	t.Run("are the session's, of no phone", func(t *testing.T) {
		list := a.list(t, s)
		if len(list.Images) != 1 || list.Images[0].PhoneID != "" || list.Images[0].Metadata.Notes != "of the scanner" {
			t.Errorf("images are %+v", list.Images)
		}
		if len(list.Phones) != 1 || len(list.Expected) != 0 {
			t.Errorf("phones are %+v, expected %+v", list.Phones, list.Expected)
		}
	})
	t.Run("say nothing to a phone", func(t *testing.T) {
		got := a.call(t, "GET", base+"/images/"+s.EncounterID, s.phone.UploadToken, nil).expect(t, 200, "")
		list := decode[shared.ListResponse](t, got)
		if len(list.Images) != 1 || list.Images[0].Metadata != (shared.Metadata{}) {
			t.Errorf("the phone's list is %s", got.Body)
		}
	})
	t.Run("do not come back when they are removed", func(t *testing.T) {
		path := base + "/images/" + s.EncounterID + "/" + image.ImageID
		a.call(t, "DELETE", path, s.DesktopToken, nil).expect(t, 204, "")
		a.call(t, "POST", base+"/images", s.DesktopToken, request).expect(t, 410, shared.CodeImageRemoved)
	})
	t.Run("stay when a phone is removed", func(t *testing.T) {
		_, another := picture(1000)
		wanted.Images = []shared.PresignImage{another}
		a.call(t, "POST", base+"/presigned-url", s.DesktopToken, wanted).expect(t, 200, "")
		a.call(t, "DELETE", base+"/"+s.EncounterID+"/phones/"+s.phone.PhoneID, s.DesktopToken, nil).expect(t, 204, "")
		if list := a.list(t, s); len(list.Expected) != 1 {
			t.Errorf("expected are %+v", list.Expected)
		}
	})
}

package apitest

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clinicpro/photobridge/shared"
)

// life makes every call of a session, from its opening to its end.
func life(t *testing.T, a *api) {
	s := a.open(t)
	t.Run("opening again returns the same session", func(t *testing.T) {
		again := decode[shared.CreateResponse](
			t,
			a.call(t, "POST", base+"/create", a.launchToken(t, s.EncounterID), nil).expect(t, 201, ""),
		)
		a.call(t, "GET", base+"/token/"+s.Token, "", nil).expect(t, 404, shared.CodeTokenInvalid)
		s.Token, s.TypedCode = again.Token, again.TypedCode
		a.call(t, "GET", base+"/images/"+s.EncounterID, s.DesktopToken, nil).expect(t, 200, "")
	})
	t.Run("the phone learns whose session it is", func(t *testing.T) {
		if p := s.phone; p.EncounterID != s.EncounterID || p.PatientLabel != "Test Patient A" ||
			p.MaxImages != s.MaxImages ||
			len(p.JournalKey) != 44 {
			t.Errorf("the phone got %+v", p)
		}
	})

	content, image := picture(3000)
	slot := a.presign(t, s, image)[0]
	t.Run("asking again gives the same slot", func(t *testing.T) {
		if again := a.presign(t, s, image)[0]; again.S3Key != slot.S3Key {
			t.Errorf("the key is %s, then %s", slot.S3Key, again.S3Key)
		}
	})
	t.Run("a URL is good for exactly these bytes, once", func(t *testing.T) {
		other := bytes.Clone(content)
		other[len(other)-1]++
		put(t, slot, other, http.StatusBadRequest)
		put(t, slot, content, http.StatusOK)
		put(t, slot, content, http.StatusPreconditionFailed)
	})

	metadata := shared.Metadata{
		Laterality: shared.LateralityLeft, BodySite: "forearm", Notes: "Ōtaki: \"quoted\" <b>",
		View: shared.ViewDermoscopy, Kind: shared.KindLesion, Label: "upper", Sensitive: true,
		Captured: &shared.Captured{Local: "2026-03-02T08:15:00", Offset: "+13:00", Source: shared.CapturedByCamera},
	}
	var confirmed shared.ConfirmResponse
	t.Run("confirming stores the image with its metadata", func(t *testing.T) {
		confirmed = decode[shared.ConfirmResponse](
			t,
			a.call(t, "POST", base+"/images", s.phone.UploadToken, confirmation(s, slot, metadata)).expect(t, 200, ""),
		)
		if diff := cmp.Diff(
			metadata,
			confirmed.Image.Metadata,
		); diff != "" || confirmed.ImageCount != 1 || confirmed.Image.PhoneID != s.phone.PhoneID {
			t.Errorf("confirmed %+v; metadata %s", confirmed, diff)
		}
		again := decode[shared.ConfirmResponse](
			t,
			a.call(t, "POST", base+"/images", s.phone.UploadToken, confirmation(s, slot, shared.Metadata{})).
				expect(t, 200, ""),
		)
		if diff := cmp.Diff(confirmed.Image, again.Image); diff != "" || again.ImageCount != 1 {
			t.Errorf("confirmed again, %d images: %s", again.ImageCount, diff)
		}
	})

	var list shared.ListResponse
	t.Run("the desktop's list has URLs, the phone's has none", func(t *testing.T) {
		got := a.call(t, "GET", base+"/images/"+s.EncounterID, s.DesktopToken, nil).expect(t, 200, "")
		list = decode[shared.ListResponse](t, got)
		request, err := http.NewRequestWithContext(t.Context(), "GET", list.Images[0].PreviewURL, nil)
		if err != nil {
			t.Fatal(err)
		}
		if stored := send(t, request); !bytes.Equal(stored.Body, content) {
			t.Errorf("GET returned %d with other bytes", stored.Status)
		}
		a.call(
			t,
			"GET",
			base+"/images/"+s.EncounterID,
			s.DesktopToken,
			nil,
			header("If-None-Match", `"x", `+got.Header.Get("ETag")),
		).
			expect(t, 304, "")
		phones := decode[shared.ListResponse](
			t,
			a.call(t, "GET", base+"/images/"+s.EncounterID, s.phone.UploadToken, nil).expect(t, 200, ""),
		)
		if phones.Images[0].PreviewURL != "" || phones.Images[0].ImageID != image.ImageID {
			t.Errorf("the phone's list is %+v", phones.Images)
		}
	})

	t.Run("correcting changes what is named", func(t *testing.T) {
		moved := shared.Captured{Local: "2026-02-28T23:59:00", Source: shared.CapturedByClinician}
		patch := map[string]any{"metadata": map[string]any{
			"laterality": "right", "notes": nil, "label": "", "sensitive": false, "captured": moved,
		}}
		corrected := decode[shared.Image](
			t,
			a.call(t, "PATCH", base+"/images/"+s.EncounterID+"/"+image.ImageID, s.DesktopToken, patch).
				expect(t, 200, ""),
		)
		if diff := cmp.Diff(
			shared.Metadata{
				Laterality: shared.LateralityRight, BodySite: "forearm",
				View: shared.ViewDermoscopy, Kind: shared.KindLesion, Captured: &moved,
			},
			corrected.Metadata,
		); diff != "" {
			t.Error(diff)
		}
		now := decode[shared.ListResponse](
			t,
			a.call(t, "GET", base+"/images/"+s.EncounterID, s.DesktopToken, nil).expect(t, 200, ""),
		)
		if by := corrected.CorrectedBy; by == nil || *by != (shared.Clinician{ID: "gp-1", Name: "Dr Test"}) {
			t.Errorf("it was corrected by %+v", by)
		}
		if now.Revision <= list.Revision {
			t.Errorf("the revision went from %d to %d", list.Revision, now.Revision)
		}
	})

	t.Run("a new code invalidates the earlier ones", func(t *testing.T) {
		renewed := decode[shared.CreateResponse](
			t,
			a.call(t, "POST", base+"/"+s.EncounterID+"/token", s.DesktopToken, nil).expect(t, 201, ""),
		)
		a.call(t, "GET", base+"/token/"+s.Token, "", nil).expect(t, 404, shared.CodeTokenInvalid)
		a.call(t, "GET", base+"/token/"+renewed.Token, "", nil).expect(t, 200, "")
		a.call(t, "POST", base+"/token", "", shared.ExchangeRequest{TypedCode: s.TypedCode}).
			expect(t, 404, shared.CodeTokenInvalid)
		s.TypedCode = renewed.TypedCode
	})

	t.Run("a typed code lets a phone in as a scanned one does", func(t *testing.T) {
		typed := strings.ToLower(strings.Replace(s.TypedCode, "-", " ", 1))
		got := a.call(t, "POST", base+"/token", "", shared.ExchangeRequest{TypedCode: typed}).expect(t, 200, "")
		phone := decode[shared.Grant](t, got)
		if diff := cmp.Diff(
			s.phone,
			phone,
			cmpopts.IgnoreFields(
				shared.Grant{}, "UploadToken", "PhoneID", "SessionExpiresAt", "ServerTime", "ImageCount",
			),
		); diff != "" {
			t.Errorf("scanned, then typed: %s", diff)
		}
		a.call(t, "GET", base+"/images/"+s.EncounterID, phone.UploadToken, nil).expect(t, 200, "")
	})

	t.Run("the realtime token subscribes to one channel", func(t *testing.T) {
		got := decode[shared.RealtimeResponse](
			t,
			a.call(t, "GET", base+"/"+s.EncounterID+"/realtime", s.DesktopToken, nil).expect(t, 200, ""),
		)
		claims := jwt.MapClaims{}
		if _, _, err := jwt.NewParser().ParseUnverified(got.Token, claims); err != nil {
			t.Fatal(err)
		}
		if claims["x-ably-capability"] != `{"session:`+s.EncounterID+`":["subscribe"]}` {
			t.Errorf("the capability is %v", claims["x-ably-capability"])
		}
	})

	t.Run("removing takes the image and its object away", func(t *testing.T) {
		path := base + "/images/" + s.EncounterID + "/" + image.ImageID
		a.call(t, "DELETE", path, s.DesktopToken, nil).expect(t, 204, "")
		a.call(t, "DELETE", path, s.DesktopToken, nil).expect(t, 204, "")
		request, err := http.NewRequestWithContext(t.Context(), "GET", list.Images[0].PreviewURL, nil)
		if err != nil {
			t.Fatal(err)
		}
		if gone := send(t, request); gone.Status != http.StatusNotFound {
			t.Errorf("the object's URL returned %d", gone.Status)
		}
	})

	t.Run("ending invalidates every token at once", func(t *testing.T) {
		match := header("If-Match", fmt.Sprintf(`"%d"`, a.list(t, s).Revision))
		a.call(t, "DELETE", base+"/"+s.EncounterID, s.DesktopToken, nil, match).expect(t, 204, "")
		a.call(
			t, "DELETE", base+"/"+s.EncounterID, s.DesktopToken, nil, match,
		).expect(t, 404, shared.CodeSessionExpired)
		for _, token := range []string{s.DesktopToken, s.phone.UploadToken} {
			got := a.call(t, "GET", base+"/images/"+s.EncounterID, token, nil).expect(t, 404, shared.CodeSessionExpired)
			if !decode[shared.Problem](t, got).Ended {
				t.Error("the problem does not say that the session was ended")
			}
		}
	})
}

// races has many phones want the same thing.
func races(t *testing.T, a *api) {
	t.Run("50 phones for 20 slots: exactly 20 get one", func(t *testing.T) {
		s := a.open(t)
		statuses := make([]int, 50)
		each(len(statuses), func(i int) {
			_, image := picture(1000 + i)
			request, _ := a.request(
				t,
				"POST",
				base+"/presigned-url",
				s.phone.UploadToken,
				shared.PresignRequest{EncounterID: s.EncounterID, Images: []shared.PresignImage{image}},
			)
			statuses[i] = send(t, request).Status
		})
		slices.Sort(statuses)
		want := append(slices.Repeat([]int{200}, s.MaxImages), slices.Repeat([]int{409}, len(statuses)-s.MaxImages)...)
		if diff := cmp.Diff(want, statuses); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("50 phones join while the session is ended", func(t *testing.T) {
		s := a.open(t)
		each(50, func(i int) {
			method, path, token := "GET", base+"/token/"+s.Token, ""
			if i%10 == 9 {
				method, path, token = "DELETE", base+"/"+s.EncounterID+"?force=1", s.DesktopToken
			}
			address := header("CF-Connecting-IP", fmt.Sprintf("203.0.113.%d", i)) // each has its own tries
			request, _ := a.request(t, method, path, token, nil, address)
			if status := send(t, request).Status; status >= 500 || status == 400 {
				t.Errorf("%s returned %d", method, status)
			}
		})
		a.call(t, "GET", base+"/images/"+s.EncounterID, s.DesktopToken, nil).expect(t, 404, shared.CodeSessionExpired)
	})
	t.Run("100 confirmations of 4 images store each once", func(t *testing.T) {
		s := a.open(t)
		slots := make([]shared.PresignedUpload, 4)
		for i := range slots {
			content, image := picture(1000 + i)
			slots[i] = a.presign(t, s, image)[0]
			put(t, slots[i], content, http.StatusOK)
		}
		each(100, func(i int) {
			request, _ := a.request(
				t,
				"POST",
				base+"/images",
				s.phone.UploadToken,
				confirmation(s, slots[i%len(slots)], shared.Metadata{}),
			)
			if got := send(t, request); got.Status != http.StatusOK {
				t.Errorf("confirming returned %d: %s", got.Status, got.Body)
			}
		})
		list := decode[shared.ListResponse](
			t,
			a.call(t, "GET", base+"/images/"+s.EncounterID, s.DesktopToken, nil).expect(t, 200, ""),
		)
		if len(list.Images) != len(slots) {
			t.Errorf("%d images are stored", len(list.Images))
		}
	})
}

// isolation interleaves two encounters' requests and looks for one in the other's responses.
func isolation(t *testing.T, a *api) {
	sessions := []opened{a.open(t), a.open(t)}
	for _, s := range sessions {
		a.upload(t, s, shared.Metadata{Notes: "of " + s.EncounterID})
	}
	each(40, func(i int) {
		mine, other := sessions[i%2], sessions[(i+1)%2]
		request, _ := a.request(t, "GET", base+"/images/"+mine.EncounterID, mine.DesktopToken, nil)
		got := send(t, request)
		if body := string(
			got.Body,
		); got.Status != http.StatusOK || !strings.Contains(body, "of "+mine.EncounterID) ||
			strings.Contains(body, other.EncounterID) {
			t.Errorf("returned %d: %s", got.Status, body)
		}
	})
}

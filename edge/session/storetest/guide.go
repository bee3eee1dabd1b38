package storetest

import (
	"bytes"
	"testing"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

func guide(t *testing.T, s *subject) {
	ref := begin(t, s, 1).Ref
	phone := session.PhoneRef{Ref: ref, PhoneID: "phone-1"}
	before := must[session.State](t)(s.Store.GetImages(t.Context(), ref))
	for _, want := range [][]byte{
		nil, {0xFF, 0xD8, 0, 0xFF, 0xD9}, bytes.Repeat([]byte{0xFF}, shared.MaxGuideBytes), nil,
	} {
		if err := s.Store.SetGuide(t.Context(), ref, want); err != nil {
			t.Fatal(err)
		}
		if got := must[[]byte](t)(s.Store.GetGuide(t.Context(), phone)); !bytes.Equal(got, want) {
			t.Errorf("%d bytes are offered instead of %d", len(got), len(want))
		}
		// A desktop has no new photo to show.
		after := must[session.State](t)(s.Store.GetImages(t.Context(), ref))
		if after.Revision != before.Revision || after.GuideOffered != (want != nil) {
			t.Errorf("the revision is %d instead of %d; a guide is offered: %v",
				after.Revision, before.Revision, after.GuideOffered)
		}
	}
	if err := s.Store.SetGuide(t.Context(), ref, []byte("guide")); err != nil {
		t.Fatal(err)
	}
	must[session.Removal](t)(s.Store.DeleteSession(t.Context(), ref, 0, true))
	again := newSession("s2")
	must[session.Live](t)(s.Store.CreateSession(t.Context(), again, invitation("again"), shared.QRTokenTTL))
	token := must[session.QRToken](t)(s.Store.GetSessionToken(t.Context(), "token-again"))
	must[session.Joined](t)(s.Store.ConnectPhone(t.Context(), token, phoneNamed(s, "phone-2"), session.Admitted))
	phone = session.PhoneRef{Ref: again.Ref(), PhoneID: "phone-2"}
	if left := must[[]byte](t)(s.Store.GetGuide(t.Context(), phone)); len(left) > 0 {
		t.Errorf("the next session has %d bytes of the one before", len(left))
	}
}

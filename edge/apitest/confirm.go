package apitest

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/clinicpro/photobridge/shared"
)

// ConfirmWith confirms a photo with metadata and returns what came of it.
func ConfirmWith(t *testing.T, subject Subject, metadata shared.Metadata) (status int, code shared.Code) {
	a := newAPI(t, subject)
	s := a.open(t)
	content, image := picture(1000)
	slot := a.presign(t, s, image)[0]
	put(t, slot, content, http.StatusOK)
	got := a.call(t, "POST", base+"/images", s.phone.UploadToken, confirmation(s, slot, metadata))
	var problem shared.Problem
	if err := json.Unmarshal(got.Body, &problem); err != nil {
		t.Fatal(err)
	}
	return got.Status, problem.Code
}

package apitest

import (
	"sync"
	"testing"

	"github.com/clinicpro/photobridge/shared"
)

// Pairing tests a deployment with PAIRING=ask.
func Pairing(t *testing.T, subject Subject) {
	a := newAPI(t, subject)
	created := decode[shared.CreateResponse](
		t,
		a.call(t, "POST", base+"/create", a.launchToken(t, "enc-"+randomHex(6)), nil).expect(t, 201, ""),
	)
	join := func(t *testing.T) shared.WaitResponse {
		got := a.call(t, "GET", base+"/token/"+created.Token, "", nil).expect(t, 202, "")
		return decode[shared.WaitResponse](t, got)
	}
	phonesPath := base + "/" + created.EncounterID + "/phones"
	admit := func(t *testing.T, number string) response {
		return a.call(t, "POST", phonesPath, created.DesktopToken, shared.AdmitRequest{Number: number})
	}
	t.Run("50 phones join at once and one is admitted", func(t *testing.T) {
		waiting := make([]shared.WaitResponse, 50)
		var group sync.WaitGroup
		for i := range waiting {
			group.Go(func() { waiting[i] = join(t) })
		}
		group.Wait()
		admit(t, waiting[17].Number).expect(t, 204, "")
		for i, phone := range waiting {
			status := 202
			if i == 17 {
				status = 200
			}
			a.call(t, "GET", base+"/grant", phone.WaitToken, nil).expect(t, status, "")
		}
		admit(t, waiting[17].Number).expect(t, 204, "") // repeated, it admits nobody else
		for i, phone := range waiting {
			if i != 17 {
				a.call(t, "GET", base+"/grant", phone.WaitToken, nil).expect(t, 202, "")
			}
		}
	})
	t.Run("the number admits a phone that can then send", func(t *testing.T) {
		phone := join(t)
		_, image := picture(1000)
		wanted := shared.PresignRequest{EncounterID: created.EncounterID, Images: []shared.PresignImage{image}}
		a.call(t, "POST", base+"/presigned-url", phone.WaitToken, wanted).expect(t, 403, shared.CodeForbidden)
		admit(t, phone.Number).expect(t, 204, "")
		got := a.call(t, "GET", base+"/grant", phone.WaitToken, nil).expect(t, 200, "")
		grant := decode[shared.Grant](t, got)
		if grant.PhoneID != phone.PhoneID || grant.PatientLabel != "Test Patient A" {
			t.Errorf("the grant is %+v", grant)
		}
		a.call(t, "POST", base+"/presigned-url", grant.UploadToken, wanted).expect(t, 200, "")
	})
	t.Run("three wrong numbers invalidate the code and who waits", func(t *testing.T) {
		phone := join(t)
		for range 3 {
			a.call(t, "GET", base+"/grant", phone.WaitToken, nil).expect(t, 202, "")
			admit(t, "no number").expect(t, 404, shared.CodeTokenInvalid)
		}
		a.call(t, "GET", base+"/grant", phone.WaitToken, nil).expect(t, 404, shared.CodeTokenInvalid)
		a.call(t, "GET", base+"/token/"+created.Token, "", nil).expect(t, 404, shared.CodeTokenInvalid)
	})
	t.Run("a removed phone is refused", func(t *testing.T) {
		path := base + "/" + created.EncounterID + "/token"
		created = decode[shared.CreateResponse](
			t,
			a.call(t, "POST", path, created.DesktopToken, nil).expect(t, 201, ""),
		)
		phone := join(t)
		a.call(t, "DELETE", phonesPath+"/"+phone.PhoneID, created.DesktopToken, nil).expect(t, 204, "")
		a.call(t, "GET", base+"/grant", phone.WaitToken, nil).expect(t, 401, shared.CodePhoneRemoved)
		a.call(t, "GET", base+"/grant", created.DesktopToken, nil).expect(t, 403, shared.CodeForbidden)
	})
}

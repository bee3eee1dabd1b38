package apitest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/shared"
)

// failures makes calls that must fail, each with its code.
func failures(t *testing.T, a *api) {
	t.Run("launch tokens", func(t *testing.T) { launchFailures(t, a) })
	t.Run("QR tokens", func(t *testing.T) {
		for _, token := range []string{
			"x", strings.Repeat("x", 27), strings.Repeat("x", 5000), "%00", "a b", "\u2603",
		} {
			a.call(t, "GET", base+"/token/"+escape(token), "", nil).expect(t, 404, shared.CodeTokenInvalid)
		}
	})
	t.Run("typed codes", func(t *testing.T) { codeFailures(t, a) })
	s := a.open(t)
	t.Run("presigning", func(t *testing.T) { presignFailures(t, a, s) })
	t.Run("confirming", func(t *testing.T) { confirmFailures(t, a, s) })
	t.Run("correcting", func(t *testing.T) { correctFailures(t, a, s) })
	t.Run("ending", func(t *testing.T) { endFailures(t, a) })
	t.Run("paths", func(t *testing.T) {
		a.call(t, "GET", base+"/images/"+escape("../etc"), s.DesktopToken, nil).expect(t, 400, shared.CodeBadRequest)
		a.call(t, "GET", base+"/images/"+strings.Repeat("a", 65), s.DesktopToken, nil).
			expect(t, 400, shared.CodeBadRequest)
		a.call(t, "DELETE", base+"/images/"+s.EncounterID+"/"+escape("a b"), s.DesktopToken, nil).
			expect(t, 404, shared.CodeImageNotFound)
		a.call(t, "DELETE", base+"/images/"+s.EncounterID+"/unknown", s.DesktopToken, nil).
			expect(t, 404, shared.CodeImageNotFound)
		a.call(t, "GET", base+"/nowhere/at/all", s.DesktopToken, nil).expect(t, 400, shared.CodeBadRequest)
		a.call(t, "PUT", base+"/create", "", nil).expect(t, 400, shared.CodeBadRequest)
	})
}

func codeFailures(t *testing.T, a *api) {
	tests := []struct {
		name   string
		body   any
		status int
		code   shared.Code
	}{
		{"no code", map[string]any{}, 404, shared.CodeTokenInvalid},
		{"no code's form", map[string]any{"typedCode": "\u2603"}, 404, shared.CodeTokenInvalid},
		{"a code that was never issued", map[string]any{"typedCode": "0000-0000"}, 404, shared.CodeTokenInvalid},
		{"an endless code", map[string]any{"typedCode": strings.Repeat("0", 60_000)}, 404, shared.CodeTokenInvalid},
		{"a number", map[string]any{"typedCode": 12345678}, 400, shared.CodeBadRequest},
		{"not JSON", []byte("7K3M-9QTX"), 400, shared.CodeBadRequest},
		{"too long", []byte(`{"x":"` + strings.Repeat("x", shared.MaxRequestBody) + `"}`), 413, shared.CodeTooLarge},
	}
	for _, test := range tests {
		t.Run(
			test.name,
			func(t *testing.T) { a.call(t, "POST", base+"/token", "", test.body).expect(t, test.status, test.code) },
		)
	}
	t.Run("as a form", func(t *testing.T) {
		a.call(
			t,
			"POST",
			base+"/token",
			"",
			[]byte("typedCode=0000-0000"),
			header("Content-Type", "application/x-www-form-urlencoded"),
		).
			expect(t, 415, shared.CodeUnsupportedType)
	})
}

func launchFailures(t *testing.T, a *api) {
	const encounterID = "enc-never-opened"
	tests := []struct {
		name   string
		change func(jwt.MapClaims)
	}{
		{"expired", func(c jwt.MapClaims) { c["exp"] = time.Now().Add(-2 * time.Minute).Unix() }},
		{"not valid yet", func(c jwt.MapClaims) { c["nbf"] = time.Now().Add(5 * time.Minute).Unix() }},
		{"from the future", func(c jwt.MapClaims) { c["iat"] = time.Now().Add(5 * time.Minute).Unix() }},
		{"living too long", func(c jwt.MapClaims) { c["exp"] = time.Now().Add(13 * time.Hour).Unix() }},
		{"without exp", func(c jwt.MapClaims) { delete(c, "exp") }},
		{"without sub", func(c jwt.MapClaims) { delete(c, "sub") }},
		{"without patientId", func(c jwt.MapClaims) { delete(c, "patientId") }},
		{"a facilityId of another type", func(c jwt.MapClaims) { c["facilityId"] = 7 }},
		{"an encounterId with a slash", func(c jwt.MapClaims) { c["encounterId"] = "a/b" }},
		{"an encounterId that is too long", func(c jwt.MapClaims) { c["encounterId"] = strings.Repeat("a", 65) }},
		{"a label that is too long", func(c jwt.MapClaims) { c["patientLabel"] = strings.Repeat("ä", 101) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a.call(t, "POST", base+"/create", a.launchToken(t, encounterID, test.change), nil).
				expect(t, 401, shared.CodeUnauthorized)
		})
	}
	for name, change := range map[string]func(jwt.MapClaims){
		"a label with an override":  func(c jwt.MapClaims) { c["patientLabel"] = "a\u202eb" },
		"a label with a line break": func(c jwt.MapClaims) { c["patientLabel"] = "a\nb" },
		"an encounter named token":  func(c jwt.MapClaims) { c["encounterId"] = "token" },
		"an encounter named images": func(c jwt.MapClaims) { c["encounterId"] = "images" },
	} {
		t.Run(name, func(t *testing.T) {
			a.call(t, "POST", base+"/create", a.launchToken(t, encounterID, change), nil).
				expect(t, 400, shared.CodeBadRequest)
		})
	}
	t.Run("for another service", func(t *testing.T) {
		token := a.launchToken(t, encounterID, func(c jwt.MapClaims) { c["aud"] = "https://elsewhere.example" })
		a.call(t, "POST", base+"/create", token, nil).expect(t, 401, shared.CodeUnauthorized)
	})
	t.Run("skewed by less than a minute is right", func(t *testing.T) {
		token := a.launchToken(
			t,
			"enc-"+randomHex(6),
			func(c jwt.MapClaims) { c["exp"] = time.Now().Add(-30 * time.Second).Unix() },
		)
		a.call(t, "POST", base+"/create", token, nil).expect(t, 201, "")
	})
	t.Run("another patient's session of that encounter", func(t *testing.T) {
		s := a.open(t)
		token := a.launchToken(t, s.EncounterID, func(c jwt.MapClaims) { c["patientId"] = "pat-2" })
		a.call(t, "POST", base+"/create", token, nil).expect(t, 409, shared.CodeEncounterMismatch)
	})
}

func presignFailures(t *testing.T, a *api, s opened) {
	_, right := picture(1000)
	with := func(change func(*shared.PresignImage)) shared.PresignRequest {
		image := right
		change(&image)
		return shared.PresignRequest{EncounterID: s.EncounterID, Images: []shared.PresignImage{image}}
	}
	tests := []struct {
		name   string
		body   any
		status int
		code   shared.Code
	}{
		{"no body", []byte{}, 400, shared.CodeBadRequest},
		{"not JSON", []byte("{"), 400, shared.CodeBadRequest},
		{"not UTF-8", []byte("{\"encounterId\":\"\xff\"}"), 400, shared.CodeBadRequest},
		{"two values", []byte("{}{}"), 400, shared.CodeBadRequest},
		{"a wrong type", []byte(`{"encounterId":7}`), 400, shared.CodeBadRequest},
		{"nested deep", []byte(strings.Repeat(`{"images":[`, 5000)), 400, shared.CodeBadRequest},
		{"too long", []byte(`{"x":"` + strings.Repeat("x", shared.MaxRequestBody) + `"}`), 413, shared.CodeTooLarge},
		{
			"no images",
			shared.PresignRequest{EncounterID: s.EncounterID, Images: []shared.PresignImage{}},
			400,
			shared.CodeBadRequest,
		},
		{
			"too many images",
			shared.PresignRequest{
				EncounterID: s.EncounterID,
				Images:      slices.Repeat([]shared.PresignImage{right}, s.MaxImages+1),
			},
			400,
			shared.CodeBadRequest,
		},
		{
			"one id twice",
			shared.PresignRequest{EncounterID: s.EncounterID, Images: []shared.PresignImage{right, right}},
			400,
			shared.CodeBadRequest,
		},
		{"an id with a slash", with(func(i *shared.PresignImage) { i.ImageID = "../x" }), 400, shared.CodeBadRequest},
		{"a PNG", with(func(i *shared.PresignImage) { i.ContentType = "image/png" }), 415, shared.CodeUnsupportedType},
		{"no bytes", with(func(i *shared.PresignImage) { i.Size = 0 }), 400, shared.CodeBadRequest},
		{
			"too many bytes",
			with(func(i *shared.PresignImage) { i.Size = shared.MaxImageBytes + 1 }),
			413,
			shared.CodeTooLarge,
		},
		{
			"a hash in hex",
			with(func(i *shared.PresignImage) { i.SHA256 = strings.Repeat("a", 64) }),
			400,
			shared.CodeBadRequest,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a.call(t, "POST", base+"/presigned-url", s.phone.UploadToken, test.body).expect(t, test.status, test.code)
		})
	}
	t.Run("as a form", func(t *testing.T) {
		a.call(
			t,
			"POST",
			base+"/presigned-url",
			s.phone.UploadToken,
			with(func(*shared.PresignImage) {}),
			header("Content-Type", "text/plain"),
		).
			expect(t, 415, shared.CodeUnsupportedType)
	})
	t.Run("a field that is not known is ignored", func(t *testing.T) {
		body := map[string]any{"encounterId": s.EncounterID, "images": []any{right}, "extra": map[string]any{"a": 1}}
		a.call(t, "POST", base+"/presigned-url", s.phone.UploadToken, body).expect(t, 200, "")
	})
	t.Run("an id that is held for other bytes", func(t *testing.T) {
		_, other := picture(999)
		other.ImageID = right.ImageID
		a.call(
			t,
			"POST",
			base+"/presigned-url",
			s.phone.UploadToken,
			shared.PresignRequest{EncounterID: s.EncounterID, Images: []shared.PresignImage{other}},
		).
			expect(t, 400, shared.CodeBadRequest)
	})
	t.Run("more than there is room for", func(t *testing.T) {
		full := a.open(t)
		var images []shared.PresignImage
		for range full.MaxImages {
			_, image := picture(1000)
			images = append(images, image)
		}
		a.presign(t, full, images...)
		_, oneMore := picture(1000)
		a.call(
			t,
			"POST",
			base+"/presigned-url",
			full.phone.UploadToken,
			shared.PresignRequest{EncounterID: full.EncounterID, Images: []shared.PresignImage{oneMore}},
		).
			expect(t, 409, shared.CodeLimitReached)
	})
}

func confirmFailures(t *testing.T, a *api, s opened) {
	content, image := picture(1000)
	slot := a.presign(t, s, image)[0]
	with := func(change func(*shared.ConfirmRequest)) shared.ConfirmRequest {
		request := confirmation(s, slot, shared.Metadata{})
		change(&request)
		return request
	}
	confirm := func(t *testing.T, body any) response {
		return a.call(t, "POST", base+"/images", s.phone.UploadToken, body)
	}
	confirm(t, with(func(*shared.ConfirmRequest) {})).expect(t, 409, shared.CodeObjectMissing) // not uploaded yet
	put(t, slot, content, http.StatusOK)
	tests := []struct {
		name   string
		change func(*shared.ConfirmRequest)
		status int
		code   shared.Code
	}{
		{
			"another encounter's key",
			func(r *shared.ConfirmRequest) { r.S3Key = "sessions/other/1_" + r.ImageID + ".jpg" },
			400,
			shared.CodeBadRequest,
		},
		{
			"a key that climbs",
			func(r *shared.ConfirmRequest) { r.S3Key = "sessions/" + s.EncounterID + "/../1_" + r.ImageID + ".jpg" },
			400,
			shared.CodeBadRequest,
		},
		{"no width", func(r *shared.ConfirmRequest) { r.Width = 0 }, 400, shared.CodeBadRequest},
		{"a height of no phone", func(r *shared.ConfirmRequest) { r.Height = 1 << 30 }, 400, shared.CodeBadRequest},
		{
			"an unknown side",
			func(r *shared.ConfirmRequest) { r.Metadata.Laterality = "up" },
			422,
			shared.CodeMetadataInvalid,
		},
		{
			"an unknown site",
			func(r *shared.ConfirmRequest) { r.Metadata.BodySite = "tail" },
			422,
			shared.CodeMetadataInvalid,
		},
		{
			"an unknown view",
			func(r *shared.ConfirmRequest) { r.Metadata.View = "aerial" },
			422,
			shared.CodeMetadataInvalid,
		},
		{
			"notes that are too long",
			func(r *shared.ConfirmRequest) { r.Metadata.Notes = strings.Repeat("ß", 501) },
			422,
			shared.CodeMetadataInvalid,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { confirm(t, with(test.change)).expect(t, test.status, test.code) })
	}
	t.Run("notes of 500 characters", func(t *testing.T) {
		confirm(
			t,
			with(func(r *shared.ConfirmRequest) { r.Metadata.Notes = strings.Repeat("ß", 500) }),
		).expect(t, 200, "")
	})
}

func correctFailures(t *testing.T, a *api, s opened) {
	image := a.upload(t, s, shared.Metadata{})
	path := base + "/images/" + s.EncounterID + "/" + image.ImageID
	tests := []struct {
		name   string
		body   any
		status int
		code   shared.Code
	}{
		{"nothing", map[string]any{}, 400, shared.CodeBadRequest},
		{
			"nothing that is known",
			map[string]any{"metadata": map[string]any{"colour": "red"}},
			400,
			shared.CodeBadRequest,
		},
		{
			"a number for a side",
			map[string]any{"metadata": map[string]any{"laterality": 1}},
			400,
			shared.CodeBadRequest,
		},
		{
			"an unknown site",
			map[string]any{"metadata": map[string]any{"bodySite": "tail"}},
			422,
			shared.CodeMetadataInvalid,
		},
		{
			"an id with a space",
			map[string]any{"metadata": map[string]any{"notes": "n"}, "changeId": "a b"},
			400,
			shared.CodeBadRequest,
		},
		{
			"a number as an id",
			map[string]any{"metadata": map[string]any{"notes": "n"}, "changeId": 7},
			400,
			shared.CodeBadRequest,
		},
		{
			"a word for sensitive",
			map[string]any{"metadata": map[string]any{"sensitive": "yes"}},
			400,
			shared.CodeBadRequest,
		},
		{
			"a string for the time",
			map[string]any{"metadata": map[string]any{"captured": "2026-03-04T08:15:00"}},
			400,
			shared.CodeBadRequest,
		},
		{
			"a time to come",
			map[string]any{"metadata": map[string]any{"captured": shared.Captured{
				Local: "2999-01-01T00:00:00", Source: shared.CapturedByClinician,
			}}},
			422,
			shared.CodeMetadataInvalid,
		},
		{
			"a time in the future with the file as its source",
			map[string]any{"metadata": map[string]any{"captured": shared.Captured{
				Local: time.Now().UTC().Add(time.Hour).Format("2006-01-02T15:04:05"), Offset: "+00:00",
				Source: shared.CapturedInFile,
			}}},
			422,
			shared.CodeMetadataInvalid,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a.call(t, "PATCH", path, s.DesktopToken, test.body).expect(t, test.status, test.code)
		})
	}
}

func first[A, B any](a A, _ B) A { return a }

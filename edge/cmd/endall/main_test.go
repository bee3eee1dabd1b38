//go:build !js

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/clinicpro/photobridge/edge/fakes"
	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

// deployment is the environment of one on fakes.
func deployment(t *testing.T) map[string]string {
	return map[string]string{
		"UPSTASH_REDIS_REST_URL": fakes.Redis(t), "UPSTASH_REDIS_REST_TOKEN": fakes.RedisToken,
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
		"S3_BUCKET_NAME": "photos", "S3_ENDPOINT": fakes.S3(t),
		"ABLY_API_KEY": "app.key:secret", "ABLY_REST_URL": fakes.Ably(t),
	}
}

func TestEveryKeyAndObjectOfEverySessionGoes(t *testing.T) {
	env := deployment(t)
	e, err := newEnder(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	e.service.MaxImages = 20
	const sessions = 12
	var refs []session.Ref
	for i := range sessions {
		opened, err := e.service.Open(
			t.Context(),
			session.Launch{
				Clinician:   shared.Clinician{ID: "gp-1"},
				FacilityID:  "fac-1",
				PatientID:   "pat-1",
				EncounterID: fmt.Sprintf("enc-%d", i),
			},
		)
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, opened.Session.Ref())
	}
	if _, err := e.store.Redis.Do(t.Context(), "SET", "neighbour", "stays"); err != nil {
		t.Fatal(err)
	}
	key := upload(t, e.service, refs[7])

	run := func(dryRun bool) string {
		var out bytes.Buffer
		if err := e.run(t.Context(), &out, dryRun); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if got := run(true); got != "would end 12 sessions\n" {
		t.Errorf("a dry run printed %q", got)
	}
	if _, err := e.service.Objects.Head(t.Context(), key); err != nil {
		t.Errorf("a dry run took the photo: %v", err)
	}
	if got := run(false); got != "ended 12 of 12 sessions\n" {
		t.Errorf("it printed %q", got)
	}
	for _, ref := range refs {
		if _, err := e.store.GetSession(t.Context(), ref); shared.CodeOf(err) != shared.CodeSessionExpired {
			t.Fatalf("reading %s returned %v", ref.EncounterID, err)
		}
	}
	if _, err := e.service.Objects.Head(t.Context(), key); shared.CodeOf(err) != shared.CodeObjectMissing {
		t.Errorf("reading the photo returned %v", err)
	}
	if kept, err := e.store.Redis.Do(t.Context(), "GET", "neighbour"); kept != "stays" {
		t.Errorf("a key that is no session's is now %v, %v", kept, err)
	}
	if got := run(false); got != "ended 0 of 0 sessions\n" {
		t.Errorf("the second time it printed %q", got)
	}
}

// upload puts a photo of a session where its reservation says, and returns its key.
func upload(t *testing.T, service *session.Service, ref session.Ref) string {
	t.Helper()
	content := []byte("a photo")
	sum := sha256.Sum256(content)
	slots, err := service.Presign(
		t.Context(),
		phoneOf(t, service, ref),
		[]shared.PresignImage{
			{
				ImageID:     "one",
				Size:        int64(len(content)),
				SHA256:      base64.StdEncoding.EncodeToString(sum[:]),
				ContentType: shared.ContentTypeJPEG,
			},
		},
	)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(
		t.Context(),
		http.MethodPut,
		slots[0].UploadURL,
		bytes.NewReader(content),
	)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range slots[0].Headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("the PUT returned %v, %v", response, err)
	}
	response.Body.Close()
	return slots[0].S3Key
}

// phoneOf lets a phone join a session.
func phoneOf(t *testing.T, service *session.Service, ref session.Ref) session.PhoneRef {
	t.Helper()
	opened, err := service.RenewQR(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	joined, err := service.Join(t.Context(), opened.QRToken, "Phone")
	if err != nil {
		t.Fatal(err)
	}
	return session.PhoneRef{Ref: ref, PhoneID: joined.PhoneID}
}

func TestASessionThatCannotBeEndedDoesNotKeepTheOthers(t *testing.T) {
	env := deployment(t)
	e, err := newEnder(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	e.service.MaxImages = 20
	var keys []string
	for _, encounter := range []string{"enc-1", "enc-2", "enc-3"} {
		opened, err := e.service.Open(t.Context(), session.Launch{EncounterID: encounter})
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, upload(t, e.service, opened.Session.Ref()))
	}
	e.service.Objects = stubborn{e.service.Objects, new(int)}
	var out bytes.Buffer
	err = e.run(t.Context(), &out, false)
	if err == nil || !strings.Contains(err.Error(), "2 sessions failed") || out.String() != "ended 2 of 3 sessions\n" {
		t.Errorf("it printed %q and %v", out.String(), err)
	}
	out.Reset()
	if err := e.run(t.Context(), &out, false); err != nil || out.String() != "ended 0 of 0 sessions\n" {
		t.Errorf("run again, it printed %q and %v", out.String(), err)
	}
	for _, key := range keys {
		if _, err := e.service.Objects.Head(t.Context(), key); shared.CodeOf(err) != shared.CodeObjectMissing {
			t.Errorf("a photo is still there: %v", err)
		}
	}
}

// stubborn fails at its first deletion.
type stubborn struct {
	session.Objects
	calls *int
}

func (s stubborn) Delete(ctx context.Context, keys ...string) error {
	if *s.calls++; *s.calls == 1 || *s.calls == 4 { // of the first session, then of what it left
		return &shared.Error{Code: shared.CodeUpstreamUnavailable}
	}
	return s.Objects.Delete(ctx, keys...)
}

func TestMissingVariablesAreNamed(t *testing.T) {
	_, err := newEnder(func(name string) string { return strings.TrimSuffix(name, "ABLY_API_KEY") })
	if err == nil || err.Error() != "configuration: ABLY_API_KEY is not set" {
		t.Errorf("it reported %v", err)
	}
}

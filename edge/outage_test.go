//go:build !js

package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/edge/fakes"
	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/edge/upstash"
	"github.com/clinicpro/photobridge/shared"
)

// outage is the use cases over a real store, with a storage, a realtime service
// and a way to Redis that fail on request.
type outage struct {
	service *session.Service
	ref     session.Ref
	phone   session.PhoneRef

	mu        sync.Mutex
	now       time.Time
	objects   map[string]bool
	down      bool     // the storage
	lose      int      // replies of Redis, after the command's effect
	published []string // names of events, in order
}

func newOutage(t *testing.T) *outage {
	o := &outage{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), objects: map[string]bool{}}
	store := &upstash.Store{
		Redis: &upstash.Client{URL: fakes.Redis(t), Token: fakes.RedisToken, HTTP: lossy{o}}, Now: o.clock,
	}
	o.service = &session.Service{
		Store: store, Objects: storage{o}, Notifier: listener{o}, MaxImages: 100, MaxImageBytes: 1e6, Now: o.clock,
	}
	store.Sweep = o.service.Sweep
	o.open(t)
	return o
}

func (o *outage) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *outage) pass(by time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(by)
}

// open opens the session of one encounter, or opens it again, with one phone.
func (o *outage) open(t *testing.T) {
	t.Helper()
	launch := session.Launch{EncounterID: "enc-1", PatientID: "pat-1", FacilityID: "fac-1"}
	opened, err := o.service.Open(t.Context(), launch)
	if err != nil {
		t.Fatal(err)
	}
	joined, err := o.service.Join(t.Context(), opened.QRToken, "Phone")
	if err != nil {
		t.Fatal(err)
	}
	o.ref = opened.Session.Ref()
	o.phone = session.PhoneRef{Ref: o.ref, PhoneID: joined.PhoneID}
}

// reserve signs a photo and puts it into the storage.
func (o *outage) reserve(t *testing.T, imageID string) shared.ConfirmRequest {
	t.Helper()
	image := shared.PresignImage{ImageID: imageID, ContentType: shared.ContentTypeJPEG, Size: size, SHA256: hash}
	slots, err := o.service.Presign(t.Context(), o.phone, []shared.PresignImage{image})
	if err != nil {
		t.Fatal(err)
	}
	o.objects[slots[0].S3Key] = true
	return shared.ConfirmRequest{
		EncounterID: "enc-1", ImageID: imageID, S3Key: slots[0].S3Key, Width: 3, Height: 2,
	}
}

func (o *outage) upload(t *testing.T, imageID string) shared.ConfirmRequest {
	t.Helper()
	request := o.reserve(t, imageID)
	if _, err := o.service.Confirm(t.Context(), o.phone, request); err != nil {
		t.Fatal(err)
	}
	o.published = nil
	return request
}

// want checks what is in the storage and what desktops heard.
func (o *outage) want(t *testing.T, objects int, published ...string) {
	t.Helper()
	if len(o.objects) != objects || !slices.Equal(o.published, published) {
		t.Errorf("%d objects are stored, wanted %d; published is %q", len(o.objects), objects, o.published)
	}
}

const size = 1000

var hash = func() string {
	sum := sha256.Sum256([]byte("a photo"))
	return base64.StdEncoding.EncodeToString(sum[:])
}()

// storage keeps objects; a signed URL is a key.
type storage struct{ *outage }

var errDown = &shared.Error{Code: shared.CodeUpstreamUnavailable}

func (s storage) PresignPut(
	_ context.Context, key string, _ int64, _ string, _ time.Time,
) (shared.PresignedUpload, error) {
	return shared.PresignedUpload{S3Key: key, UploadURL: key}, nil
}

func (s storage) PresignGet(_ context.Context, key string, _ time.Time, _ time.Duration) (string, error) {
	return key, nil
}

func (s storage) Head(_ context.Context, key string) (session.ObjectInfo, error) {
	switch {
	case s.down:
		return session.ObjectInfo{}, errDown
	case !s.objects[key]:
		return session.ObjectInfo{}, &shared.Error{Code: shared.CodeObjectMissing}
	}
	return session.ObjectInfo{Size: size, SHA256: hash}, nil
}

func (s storage) Delete(_ context.Context, keys ...string) error {
	if s.down {
		return errDown
	}
	for _, key := range keys {
		delete(s.objects, key)
	}
	return nil
}

// listener is a realtime service that hears everything.
type listener struct{ *outage }

func (l listener) Publish(_ context.Context, _ string, name shared.EventName, _ shared.Event, _ string) {
	l.published = append(l.published, string(name))
}

func (l listener) SubscribeToken(string, time.Time) (shared.RealtimeResponse, error) {
	return shared.RealtimeResponse{}, nil
}

// lossy loses replies of Redis.
type lossy struct{ *outage }

func (l lossy) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(response.Body)
	response.Body.Close()
	unknown := strings.Contains(string(content), "NOSCRIPT") // had no effect
	if l.lose > 0 && !unknown {
		l.lose--
		return nil, errors.New("the connection was reset")
	}
	response.Body = io.NopCloser(strings.NewReader(string(content)))
	return response, err
}

func (o *outage) remove(t *testing.T, want shared.Code) {
	t.Helper()
	if err := o.service.Remove(t.Context(), o.ref, "img-1"); shared.CodeOf(err) != want {
		t.Fatalf("removing: %v", err)
	}
}

func (o *outage) end(t *testing.T, want shared.Code) {
	t.Helper()
	if err := o.service.End(t.Context(), o.ref, session.Forced); shared.CodeOf(err) != want {
		t.Fatalf("ending: %v", err)
	}
}

func (o *outage) list(t *testing.T) []shared.Image {
	t.Helper()
	list, err := o.service.List(t.Context(), o.ref)
	if err != nil {
		t.Fatal(err)
	}
	return list.Images
}

// TestOutages: what fails half-way is finished later, and nothing is published
// before both halves are done.
func TestOutages(t *testing.T) {
	const failed = shared.CodeUpstreamUnavailable
	for name, run := range map[string]func(*testing.T, *outage){
		"a removal is repeated": func(t *testing.T, o *outage) {
			o.down = true
			o.remove(t, failed)
			o.remove(t, failed)
			o.want(t, 1)
			if len(o.list(t)) != 0 {
				t.Error("the photo is still listed")
			}
			o.down = false
			o.remove(t, "")
			o.want(t, 0, "image-removed")
		},
		"a removal is finished by the next call": func(t *testing.T, o *outage) {
			o.down = true
			o.remove(t, failed)
			o.down = false
			o.list(t)
			o.want(t, 0, "image-removed")
		},
		"a removal whose reply is lost": func(t *testing.T, o *outage) {
			o.lose = 1
			o.remove(t, failed)
			o.want(t, 1)
			o.remove(t, "")
			o.want(t, 0, "image-removed")
		},
		"an end is repeated": func(t *testing.T, o *outage) {
			o.down = true
			o.end(t, failed)
			o.want(t, 1)
			if _, err := o.service.List(t.Context(), o.ref); shared.CodeOf(err) != shared.CodeSessionExpired {
				t.Errorf("the session returns %v", err)
			}
			o.down = false
			o.end(t, "")
			o.want(t, 0, "session-ended")
			o.end(t, shared.CodeSessionExpired)
		},
		"an end is finished by a phone that calls": func(t *testing.T, o *outage) {
			o.down = true
			o.end(t, failed)
			o.down = false
			if _, err := o.service.ListAsPhone(t.Context(), o.phone); shared.CodeOf(err) != shared.CodeSessionExpired {
				t.Errorf("the phone got %v", err)
			}
			o.want(t, 0)
		},
		"an end is finished by opening the session again": func(t *testing.T, o *outage) {
			o.down = true
			o.end(t, failed)
			o.down = false
			o.open(t)
			o.want(t, 0, "phone-connected")
		},
		"a session is opened again while the storage is down": func(t *testing.T, o *outage) {
			first := o.ref
			o.down = true
			o.end(t, failed)
			o.open(t)
			o.ref = first
			o.down = false
			o.published = nil
			o.end(t, "") // the first session's desktop tries again
			o.want(t, 0, "session-ended")
		},
		"an end whose reply is lost": func(t *testing.T, o *outage) {
			o.lose = 1
			o.end(t, failed)
			o.want(t, 1)
			o.end(t, "")
			o.want(t, 0, "session-ended")
		},
		"an end whose note is lost": func(t *testing.T, o *outage) {
			o.down = true
			o.end(t, failed)
			o.down, o.lose = false, 2
			o.end(t, failed)
			o.end(t, failed)
			o.end(t, "")
			o.want(t, 0, "session-ended")
		},
		"a photo that arrives after its slot lapsed": func(t *testing.T, o *outage) {
			o.reserve(t, "img-2")
			o.want(t, 2, "images-expected")
			o.pass(reservationLife)
			o.list(t)
			if o.published = nil; len(o.objects) != 1 {
				t.Errorf("%d objects are stored", len(o.objects))
			}
		},
		"a photo that arrives after the session's end": func(t *testing.T, o *outage) {
			request := o.reserve(t, "img-2")
			o.end(t, "")
			o.objects[request.S3Key] = true // the PUT was slow
			o.pass(reservationLife)
			o.open(t)
			if len(o.objects) != 0 {
				t.Errorf("%d objects are stored", len(o.objects))
			}
		},
		"a removed phone's photo on its way": func(t *testing.T, o *outage) {
			o.reserve(t, "img-2")
			o.published = nil
			if err := o.service.RemovePhone(t.Context(), o.ref, o.phone.PhoneID); err != nil {
				t.Fatal(err)
			}
			o.want(t, 1, "image-removed", "phone-removed")
		},
		"a confirm of a removed photo, whose object is gone": func(t *testing.T, o *outage) {
			request := shared.ConfirmRequest{EncounterID: "enc-1", ImageID: "img-1", Width: 3, Height: 2}
			request.S3Key = o.list(t)[0].S3Key
			o.remove(t, "")
			_, err := o.service.Confirm(t.Context(), o.phone, request)
			if shared.CodeOf(err) != shared.CodeImageRemoved {
				t.Errorf("confirming returned %v", err)
			}
			if len(o.list(t)) != 0 {
				t.Error("it came back")
			}
		},
		"a confirm of a removed photo, whose object came back": func(t *testing.T, o *outage) {
			request := shared.ConfirmRequest{EncounterID: "enc-1", ImageID: "img-1", Width: 3, Height: 2}
			request.S3Key = o.list(t)[0].S3Key
			o.remove(t, "")
			o.objects[request.S3Key] = true // a URL from before the removal, used after it
			_, err := o.service.Confirm(t.Context(), o.phone, request)
			if shared.CodeOf(err) != shared.CodeImageRemoved {
				t.Errorf("confirming returned %v", err)
			}
			if len(o.objects) != 0 {
				t.Errorf("%d objects are stored", len(o.objects))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOutage(t)
			o.upload(t, "img-1")
			run(t, o)
		})
	}
}

const reservationLife = shared.UploadURLTTL + shared.ClockSkew

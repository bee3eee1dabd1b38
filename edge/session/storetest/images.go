package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

func reserveTwice(t *testing.T, s Subject) {
	ref := begin(t, s, 2)
	again := reservation(1)
	again.S3Key = "sessions/enc-1/2_img-01.jpg"
	held := must[[]session.Reservation](
		t,
	)(
		s.Store.Reserve(t.Context(), ref, []session.Reservation{again, reservation(2)}, limit, t0),
	)
	if held[0].S3Key != reservation(1).S3Key || held[1].S3Key != reservation(2).S3Key {
		t.Errorf("keys %q and %q", held[0].S3Key, held[1].S3Key)
	}
	must[session.Added](t)(s.Store.AddImage(t.Context(), ref, image(1), limit))
	held = must[[]session.Reservation](t)(s.Store.Reserve(t.Context(), ref, []session.Reservation{again}, limit, t0))
	if held[0].S3Key != reservation(1).S3Key {
		t.Errorf("a confirmed image got another key: %q", held[0].S3Key)
	}
}

func reserveOtherBytes(t *testing.T, s Subject) {
	ref := begin(t, s, 1)
	other := reservation(0)
	other.SHA256 = "other"
	other.S3Key = "sessions/enc-1/2_img-00.jpg"
	_, err := s.Store.Reserve(t.Context(), ref, []session.Reservation{other}, limit, t0)
	wantCode(t, err, shared.CodeBadRequest)
	held := must[[]session.Reservation](
		t,
	)(
		s.Store.Reserve(t.Context(), ref, []session.Reservation{other}, limit, t0.Add(7*time.Minute)),
	)
	if held[0].S3Key != other.S3Key {
		t.Errorf("after the slot lapsed other bytes got its old key %q", held[0].S3Key)
	}
}

func reserveOverLimit(t *testing.T, s Subject) {
	ref := begin(t, s, limit-1)
	_, err := s.Store.Reserve(t.Context(), ref, []session.Reservation{reservation(90), reservation(91)}, limit, t0)
	wantCode(t, err, shared.CodeLimitReached)
	must[[]session.Reservation](t)(s.Store.Reserve(t.Context(), ref, []session.Reservation{reservation(92)}, limit, t0))
	_, err = s.Store.Reserve(t.Context(), ref, []session.Reservation{reservation(93)}, limit, t0)
	wantCode(t, err, shared.CodeLimitReached)
}

func reserveLapsed(t *testing.T, s Subject) {
	ref := begin(t, s, limit)
	late := reservation(90)
	late.LapsesAt = t0.Add(20 * time.Minute)
	_, err := s.Store.Reserve(t.Context(), ref, []session.Reservation{late}, limit, t0.Add(5*time.Minute))
	wantCode(t, err, shared.CodeLimitReached)
	must[[]session.Reservation](
		t,
	)(
		s.Store.Reserve(t.Context(), ref, []session.Reservation{late}, limit, t0.Add(7*time.Minute)),
	)
}

func confirmMismatch(t *testing.T, s Subject) {
	ref := begin(t, s, 1)
	for name, spoil := range map[string]func(*shared.Image){
		"size":       func(i *shared.Image) { i.Size++ },
		"hash":       func(i *shared.Image) { i.SHA256 = "other" },
		"key":        func(i *shared.Image) { i.S3Key = "sessions/enc-1/2_img-00.jpg" },
		"unreserved": func(i *shared.Image) { i.ImageID = "img-77" },
	} {
		wrong := image(0)
		spoil(&wrong)
		_, err := s.Store.AddImage(t.Context(), ref, wrong, limit)
		t.Run(name, func(t *testing.T) { wantCode(t, err, shared.CodeObjectMissing) })
	}
}

func confirmTwice(t *testing.T, s Subject) {
	ref := begin(t, s, 2)
	first := must[session.Added](t)(s.Store.AddImage(t.Context(), ref, image(0), limit))
	if !first.Added || first.ImageCount != 1 {
		t.Errorf("first confirm: %+v", first)
	}
	other := image(0)
	other.Metadata.Notes = "another try"
	second := must[session.Added](t)(s.Store.AddImage(t.Context(), ref, other, limit))
	if second.Added || second.ImageCount != 1 || second.Revision != first.Revision {
		t.Errorf("second confirm: %+v after %+v", second, first)
	}
	if diff := cmp.Diff(image(0), second.Image); diff != "" {
		t.Errorf("stored image (-want +got):\n%s", diff)
	}
}

func order(t *testing.T, s Subject) {
	ref := begin(t, s, 5)
	for _, i := range []int{3, 0, 4, 1} {
		confirmed := image(i)
		confirmed.UploadedAt = t0.Add(time.Duration((i*7)%5) * time.Second)
		must[session.Added](t)(s.Store.AddImage(t.Context(), ref, confirmed, limit))
	}
	state := must[session.State](t)(s.Store.GetImages(t.Context(), ref))
	if len(state.Images) != 4 ||
		!slices.IsSortedFunc(state.Images, func(a, b shared.Image) int { return a.UploadedAt.Compare(b.UploadedAt) }) {
		t.Errorf("images %+v", state.Images)
	}
}

func update(t *testing.T, s Subject) {
	ref := begin(t, s, 1)
	added := must[session.Added](t)(s.Store.AddImage(t.Context(), ref, image(0), limit))
	later := t0.Add(time.Hour)
	changed, revision, err := s.Store.UpdateImage(
		t.Context(),
		ref,
		"img-00",
		session.MetadataPatch{
			Names:    []string{"bodySite", "laterality"},
			Metadata: shared.Metadata{BodySite: "forearm", View: "overview"},
		},
		later,
	)
	if err != nil {
		t.Fatal(err)
	}
	want := image(0)
	want.Metadata = shared.Metadata{BodySite: "forearm", Notes: want.Metadata.Notes}
	want.UpdatedAt = later
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if revision <= added.Revision {
		t.Errorf("revision %d after %d", revision, added.Revision)
	}
	// With its last field gone the metadata is still an object.
	if changed, _, err = s.Store.UpdateImage(
		t.Context(),
		ref,
		"img-00",
		session.MetadataPatch{Names: []string{"bodySite", "notes"}},
		later,
	); err != nil ||
		changed.Metadata != (shared.Metadata{}) {
		t.Errorf("emptied: %+v, %v", changed.Metadata, err)
	}
	state := must[session.State](t)(s.Store.GetImages(t.Context(), ref))
	if len(state.Images) != 1 || state.Images[0].Size != 1000 {
		t.Errorf("stored %+v", state.Images)
	}
	_, _, err = s.Store.UpdateImage(t.Context(), ref, "img-77", session.MetadataPatch{Names: []string{"notes"}}, later)
	wantCode(t, err, shared.CodeImageNotFound)
}

func remove(t *testing.T, s Subject) {
	ref := begin(t, s, limit)
	added := must[session.Added](t)(s.Store.AddImage(t.Context(), ref, image(0), limit))
	removed, revision, err := s.Store.RemoveImage(t.Context(), ref, "img-00")
	if err != nil || removed.S3Key != image(0).S3Key || revision <= added.Revision {
		t.Fatalf("removed %+v at revision %d: %v", removed, revision, err)
	}
	_, _, err = s.Store.RemoveImage(t.Context(), ref, "img-00")
	wantCode(t, err, shared.CodeImageNotFound)
	must[[]session.Reservation](t)(s.Store.Reserve(t.Context(), ref, []session.Reservation{reservation(90)}, limit, t0))
}

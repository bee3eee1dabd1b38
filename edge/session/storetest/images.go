package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

func reserveTwice(t *testing.T, s *subject) {
	phone := begin(t, s, 2)
	again := reservation(1)
	again.S3Key = "sessions/enc-1/2_img-01.jpg"
	before := list(t, s, phone.Ref)
	held := reserved(t, s, phone, again)
	if held.New || held.Revision != before.Revision || held.Slots[0].S3Key != reservation(1).S3Key {
		t.Errorf("held again: %+v", held)
	}
	held = reserved(t, s, phone, again, reservation(2))
	if !held.New || held.Revision <= before.Revision || held.Slots[0].S3Key != reservation(1).S3Key ||
		held.Slots[1].S3Key != reservation(2).S3Key {
		t.Errorf("held with another: %+v", held)
	}
	add(t, s, phone, image(1))
	if held = reserved(t, s, phone, again); held.Slots[0].S3Key != reservation(1).S3Key || held.New {
		t.Errorf("a confirmed image got another key: %+v", held)
	}
}

func reserveOtherBytes(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	other := reservation(0)
	other.SHA256 = "other"
	other.S3Key = "sessions/enc-1/2_img-00.jpg"
	_, err := s.Store.Reserve(t.Context(), phone, []session.Reservation{other}, limit)
	wantCode(t, err, shared.CodeBadRequest)
	s.Advance(7 * time.Minute)
	if held := reserved(t, s, phone, other); held.Slots[0].S3Key != other.S3Key {
		t.Errorf("after the slot lapsed other bytes got its old key: %+v", held)
	}
}

func reserveOverLimit(t *testing.T, s *subject) {
	phone := begin(t, s, limit-1)
	_, err := s.Store.Reserve(t.Context(), phone, []session.Reservation{reservation(90), reservation(91)}, limit)
	wantCode(t, err, shared.CodeLimitReached)
	reserved(t, s, phone, reservation(92))
	_, err = s.Store.Reserve(t.Context(), phone, []session.Reservation{reservation(93)}, limit)
	wantCode(t, err, shared.CodeLimitReached)
}

func reserveLapsed(t *testing.T, s *subject) {
	phone := begin(t, s, limit)
	late := reservation(90)
	late.LapsesAt = t0.Add(20 * time.Minute)
	s.Advance(5 * time.Minute)
	_, err := s.Store.Reserve(t.Context(), phone, []session.Reservation{late}, limit)
	wantCode(t, err, shared.CodeLimitReached)
	before := list(t, s, phone.Ref)
	s.Advance(2 * time.Minute)
	after := list(t, s, phone.Ref)
	if len(before.Expected) != limit || len(after.Expected) != 0 || after.Revision <= before.Revision {
		t.Errorf("%d are expected, then %d", len(before.Expected), len(after.Expected))
	}
	if len(s.left) != limit || !slices.Contains(s.left, reservation(3).S3Key) {
		t.Errorf("objects to delete: %q", s.left)
	}
	must[int64](t)(s.Store.Swept(t.Context(), "enc-1", s.left))
	_, err = s.Store.AddImage(t.Context(), phone, image(0), limit)
	wantCode(t, err, shared.CodeObjectMissing)
	reserved(t, s, phone, late)
	s.left = nil
	s.Advance(session.ReservationTTL)
	list(t, s, phone.Ref)
	if len(s.left) != limit { // a PUT may have ended after the first deletion
		t.Errorf("objects to delete once more: %q", s.left)
	}
}

func expected(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	s.Advance(time.Second)
	reserve(t, s, phone, 2)
	other := joined(t, s, "token-1", "phone-2")
	s.Advance(time.Second)
	reserved(t, s, other, reservation(2))
	want := []shared.ExpectedImage{
		{ImageID: "img-00", PhoneID: "phone-1", ReservedAt: t0},
		{ImageID: "img-01", PhoneID: "phone-1", ReservedAt: t0.Add(time.Second)},
		{ImageID: "img-02", PhoneID: "phone-2", ReservedAt: t0.Add(2 * time.Second)},
	}
	if diff := cmp.Diff(want, list(t, s, phone.Ref).Expected); diff != "" {
		t.Error(diff)
	}
	add(t, s, phone, image(1))
	if diff := cmp.Diff([]shared.ExpectedImage{want[0], want[2]}, list(t, s, phone.Ref).Expected); diff != "" {
		t.Error(diff)
	}
}

func confirmMismatch(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	for name, spoil := range map[string]func(*shared.Image){
		"size":       func(i *shared.Image) { i.Size++ },
		"hash":       func(i *shared.Image) { i.SHA256 = "other" },
		"key":        func(i *shared.Image) { i.S3Key = "sessions/enc-1/2_img-00.jpg" },
		"unreserved": func(i *shared.Image) { i.ImageID = "img-77" },
	} {
		wrong := image(0)
		spoil(&wrong)
		_, err := s.Store.AddImage(t.Context(), phone, wrong, limit)
		t.Run(name, func(t *testing.T) { wantCode(t, err, shared.CodeObjectMissing) })
	}
}

// confirmOverLimit is what a deployment sees whose limit was lowered meanwhile.
func confirmOverLimit(t *testing.T, s *subject) {
	phone := begin(t, s, 3)
	for i := range 2 {
		must[session.Added](t)(s.Store.AddImage(t.Context(), phone, image(i), 2))
	}
	_, err := s.Store.AddImage(t.Context(), phone, image(2), 2)
	wantCode(t, err, shared.CodeLimitReached)
	must[session.Added](t)(s.Store.AddImage(t.Context(), phone, image(2), 3))
}

func confirmTwice(t *testing.T, s *subject) {
	phone := begin(t, s, 2)
	first := add(t, s, phone, image(0))
	if !first.Added || first.ImageCount != 1 {
		t.Errorf("first confirm: %+v", first)
	}
	other := image(0)
	other.Metadata.Notes = "another try"
	second := add(t, s, phone, other)
	if second.Added || second.Updated || second.ImageCount != 1 || second.Revision != first.Revision {
		t.Errorf("second confirm: %+v after %+v", second, first)
	}
	if diff := cmp.Diff(image(0), second.Image); diff != "" {
		t.Errorf("stored image (-want +got):\n%s", diff)
	}
}

func confirmNewer(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	version := func(n int, metadata shared.Metadata) session.Added {
		changed := image(0)
		changed.Metadata, changed.MetadataVersion = metadata, n
		changed.UploadedAt, changed.UpdatedAt = t0.Add(time.Hour), t0.Add(time.Hour)
		return add(t, s, phone, changed)
	}
	first := add(t, s, phone, image(0))
	right := shared.Metadata{Laterality: shared.LateralityRight}
	second := version(2, right)
	want := image(0)
	want.Metadata, want.MetadataVersion, want.UpdatedAt = right, 2, t0.Add(time.Hour)
	if diff := cmp.Diff(want, second.Image); diff != "" || second.Revision <= first.Revision || !second.Updated {
		t.Errorf("after %+v came %+v\n%s", first, second, diff)
	}
	for _, n := range []int{0, 1, 2} {
		late := version(n, shared.Metadata{Notes: "late"})
		if diff := cmp.Diff(want, late.Image); diff != "" || late.Revision != second.Revision || late.Updated {
			t.Errorf("version %d: %s", n, diff)
		}
	}
	if emptied := version(3, shared.Metadata{}); emptied.Image.Metadata != (shared.Metadata{}) || !emptied.Updated {
		t.Errorf("emptied: %+v", emptied)
	}
	if state := list(t, s, phone.Ref); state.Images[0].MetadataVersion != 3 {
		t.Errorf("stored %+v", state.Images)
	}
}

func confirmCorrected(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	add(t, s, phone, image(0))
	patch := session.MetadataPatch{
		Names:    []string{"laterality"},
		Metadata: shared.Metadata{Laterality: shared.LateralityRight},
	}
	corrected, revision, err := s.Store.UpdateImage(t.Context(), phone.Ref, "img-00", patch, gp1)
	if err != nil || corrected.CorrectedBy == nil || *corrected.CorrectedBy != gp1 {
		t.Fatalf("corrected %+v: %v", corrected, err)
	}
	newer := image(0)
	newer.MetadataVersion, newer.Metadata.Notes = 9, "of the phone"
	got := add(t, s, phone, newer)
	if diff := cmp.Diff(corrected, got.Image); diff != "" || got.Updated || got.Revision != revision {
		t.Errorf("%+v\n%s", got, diff)
	}
}

// updateRepeated repeats a correction whose response was lost, after another desktop
// made a later one.
func updateRepeated(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	add(t, s, phone, image(0))
	correct := func(id string, side shared.Laterality) (shared.Image, int64) {
		t.Helper()
		image, revision, err := s.Store.UpdateImage(t.Context(), phone.Ref, "img-00", session.MetadataPatch{
			ID: id, Names: []string{"laterality"}, Metadata: shared.Metadata{Laterality: side},
		}, gp1)
		if err != nil {
			t.Fatal(err)
		}
		return image, revision
	}
	correct("change-1", shared.LateralityLeft)
	later, revision := correct("change-2", shared.LateralityRight)
	for range 2 {
		again, unchanged := correct("change-1", shared.LateralityLeft)
		if diff := cmp.Diff(later, again); diff != "" || unchanged != revision {
			t.Errorf("revision %d after %d (-want +got):\n%s", unchanged, revision, diff)
		}
	}
	for i := range session.RememberedChanges {
		correct(fmt.Sprint("more-", i), shared.LateralityRight)
	}
	if old, _ := correct("change-1", shared.LateralityLeft); old.Metadata.Laterality != shared.LateralityLeft {
		t.Error("more changes are remembered than RememberedChanges")
	}
	if unnamed, _ := correct("", shared.LateralityNA); unnamed.Metadata.Laterality != shared.LateralityNA {
		t.Error("a change without an id was not made")
	}
	if unnamed, _ := correct("", shared.LateralityLeft); unnamed.Metadata.Laterality != shared.LateralityLeft {
		t.Error("a second change without an id was not made")
	}
}

func order(t *testing.T, s *subject) {
	phone := begin(t, s, 5)
	for _, i := range []int{3, 0, 4, 1} {
		confirmed := image(i)
		confirmed.UploadedAt = t0.Add(time.Duration((i*7)%5) * time.Second)
		add(t, s, phone, confirmed)
	}
	state := list(t, s, phone.Ref)
	if len(state.Images) != 4 ||
		!slices.IsSortedFunc(state.Images, func(a, b shared.Image) int { return a.UploadedAt.Compare(b.UploadedAt) }) {
		t.Errorf("images %+v", state.Images)
	}
}

func update(t *testing.T, s *subject) {
	phone := begin(t, s, 1)
	added := add(t, s, phone, image(0))
	s.Advance(time.Hour)
	correct := func(imageID string, patch session.MetadataPatch) (shared.Image, int64, error) {
		return s.Store.UpdateImage(t.Context(), phone.Ref, imageID, patch, gp1)
	}
	changed, revision, err := correct("img-00", session.MetadataPatch{
		Names:    []string{"bodySite", "laterality"},
		Metadata: shared.Metadata{BodySite: "forearm", View: "overview"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := image(0)
	want.Metadata = shared.Metadata{BodySite: "forearm", Notes: want.Metadata.Notes}
	want.UpdatedAt, want.CorrectedBy = t0.Add(time.Hour), &gp1
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if revision <= added.Revision {
		t.Errorf("revision %d after %d", revision, added.Revision)
	}
	// With its last field gone the metadata is still an object.
	changed, _, err = correct("img-00", session.MetadataPatch{Names: []string{"bodySite", "notes"}})
	if err != nil || changed.Metadata != (shared.Metadata{}) {
		t.Errorf("emptied: %+v, %v", changed.Metadata, err)
	}
	state := list(t, s, phone.Ref)
	if len(state.Images) != 1 || state.Images[0].Size != 1000 {
		t.Errorf("stored %+v", state.Images)
	}
	_, _, err = correct("img-77", session.MetadataPatch{Names: []string{"notes"}})
	wantCode(t, err, shared.CodeImageNotFound)
}

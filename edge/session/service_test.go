package session

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// outside is a Store, Objects and a Notifier. A test sets the methods that it needs.
type outside struct {
	Store
	Objects
	err     error
	wanted  []Reservation
	deleted []string
	forced  []bool
}

func (o *outside) DeleteSession(_ context.Context, _ Ref, _ int64, force bool) (Removal, error) {
	o.forced = append(o.forced, force)
	return Removal{}, &shared.Error{Code: shared.CodeSessionChanged}
}

func (o *outside) Reserve(_ context.Context, _ PhoneRef, wanted []Reservation, _ int) (Reserved, error) {
	o.wanted = wanted
	return Reserved{}, o.err
}

func (o *outside) Doomed(context.Context, string) ([]string, error) { return []string{"key"}, o.err }

func (o *outside) Delete(_ context.Context, keys ...string) error {
	o.deleted = append(o.deleted, keys...)
	return nil
}

func (o *outside) Swept(context.Context, string, []string) (int64, error) { return 0, nil }

func TestReservationOutlivesItsURL(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	o := &outside{}
	s := &Service{Store: o, Now: func() time.Time { return now }}
	if _, err := s.Presign(t.Context(), PhoneRef{}, []shared.PresignImage{{ImageID: "img-1"}}); err != nil {
		t.Fatal(err)
	}
	if got := o.wanted[0].LapsesAt.Sub(now); got != shared.UploadURLTTL+shared.ClockSkew {
		t.Errorf("a slot is held for %v", got)
	}
}

// TestFieldOfErrors checks that an error names the field that it is about, and no
// other error does.
func TestFieldOfErrors(t *testing.T) {
	for code, want := range map[shared.Code]string{shared.CodeBadRequest: "imageId", shared.CodeLimitReached: ""} {
		s := &Service{Store: &outside{err: &shared.Error{Code: code}}, Now: time.Now}
		_, err := s.Presign(t.Context(), PhoneRef{}, []shared.PresignImage{{ImageID: "img-1"}})
		if e, ok := errors.AsType[*shared.Error](err); !ok || e.Code != code || e.Field != want {
			t.Errorf("%s is about %+v", code, err)
		}
	}
}

func TestEndIsForcedOnlyOnDemand(t *testing.T) {
	o := &outside{}
	for _, revision := range []int64{Forced, 0, 1, 2} {
		err := (&Service{Store: o}).End(t.Context(), Ref{}, revision)
		if shared.CodeOf(err) != shared.CodeSessionChanged {
			t.Errorf("revision %d: %v", revision, err)
		}
	}
	if !slices.Equal(o.forced, []bool{true, false, false, false}) {
		t.Errorf("forced: %v", o.forced)
	}
}

func TestFinish(t *testing.T) {
	o := &outside{}
	s := &Service{Store: o, Objects: o}
	if err := s.Finish(t.Context(), "enc-1"); err != nil || len(o.deleted) != 1 {
		t.Errorf("deleted %q, %v", o.deleted, err)
	}
	o.err = &shared.Error{Code: shared.CodeUpstreamUnavailable}
	err := s.Finish(t.Context(), "enc-1")
	if shared.CodeOf(err) != shared.CodeUpstreamUnavailable || len(o.deleted) != 1 {
		t.Errorf("without a list deleted %q, %v", o.deleted, err)
	}
}

package session

import (
	"context"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// sweepBudget is how long a call may spend on what earlier calls left behind.
const sweepBudget = 2 * time.Second

// Remove takes an image and its object away. It may be repeated until it
// succeeds; desktops are notified once both are gone.
func (s *Service) Remove(ctx context.Context, ref Ref, imageID string) error {
	removal, err := s.Store.RemoveImage(ctx, ref, imageID)
	if err != nil {
		return err
	}
	if err := s.sweep(ctx, ref.EncounterID, removal.S3Keys); err != nil {
		return err
	}
	s.notify(ctx, ref, shared.EventImageRemoved, shared.Event{ImageID: imageID, Revision: removal.Revision})
	return nil
}

// Forced is the revision with which End asks no questions.
const Forced = -1

// End forgets the session, which invalidates its tokens, and deletes its
// objects. It may be repeated until it succeeds; desktops are notified at the end.
// It fails with session_changed if revision is not Forced and something
// happened since, and with uploads_pending while photos are on their way.
func (s *Service) End(ctx context.Context, ref Ref, revision int64) error {
	removal, err := s.Store.DeleteSession(ctx, ref, revision, revision == Forced)
	if err != nil {
		return err
	}
	if err := s.sweep(ctx, ref.EncounterID, removal.S3Keys); err != nil {
		return err
	}
	s.notify(ctx, ref, shared.EventSessionEnded, shared.Event{Revision: removal.Revision})
	return nil
}

// sweep deletes objects and notes that it did. If the note fails, the next
// sweep deletes them again, which is harmless.
func (s *Service) sweep(ctx context.Context, encounterID string, keys []string) error {
	if err := s.Objects.Delete(ctx, keys...); err != nil {
		return err
	}
	s.Store.Swept(ctx, encounterID, keys)
	return nil
}

// Sweep deletes what an earlier call left behind, within a short time: the
// caller waits for something else. What fails is reported again.
func (s *Service) Sweep(ctx context.Context, encounterID string, keys []string) {
	ctx, cancel := context.WithTimeout(ctx, sweepBudget)
	defer cancel()
	if s.Objects.Delete(ctx, keys...) != nil {
		return
	}
	revision, err := s.Store.Swept(ctx, encounterID, keys)
	if err == nil && revision > 0 {
		ref := Ref{EncounterID: encounterID}
		s.notify(ctx, ref, shared.EventImageRemoved, shared.Event{Revision: revision})
	}
}

// Finish deletes whatever objects of an encounter are still to be deleted.
func (s *Service) Finish(ctx context.Context, encounterID string) error {
	keys, err := s.Store.Doomed(ctx, encounterID)
	if err != nil {
		return err
	}
	return s.sweep(ctx, encounterID, keys)
}

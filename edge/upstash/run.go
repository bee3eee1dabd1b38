package upstash

import (
	"context"
	"errors"
	"fmt"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
)

// caller is who works on a session.
type caller struct {
	ref     session.Ref
	phoneID string   // empty: a desktop
	acts    bool     // a person acts, which extends the session
	keys    []string // that the script also works on
}

// by is a phone whose person acts.
func by(phone session.PhoneRef) caller {
	return caller{ref: phone.Ref, phoneID: phone.PhoneID, acts: true}
}

// run runs a script on a session and returns what follows its "ok". Objects that
// an earlier call left behind are reported to the sweeper.
func (s *Store) run(ctx context.Context, script script, who caller, args ...any) ([]any, error) {
	left, reply, err := s.take(ctx, script, who, args...)
	if len(left) > 0 && s.Sweep != nil {
		s.Sweep(ctx, who.ref.EncounterID, left)
	}
	return reply, err
}

// take runs a script on a session and returns the objects to delete and what
// follows them.
func (s *Store) take(ctx context.Context, script script, who caller, args ...any) ([]string, []any, error) {
	ttl := int64(0)
	if who.acts {
		ttl = shared.SessionTTL.Milliseconds()
	}
	id := who.ref.EncounterID
	reply, err := s.evalRaw(ctx, script, append([]string{encounterKey(id), doomedKey(id)}, who.keys...),
		append([]any{who.ref.SessionID, s.Now().UnixMilli(), ttl, who.phoneID}, args...)...)
	if err != nil {
		return nil, nil, err
	}
	left, err := stringsAt(reply, 1)
	if err != nil {
		return nil, nil, err
	}
	return left, reply[2:], refusal(reply[0], reply[2:])
}

// eval runs a script that is not on a session and returns what follows its "ok".
func (s *Store) eval(ctx context.Context, script script, keys []string, args ...any) ([]any, error) {
	reply, err := s.evalRaw(ctx, script, keys, args...)
	if err != nil {
		return nil, err
	}
	return reply[1:], refusal(reply[0], nil)
}

func (s *Store) evalRaw(ctx context.Context, script script, keys []string, args ...any) ([]any, error) {
	result, err := s.Redis.eval(ctx, script, keys, args...)
	if refused, ok := errors.AsType[replyError](err); ok {
		return nil, unavailable(refused) // a plan's limit, or a database that is not what it should be
	}
	if err != nil {
		return nil, err
	}
	reply, ok := result.([]any)
	if !ok || len(reply) == 0 {
		return nil, malformed(result)
	}
	return reply, nil
}

// refusals are the codes that scripts return.
var refusals = map[shared.Code]bool{
	shared.CodeSessionExpired:    true,
	shared.CodePhoneRemoved:      true,
	shared.CodeTokenInvalid:      true,
	shared.CodeEncounterMismatch: true,
	shared.CodeSessionChanged:    true,
	shared.CodeUploadsPending:    true,
	shared.CodeLimitReached:      true,
	shared.CodeObjectMissing:     true,
	shared.CodeImageNotFound:     true,
	shared.CodeImageRemoved:      true,
	shared.CodeBadRequest:        true,
	shared.CodeRateLimited:       true,
}

// ended is the scripts' code for a session that a desktop ended.
const ended = "session_ended"

// refusal returns the error of a reply that begins with a code, and nil for "ok".
func refusal(first any, rest []any) error {
	text, _ := first.(string)
	code := shared.Code(text)
	switch {
	case text == "ok":
		return nil
	case text == ended:
		return &shared.Error{Code: shared.CodeSessionExpired, Ended: true}
	case !refusals[code]:
		return malformed(first)
	}
	refused := &shared.Error{Code: code}
	switch code {
	case shared.CodeRateLimited:
		refused.RetryAfter = session.WrongCodesWindow
	case shared.CodeImageRemoved:
		if len(rest) > 0 {
			refused.ImageID, _ = rest[0].(string)
		}
	}
	return refused
}

func malformed(reply any) error {
	return unavailable(fmt.Errorf("unexpected reply of type %T", reply))
}

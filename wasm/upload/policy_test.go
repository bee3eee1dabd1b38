package upload

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// TestDecide covers every code at every step.
func TestDecide(t *testing.T) {
	tests := []struct {
		codes               []shared.Code
		sign, send, confirm decision
	}{
		{
			[]shared.Code{
				shared.CodeNetwork,
				shared.CodeTimeout,
				shared.CodeRateLimited,
				shared.CodeUpstreamUnavailable,
				shared.CodeInternal,
			},
			again,
			again,
			again,
		},
		{
			[]shared.Code{
				shared.CodeUnauthorized,
				shared.CodePhoneRemoved,
				shared.CodeForbidden,
				shared.CodeSessionExpired,
				shared.CodeTokenInvalid,
				shared.CodeEncounterMismatch,
			},
			stop,
			signAgain,
			stop,
		},
		{[]shared.Code{shared.CodeImageRemoved}, gone, gone, gone},
		{[]shared.Code{shared.CodeObjectMissing, shared.CodeImageNotFound}, signAgain, signAgain, signAgain},
		{
			[]shared.Code{
				shared.CodeLimitReached,
				shared.CodeTooLarge,
				shared.CodeUnsupportedType,
				shared.CodeMetadataInvalid,
				shared.CodeConsentRequired,
				shared.CodeBadRequest,
			},
			fail,
			signAgain,
			fail,
		},
	}
	for _, test := range tests {
		for _, code := range test.codes {
			if got := [...]decision{
				decide(sign, code),
				decide(send, code),
				decide(confirm, code),
			}; got != [...]decision{
				test.sign,
				test.send,
				test.confirm,
			} {
				t.Errorf("%s: %v", code, got)
			}
		}
	}
}

type responses struct {
	result PutResult
	err    error
}

func (a responses) Put(context.Context, shared.PresignedUpload, []byte, func(int64)) (PutResult, error) {
	return a.result, a.err
}

func TestPutResults(t *testing.T) {
	for status, want := range map[int]shared.Code{
		200: "", 204: "", 412: "", 403: shared.CodeForbidden, 400: shared.CodeBadRequest, 404: shared.CodeBadRequest,
		302: shared.CodeBadRequest, 199: shared.CodeBadRequest, 299: "", 300: shared.CodeBadRequest,
		408: shared.CodeUpstreamUnavailable, 425: shared.CodeUpstreamUnavailable, 429: shared.CodeRateLimited,
		500: shared.CodeUpstreamUnavailable, 503: shared.CodeUpstreamUnavailable,
	} {
		err := put(
			t.Context(),
			responses{result: PutResult{Status: status, RetryAfter: time.Hour}},
			shared.PresignedUpload{},
			nil,
			nil,
		)
		if shared.CodeOf(err) != want {
			t.Errorf("%d: %v", status, err)
		}
		if err != nil && retryAfter(err) != maxRetryAfter {
			t.Errorf("%d: Retry-After %s", status, retryAfter(err))
		}
	}
	cause := errors.New("cause")
	if err := put(t.Context(), responses{err: cause}, shared.PresignedUpload{}, nil, nil); err != cause {
		t.Errorf("error %v", err)
	}
}

func TestCircuit(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	var c circuit
	for range tripAfter - 1 {
		c.failed(now, shared.CodeNetwork, 0, rng)
		if !c.ready(now) {
			t.Fatal("open too early")
		}
	}
	c.failed(now, shared.CodeNetwork, 10*time.Second, rng)
	if c.ready(now) || c.ready(now.Add(9*time.Second)) || !c.ready(now.Add(30*time.Second)) {
		t.Error("an open circuit waits less than the server asked for, or far longer")
	}
	c.inFlight = 1
	if c.ready(now.Add(time.Hour)) {
		t.Error("an open circuit lets a second request through")
	}
	c.inFlight = 0
	c.nudge()
	if !c.ready(now) {
		t.Error("not ready after nudge")
	}
	c.succeeded()
	c.failed(now, shared.CodeNetwork, 0, rng)
	if !c.ready(now) {
		t.Error("a success did not close the circuit")
	}
}

// TestMovesLeadToConfirmed checks that a photo can become confirmed from every
// stage, and that only removal follows.
func TestMovesLeadToConfirmed(t *testing.T) {
	if len(moves[StageRemoved]) != 0 || !slices.Equal(moves[StageConfirmed], []Stage{StageRemoved}) {
		t.Error("a confirmed photo can move elsewhere than to removed")
	}
	for from := range moves {
		seen := []Stage{from}
		for i := 0; i < len(seen); i++ {
			for _, to := range moves[seen[i]] {
				if !slices.Contains(seen, to) {
					seen = append(seen, to)
				}
			}
		}
		if from != StageRemoved && !slices.Contains(seen, StageConfirmed) {
			t.Errorf("no way from %s to confirmed", from)
		}
	}
}

func TestLifetime(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	tests := []struct {
		name                   string
		expires, server, phone time.Time
		want                   time.Duration
	}{
		{"the server's clock", now.Add(4 * time.Minute), now, now.Add(5 * time.Hour), 4 * time.Minute},
		{"lapsed already", now.Add(-time.Minute), now, now, -time.Minute},
		{"no Date, the phone's clock makes sense", now.Add(4 * time.Minute), time.Time{}, now, 4 * time.Minute},
		{
			"no Date, the phone is behind",
			now.Add(4 * time.Minute),
			time.Time{},
			now.Add(-time.Hour),
			shared.UploadURLTTL,
		},
		{"no Date, and it lapses just now", now, time.Time{}, now, shared.UploadURLTTL},
		{"no Date, the phone is ahead", now.Add(4 * time.Minute), time.Time{}, now.Add(time.Hour), shared.UploadURLTTL},
	}
	for _, test := range tests {
		if got := lifetime(test.expires, test.server, test.phone); got != test.want {
			t.Errorf("%s: %s", test.name, got)
		}
	}
}

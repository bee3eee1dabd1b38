package upload

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clinicpro/photobridge/shared"
)

// A photo loses exactly the state that only an earlier session's record had.
func TestForgetSlot(t *testing.T) {
	for _, test := range []struct {
		stage, resume         Stage
		sameRecord            bool
		wantStage, wantResume Stage
	}{
		{StageCompressed, "", false, StageCompressed, ""},
		{StageSigned, "", true, StageCompressed, ""},
		{StageSigned, "", false, StageCompressed, ""},
		{StageSent, "", true, StageSent, ""},
		{StageSent, "", false, StageCompressed, ""},
		{StageFailed, StageSent, true, StageFailed, StageSent},
		{StageFailed, StageSent, false, StageFailed, StageCompressed},
		{StageCancelled, StageSent, false, StageCancelled, StageCompressed},
		{StageFailed, StageChosen, false, StageFailed, StageChosen},
		{StageConfirmed, StageSent, false, StageConfirmed, StageSent},
	} {
		p := photo{stage: test.stage, resume: test.resume}
		p.forgetSlot(test.sameRecord)
		if p.stage != test.wantStage || p.resume != test.wantResume {
			t.Errorf("%s, then %q, same record: %v: it is %s, then %q", test.stage, test.resume, test.sameRecord,
				p.stage, p.resume)
		}
	}
}

// A photo whose bytes the journal does not have cannot be retried, whatever it failed with.
func TestRestoredWithoutBytes(t *testing.T) {
	for _, test := range []struct {
		name    string
		stage   Stage
		problem *Problem
		want    Problem
	}{
		{"never compressed", StageChosen, nil, Problem{Code: shared.CodeFileGone}},
		{"cancelled", StageCancelled, nil, Problem{Code: shared.CodeFileGone}},
		{"no decoder", StageFailed, problem(shared.CodeNetwork, true), Problem{Code: shared.CodeFileGone}},
		{"too slow", StageFailed, problem(shared.CodeTimeout, true), Problem{Code: shared.CodeFileGone}},
		{"too large", StageFailed, problem(shared.CodeOutOfMemory, true), Problem{Code: shared.CodeFileGone}},
		{"blank", StageFailed, problem(shared.CodeBlankResult, true), Problem{Code: shared.CodeFileGone}},
		{"no photo", StageFailed, problem(shared.CodeNotAnImage, false), Problem{Code: shared.CodeNotAnImage}},
	} {
		a := newAlbum(func(string, []byte) {})
		record := Record{ID: "a", Stage: test.stage, Resume: StageChosen, Problem: test.problem}
		a.adopt([]Entry{{Record: record}}, morning)
		a.ask(nil)
		a.retryAll()
		if p := a.photos[0]; p.stage != StageFailed || *p.problem != test.want {
			t.Errorf("%s: %s, %+v", test.name, p.stage, p.problem)
		}
	}
}

// Send does not start a photo that has neither its file nor its bytes.
func TestAskWithoutFile(t *testing.T) {
	for stage, want := range map[Stage]Stage{StageChosen: StageFailed, StageCompressed: StageCompressed} {
		a := newAlbum(func(string, []byte) {})
		p := &photo{id: "a", stage: StageFailed, resume: stage, problem: problem(shared.CodeTimeout, true)}
		a.photos = []*photo{p}
		if a.ask(nil); p.stage != want {
			t.Errorf("failed at %s: it is %s after Send", stage, p.stage)
		}
	}
}

// Photos wait for the list only while the network fails.
func TestListFailed(t *testing.T) {
	for code, blocks := range map[shared.Code]bool{
		shared.CodeNetwork: true, shared.CodeInternal: false, shared.CodeBadRequest: false,
	} {
		held := holdings{hold: true, wanted: true}
		if held.listFailed(code); held.blocks() != blocks {
			t.Errorf("after %s they wait: %v", code, held.blocks())
		}
		free := holdings{wanted: true}
		if free.listFailed(code); free.blocks() {
			t.Errorf("after %s they wait, and did not before", code)
		}
	}
}

// A duplicate takes a removed photo's place at once, unless the edge may have it.
func TestTakenBackAsksTheEdge(t *testing.T) {
	for _, test := range []struct {
		stage, resume Stage
		asks          bool
	}{
		{StageSent, "", true}, {StageCancelled, StageSent, true}, {StageCancelled, StageCompressed, false},
		{StageRemoved, "", false},
	} {
		var a album
		a.takenBack(&photo{stage: test.stage, resume: test.resume})
		if a.edge.blocks() != test.asks {
			t.Errorf("%s, then %q: it waits for the list: %v", test.stage, test.resume, a.edge.blocks())
		}
	}
}

func TestRemovedBytes(t *testing.T) {
	a := album{photos: []*photo{{stage: StageRemoved, sha256: "removed"}, {stage: StageConfirmed, sha256: "sent"}}}
	for sha256, want := range map[string]bool{"removed": true, "sent": false, "other": false} {
		if got := a.removedBytes(sha256); got != want {
			t.Errorf("%s: %v", sha256, got)
		}
	}
}

func TestMergedRecords(t *testing.T) {
	older := []Record{{ID: "a", Order: 1}, {ID: "b", Order: 1}}
	want := []Record{{ID: "a", Order: 1}, {ID: "b", Order: 2}, {ID: "c", Order: 2}}
	if diff := cmp.Diff(want, merged(older, []Record{{ID: "b", Order: 2}, {ID: "c", Order: 2}})); diff != "" {
		t.Error(diff)
	}
}

// A session whose edge sends no limit gets the default.
func TestMaxImageBytes(t *testing.T) {
	for limit, want := range map[int]int{0: shared.MaxImageBytes, 1: 1, 500_000: 500_000} {
		tr := traffic{session: &shared.Grant{}}
		tr.session.Limits.MaxImageBytes = limit
		if got := tr.maxImageBytes(); got != want {
			t.Errorf("%d: %d", limit, got)
		}
	}
}

// A list that was requested before a photo was confirmed does not contain it. That must
// not count as a removal, even if the phone's clock was set meanwhile.
func TestListBehindAConfirm(t *testing.T) {
	for name, set := range map[string]time.Duration{"back": -time.Hour, "right": 0, "ahead": time.Hour} {
		a := newAlbum(func(string, []byte) {})
		p := &photo{id: "a", stage: StageSent}
		a.photos = []*photo{p}
		tr := &traffic{album: a, session: &shared.Grant{}, jobOf: map[*photo]*job{}, now: morning, begun: 2}
		const before, after = 2, 3
		tr.now = morning.Add(set)
		tr.confirmed(p, shared.Image{ImageID: "a"}, 0)
		if tr.listed(shared.ListResponse{}, before); p.stage != StageConfirmed {
			t.Errorf("%s: %s after a list from before the confirm", name, p.stage)
		}
		if tr.listed(shared.ListResponse{}, after); p.stage != StageRemoved {
			t.Errorf("%s: %s after a list without it", name, p.stage)
		}
	}
}

// The edge is asked only if it is not known whether the whole network has failed.
func TestMustDiagnose(t *testing.T) {
	before, since, after := morning, morning.Add(time.Second), morning.Add(2*time.Second)
	open := circuit{failures: tripAfter, code: shared.CodeNetwork, since: since}
	busy := open
	busy.code = shared.CodeUpstreamUnavailable
	for _, test := range []struct {
		name        string
		store, edge circuit
		seen        time.Time
		want        bool
	}{
		{"the edge may be gone too", open, circuit{}, before, true},
		{"the edge responded at the first failure", open, circuit{}, since, true},
		{"the edge has responded since", open, circuit{}, after, false},
		{"the edge is known to be unreachable", open, open, before, false},
		{"the store responds with an error", busy, circuit{}, before, false},
		{"the store works", circuit{}, circuit{}, before, false},
	} {
		tr := traffic{storeLink: test.store, edgeLink: test.edge, edgeSeen: test.seen}
		if got := tr.mustDiagnose(); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

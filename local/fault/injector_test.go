package fault

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRulesThatAreRefused(t *testing.T) {
	tests := []struct {
		name string
		rule Rule
		want string // part of the sentence
	}{
		{"no service", Rule{Effect: DropBefore}, "redis, s3, realtime, practice, alex or smart"},
		{"no effect", Rule{Service: S3}, "delay, drop-before"},
		{"malformed route", Rule{Service: S3, Effect: Cut, Route: "PUT ["}, "a pattern such as"},
		{"negative next", Rule{Service: S3, Effect: Cut, Next: -1}, "negative"},
		{"share above 1", Rule{Service: S3, Effect: Cut, Share: 1.5}, "share is 1.5"},
		{"whole body kept", Rule{Service: S3, Effect: Cut, Keep: 1}, "keep is 1"},
		{"delay without a time", Rule{Service: S3, Effect: Delay}, "needs delayMs"},
		{"delay without end", Rule{Service: S3, Effect: Delay, DelayMS: 600_001}, "ten minutes"},
		{"status of success", Rule{Service: S3, Effect: Status, Status: 200}, "400 to 599"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			injector := New(1)
			_, err := injector.Add(test.rule)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want %q in it", err, test.want)
			}
			if len(injector.Rules()) != 0 {
				t.Error("the rule is in force all the same")
			}
		})
	}
}

func TestWhichCallsAreHit(t *testing.T) {
	tests := []struct {
		name  string
		rule  Rule
		calls []string
		want  string // x for each call that is hit
	}{
		{"every call", Rule{Service: S3}, []string{"PUT object", "GET object"}, "xx"},
		{"one route", Rule{Service: S3, Route: "PUT object"}, []string{"PUT object", "GET object"}, "x."},
		{"a pattern", Rule{Service: S3, Route: "* object"}, []string{"PUT object", "GET bucket"}, "x."},
		{"another service", Rule{Service: Redis}, []string{"PUT object"}, "."},
		{"no preflights unless named", Rule{Service: S3}, []string{"OPTIONS object", "PUT object"}, ".x"},
		{"preflights by name", Rule{Service: S3, Route: "OPTIONS *"}, []string{"OPTIONS object", "PUT object"}, "x."},
		{"the next two", Rule{Service: S3, Next: 2}, []string{"a", "b", "c"}, "xx."},
		{"one after two", Rule{Service: S3, Skip: 2, Next: 1}, []string{"a", "b", "c", "d"}, "..x."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			injector := New(1)
			test.rule.Effect = DropBefore
			add(t, injector, test.rule)
			var got strings.Builder
			for _, route := range test.calls {
				got.WriteString(mark(injector.Decide(S3, route)))
			}
			if got.String() != test.want {
				t.Errorf("hit %s, want %s", got.String(), test.want)
			}
		})
	}
}

func TestTheSameSeedGivesTheSameFates(t *testing.T) {
	fates := func(seed uint64) string {
		injector := New(seed)
		add(t, injector, Rule{Service: S3, Effect: DropAfter, Share: 0.3})
		add(t, injector, Rule{Service: S3, Effect: Delay, DelayMS: 10, JitterMS: 90})
		var text strings.Builder
		for range 1000 {
			verdict := injector.Decide(S3, "PUT object")
			text.WriteString(mark(verdict) + verdict.Delay.String())
		}
		return text.String()
	}
	first := fates(7)
	if again := fates(7); again != first {
		t.Error("the same seed, other fates")
	}
	if other := fates(8); other == first {
		t.Error("another seed, the same fates")
	}
	if hits := strings.Count(first, "x"); hits < 250 || hits > 350 {
		t.Errorf("a share of 0.3 hit %d of 1000", hits)
	}
}

func TestResetStartsTheSequenceAnew(t *testing.T) {
	injector := New(3)
	run := func() (list []bool) {
		add(t, injector, Rule{Service: Redis, Effect: Status, Share: 0.5})
		for range 64 {
			list = append(list, injector.Decide(Redis, "POST /").Effect != "")
		}
		return list
	}
	first := run()
	injector.Reset(3)
	if second := run(); !slices.Equal(first, second) {
		t.Errorf("first %v\nsecond %v", first, second)
	}
}

func TestRulesTogether(t *testing.T) {
	injector := New(1)
	add(t, injector, Rule{Service: S3, Effect: Delay, DelayMS: 100})
	first := add(t, injector, Rule{Service: S3, Effect: Status, Status: 429, RetryAfter: 7, DelayMS: 20})
	add(t, injector, Rule{Service: S3, Effect: Cut})
	if got, want := injector.Decide(
		S3,
		"GET object",
	), (Verdict{120 * time.Millisecond, Status, 429, 7, 0.5}); got != want {
		t.Errorf("verdict %+v, want %+v", got, want)
	}
	if !injector.Remove(first) || injector.Remove(first) {
		t.Error("a rule can be removed once")
	}
	if got := injector.Decide(S3, "GET object").Effect; got != Cut {
		t.Errorf("effect %q, want that of the rule that is left", got)
	}
	seen := injector.Rules()[0]
	if seen.Seen != 2 || seen.Hit != 2 {
		t.Errorf("the delay saw %d and hit %d, want 2 and 2", seen.Seen, seen.Hit)
	}
}

func TestNoInjectorNoFaults(t *testing.T) {
	var none *Injector
	if got := none.Decide(S3, "GET object"); got != (Verdict{}) {
		t.Errorf("verdict %+v", got)
	}
}

func mark(v Verdict) string {
	if v.Effect == "" {
		return "."
	}
	return "x"
}

func add(t *testing.T, injector *Injector, rule Rule) string {
	t.Helper()
	id, err := injector.Add(rule)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

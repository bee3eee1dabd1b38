package fault

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// Injector holds the rules in force. Rules apply in the order they were added:
// delays add up, and the first other effect wins. The nil Injector has no rules.
//
// The same seed, the same rules in the same order and the same calls give each
// call the same effect.
type Injector struct {
	mu    sync.Mutex
	seed  uint64
	added uint64
	rules []*active
}

// Active is a rule in force, with how many calls it has matched and affected.
type Active struct {
	ID string `json:"id"`
	Rule
	Seen int `json:"seen"` // matching calls
	Hit  int `json:"hit"`  // of those, how many misbehaved
}

type active struct {
	Active
	random *rand.Rand
}

// New returns an injector without rules.
func New(seed uint64) *Injector { return &Injector{seed: seed} }

// Add puts a rule in force and returns its id. The error explains what is wrong
// with the rule.
func (i *Injector) Add(rule Rule) (string, error) {
	if err := rule.check(); err != nil {
		return "", err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.added++
	id := fmt.Sprintf("f%d", i.added)
	i.rules = append(i.rules, &active{Active{ID: id, Rule: rule}, rand.New(rand.NewPCG(i.seed, i.added))})
	return id, nil
}

// Remove removes a rule. It returns false if there was none.
func (i *Injector) Remove(id string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	before := len(i.rules)
	i.rules = slices.DeleteFunc(i.rules, func(a *active) bool { return a.ID == id })
	return len(i.rules) < before
}

// Reset removes every rule and starts the sequence again from seed.
func (i *Injector) Reset(seed uint64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.seed, i.added, i.rules = seed, 0, nil
}

// Seed returns the seed that the sequence started from.
func (i *Injector) Seed() uint64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.seed
}

// Rules returns the rules in force.
func (i *Injector) Rules() []Active {
	i.mu.Lock()
	defer i.mu.Unlock()
	list := make([]Active, len(i.rules))
	for n, a := range i.rules {
		list[n] = a.Active
	}
	return list
}

// Decide returns what happens to one call on a route of a service.
func (i *Injector) Decide(service Service, route string) Verdict {
	var verdict Verdict
	if i == nil {
		return verdict
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, a := range i.rules {
		if !a.matches(service, route) || !a.hits() {
			continue
		}
		verdict.Delay += a.delay()
		if a.Effect == Delay || verdict.Effect != "" {
			continue
		}
		verdict.Effect, verdict.RetryAfter = a.Effect, a.RetryAfter
		verdict.Status, verdict.Keep = orDefault(a.Rule.Status, 503), orDefault(a.Keep, 0.5)
	}
	return verdict
}

func (a *active) hits() bool {
	a.Seen++
	if a.Seen <= a.Skip || a.Next > 0 && a.Hit >= a.Next {
		return false
	}
	if a.Share > 0 && a.random.Float64() >= a.Share {
		return false
	}
	a.Hit++
	return true
}

func (a *active) delay() time.Duration {
	delay := a.DelayMS
	if a.JitterMS > 0 {
		delay += a.random.IntN(a.JitterMS + 1)
	}
	return time.Duration(delay) * time.Millisecond
}

func orDefault[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

func isPreflight(route string) bool { return strings.HasPrefix(route, "OPTIONS ") }

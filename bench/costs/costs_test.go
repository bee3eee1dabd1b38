package main

import (
	"math"
	"strings"
	"testing"
)

// oneEach is an encounter that takes one of everything.
func oneEach() (Assumptions, Counts) {
	a := Assumptions{
		GPs:                       []int{100},
		EncountersPerDay:          10,
		PhotosPerEncounter:        2,
		WorkingDaysPerMonth:       20,
		BusiestHourShare:          0.36,
		WidgetMinutesPerEncounter: 30,
		ListsOnFocusPerEncounter:  1,
		ObjectHours:               7.3,
		SessionKilobytes:          20,
		CPUMsPerRequest:           3,
	}
	c := Counts{Encounters: 5, PhotosPerEncounter: 2}
	c.Cost.EdgeRequests, c.Cost.RedisCommands = 45, 35
	c.Cost.S3Puts, c.Cost.S3Gets, c.Cost.S3Heads = 10, 10, 10
	c.Cost.AblyPublished, c.Cost.AblyDelivered, c.Cost.S3BytesDown = 10, 10, 5e9
	return a, c
}

func TestUsage(t *testing.T) {
	a, c := oneEach()
	usage := usageOf(100, a, c)
	for meter, want := range map[string]float64{
		edgeRequestsDay: 10_000, edgeRequestsMonth: 200_000, edgeProcessor: 600_000,
		redisMonth: 160_000, redisSecond: 0.8, redisMemory: 14.4,
		storagePuts: 40_000, storageReads: 80_000, storageOut: 20_000, storageKept: 200,
		messagesMonth: 80_000, messagesSecond: 0.4, channelMinutes: 600_000, connectionMinutes: 600_000,
		openChannels: 180,
	} {
		if got := usage[meter]; math.Abs(got-want) > 1e-9*want {
			t.Errorf("%s: %v, want %v", meter, got, want)
		}
	}
}

// plan makes one that costs usd for each message beyond the included, and may
// have so many open channels.
func plan(name string, base, included, usd, most float64) Plan {
	p := Plan{Plan: name, Part: "realtime", Base: base}
	p.Prices = append(p.Prices, struct {
		Meter         string
		Included, Per float64
		USD           float64
	}{messagesMonth, included, 1, usd})
	if most > 0 {
		p.Limits = append(p.Limits, struct {
			Meter string
			Most  float64
		}{openChannels, most})
	}
	return p
}

func TestCost(t *testing.T) {
	for _, test := range []struct {
		messages, want float64
	}{{0, 5}, {10, 5}, {11, 7}, {20, 25}} {
		if got := plan("", 5, 10, 2, 0).cost(Usage{messagesMonth: test.messages}); got != test.want {
			t.Errorf("%v messages cost %v, want %v", test.messages, got, test.want)
		}
	}
}

func TestCheapest(t *testing.T) {
	plans := []Plan{plan("free", 0, 0, 0, 10), plan("small", 5, 0, 1, 100), plan("large", 50, 0, 0.1, 1000)}
	perGP := Usage{messagesMonth: 1, openChannels: 1}
	for _, test := range []struct {
		gps     float64
		want    string
		nothing bool
	}{{10, "free", false}, {11, "small", false}, {49, "small", false}, {60, "large", false}, {1001, "", true}} {
		chosen, missing := cheapest(plans, test.gps, perGP)
		if got := strings.Contains(strings.Join(missing, " "), "realtime"); got != test.nothing {
			t.Errorf("%v GPs: nothing carries them is %t", test.gps, got)
		}
		if !test.nothing && chosen[0].Plan != test.want {
			t.Errorf("%v GPs: %s, want %s", test.gps, chosen[0].Plan, test.want)
		}
	}
}

func TestFirstLimit(t *testing.T) {
	p := plan("", 0, 0, 0, 100)
	p.Limits = append(p.Limits, struct {
		Meter string
		Most  float64
	}{messagesMonth, 60})
	if meter, gps := p.firstLimit(Usage{messagesMonth: 2, openChannels: 3}); meter != messagesMonth || gps != 30 {
		t.Errorf("%s at %v", meter, gps)
	}
	p.Unfit = "a toy"
	if meter, gps := p.firstLimit(Usage{}); meter != p.Unfit || gps != 0 || p.carries(1, Usage{}) {
		t.Errorf("an unfit plan meets %s at %v", meter, gps)
	}
	if _, gps := plan("", 0, 0, 0, 0).firstLimit(Usage{}); !math.IsInf(gps, 1) {
		t.Errorf("a plan without limits ends at %v", gps)
	}
}

// TestData checks that the files have the meters, and that every price has a source.
func TestData(t *testing.T) {
	a, plans, err := data()
	if err != nil {
		t.Fatal(err)
	}
	_, c := oneEach()
	c.PhotosPerEncounter = a.PhotosPerEncounter
	if err := check(a, c, plans); err != nil {
		t.Error(err)
	}
	served := map[string]bool{}
	for _, p := range plans {
		served[p.Part] = true
		if !strings.HasPrefix(p.Source, "https://") || p.Date == "" {
			t.Errorf("%s has no source", p.name())
		}
	}
	for _, part := range parts {
		if !served[part] {
			t.Errorf("no plan serves %s", part)
		}
	}
}

func TestCheck(t *testing.T) {
	a, c := oneEach()
	other := c
	other.PhotosPerEncounter = 3
	unknown := plan("", 0, 0, 0, 1)
	unknown.Limits[0].Meter = "wishes"
	for name, test := range map[string]struct {
		counts Counts
		plans  []Plan
		ok     bool
	}{
		"all is well":          {c, []Plan{plan("", 0, 0, 0, 1)}, true},
		"nothing was counted":  {Counts{PhotosPerEncounter: 2}, nil, false},
		"others were counted":  {other, nil, false},
		"a meter of no meters": {c, []Plan{unknown}, false},
	} {
		if err := check(a, test.counts, test.plans); (err == nil) != test.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[float64]string{
		0: "0", 0.126: "0.13", 3: "3", 3.14: "3.1", 12.3: "12", 1234: "1 234", 33_600_000: "33 600 000",
	} {
		if got := number(n); got != want {
			t.Errorf("%v is %q, want %q", n, got, want)
		}
	}
}

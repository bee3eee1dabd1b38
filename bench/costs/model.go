package main

import (
	"fmt"
	"math"

	"github.com/clinicpro/photobridge/shared"
)

// Assumptions say what a GP does; assumptions.json holds them.
type Assumptions struct {
	GPs                       []int
	EncountersPerDay          float64 // with photos, of one GP
	PhotosPerEncounter        int
	WorkingDaysPerMonth       float64
	BusiestHourShare          float64 // of a day's encounters
	WidgetMinutesPerEncounter float64 // that a desktop listens
	ListsOnFocusPerEncounter  float64 // lists that no event asked for
	ObjectHours               float64 // that a photo lies in the bucket
	SessionKilobytes          float64 // of an open session in Redis
	CPUMsPerRequest           float64 // of the edge; `make bench-edge` measures it
}

// Counts are the parts of bench/load's report that cost something.
type Counts struct {
	Encounters         int
	PhotosPerEncounter int
	Cost               struct {
		EdgeRequests, RedisCommands  float64
		S3Puts, S3Gets, S3Heads      float64
		AblyPublished, AblyDelivered float64
		S3BytesDown                  float64
	}
}

// Meters that prices and limits are by.
const (
	edgeRequestsMonth = "edge requests a month"
	edgeRequestsDay   = "edge requests a day"
	edgeProcessor     = "edge processor ms a month"
	redisMonth        = "Redis commands a month"
	redisSecond       = "Redis commands a second"
	redisMemory       = "Redis memory in MB"
	storagePuts       = "storage PUT a month"
	storageReads      = "storage GET and HEAD a month"
	storageOut        = "storage GB out a month"
	storageKept       = "storage GB-months"
	messagesMonth     = "messages a month"
	messagesSecond    = "messages a second"
	channelMinutes    = "channel minutes a month"
	connectionMinutes = "connection minutes a month"
	openChannels      = "open channels and connections"
)

const hoursPerMonth = 730.0

// Usage is how much of each meter a number of GPs takes.
type Usage map[string]float64

// usageOf is linear in gps, because practices share nothing.
func usageOf(gps float64, a Assumptions, c Counts) Usage {
	day := gps * a.EncountersPerDay
	month := day * a.WorkingDaysPerMonth
	busiest := day * a.BusiestHourShare // encounters an hour
	each := func(total float64) float64 { return total / float64(c.Encounters) }

	requests := each(c.Cost.EdgeRequests) + a.ListsOnFocusPerEncounter
	commands := each(c.Cost.RedisCommands) + a.ListsOnFocusPerEncounter // a list is one command
	messages := each(c.Cost.AblyPublished + c.Cost.AblyDelivered)
	gigabytes := each(c.Cost.S3BytesDown) / 1e9
	return Usage{
		edgeRequestsMonth: month * requests,
		edgeRequestsDay:   day * requests,
		edgeProcessor:     month * requests * a.CPUMsPerRequest,
		redisMonth:        month * commands,
		redisSecond:       busiest * commands / 3600,
		redisMemory:       busiest * shared.SessionTTL.Hours() * a.SessionKilobytes / 1000,
		storagePuts:       month * each(c.Cost.S3Puts),
		storageReads:      month * each(c.Cost.S3Gets+c.Cost.S3Heads),
		storageOut:        month * gigabytes,
		storageKept:       month * gigabytes * a.ObjectHours / hoursPerMonth,
		messagesMonth:     month * messages,
		messagesSecond:    busiest * messages / 3600,
		channelMinutes:    month * a.WidgetMinutesPerEncounter,
		connectionMinutes: month * a.WidgetMinutesPerEncounter,
		openChannels:      busiest * a.WidgetMinutesPerEncounter / 60,
	}
}

// Plan is one vendor's offer; prices.json holds them.
type Plan struct {
	Vendor, Plan string
	Part         string  // which of the product's four needs it serves
	Base         float64 // USD a month
	Prices       []struct {
		Meter         string
		Included, Per float64
		USD           float64 // for each Per beyond Included
	}
	Limits []struct {
		Meter string
		Most  float64
	}
	Source, Date, Note string
	Unfit              string // why it is not for production at any number
	Confirmed          bool   // by a copy of the vendor's own page
}

// cost is USD a month.
func (p Plan) cost(u Usage) float64 {
	total := p.Base
	for _, price := range p.Prices {
		total += max(0, u[price.Meter]-price.Included) / price.Per * price.USD
	}
	return total
}

// firstLimit is the limit that a growing number of GPs meets first, and that
// number; +Inf if there is none, 0 for a plan that is unfit.
func (p Plan) firstLimit(perGP Usage) (meter string, gps float64) {
	if p.Unfit != "" {
		return p.Unfit, 0
	}
	gps = math.Inf(1)
	for _, limit := range p.Limits {
		if at := limit.Most / perGP[limit.Meter]; at < gps {
			meter, gps = limit.Meter, at
		}
	}
	return meter, gps
}

// carries reports whether the plan serves that many GPs.
func (p Plan) carries(gps float64, perGP Usage) bool {
	_, most := p.firstLimit(perGP)
	return gps <= most
}

// cheapest picks, for each part, the plan of the least cost among those that
// carry the GPs; missing are the parts that none carries.
func cheapest(plans []Plan, gps float64, perGP Usage) (chosen []Plan, missing []string) {
	usage := times(perGP, gps)
	for _, part := range parts {
		best := -1
		for i, p := range plans {
			if p.Part == part && p.carries(gps, perGP) && (best < 0 || p.cost(usage) < plans[best].cost(usage)) {
				best = i
			}
		}
		if best < 0 {
			missing = append(missing, part)
			continue
		}
		chosen = append(chosen, plans[best])
	}
	return chosen, missing
}

var parts = []string{"edge", "redis", "storage", "realtime"}

// check fails if a plan names a meter that does not exist, or counts that the
// assumptions do not describe.
func check(a Assumptions, c Counts, plans []Plan) error {
	if c.Encounters == 0 {
		return fmt.Errorf("the counts are of no encounter")
	}
	if c.PhotosPerEncounter != a.PhotosPerEncounter {
		return fmt.Errorf(
			"the counts are of encounters of %d photos, the assumptions of %d: measure with bench/load -photos %d",
			c.PhotosPerEncounter,
			a.PhotosPerEncounter,
			a.PhotosPerEncounter,
		)
	}
	meters := usageOf(1, a, c)
	for _, p := range plans {
		for _, price := range p.Prices {
			if _, ok := meters[price.Meter]; !ok || price.Per <= 0 {
				return fmt.Errorf("%s %s has a price by %q per %v", p.Vendor, p.Plan, price.Meter, price.Per)
			}
		}
		for _, limit := range p.Limits {
			if _, ok := meters[limit.Meter]; !ok {
				return fmt.Errorf("%s %s has a limit of %q", p.Vendor, p.Plan, limit.Meter)
			}
		}
	}
	return nil
}

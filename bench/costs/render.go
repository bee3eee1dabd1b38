package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// render is the page.
func render(a Assumptions, c Counts, plans []Plan) string {
	var b strings.Builder
	perGP := usageOf(1, a, c)
	b.WriteString(
		"# What it costs to run\n\nWritten by `make costs`, which measures encounters on the local cloud and reads\n" +
			"[assumptions.json](../bench/costs/assumptions.json) and " +
			"[prices.json](../bench/costs/prices.json). US dollars a month, before tax. ⚠ marks a price that " +
			"no copy of the vendor's own page confirmed.\n\n",
	)
	total(&b, a, perGP, plans)
	encounter(&b, a, c)
	usage(&b, a, perGP)
	offers(&b, a, perGP, plans)
	assumed(&b, a)
	sources(&b, plans)
	return b.String()
}

func total(b *strings.Builder, a Assumptions, perGP Usage, plans []Plan) {
	b.WriteString("## In short\n\n")
	row(b, "GPs", "photos a month", "the cheapest plans that carry them", "a month", "a GP", "1 000 photos")
	rule(b, "rr-rrr")
	for _, gps := range a.GPs {
		n := float64(gps)
		photos := n * a.EncountersPerDay * a.WorkingDaysPerMonth * float64(a.PhotosPerEncounter)
		chosen, missing := cheapest(plans, n, perGP)
		sum, names := 0.0, []string{}
		for _, p := range chosen {
			sum += p.cost(times(perGP, n))
			names = append(names, p.name())
		}
		more := ""
		if len(missing) > 0 {
			names = append(names, "no public plan for "+strings.Join(missing, ", "))
			more = " and more"
		}
		row(
			b,
			number(n),
			number(photos),
			strings.Join(names, "; "),
			dollars(sum)+more,
			dollars(sum/n)+more,
			dollars(sum/photos*1000)+more,
		)
	}
}

func encounter(b *strings.Builder, a Assumptions, c Counts) {
	each := func(total float64) string { return strconv.FormatFloat(total/float64(c.Encounters), 'f', 2, 64) }
	photo := func(total float64) string {
		return strconv.FormatFloat(total/float64(c.Encounters*c.PhotosPerEncounter), 'f', 2, 64)
	}
	fmt.Fprintf(
		b,
		"\n## One encounter of %d photos\n\nCounted over %d encounters, from opening the session to ending it: "+
			"the phone's own upload queue, the worker, a desktop that follows every event.\n\n",
		a.PhotosPerEncounter,
		c.Encounters,
	)
	row(b, "", "an encounter", "a photo")
	rule(b, "-rr")
	for _, line := range []struct {
		name  string
		total float64
	}{
		{"edge requests", c.Cost.EdgeRequests}, {"Redis commands", c.Cost.RedisCommands},
		{"storage PUT", c.Cost.S3Puts}, {"storage GET", c.Cost.S3Gets}, {"storage HEAD", c.Cost.S3Heads},
		{"realtime messages, published and delivered", c.Cost.AblyPublished + c.Cost.AblyDelivered},
		{"MB to the desktop", c.Cost.S3BytesDown / 1e6},
	} {
		row(b, line.name, each(line.total), photo(line.total))
	}
}

func usage(b *strings.Builder, a Assumptions, perGP Usage) {
	b.WriteString("\n## What they take\n\n")
	header := []string{"GPs"}
	for _, gps := range a.GPs {
		header = append(header, number(float64(gps)))
	}
	row(b, header...)
	rule(b, "-"+strings.Repeat("r", len(a.GPs)))
	for _, meter := range []string{
		edgeRequestsDay, edgeRequestsMonth, edgeProcessor, redisMonth, redisSecond, storagePuts, storageReads,
		storageOut,
		storageKept, messagesMonth, messagesSecond, channelMinutes, openChannels,
	} {
		cells := []string{meter}
		for _, gps := range a.GPs {
			cells = append(cells, number(perGP[meter]*float64(gps)))
		}
		row(b, cells...)
	}
	b.WriteString("\nBy the second and open at once: in the busiest hour.\n")
}

func offers(b *strings.Builder, a Assumptions, perGP Usage, plans []Plan) {
	b.WriteString("\n## Plans, and the limit of each that comes first\n\n")
	header := []string{"plan"}
	for _, gps := range a.GPs {
		header = append(header, number(float64(gps))+" GPs")
	}
	row(b, append(header, "first limit", "met at")...)
	rule(b, "-"+strings.Repeat("r", len(a.GPs))+"-r")
	for _, p := range plans {
		meter, most := p.firstLimit(perGP)
		cells := []string{p.name()}
		for _, gps := range a.GPs {
			cell := "beyond its limit"
			if p.carries(float64(gps), perGP) {
				cell = dollars(p.cost(times(perGP, float64(gps))))
			}
			cells = append(cells, cell)
		}
		if math.IsInf(most, 1) {
			row(b, append(cells, "none that this meets", "")...)
			continue
		}
		at := "any number"
		if most > 0 {
			at = number(math.Floor(most)) + " GPs"
		}
		row(b, append(cells, meter, at)...)
	}
}

func assumed(b *strings.Builder, a Assumptions) {
	fmt.Fprintf(
		b,
		"\n## Assumed\n\nA GP has %v encounters with photos a day, of %d photos each, on %v days a month; "+
			"%v %% of a day's fall into its busiest hour. "+
			"A desktop listens for %v minutes an encounter and asks for the list %v times when it comes into "+
			"focus. A photo lies in the bucket for %v hours. "+
			"An open session takes %v kB of Redis. A request takes %v ms of processor at the edge, once an "+
			"instance is warm. Preflights are not counted. Browsers cache most of them, but each photo's PUT needs "+
			"its own.\n",
		a.EncountersPerDay,
		a.PhotosPerEncounter,
		a.WorkingDaysPerMonth,
		a.BusiestHourShare*100,
		a.WidgetMinutesPerEncounter,
		a.ListsOnFocusPerEncounter,
		a.ObjectHours,
		a.SessionKilobytes,
		a.CPUMsPerRequest,
	)
}

func sources(b *strings.Builder, plans []Plan) {
	b.WriteString("\n## Where the prices come from\n\n")
	row(b, "plan", "source", "as of", "")
	rule(b, "----")
	for _, p := range plans {
		row(b, p.name(), p.Source, p.Date, p.Note)
	}
}

// name marks what was not confirmed.
func (p Plan) name() string {
	name := p.Vendor + " " + p.Plan
	if !p.Confirmed {
		name += " ⚠"
	}
	return name
}

func times(perGP Usage, gps float64) Usage {
	usage := Usage{}
	for meter, amount := range perGP {
		usage[meter] = amount * gps
	}
	return usage
}

func row(b *strings.Builder, cells ...string) {
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

// rule aligns columns: r to the right, anything else to the left.
func rule(b *strings.Builder, columns string) {
	for _, column := range columns {
		if column == 'r' {
			b.WriteString("|---:")
		} else {
			b.WriteString("|---")
		}
	}
	b.WriteString("|\n")
}

// dollars are whole once there are many of them, and have parts of a cent when
// there are few.
func dollars(amount float64) string {
	switch {
	case amount >= 100:
		return "$" + number(amount)
	case amount != 0 && amount < 1:
		return "$" + strconv.FormatFloat(amount, 'f', 3, 64)
	}
	return "$" + strconv.FormatFloat(amount, 'f', 2, 64)
}

// number groups thousands with a space; small ones keep a digit or two.
func number(n float64) string {
	switch {
	case n != 0 && n < 1:
		return strconv.FormatFloat(n, 'f', 2, 64)
	case n != math.Trunc(n) && n < 10:
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	digits := strconv.FormatFloat(math.Round(n), 'f', 0, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + " " + digits[i:]
	}
	return digits
}

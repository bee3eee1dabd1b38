//go:build unix

package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// shown is how many findings of a kind are printed one by one.
const shown = 10

// print writes a report for a person to read.
func print(w io.Writer, r Report, f findings) {
	photos := r.Encounters * r.Photos
	fmt.Fprintf(w, "%d encounters of %d photos, %d encounters at once, on %d cores: %.0f s, %.1f photos a second.\n\n",
		r.Encounters, r.Photos, r.AtOnce, r.Cores, r.Seconds, float64(photos)/r.Seconds)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "count\tp50 ms\tp95 ms\tp99 ms\t route")
	for _, route := range r.Routes {
		fmt.Fprintf(table, "%d\t%.1f\t%.1f\t%.1f\t %s\n", route.Count, route.P50, route.P95, route.P99, route.Route)
	}
	table.Flush()

	fmt.Fprintf(w, "\nFailures on the way, by route and code: %s\n\n", failures(r.Routes))
	each := func(n int) string { return fmt.Sprintf("%.2f", float64(n)/float64(photos)) }
	kilobytes := func(n int64) string { return fmt.Sprintf("%.1f kB", float64(n)/float64(photos)/1000) }
	c := r.Cost
	fmt.Fprintf(w, "A photo costs, with its share of the encounter:\n")
	fmt.Fprintf(
		w,
		"  edge     %s requests, %s up, %s down\n",
		each(c.EdgeRequests),
		kilobytes(c.EdgeUp),
		kilobytes(c.EdgeDown),
	)
	fmt.Fprintf(w, "  Redis    %s commands\n", each(c.RedisCommands))
	fmt.Fprintf(w, "  storage  %s PUT, %s HEAD, %s GET, %s DELETE, %s up, %s down\n",
		each(c.S3Puts), each(c.S3Heads), each(c.S3Gets), each(c.S3Deletes), kilobytes(c.S3Up), kilobytes(c.S3Down))
	fmt.Fprintf(
		w,
		"  Ably     %s messages: %s published, %s delivered\n\n",
		each(c.AblyPublished+c.AblyDelivered),
		each(c.AblyPublished),
		each(c.AblyDelivered),
	)

	for name, list := range map[string][]string{
		"lost": f.lost, "doubled": f.doubled, "stray": f.strays, "left behind": f.left,
	} {
		for _, finding := range list[:min(len(list), shown)] {
			fmt.Fprintf(w, "%s: %s\n", name, finding)
		}
	}
	fmt.Fprintf(w, "%d lost, %d doubled, %d strays, %d objects left behind, %d encounters not carried through.\n",
		len(f.lost), len(f.doubled), len(f.strays), len(f.left), r.Unfinished)
}

// failures lists them, or says that there were none.
func failures(routes []RouteReport) string {
	var list []string
	for _, route := range routes {
		for _, code := range slices.Sorted(maps.Keys(route.Failures)) {
			list = append(list, fmt.Sprintf("%s %s ×%d", route.Route, code, route.Failures[code]))
		}
	}
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

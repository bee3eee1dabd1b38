//go:build unix

// Command load puts the whole product under load: the worker on wrangler's
// runtime over the local cloud, phones that run the product's own upload queue
// and desktops that listen with Ably's own client. It says how long calls took,
// what failed on the way, what a photo costs, and fails if one was lost,
// doubled, strayed to another encounter or was left behind.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/clinicpro/photobridge/harness/stack"
	"github.com/clinicpro/photobridge/shared"
)

// Report is what a run found.
type Report struct {
	Encounters int           `json:"encounters"`
	Photos     int           `json:"photosPerEncounter"`
	AtOnce     int           `json:"atOnce"`
	Seconds    float64       `json:"seconds"`
	Cores      int           `json:"cores"`
	Routes     []RouteReport `json:"routes"`
	Cost       Cost          `json:"cost"`
	Lost       int           `json:"lost"`
	Doubled    int           `json:"doubled"`
	Strays     int           `json:"strays"`
	LeftBehind int           `json:"leftBehind"`
	Unfinished int           `json:"unfinished"`
}

// plan is how much there is to do.
type plan struct {
	encounters, photos, atOnce int
	patience                   time.Duration // for one encounter
}

func main() {
	var p plan
	flag.IntVar(&p.encounters, "encounters", 200, "how many there are")
	flag.IntVar(&p.photos, "photos", shared.MaxImages, "photos of each encounter")
	flag.IntVar(&p.atOnce, "at-once", 8, "encounters under way at the same time")
	flag.DurationVar(&p.patience, "patience", 3*time.Minute, "how long one encounter may take")
	root := flag.String("root", ".", "the repository's root")
	out := flag.String("report", "bench/out/load.json", "the `file` for the report")
	flag.Parse()
	if p.encounters < 1 || p.photos < 1 || p.photos > shared.MaxImages || p.atOnce < 1 {
		fmt.Fprintf(
			os.Stderr,
			"load: give 1 encounter or more, 1 to %d photos, and 1 or more at once\n",
			shared.MaxImages,
		)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	found, report, err := measure(ctx, *root, p)
	if err == nil {
		print(os.Stdout, report, found)
		err = write(*out, report)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
	if found.any() || report.Unfinished > 0 {
		os.Exit(1)
	}
}

// measure starts the product, runs the plan against it and stops it again.
func measure(ctx context.Context, root string, p plan) (found findings, report Report, err error) {
	running, err := stack.Start(root)
	if err != nil {
		return findings{}, Report{}, err
	}
	defer func() { err = errors.Join(err, running.Stop()) }()
	if err := resetCounters(running.Control()); err != nil {
		return findings{}, Report{}, err
	}
	s := &site{
		edge: running.Edge(), launchSecret: running.Env["LAUNCH_SECRET"],
		bucket: newBucket(running.Env), traffic: newTraffic(p.atOnce * fetchesAtOnce),
	}
	began := time.Now()
	encounters := s.runAll(ctx, p)
	report = Report{
		Encounters: p.encounters, Photos: p.photos, AtOnce: p.atOnce, Cores: runtime.NumCPU(),
		Seconds: time.Since(began).Seconds(), Routes: s.traffic.report(),
	}
	for _, e := range encounters {
		found.add(compare(e))
		if e.err != nil {
			report.Unfinished++
			fmt.Fprintln(os.Stderr, "load: an encounter was not carried through:", e.err)
		}
	}
	report.Lost, report.Doubled, report.Strays, report.LeftBehind = len(
		found.lost,
	), len(
		found.doubled,
	), len(
		found.strays,
	), len(
		found.left,
	)
	counted, err := readCounters(running.Control())
	report.Cost = costOf(report.Routes, counted)
	return found, report, err
}

// runAll carries all encounters through, so many at once.
func (s *site) runAll(ctx context.Context, p plan) []encounter {
	encounters := make([]encounter, p.encounters)
	var lanes sync.WaitGroup
	var done atomic.Int64
	next := make(chan int)
	for range p.atOnce {
		lanes.Go(func() {
			for i := range next {
				ctx, cancel := context.WithTimeout(ctx, p.patience)
				encounters[i] = s.run(ctx, "load-"+randomID(), practiceAddress(i), p.photos)
				cancel()
				fmt.Fprintf(os.Stderr, "\r%d of %d encounters", done.Add(1), p.encounters)
			}
		})
	}
	for i := range encounters {
		next <- i
	}
	close(next)
	lanes.Wait()
	fmt.Fprintln(os.Stderr)
	return encounters
}

// practiceAddress is one of a benchmark's own (RFC 2544: 198.18.0.0/15): each
// practice has another, as the edge's rate limit is by address.
func practiceAddress(i int) string {
	return netip.AddrFrom4([4]byte{198, 18 + byte(i>>16&1), byte(i >> 8), byte(i)}).String()
}

func write(path string, report Report) error {
	text, err := json.MarshalIndent(report, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

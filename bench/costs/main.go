// Command costs turns the counts of bench/load into what the product costs a
// month, at the vendors' public prices, and says which limit of each plan comes
// first. It writes one Markdown page into every file it is given.
package main

import (
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
)

var (
	//go:embed assumptions.json
	assumptionsJSON []byte
	//go:embed prices.json
	pricesJSON []byte
)

func main() {
	counts := flag.String("counts", "", "the `report` of bench/load")
	photos := flag.Bool("photos", false, "print how many photos an encounter is assumed to have, and end")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: costs -counts bench/out/load.json page.md ...")
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := run(*counts, *photos, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "costs:", err)
		os.Exit(1)
	}
}

func run(countsPath string, photos bool, pages []string) error {
	assumptions, plans, err := data()
	if err != nil {
		return err
	}
	if photos {
		fmt.Println(assumptions.PhotosPerEncounter)
		return nil
	}
	text, err := os.ReadFile(countsPath)
	if err != nil {
		return fmt.Errorf("no counts (make load writes them): %w", err)
	}
	var counts Counts
	if err := json.Unmarshal(text, &counts); err != nil {
		return fmt.Errorf("%s: %w", countsPath, err)
	}
	if err := check(assumptions, counts, plans); err != nil {
		return err
	}
	page := render(assumptions, counts, plans)
	for _, path := range pages {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			return err
		}
	}
	fmt.Print(page)
	return nil
}

func data() (a Assumptions, plans []Plan, err error) {
	if err = json.Unmarshal(assumptionsJSON, &a); err != nil {
		return a, nil, fmt.Errorf("assumptions.json: %w", err)
	}
	if err = json.Unmarshal(pricesJSON, &plans); err != nil {
		return a, nil, fmt.Errorf("prices.json: %w", err)
	}
	return a, plans, nil
}

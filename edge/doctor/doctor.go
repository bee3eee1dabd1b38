// Package doctor examines a deployment: whether what it is configured with
// works, and what to do about what does not.
package doctor

import (
	"context"
	"time"
)

// Report is what the doctor found, in the order in which it looked.
type Report struct {
	OK     bool      `json:"ok"`
	Checks []Finding `json:"checks"`
}

// Finding is one check: what it found and, if that is wrong, how to put it right.
type Finding struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Fix    string `json:"fix,omitempty"`
	TookMS int64  `json:"ms"`
}

// Check looks at one thing. It returns what it saw, or an error whose text
// holds no secret; Fix says what to do then.
type Check struct {
	Name string
	Fix  string
	Look func(ctx context.Context) (detail string, err error)
}

const patience = 5 * time.Second // for each check

// Examine makes all checks, one after the other: a later one may clean up
// after an earlier one, and two at once would hide each other's times.
func Examine(ctx context.Context, checks []Check) Report {
	report := Report{OK: true}
	for _, check := range checks {
		finding := examine(ctx, check)
		report.OK = report.OK && finding.OK
		report.Checks = append(report.Checks, finding)
	}
	return report
}

func examine(ctx context.Context, check Check) Finding {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	started := time.Now()
	detail, err := check.Look(ctx)
	finding := Finding{Name: check.Name, OK: err == nil, Detail: detail, TookMS: time.Since(started).Milliseconds()}
	if err != nil {
		finding.Detail, finding.Fix = err.Error(), check.Fix
	}
	return finding
}

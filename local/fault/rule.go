// Package fault makes the services of the local cloud fail on demand: late, lost,
// refused, cut short or expired, and each time in the same way.
package fault

import (
	"fmt"
	"path"
	"time"
)

// Service names a service that can fail.
type Service string

// The services.
const (
	Redis    Service = "redis"
	S3       Service = "s3"
	Realtime Service = "realtime"
	Practice Service = "practice"
	ALEX     Service = "alex"  // Medtech's API
	SMART    Service = "smart" // a FHIR server with SMART App Launch
)

// Effect is what happens to a call.
type Effect string

const (
	// Delay delays the call and does nothing else.
	Delay Effect = "delay"
	// DropBefore cuts the connection before the call takes effect.
	DropBefore Effect = "drop-before"
	// DropAfter carries the call out and cuts the connection without a response.
	DropAfter Effect = "drop-after"
	// Status refuses with an HTTP status, in the service's own error shape,
	// before the call takes effect.
	Status Effect = "status"
	// Cut carries the call out, sends the headers and the first part of the
	// response's body, and cuts the connection.
	Cut Effect = "cut"
	// CutUpload reads the first part of the request's body and cuts the
	// connection before the call takes effect.
	CutUpload Effect = "cut-upload"
	// Expire treats what the call relies on as expired: the keys a Redis
	// command names, the signature of an S3 request, a realtime token.
	Expire Effect = "expire"
)

// cuts reports whether the connection ends in a cut.
func (e Effect) cuts() bool {
	return e == DropBefore || e == DropAfter || e == Cut || e == CutUpload
}

// Rule selects calls and the effect on them. Without a route it applies to all
// routes except CORS preflights. Without Next and Share it applies to every call.
type Rule struct {
	Service Service `json:"service"`
	// Route is a pattern as in path.Match, where * matches anything but a
	// slash, over the route's name: "PUT object", "POST /pipeline", "in ATTACH".
	Route  string  `json:"route,omitempty"`
	Effect Effect  `json:"effect"`
	Skip   int     `json:"skip,omitempty"`  // let this many matching calls pass first
	Next   int     `json:"next,omitempty"`  // then hit this many; 0 means without end
	Share  float64 `json:"share,omitempty"` // hit this share of them, 0 < share ≤ 1; 0 means all

	DelayMS    int     `json:"delayMs,omitempty"`    // before the effect
	JitterMS   int     `json:"jitterMs,omitempty"`   // up to this much more
	Status     int     `json:"status,omitempty"`     // of effect status; 503 if 0
	RetryAfter int     `json:"retryAfter,omitempty"` // seconds, a header of effect status; 0 means none
	Keep       float64 `json:"keep,omitempty"`       // the part of the body that passes in a cut; half if 0
}

// check returns an error for the person who wrote the rule.
func (r Rule) check() error {
	switch r.Service {
	case Redis, S3, Realtime, Practice, ALEX, SMART:
	default:
		return fmt.Errorf("service is %q: use redis, s3, realtime, practice, alex or smart", r.Service)
	}
	switch r.Effect {
	case Delay, DropBefore, DropAfter, Status, Cut, CutUpload, Expire:
	default:
		return fmt.Errorf(
			"effect is %q: use delay, drop-before, drop-after, status, cut, cut-upload or expire",
			r.Effect,
		)
	}
	if _, err := path.Match(r.Route, ""); err != nil {
		return fmt.Errorf("route is %q: use a pattern such as \"PUT *\"", r.Route)
	}
	switch {
	case r.Skip < 0 || r.Next < 0 || r.DelayMS < 0 || r.JitterMS < 0 || r.RetryAfter < 0:
		return fmt.Errorf("skip, next, delayMs, jitterMs and retryAfter cannot be negative")
	case r.Share < 0 || r.Share > 1:
		return fmt.Errorf("share is %g: use a number above 0 and up to 1", r.Share)
	case r.Keep < 0 || r.Keep >= 1:
		return fmt.Errorf("keep is %g: use a number from 0 to below 1", r.Keep)
	case r.Effect == Delay && r.DelayMS == 0 && r.JitterMS == 0:
		return fmt.Errorf("effect delay needs delayMs or jitterMs")
	case r.Status != 0 && (r.Status < 400 || r.Status > 599):
		return fmt.Errorf("status is %d: use 400 to 599", r.Status)
	case r.DelayMS > 600_000 || r.JitterMS > 600_000:
		return fmt.Errorf("a delay can be ten minutes at most")
	}
	return nil
}

func (r Rule) matches(service Service, route string) bool {
	if r.Service != service {
		return false
	}
	if r.Route == "" {
		return !isPreflight(route)
	}
	matched, _ := path.Match(r.Route, route)
	return matched
}

// Verdict is what happens to one call. The zero Verdict lets it pass.
type Verdict struct {
	Delay      time.Duration
	Effect     Effect // empty: none beside the delay
	Status     int
	RetryAfter int
	Keep       float64
}

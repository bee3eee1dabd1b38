// Package clock provides the time of a service of the local cloud. A test or a
// demonstration may set it wrong.
package clock

import (
	"sync/atomic"
	"time"
)

// Clock is the system's clock plus a skew. The zero Clock has none.
type Clock struct{ skew atomic.Int64 }

// Now returns this clock's time in UTC.
func (c *Clock) Now() time.Time { return time.Now().UTC().Add(c.Skew()) }

// Skew returns how far this clock is ahead of the system's clock.
func (c *Clock) Skew() time.Duration { return time.Duration(c.skew.Load()) }

// SetSkew sets the clock ahead; a negative skew sets it back.
func (c *Clock) SetSkew(skew time.Duration) { c.skew.Store(int64(skew)) }

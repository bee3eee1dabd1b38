// Package clock provides the time that a service of the local cloud goes by,
// which a test or a demonstration may set wrong.
package clock

import (
	"sync/atomic"
	"time"
)

// Clock is the system's clock plus a skew. The zero Clock is right.
type Clock struct{ skew atomic.Int64 }

// Now is the time as this clock has it, in UTC.
func (c *Clock) Now() time.Time { return time.Now().UTC().Add(c.Skew()) }

// Skew says how far ahead of the system's clock this one is.
func (c *Clock) Skew() time.Duration { return time.Duration(c.skew.Load()) }

// SetSkew sets the clock ahead; a negative skew sets it back.
func (c *Clock) SetSkew(skew time.Duration) { c.skew.Store(int64(skew)) }

package bridge

import "time"

// Clock is the phone's clock.
type Clock struct{}

// Now implements upload.Clock.
func (Clock) Now() time.Time { return time.Now().Round(0) } // without the monotonic part

// After implements upload.Clock.
func (Clock) After(d time.Duration) <-chan time.Time { return time.After(d) }

package shared

import (
	"strconv"
	"time"
)

// maxRetryAfter bounds what is read of a header, so that no number overflows.
const maxRetryAfter = 24 * time.Hour

// ParseRetryAfter reads a Retry-After header in either form (RFC 9110,
// 10.2.3). A date counts from now, which should be the server's clock. It
// returns zero for a header that is missing, malformed or in the past.
func ParseRetryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return max(0, time.Duration(min(seconds, int(maxRetryAfter/time.Second)))*time.Second)
	}
	if at := ParseHTTPTime(header); !at.IsZero() && !now.IsZero() {
		return max(0, at.Sub(now))
	}
	return 0
}

// ParseHTTPTime reads an HTTP date (RFC 9110, 5.6.7). It returns the zero time
// for anything else.
func ParseHTTPTime(header string) time.Time {
	t, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", header)
	if err != nil {
		return time.Time{}
	}
	return t
}

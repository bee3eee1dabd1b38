// Package environment reads the edge's variables, for the edge and for the
// tools beside it. No message holds a variable's value.
package environment

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

const (
	minSecret = 32 // bytes: the length of an HS256 key (RFC 7518, section 3.2)
	minToken  = 24 // characters
)

// Error names every variable that is missing or malformed.
type Error []string

// Error lists everything that is wrong.
func (e Error) Error() string { return "configuration: " + strings.Join(e, "; ") }

// Reader reads variables and collects what is wrong instead of stopping at the
// first.
type Reader struct {
	Getenv func(name string) string

	// Development lets endpoints on the local network speak plain http. On this
	// machine they always may.
	Development bool

	wrong Error
}

// Complain adds to what is wrong.
func (r *Reader) Complain(format string, args ...any) {
	r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
}

// Err is an Error, or nil if nothing is wrong.
func (r *Reader) Err() error {
	if len(r.wrong) == 0 {
		return nil
	}
	return r.wrong
}

// Required returns the variable of that name, which must be set.
func (r *Reader) Required(name string) string {
	value := r.Getenv(name)
	if value == "" {
		r.Complain("%s is not set", name)
	}
	return value
}

// URL returns a required http(s) URL.
func (r *Reader) URL(name string) string {
	value := r.Required(name)
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		r.Complain("%s is not an http(s) URL", name)
	case u.Scheme == "http" && !r.mayBePlain(u.Hostname()):
		r.Complain("%s must begin with https:", name)
	}
	return value
}

// OptionalURL returns an http(s) URL, or nothing.
func (r *Reader) OptionalURL(name string) string {
	if r.Getenv(name) == "" {
		return ""
	}
	return r.URL(name)
}

// mayBePlain reports whether a request to a host stays on this machine or, in
// development, on the local network.
func (r *Reader) mayBePlain(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return r.Development && strings.HasSuffix(host, ".local")
	}
	return address.IsLoopback() || r.Development && (address.IsPrivate() || address.IsLinkLocalUnicast())
}

// Secret returns a required secret for HS256.
func (r *Reader) Secret(name string) []byte {
	value := r.Required(name)
	if value != "" && len(value) < minSecret {
		r.Complain("%s is shorter than %d characters", name, minSecret)
	}
	return []byte(value)
}

// OptionalToken returns a token that cannot be guessed, or nothing.
func (r *Reader) OptionalToken(name string) string {
	value := r.Getenv(name)
	if value != "" && len(value) < minToken {
		r.Complain("%s is shorter than %d characters", name, minToken)
	}
	return value
}

// Distinct complains of variables with the same value.
func (r *Reader) Distinct(names ...string) {
	for i, name := range names {
		for _, other := range names[:i] {
			if value := r.Getenv(name); value != "" && value == r.Getenv(other) {
				r.Complain("%s and %s are the same; each needs a different value", other, name)
			}
		}
	}
}

// Number returns a number from least to most, or fallback if it is not set.
func (r *Reader) Number(name string, fallback, least, most int) int {
	value := r.Getenv(name)
	if value == "" {
		return fallback
	}
	number, err := strconv.Atoi(value)
	if err != nil || number < least || number > most {
		r.Complain("%s must be a number from %d to %d", name, least, most)
	}
	return number
}

// Origins returns the origins in a list with commas between. One that is not an
// origin, as a browser sends it, is left out.
func (r *Reader) Origins(name string) []string {
	var origins []string
	place := 0
	for value := range strings.SplitSeq(r.Getenv(name), ",") {
		if value = strings.TrimSpace(value); value == "" {
			continue
		}
		place++
		u, err := url.Parse(value)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || value != Origin(value) {
			r.Complain("number %d in %s is not an origin such as https://practice.example", place, name)
			continue
		}
		origins = append(origins, value)
	}
	return origins
}

// Origin returns the part of a URL that a browser sends as Origin.
func Origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// IsPlain reports whether a URL speaks http without TLS.
func IsPlain(address string) bool { return strings.HasPrefix(address, "http:") }

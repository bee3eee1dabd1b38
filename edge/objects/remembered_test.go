//go:build !js

package objects

import (
	"fmt"
	"testing"
	"time"
)

// TestPresignGetAgain signs in any order what a bucket without a memory signs.
func TestPresignGetAgain(t *testing.T) {
	remembers := exampleBucket(nil)
	later := exampleTime.Add(10 * time.Minute)
	for i, read := range []struct {
		key     string
		now     time.Time
		expires time.Duration
	}{
		{"a.jpg", exampleTime, time.Hour},
		{"a.jpg", exampleTime, time.Hour},
		{"b.jpg", exampleTime, time.Hour},
		{"a.jpg", later, time.Hour},
		{"a.jpg", later, time.Minute},
		{"b.jpg", later, time.Minute},
		{"a.jpg", exampleTime, time.Hour},
	} {
		got, err := remembers.PresignGet(t.Context(), read.key, read.now, read.expires)
		if err != nil {
			t.Fatal(err)
		}
		want, err := exampleBucket(nil).PresignGet(t.Context(), read.key, read.now, read.expires)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%d: signed\n%s, not\n%s", i, got, want)
		}
	}
}

func TestRemembered(t *testing.T) {
	var r remembered
	hour := period{exampleTime, time.Hour}
	signed := 0
	get := func(key string, fails error) error {
		url, err := r.get(key, hour, func() (string, error) { signed++; return "of " + key, fails })
		if err == nil && url != "of "+key {
			t.Errorf("%s has the URL %q", key, url)
		}
		return err
	}
	if get("a", fmt.Errorf("no key")) == nil || get("a", nil) != nil || get("a", nil) != nil || signed != 2 {
		t.Errorf("signed %d times: once in vain, then once", signed)
	}
	for i := range 2 * maxRemembered {
		get(fmt.Sprint(i), nil)
	}
	if signed != 2+2*maxRemembered || len(r.byKey) > maxRemembered {
		t.Errorf("signed %d times, and remembers %d", signed, len(r.byKey))
	}
}

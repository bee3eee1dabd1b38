// Package environment reads the edge's own variables for the tools beside it.
package environment

import (
	"fmt"
	"strings"
)

// Reader collects what is missing instead of stopping at the first.
type Reader struct {
	Getenv  func(string) string
	missing []string
}

// Required is the variable of that name; Err tells if there is none.
func (r *Reader) Required(name string) string {
	value := r.Getenv(name)
	if value == "" {
		r.missing = append(r.missing, name)
	}
	return value
}

// Err names every required variable that is not set, or is nil.
func (r *Reader) Err() error {
	if len(r.missing) == 0 {
		return nil
	}
	return fmt.Errorf("set %s, as for the edge", strings.Join(r.missing, ", "))
}

package shared

import (
	"fmt"
	"runtime"
)

// Panicked describes a panic by a runtime error's text, or else by the type of the
// value, because the value itself may contain data of the caller.
func Panicked(cause any) string {
	if e, ok := cause.(runtime.Error); ok {
		return e.Error()
	}
	return fmt.Sprintf("%T", cause)
}

package shared

import (
	"errors"

	"github.com/clinicpro/photobridge/shared/wire"
)

// Unmarshal reads a message. It fails with bad_request, and names the first
// field of a wrong type.
func Unmarshal[T any, P interface {
	*T
	wire.Message
}](data []byte) (T, error) {
	var m T
	err := wire.Unmarshal(data, P(&m))
	if err == nil {
		return m, nil
	}
	e := &Error{Code: CodeBadRequest, Err: err}
	if wrong, ok := errors.AsType[*wire.FieldError](err); ok {
		e.Field = wrong.Field
	}
	return m, e
}

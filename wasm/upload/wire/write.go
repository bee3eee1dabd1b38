package wire

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// fields appends the fields of a JSON object (RFC 8259) in the order of the
// calls.
type fields struct{ b []byte }

func newObject() *fields { return &fields{[]byte{'{'}} }

func (f *fields) field(name string) {
	if len(f.b) > 1 {
		f.b = append(f.b, ',')
	}
	f.b = append(appendString(f.b, name), ':')
}

func (f *fields) str(name, text string) *fields {
	f.field(name)
	f.b = appendString(f.b, text)
	return f
}

func (f *fields) strIf(name, text string) *fields {
	if text == "" {
		return f
	}
	return f.str(name, text)
}

func (f *fields) int(name string, n int64) *fields {
	f.field(name)
	f.b = strconv.AppendInt(f.b, n, 10)
	return f
}

func (f *fields) bool(name string, b bool) *fields {
	f.field(name)
	f.b = strconv.AppendBool(f.b, b)
	return f
}

func (f *fields) timeIf(name string, t *time.Time) *fields {
	if t == nil {
		return f
	}
	return f.str(name, t.Format(time.RFC3339Nano))
}

// set appends a value that is JSON already.
func (f *fields) set(name string, json []byte) *fields {
	f.field(name)
	f.b = append(f.b, json...)
	return f
}

func (f *fields) json() []byte { return append(f.b, '}') }

func array[T any](items []T, one func(T) []byte) []byte {
	b := []byte{'['}
	for i, item := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, one(item)...)
	}
	return append(b, ']')
}

const hex = "0123456789abcdef"

// appendString appends a JSON string. Broken UTF-8 becomes U+FFFD, as in
// encoding/json.
func appendString(b []byte, text string) []byte {
	b = append(b, '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// Package wire writes and reads the JSON (RFC 8259) of messages without
// reflection. A message's generated method names its fields once, for both
// directions, and a function of this package visits each of them. encoding/json
// would do the same, but with fmt it weighs as much as the rest of the phone
// engine's own code. The tests compare the two.
package wire

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// Message is a struct that shows its fields, in the order of its JSON.
type Message interface{ Fields(f *Fields) }

// Marshal returns the JSON of a message. A nil slice is an empty array.
func Marshal(m Message) []byte {
	f := Fields{out: make([]byte, 0, 512)}
	f.object(m)
	return f.out
}

// ErrSyntax is returned for bytes that are not one JSON object.
var ErrSyntax = errors.New("not a JSON object")

// FieldError is returned for a field of the wrong type. Field is its path,
// such as metadata.notes.
type FieldError struct{ Field string }

func (e *FieldError) Error() string { return "field " + e.Field + " is of the wrong type" }

// Unmarshal reads the JSON of a message. A missing field and null leave the
// zero value, an unknown field is ignored, and of a name given twice the last
// one counts. Each byte that is not UTF-8 becomes U+FFFD. It fails with
// ErrSyntax, or with a FieldError for the first field of a wrong type.
func Unmarshal(data []byte, m Message) error {
	in, ok := members(strings.Trim(string(data), spaces))
	if !ok {
		return ErrSyntax
	}
	wrong := ""
	m.Fields(&Fields{in: in, wrong: &wrong})
	if wrong != "" {
		return &FieldError{wrong}
	}
	return nil
}

// Fields writes or reads the fields of one object.
type Fields struct {
	out   []byte    // what is written
	in    []member  // what is read
	wrong *string   // path of the first field of a wrong type; nil when writing
	path  string    // of the object, with a dot at its end
	names *[]string // if set, nothing is written or read but the names of the fields
}

// Names returns the names of a message's fields.
func Names(m Message) []string {
	var names []string
	m.Fields(&Fields{names: &names})
	return names
}

// member is a field of an object that is read. Its value is still JSON.
type member struct{ name, value string }

// read returns the JSON of a field that is present and begins as its type
// does. A field of another type is noted.
func (f *Fields) read(name, begins string) (value string, ok bool) {
	value = f.find(name)
	ok = value != "" && strings.IndexByte(begins, value[0]) >= 0
	if !ok && value != "" && value != "null" {
		f.note(name)
	}
	return value, ok
}

// find returns the JSON of a field, "" if there is none.
func (f *Fields) find(name string) string {
	for i := len(f.in) - 1; i >= 0; i-- {
		if f.in[i].name == name {
			return f.in[i].value
		}
	}
	return ""
}

func (f *Fields) note(name string) {
	if *f.wrong == "" {
		*f.wrong = f.path + name
	}
}

// writes reports whether a field is to be written, and then writes its name,
// which needs no escaping because it comes from a Go tag.
func (f *Fields) writes(name string, present bool) bool {
	if f.names != nil {
		*f.names = append(*f.names, name)
		return false
	}
	if f.wrong != nil || !present {
		return false
	}
	f.separate()
	f.out = append(append(append(f.out, '"'), name...), '"', ':')
	return true
}

// separate writes a comma unless nothing precedes it.
func (f *Fields) separate() {
	if last := f.out[len(f.out)-1]; last != '{' && last != '[' {
		f.out = append(f.out, ',')
	}
}

func (f *Fields) object(m Message) {
	f.out = append(f.out, '{')
	m.Fields(f)
	f.out = append(f.out, '}')
}

func (f *Fields) inside(name, value string) *Fields {
	in, _ := members(value)
	return &Fields{in: in, wrong: f.wrong, path: f.path + name + "."}
}

// Presence reports whether a zero value is written.
type Presence bool

// The two kinds of presence.
const (
	Always    Presence = true
	OmitEmpty Presence = false
)

// Text visits a string.
func Text[T ~string](f *Fields, name string, value *T, presence Presence) {
	if f.writes(name, bool(presence) || *value != "") {
		f.out = AppendString(f.out, string(*value))
	} else if given, ok := f.read(name, `"`); ok {
		*value = T(unquote(given))
	}
}

// Int visits a whole number.
func Int[T int | int64](f *Fields, name string, value *T, presence Presence) {
	if f.writes(name, bool(presence) || *value != 0) {
		f.out = strconv.AppendInt(f.out, int64(*value), 10)
	} else if given, ok := f.read(name, "-0123456789"); ok {
		n, err := strconv.ParseInt(given, 10, 64)
		if *value = T(n); err != nil {
			f.note(name)
		}
	}
}

// Bool visits a truth value.
func Bool(f *Fields, name string, value *bool, presence Presence) {
	if f.writes(name, bool(presence) || *value) {
		f.out = strconv.AppendBool(f.out, *value)
	} else if given, ok := f.read(name, "tf"); ok {
		*value = given == "true"
	}
}

// Time visits a time, in RFC 3339. It is always present.
func Time(f *Fields, name string, value *time.Time, _ Presence) {
	if f.writes(name, true) {
		f.out = append(value.AppendFormat(append(f.out, '"'), time.RFC3339Nano), '"')
	} else if given, ok := f.read(name, `"`); ok {
		text := unquote(given)
		t, err := time.Parse(time.RFC3339, text)
		// Parse also takes an hour of one digit and a comma before the fraction.
		if *value = t; err != nil || text[13] != ':' || strings.Contains(text, ",") {
			f.note(name)
		}
	}
}

// Object visits a message. It is always present.
func Object(f *Fields, name string, value Message, _ Presence) {
	if f.writes(name, true) {
		f.object(value)
	} else if given, ok := f.read(name, "{"); ok {
		value.Fields(f.inside(name, given))
	}
}

// OptionalInt visits a whole number that may be absent.
func OptionalInt(f *Fields, name string, value **int, _ Presence) {
	if f.present(name, *value != nil) {
		Int(f, name, made(value), Always)
	}
}

// OptionalTime visits a time that may be absent.
func OptionalTime(f *Fields, name string, value **time.Time, _ Presence) {
	if f.present(name, *value != nil) {
		Time(f, name, made(value), Always)
	}
}

// OptionalObject visits a message that may be absent.
func OptionalObject[T any, P messageOf[T]](f *Fields, name string, value **T, _ Presence) {
	if f.present(name, *value != nil) {
		Object(f, name, P(made(value)), Always)
	}
}

// messageOf is a pointer to T that is a message.
type messageOf[T any] interface {
	*T
	Message
}

// present reports whether an optional field is to be visited: it is set, or
// what is read has it.
func (f *Fields) present(name string, set bool) bool {
	if f.names != nil {
		*f.names = append(*f.names, name)
		return false
	}
	if f.wrong == nil {
		return set
	}
	given := f.find(name)
	return given != "" && given != "null"
}

// made returns the value of an optional field, and makes it if it is not set.
func made[T any](value **T) *T {
	if *value == nil {
		*value = new(T)
	}
	return *value
}

// Texts visits an array of strings.
func Texts[T ~string](f *Fields, name string, value *[]T, presence Presence) {
	f.array(name, len(*value), presence, '"',
		func(n int) { *value = make([]T, n) },
		func(i int) { f.out = AppendString(f.out, string((*value)[i])) },
		func(i int, given string) { (*value)[i] = T(unquote(given)) })
}

// Objects visits an array of messages.
func Objects[T any, P messageOf[T]](f *Fields, name string, value *[]T, presence Presence) {
	f.array(name, len(*value), presence, '{',
		func(n int) { *value = make([]T, n) },
		func(i int) { f.object(P(&(*value)[i])) },
		func(i int, given string) { P(&(*value)[i]).Fields(f.inside(name, given)) })
}

func (f *Fields) array(
	name string, n int, presence Presence, begins byte,
	grow func(n int), write func(i int), read func(i int, given string),
) {
	if f.writes(name, bool(presence) || n > 0) {
		f.out = append(f.out, '[')
		for i := range n {
			f.separate()
			write(i)
		}
		f.out = append(f.out, ']')
	} else if given, ok := f.read(name, "["); ok {
		items := elements(given)
		grow(len(items))
		for i, item := range items {
			if item[0] == begins {
				read(i, item)
			} else if item != "null" {
				f.note(name)
			}
		}
	}
}

// Map visits an object of strings.
func Map(f *Fields, name string, value *map[string]string, presence Presence) {
	if f.writes(name, bool(presence) || len(*value) > 0) {
		f.out = append(f.out, '{')
		for key, text := range *value {
			f.separate()
			f.out = AppendString(append(AppendString(f.out, key), ':'), text)
		}
		f.out = append(f.out, '}')
	} else if given, ok := f.read(name, "{"); ok {
		*value = map[string]string{}
		entries, _ := members(given)
		for _, m := range entries {
			(*value)[m.name] = ""
			if m.value[0] == '"' {
				(*value)[m.name] = unquote(m.value)
			} else if m.value != "null" {
				f.note(name)
			}
		}
	}
}

package wire

import (
	"strconv"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// object reads the fields of one JSON object and remembers the first that is
// not what it must be. A missing field is the zero value, and so is null.
type object struct {
	fields map[string]any
	wrong  *string // name of the first wrong field
}

// parse reads a JSON object. It fails with bad_request.
func parse(data []byte) (object, error) {
	v, err := decode(data)
	if err != nil {
		return object{}, shared.Wrap(err, shared.CodeBadRequest, "not JSON")
	}
	fields, ok := v.(map[string]any)
	if !ok {
		return object{}, shared.NewError(shared.CodeBadRequest, "not a JSON object")
	}
	return object{fields, new(string)}, nil
}

// err reports the first field of a wrong type.
func (o object) err() error {
	if *o.wrong == "" {
		return nil
	}
	return shared.NewError(shared.CodeBadRequest, "field "+*o.wrong+" is of the wrong type")
}

func (o object) fail(name string) {
	if *o.wrong == "" {
		*o.wrong = name
	}
}

// read answers a field's value, or the zero value where there is none.
func read[T any](o object, name string) T {
	v, ok := o.fields[name].(T)
	if !ok && o.has(name) {
		o.fail(name)
	}
	return v
}

func (o object) has(name string) bool { return o.fields[name] != nil }

func (o object) str(name string) string { return read[string](o, name) }

func (o object) bool(name string) bool { return read[bool](o, name) }

func (o object) int(name string) int64 {
	text := read[number](o, name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		o.fail(name)
	}
	return n
}

func (o object) time(name string) time.Time {
	text := o.str(name)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		o.fail(name)
	}
	return t
}

func (o object) optionalTime(name string) *time.Time {
	if !o.has(name) {
		return nil
	}
	t := o.time(name)
	return &t
}

func (o object) child(name string) object {
	return object{read[map[string]any](o, name), o.wrong}
}

func (o object) each(name string, visit func(object)) {
	for _, item := range read[[]any](o, name) {
		fields, ok := item.(map[string]any)
		if !ok {
			o.fail(name)
			continue
		}
		visit(object{fields, o.wrong})
	}
}

func (o object) strs(name string) []string {
	if !o.has(name) {
		return nil
	}
	texts := []string{}
	for _, item := range read[[]any](o, name) {
		text, ok := item.(string)
		if !ok {
			o.fail(name)
		}
		texts = append(texts, text)
	}
	return texts
}

// strMap reads an object whose values are strings.
func (o object) strMap(name string) map[string]string {
	if !o.has(name) {
		return nil
	}
	m := map[string]string{}
	for key, value := range read[map[string]any](o, name) {
		text, ok := value.(string)
		if !ok {
			o.fail(name)
		}
		m[key] = text
	}
	return m
}

package wire

import (
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/valyala/fastjson"
)

// object reads the fields of one JSON object and remembers the first that is
// not what it must be. A missing field is the zero value.
type object struct {
	v     *fastjson.Value
	wrong *string // name of the first wrong field
}

// parse reads a JSON object. It fails with bad_request.
func parse(data []byte) (object, error) {
	v, err := fastjson.ParseBytes(data)
	if err != nil {
		return object{}, shared.Wrap(err, shared.CodeBadRequest, "not JSON")
	}
	if v.Type() != fastjson.TypeObject {
		return object{}, shared.Errorf(shared.CodeBadRequest, "not a JSON object")
	}
	return object{v, new(string)}, nil
}

// err reports the first field of a wrong type.
func (o object) err() error {
	if *o.wrong == "" {
		return nil
	}
	return shared.Errorf(shared.CodeBadRequest, "field %s is of the wrong type", *o.wrong)
}

func (o object) fail(name string) {
	if *o.wrong == "" {
		*o.wrong = name
	}
}

// get answers nil for a missing field and for null.
func (o object) get(name string) *fastjson.Value {
	v := o.v.Get(name)
	if v == nil || v.Type() == fastjson.TypeNull {
		return nil
	}
	return v
}

func (o object) has(name string) bool { return o.get(name) != nil }

func (o object) str(name string) string {
	v := o.get(name)
	if v == nil {
		return ""
	}
	b, err := v.StringBytes()
	if err != nil {
		o.fail(name)
	}
	return string(b)
}

func (o object) int(name string) int64 {
	v := o.get(name)
	if v == nil {
		return 0
	}
	n, err := v.Int64()
	if err != nil {
		o.fail(name)
	}
	return n
}

func (o object) bool(name string) bool {
	v := o.get(name)
	if v == nil {
		return false
	}
	b, err := v.Bool()
	if err != nil {
		o.fail(name)
	}
	return b
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
	v := o.get(name)
	if v != nil && v.Type() != fastjson.TypeObject {
		o.fail(name)
		v = nil
	}
	return object{v, o.wrong}
}

func (o object) each(name string, visit func(object)) {
	v := o.get(name)
	if v == nil {
		return
	}
	list, err := v.Array()
	if err != nil {
		o.fail(name)
	}
	for _, item := range list {
		if item.Type() != fastjson.TypeObject {
			o.fail(name)
			continue
		}
		visit(object{item, o.wrong})
	}
}

func (o object) strs(name string) []string {
	v := o.get(name)
	if v == nil {
		return nil
	}
	list, err := v.Array()
	if err != nil {
		o.fail(name)
	}
	texts := make([]string, 0, len(list))
	for _, item := range list {
		b, err := item.StringBytes()
		if err != nil {
			o.fail(name)
		}
		texts = append(texts, string(b))
	}
	return texts
}

// strMap reads an object whose values are strings.
func (o object) strMap(name string) map[string]string {
	v := o.get(name)
	if v == nil {
		return nil
	}
	fields, err := v.Object()
	if err != nil {
		o.fail(name)
		return nil
	}
	m := map[string]string{}
	fields.Visit(func(key []byte, value *fastjson.Value) {
		b, err := value.StringBytes()
		if err != nil {
			o.fail(name)
		}
		m[string(key)] = string(b)
	})
	return m
}

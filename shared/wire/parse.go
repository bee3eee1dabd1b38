package wire

import (
	"strconv"
	"strings"
)

// Parse reads any JSON value, as encoding/json does: an object as a
// map[string]any, an array as a []any, a number as a float64. It fails with
// ErrSyntax.
func Parse(data []byte) (any, error) {
	text := strings.Trim(string(data), spaces)
	if end, ok := scan(text, 0); !ok || end != len(text) {
		return nil, ErrSyntax
	}
	value, ok := parse(text)
	if !ok {
		return nil, ErrSyntax
	}
	return value, nil
}

// parse reads a valid value. It reports whether its numbers can be read.
func parse(text string) (value any, ok bool) {
	switch text[0] {
	case '"':
		return unquote(text), true
	case '{':
		object := map[string]any{}
		for _, m := range members(text) {
			if object[m.name], ok = parse(m.value); !ok {
				return nil, false
			}
		}
		return object, true
	case '[':
		list := []any{}
		for _, item := range elements(text) {
			value, ok := parse(item)
			if !ok {
				return nil, false
			}
			list = append(list, value)
		}
		return list, true
	case 'n':
		return nil, true
	case 't', 'f':
		return text == "true", true
	}
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil
}

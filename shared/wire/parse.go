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
	value, end, ok := parse(text, 0)
	if !ok || end != len(text) {
		return nil, ErrSyntax
	}
	return value, nil
}

// parse reads the value at the start of text and returns where it ends.
func parse(text string, depth int) (value any, end int, ok bool) {
	if text == "" || depth > maxDepth {
		return nil, 0, false
	}
	switch text[0] {
	case '{':
		object := map[string]any{}
		end, ok = walk(text, func(name, rest string) (int, bool) {
			value, size, ok := parse(rest, depth+1)
			object[unquote(name)] = value
			return size, ok
		})
		return object, end, ok
	case '[':
		list := []any{}
		end, ok = walk(text, func(_, rest string) (int, bool) {
			value, size, ok := parse(rest, depth+1)
			list = append(list, value)
			return size, ok
		})
		return list, end, ok
	}
	if end, ok = scan(text, depth); !ok {
		return nil, 0, false
	}
	switch text[0] {
	case '"':
		return unquote(text[:end]), end, true
	case 'n':
		return nil, end, true
	case 't', 'f':
		return text[0] == 't', end, true
	}
	number, err := strconv.ParseFloat(text[:end], 64)
	return number, end, err == nil
}

package wire

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const maxDepth = 32

var errSyntax = errors.New("not JSON")

// number is a JSON number as it was written.
type number string

// decode reads one JSON text (RFC 8259) into nil, bool, number, string, []any or
// map[string]any. encoding/json does the same, but with reflection and fmt,
// which weigh as much as the rest of the engine's own code. Of a name given
// twice the last counts; broken UTF-8 becomes U+FFFD.
func decode(data []byte) (any, error) {
	d := decoder{rest: string(data)}
	v, err := d.value(0)
	if err != nil {
		return nil, err
	}
	if d.space(); d.rest != "" {
		return nil, errSyntax
	}
	return v, nil
}

// decoder holds what is left to read.
type decoder struct{ rest string }

func (d *decoder) value(depth int) (any, error) {
	d.space()
	switch {
	case depth > maxDepth || d.rest == "":
		return nil, errSyntax
	case d.take("null"):
		return nil, nil
	case d.take("true"):
		return true, nil
	case d.take("false"):
		return false, nil
	case d.take(`"`):
		return d.str()
	case d.take("["):
		return d.array(depth)
	case d.take("{"):
		return d.object(depth)
	}
	return d.number()
}

func (d *decoder) array(depth int) (any, error) {
	items := []any{}
	if d.space(); d.take("]") {
		return items, nil
	}
	for {
		item, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if more, err := d.more("]"); !more {
			return items, err
		}
	}
}

func (d *decoder) object(depth int) (any, error) {
	fields := map[string]any{}
	if d.space(); d.take("}") {
		return fields, nil
	}
	for {
		if d.space(); !d.take(`"`) {
			return nil, errSyntax
		}
		name, err := d.str()
		if err != nil {
			return nil, err
		}
		if d.space(); !d.take(":") {
			return nil, errSyntax
		}
		if fields[name], err = d.value(depth + 1); err != nil {
			return nil, err
		}
		if more, err := d.more("}"); !more {
			return fields, err
		}
	}
}

// more reads what follows an item: a comma, or the end.
func (d *decoder) more(end string) (bool, error) {
	d.space()
	switch {
	case d.take(","):
		return true, nil
	case d.take(end):
		return false, nil
	}
	return false, errSyntax
}

func (d *decoder) space() { d.rest = strings.TrimLeft(d.rest, " \t\r\n") }

func (d *decoder) take(token string) (ok bool) {
	d.rest, ok = strings.CutPrefix(d.rest, token)
	return ok
}

func (d *decoder) number() (any, error) {
	start := d.rest
	d.take("-")
	if !d.take("0") && d.digits() == 0 {
		return nil, errSyntax
	}
	if d.take(".") && d.digits() == 0 {
		return nil, errSyntax
	}
	if d.take("e") || d.take("E") {
		if !d.take("+") {
			d.take("-")
		}
		if d.digits() == 0 {
			return nil, errSyntax
		}
	}
	return number(start[:len(start)-len(d.rest)]), nil
}

func (d *decoder) digits() int {
	before := len(d.rest)
	d.rest = strings.TrimLeft(d.rest, "0123456789")
	return before - len(d.rest)
}

// str reads what follows the opening quote.
func (d *decoder) str() (string, error) {
	var text strings.Builder
	for {
		end := strings.IndexFunc(d.rest, func(r rune) bool { return r == '"' || r == '\\' || r < ' ' })
		if end < 0 {
			return "", errSyntax
		}
		text.WriteString(string([]rune(d.rest[:end]))) // each broken byte is U+FFFD
		found := d.rest[end]
		d.rest = d.rest[end+1:]
		switch found {
		case '"':
			return text.String(), nil
		case '\\':
			r, err := d.escape()
			if err != nil {
				return "", err
			}
			text.WriteRune(r)
		default:
			return "", errSyntax
		}
	}
}

// escapes are the characters that may follow a backslash, in pairs with what they mean.
const escapes = "\"\"\\\\//b\bf\fn\nr\rt\t"

func (d *decoder) escape() (rune, error) {
	if d.take("u") {
		return d.codePoint()
	}
	for i := 0; i < len(escapes); i += 2 {
		if d.take(escapes[i : i+1]) {
			return rune(escapes[i+1]), nil
		}
	}
	return 0, errSyntax
}

// codePoint reads four hexadecimal digits, and the other half of a surrogate
// pair if it follows.
func (d *decoder) codePoint() (rune, error) {
	first, err := d.hex4()
	if err != nil || !utf16.IsSurrogate(first) {
		return first, err
	}
	before := d.rest
	if d.take(`\u`) {
		second, err := d.hex4()
		if err != nil {
			return 0, err
		}
		if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
			return r, nil
		}
		d.rest = before // a character of its own
	}
	return utf8.RuneError, nil
}

func (d *decoder) hex4() (rune, error) {
	if len(d.rest) < 4 {
		return 0, errSyntax
	}
	n, err := strconv.ParseUint(d.rest[:4], 16, 16)
	if err != nil {
		return 0, errSyntax
	}
	d.rest = d.rest[4:]
	return rune(n), nil
}

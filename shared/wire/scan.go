package wire

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth limits how deep arrays and objects may nest. Messages nest four deep.
const maxDepth = 32

const spaces = " \t\r\n"

// scan checks the JSON value at the start of text and returns where it ends.
func scan(text string, depth int) (end int, ok bool) {
	if text == "" || depth > maxDepth {
		return 0, false
	}
	switch text[0] {
	case '"':
		return scanString(text)
	case '{', '[':
		return walk(text, func(_, rest string) (int, bool) { return scan(rest, depth+1) })
	case 'n':
		return len("null"), strings.HasPrefix(text, "null")
	case 't':
		return len("true"), strings.HasPrefix(text, "true")
	case 'f':
		return len("false"), strings.HasPrefix(text, "false")
	}
	return scanNumber(text)
}

// walk visits the items of the object or array at the start of text and returns
// where it ends. visit gets what follows an item's start, with the quoted name
// of an object's member, and returns the item's size.
func walk(text string, visit func(name, rest string) (size int, ok bool)) (end int, ok bool) {
	closing := text[0] + 2 // ] follows [ by two in ASCII, and } follows {
	for i := skip(text, 1); i < len(text); {
		if text[i] == closing && end == 0 {
			return i + 1, true
		}
		name := ""
		if closing == '}' {
			size, ok := scanString(text[i:])
			if !ok || text[i] != '"' {
				return 0, false
			}
			name = text[i : i+size]
			if i = skip(text, i+size); i == len(text) || text[i] != ':' {
				return 0, false
			}
			if i = skip(text, i+1); i == len(text) {
				return 0, false
			}
		}
		size, ok := visit(name, text[i:])
		if !ok {
			return 0, false
		}
		if end = skip(text, i+size); end == len(text) {
			return 0, false
		}
		switch text[end] {
		case closing:
			return end + 1, true
		case ',':
			i = skip(text, end+1)
		default:
			return 0, false
		}
	}
	return 0, false
}

func skip(text string, i int) int {
	for i < len(text) && text[i] <= ' ' && strings.IndexByte(spaces, text[i]) >= 0 {
		i++
	}
	return i
}

func scanString(text string) (end int, ok bool) {
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return i + 1, true
		case c < ' ':
			return 0, false
		case c == '\\':
			if i++; i == len(text) {
				return 0, false
			}
			if text[i] == 'u' {
				if _, ok := hex4(text[i+1:]); !ok {
					return 0, false
				}
			} else if strings.IndexByte(escaped, text[i]) < 0 {
				return 0, false
			}
		}
	}
	return 0, false
}

func scanNumber(text string) (end int, ok bool) {
	rest := strings.TrimPrefix(text, "-")
	if after, zero := strings.CutPrefix(rest, "0"); zero {
		rest, ok = after, true
	} else {
		rest, ok = digits(rest)
	}
	if after, point := strings.CutPrefix(rest, "."); point && ok {
		rest, ok = digits(after)
	}
	if ok && rest != "" && rest[0]|0x20 == 'e' {
		if rest = rest[1:]; rest != "" && (rest[0] == '+' || rest[0] == '-') {
			rest = rest[1:]
		}
		rest, ok = digits(rest)
	}
	return len(text) - len(rest), ok
}

func digits(text string) (rest string, ok bool) {
	rest = strings.TrimLeft(text, "0123456789")
	return rest, len(rest) < len(text)
}

// members splits the object that is all of text. It reports whether it is one.
func members(text string) (all []member, ok bool) {
	if text == "" || text[0] != '{' {
		return nil, false
	}
	all = make([]member, 0, 16) // more than most messages have
	end, ok := walk(text, func(name, rest string) (int, bool) {
		size, ok := scan(rest, 1)
		if ok {
			all = append(all, member{unquote(name), rest[:size]})
		}
		return size, ok
	})
	return all, ok && end == len(text)
}

// elements splits a valid array.
func elements(text string) []string {
	all := make([]string, 0, 8)
	walk(text, func(_, rest string) (int, bool) {
		size, ok := scan(rest, 1)
		all = append(all, rest[:size])
		return size, ok
	})
	return all
}

// escaped are the characters that may follow a backslash, and meant are what
// they stand for.
const (
	escaped = `"\/bfnrt`
	meant   = "\"\\/\b\f\n\r\t"
)

// unquote returns the text of a valid JSON string.
func unquote(quoted string) string {
	text := quoted[1 : len(quoted)-1]
	if !utf8.ValidString(text) {
		text = string([]rune(text)) // each broken byte becomes U+FFFD
	}
	var built []byte
	for {
		before, after, found := strings.Cut(text, `\`)
		if !found {
			if built == nil {
				return text
			}
			return string(append(built, text...))
		}
		if built == nil {
			built = make([]byte, 0, len(text))
		}
		built = append(built, before...)
		if after[0] != 'u' {
			built = append(built, meant[strings.IndexByte(escaped, after[0])])
			text = after[1:]
			continue
		}
		r, _ := hex4(after[1:])
		text = after[5:]
		if utf16.IsSurrogate(r) {
			r, text = surrogate(r, text)
		}
		built = utf8.AppendRune(built, r)
	}
}

// surrogate joins the first half of a pair with the second, if that follows.
func surrogate(first rune, text string) (r rune, rest string) {
	if after, ok := strings.CutPrefix(text, `\u`); ok {
		second, _ := hex4(after)
		if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
			return r, after[4:]
		}
	}
	return utf8.RuneError, text
}

func hex4(text string) (r rune, ok bool) {
	n, err := strconv.ParseUint(text[:min(4, len(text))], 16, 16)
	return rune(n), err == nil && len(text) >= 4
}

const hex = "0123456789abcdef"

// AppendString appends a JSON string. Each byte that is not UTF-8 becomes U+FFFD.
func AppendString(b []byte, text string) []byte {
	b = append(b, '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

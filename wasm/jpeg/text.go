package jpeg

import "math/bits"

// saysText reports whether compressed data contains text. Size is the size of the
// whole file. Each character adds to a score about as many bits as the character
// is more likely in text than in random bytes, given its kind and the kind before
// it. The score that is needed grows with the file, because a larger random file
// has more chances: random files of any size reach it about once in a hundred.
func saysText(data []byte, size int) bool {
	enough := bits.Len(uint(size))*9/8 + 5
	score, before := 0, uint8(other)
	for _, b := range data {
		kind := kinds[b]
		if score = max(0, score+weights[before][kind]); kind == other {
			score = 0
		}
		if score >= enough {
			return true
		}
		before = kind
	}
	return false
}

// The kinds of characters.
const (
	other = iota // not text
	lower
	upper
	digit
	blank
	mark // occurs within names, numbers and addresses
	sign // any other printable character
)

var kinds = func() (kinds [256]uint8) {
	for b := range kinds {
		switch {
		case b >= 'a' && b <= 'z':
			kinds[b] = lower
		case b >= 'A' && b <= 'Z':
			kinds[b] = upper
		case b >= '0' && b <= '9':
			kinds[b] = digit
		case b == ' ':
			kinds[b] = blank
		case b == '.' || b == ',' || b == ':' || b == '-' || b == '/' || b == '\'' || b == '@':
			kinds[b] = mark
		case b > ' ' && b <= '~':
			kinds[b] = sign
		}
	}
	return kinds
}()

// weights holds the bits that a character adds, by the kind before it and its own kind.
var weights = [7][7]int{
	other: {lower: 0, upper: 0, digit: 0},
	lower: {lower: 3, upper: 0, digit: 1, blank: 4, mark: 2, sign: -2},
	upper: {lower: 3, upper: 2, digit: 1, blank: 4, mark: 2, sign: -2},
	digit: {lower: 0, upper: 0, digit: 4, blank: 4, mark: 2, sign: -2},
	blank: {lower: 2, upper: 1, digit: 1, blank: 0, mark: 0, sign: -2},
	mark:  {lower: 2, upper: 1, digit: 2, blank: 4, mark: 0, sign: -2},
	sign:  {lower: 1, upper: 1, digit: 1, blank: 1, mark: 0, sign: -2},
}

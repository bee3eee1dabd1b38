package session

import (
	"strings"
	"testing"
)

func TestParseCode(t *testing.T) {
	const code = "7K3M9QTX"
	tests := []struct {
		name, typed, want string // want is empty: refused
	}{
		{"as it is shown", "7K3M-9QTX", code},
		{"without its dash", "7K3M9QTX", code},
		{"in lower case, with a space", "7k3m 9qtx", code},
		{"with spaces all over", "  7 K 3 M\t9QTX\n", code},
		{"with a dash of the keyboard's own", "7K3M\u20139QTX", code},
		{"with a space that does not break", "7K3M\u00a09QTX", code},
		{"letters for digits", "oO1l-IiL0", "00111110"},
		{"a letter that no code has", "7K3M-9QTU", ""},
		{"one digit too few", "7K3M-9QT", ""},
		{"one digit too many", "7K3M-9QTX7", ""},
		{"nothing", "", ""},
		{"dashes alone", "----", ""},
		{"a sign", "7K3M_9QTX", ""},
		{"the i of a Turkish keyboard", "7k3m9qt\u0131", "7K3M9QT1"},
		{"broken UTF-8", "7K3M9QT\xff", ""},
		{"endless", strings.Repeat("7", 1<<20), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, ok := parseCode(test.typed)
			if ok != (test.want != "") || ok && got != test.want {
				t.Errorf("got %q, %v", got, ok)
			}
		})
	}
}

func TestNewCode(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		digits := newCode()
		shown := spellCode(digits)
		if got, ok := parseCode(shown); !ok || got != digits || len(shown) != codeDigits+1 || seen[digits] {
			t.Fatalf("%q is shown as %q and read as %q, %v", digits, shown, got, ok)
		}
		seen[digits] = true
	}
}

func TestHashCode(t *testing.T) {
	one, other := Service{CodeKey: []byte("one")}, Service{CodeKey: []byte("other")}
	if one.hashCode("7K3M9QTX") == other.hashCode("7K3M9QTX") || one.hashCode("7K3M9QTX") == one.hashCode("7K3M9QTY") {
		t.Error("the hash does not depend on both key and code")
	}
}

func FuzzParseCode(f *testing.F) {
	for _, seed := range []string{"7K3M-9QTX", "7k3m 9qtx", "oIlO-0000", "7K3M–9QTX", "", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		digits, ok := parseCode(typed)
		if !ok {
			return
		}
		if len(digits) != codeDigits || strings.Trim(digits, crockford) != "" {
			t.Errorf("%q is read as %q", typed, digits)
		}
		for _, again := range []string{digits, spellCode(digits), strings.ToLower(typed)} {
			if read, ok := parseCode(again); !ok || read != digits {
				t.Errorf("%q is read as %q, then %q as %q", typed, digits, again, read)
			}
		}
	})
}

package session

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"time"
	"unicode"

	"github.com/clinicpro/photobridge/shared"
)

// How many typed codes may be wrong, in the whole deployment: past it none is
// looked at for the rest of the window, and phones that scan are not held up.
// docs/decisions/0009-typed-code.md has the arithmetic.
const (
	WrongCodes       = 100
	WrongCodesWindow = time.Minute
)

const (
	codeBytes  = 5 // 40 random bits, exactly codeDigits of base 32
	codeDigits = 8
	codeGroup  = 4
)

// crockford is the alphabet without I, L, O and U
// (https://www.crockford.com/base32.html).
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var codeEncoding = base32.NewEncoding(crockford).WithPadding(base32.NoPadding)

// newCode draws the digits of a typed code.
func newCode() (digits string) {
	random := make([]byte, codeBytes)
	rand.Read(random)
	return codeEncoding.EncodeToString(random)
}

// spellCode groups a code's digits as a person reads them: 7K3M-9QTX.
func spellCode(digits string) string { return digits[:codeGroup] + "-" + digits[codeGroup:] }

// parseCode reads what a person typed, in capitals or not, with any spaces and
// dashes, and with letters for the digits that look like them.
func parseCode(typed string) (digits string, ok bool) {
	code := make([]byte, 0, codeDigits)
	for _, r := range typed {
		r = unicode.ToUpper(r)
		switch {
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r):
			continue
		case r == 'O':
			r = '0'
		case r == 'I' || r == 'L':
			r = '1'
		}
		if len(code) == codeDigits || !strings.ContainsRune(crockford, r) {
			return "", false
		}
		code = append(code, byte(r))
	}
	return string(code), len(code) == codeDigits
}

// hashCode is what the Store knows a code by. Forty bits are soon tried against
// a plain hash, so a reader of the store needs the key as well.
func (s *Service) hashCode(digits string) string {
	mac := hmac.New(sha256.New, s.CodeKey)
	mac.Write([]byte("code " + digits)) // apart from what else the key signs
	return hex.EncodeToString(mac.Sum(nil))
}

// codeInvalid is the error of every code that does not work, for any reason.
func codeInvalid() error {
	return &shared.Error{Code: shared.CodeTokenInvalid, Field: "typedCode"}
}

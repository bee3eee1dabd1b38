package wire

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

var texts = []string{
	``,
	` `,
	`null`,
	` true `,
	`false`,
	`nul`,
	`truex`,
	`{`,
	`[`,
	`[]`,
	`{}`,
	`[1,]`,
	`[,1]`,
	`{"a":1,}`,
	`{a:1}`,
	`{"a" 1}`,
	`{"a":1}x`,
	`[1 2]`,
	`[1, [2, {"b": [null, true]}], ""]`,
	`{"a":1,"a":{"b":2}}`,
	"\t{\"a\"\r\n: 1 } ",
	`0`,
	`-0`,
	`01`,
	`1.`,
	`.5`,
	`-`,
	`+1`,
	`1e5`,
	`1E+05`,
	`1e-`,
	`1.5e3`,
	`9007199254740993`,
	`0x10`,
	`NaN`,
	`"`,
	`"a`,
	`"a\"b\\\/\b\f\n\r\t"`,
	`"\x"`,
	`"\u12"`,
	`"\u00e9"`,
	`"\uD834\uDD1E"`,
	`"\ud834"`,
	`"\ud834x"`,
	`"\ud834\u0041"`,
	`"\udd1e\ud834"`,
	`"\u+123"`,
	"\"a\nb\"",
	"\"\x00\"",
	"\"a\xff\xfeb\xc3\"",
	"\"\u2028é𝄞\"",
	"\ufeff{}",
}

func TestDecodeAgreesWithEncodingJSON(t *testing.T) {
	for _, text := range texts {
		agrees(t, text)
	}
}

func TestDecodeLimitsDepth(t *testing.T) {
	if _, err := decode([]byte(strings.Repeat("[", 1_000_000))); err == nil {
		t.Error("a million open brackets are JSON")
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Count(text, "[")+strings.Count(text, "{") < maxDepth {
			agrees(t, text)
		}
	})
}

func agrees(t *testing.T, text string) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var want any
	valid := json.Valid([]byte(text))
	if valid {
		if err := decoder.Decode(&want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := decode([]byte(text))
	if (err == nil) != valid || !reflect.DeepEqual(plain(got), want) {
		t.Errorf("%q is read as %#v, %v, want %#v, valid: %v", text, got, err, want, valid)
	}
}

// plain gives numbers the type that encoding/json gives them.
func plain(v any) any {
	switch v := v.(type) {
	case number:
		return json.Number(v)
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = plain(v[name])
		}
	}
	return v
}

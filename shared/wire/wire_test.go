package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/shared/wire"
	"github.com/clinicpro/photobridge/wasm/upload"
)

// messages has one value of several messages. Together they have a field of each kind.
var messages = []wire.Message{
	&shared.Problem{}, &shared.PresignRequest{}, &shared.PresignResponse{}, &shared.ConfirmRequest{},
	&shared.ConfirmResponse{}, &shared.ListResponse{}, &shared.CreateResponse{}, &shared.Grant{},
	&shared.RealtimeResponse{}, &shared.Event{}, &upload.Command{}, &upload.Message{}, &upload.Record{},
}

// fresh returns a new message of the same type.
func fresh(m wire.Message) wire.Message {
	return reflect.New(reflect.TypeOf(m).Elem()).Interface().(wire.Message)
}

// texts are pieces of valid and invalid JSON.
var texts = strings.Split("||null|true|nul|truex|{|[|[]|{}|[1,]|[,1]|{\"a\":1,}|{a:1}|{\"a\" 1}|{\"a\":1}x|[1 2]|{,}|"+
	"[1, [2, {\"b\": [null, true]}], \"\"]|\t{\"a\"\r\n: 1 } |0|-0|01|1.|.5|-|+1|1e5|1E+05|1e-|1.5e3|0x10|NaN|"+
	`"|"a|"a\"b\\\/\b\f\n\r\t"|"\x"|"\u12"|"\u00e9"|"\uD834\uDD1E"|"\ud834"|"\ud834x"|"\ud834\u0041"|`+
	`"\udd1e\ud834"|"\u+123"|`+"\"a\nb\"|\"\x00\"|\"a\xff\xfeb\xc3\"|\"\u2028é𝄞\"|\ufeff{}", "|")

func TestUnmarshalAgreesWithEncodingJSON(t *testing.T) {
	for _, text := range texts {
		agree(t, []byte(text), &shared.ConfirmResponse{})
		for _, field := range []string{"imageCount", "notified", "image", "unknown"} {
			agree(t, []byte(`{"`+field+`":`+text+`}`), &shared.ConfirmResponse{})
		}
		agree(t, []byte(`{"image":{"metadata":{"notes":`+text+`}}}`), &shared.ConfirmResponse{})
		agree(t, []byte(`{"images":`+text+`}`), &shared.ListResponse{})
		agree(t, []byte(`{"images":[`+text+`]}`), &shared.ListResponse{})
		agree(t, []byte(`{"images":[{"headers":{"a":`+text+`}}]}`), &shared.PresignResponse{})
		agree(t, []byte(`{"phoneConnectedAt":`+text+`}`), &shared.ListResponse{})
		agree(t, []byte(`{"warnings":[`+text+`]}`), &upload.Record{})
	}
	const cut = `{"image":{"size":-1.5e3,"a":[true,false,null,"\u00e9"]},"imageCount":7,"notified":true}`
	for i := range cut {
		agree(t, []byte(cut[:i]), &shared.ConfirmResponse{})
	}
}

func FuzzUnmarshal(f *testing.F) {
	files, _ := filepath.Glob("../testdata/*.json")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, text := range texts {
		f.Add([]byte(`{"image":{"metadata":{"notes":` + text + `}}}`))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, m := range messages {
			agree(t, data, m)
		}
	})
}

// agree fails the test unless encoding/json reads the same message, or fails for the
// same field.
func agree(t *testing.T, data []byte, of wire.Message) {
	t.Helper()
	got, want := fresh(of), fresh(of)
	err := wire.Unmarshal(data, got)
	if !comparable(data) {
		return
	}
	wantErr := json.Unmarshal(data, want)
	if object := bytes.TrimLeft(data, " \t\r\n"); len(object) > 0 && object[0] != '{' {
		wantErr = wire.ErrSyntax
	}
	wrong, isType := errors.AsType[*wire.FieldError](err)
	wantWrong, wantType := errors.AsType[*json.UnmarshalTypeError](wantErr)
	if (err == nil) != (wantErr == nil) || wantType && (!isType || wrong.Field != wantWrong.Field) {
		t.Errorf("%T %q: %v, want %v", of, data, err, wantErr)
	}
	if diff := cmp.Diff(want, got); err == nil && diff != "" {
		t.Errorf("%T %q: %s", of, data, diff)
	}
}

// comparable reports whether the two packages are expected to agree on the data. This
// package limits the depth. encoding/json merges fields that are given twice, ignores
// the case of names, and accepts times that RFC 3339 does not allow.
func comparable(data []byte) bool {
	if bytes.Count(data, []byte("["))+bytes.Count(data, []byte("{")) > 32 || laxTime.Match(data) {
		return false
	}
	names := map[string]bool{}
	decoder := json.NewDecoder(bytes.NewReader(data))
	for {
		token, err := decoder.Token()
		if err != nil {
			return true
		}
		if name, ok := token.(string); ok {
			folded := strings.ToLower(name)
			if exact, ok := fields[folded]; names[folded] || ok && exact != name {
				return false
			}
			names[folded] = true
		}
	}
}

// laxTime matches times with an hour of one digit or a comma before the fraction.
var laxTime = regexp.MustCompile(`T\d:|:\d\d,\d`)

// fields has the names of the messages' fields, by their lower-case form.
var fields = func() map[string]string {
	all := map[string]string{}
	for _, m := range messages {
		collect(reflect.TypeOf(m), all)
	}
	return all
}()

func collect(of reflect.Type, all map[string]string) {
	switch of.Kind() {
	case reflect.Pointer, reflect.Slice:
		collect(of.Elem(), all)
	case reflect.Struct:
		for i := range of.NumField() {
			if name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ","); name != "" {
				all[strings.ToLower(name)] = name
				collect(of.Field(i).Type, all)
			}
		}
	}
}

func TestParseAgreesWithEncodingJSON(t *testing.T) {
	for _, text := range texts {
		for _, data := range []string{text, `{"result":` + text + `,"x":1}`, `["ok",` + text + `]`} {
			var want any
			wantErr := json.Unmarshal([]byte(data), &want)
			got, err := wire.Parse([]byte(data))
			if (err == nil) != (wantErr == nil) {
				t.Errorf("%q: %v, want %v", data, err, wantErr)
			}
			if diff := cmp.Diff(want, got); err == nil && diff != "" {
				t.Errorf("%q: %s", data, diff)
			}
		}
	}
}

func TestUnmarshalLimitsDepth(t *testing.T) {
	for opening, closing := range map[string]string{"[": "]", `{"a":`: "}"} {
		for _, depth := range []int{31, 32, 1_000_000} {
			text := `{"unknown":` + strings.Repeat(opening, depth) + "1" + strings.Repeat(closing, depth) + "}"
			if err := wire.Unmarshal([]byte(text), &shared.Event{}); (err == nil) != (depth < 32) {
				t.Errorf("%d of %s: %v", depth, opening, err)
			}
		}
	}
}

// TestRoundTrip writes random messages and reads them back, with this package
// and with encoding/json.
func TestRoundTrip(t *testing.T) {
	for _, of := range messages {
		t.Run(reflect.TypeOf(of).Elem().String(), rapid.MakeCheck(func(t *rapid.T) {
			m := fresh(of)
			fill(t, reflect.ValueOf(m).Elem())
			data := wire.Marshal(m)
			same := func(name string, unmarshal func([]byte, wire.Message) error) {
				again := fresh(of)
				if err := unmarshal(data, again); err != nil {
					t.Fatalf("%s: %v in %s", name, err, data)
				}
				if diff := cmp.Diff(m, again, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("%s reads %s: %s", name, data, diff)
				}
			}
			same("wire", wire.Unmarshal)
			same("encoding/json", func(data []byte, m wire.Message) error { return json.Unmarshal(data, m) })
			theirs, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			data = theirs
			same("wire, from encoding/json", wire.Unmarshal)
		}))
	}
}

// fill sets every field that is part of the JSON to a random value.
func fill(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.ToValidUTF8(rapid.String().Draw(t, "text"), "?"))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, "number"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "present") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem())
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 3).Draw(t, "length"), 3))
		for i := range v.Len() {
			fill(t, v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{rapid.String().Draw(t, "name"): rapid.String().Draw(t, "value")}))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "seconds"), rapid.Int64Range(0, 1e9-1).Draw(t, "ns"))
			v.Set(reflect.ValueOf(at.UTC()))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != "-" {
				fill(t, v.Field(i))
			}
		}
	}
}

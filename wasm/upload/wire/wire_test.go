package wire

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/upload"
)

func sample(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../../shared/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// reference reads a sample with encoding/json; a field it does not know fails.
func reference[T any](t *testing.T, data []byte) T {
	t.Helper()
	var v T
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func reads[T any](t *testing.T, name string, parse func([]byte) (T, error)) {
	t.Run(name, func(t *testing.T) {
		data := sample(t, name)
		got, err := parse(data)
		if err != nil {
			t.Fatal(err)
		}
		if want := reference[T](t, data); !reflect.DeepEqual(got, want) {
			t.Errorf("read\n%+v\nwant\n%+v", got, want)
		}
	})
}

func TestReads(t *testing.T) {
	reads(t, "engine-open.json", ParseCommand)
	reads(t, "engine-describe.json", ParseCommand)
	reads(t, "engine-lifecycle.json", ParseCommand)
	reads(t, "presign-response.json", ParsePresignResponse)
	reads(t, "confirm-response.json", ParseConfirmResponse)
	reads(t, "list-response.json", ParseListResponse)
	reads(t, "problem.json", ParseProblem)
}

func writes(t *testing.T, name string, got []byte) {
	t.Helper()
	var want bytes.Buffer
	if err := json.Compact(&want, sample(t, name)); err != nil {
		t.Fatal(err)
	}
	if string(got) != want.String() {
		t.Errorf("%s written\n%s\nwant\n%s", name, got, want.String())
	}
}

func TestWrites(t *testing.T) {
	writes(
		t,
		"presign-request.json",
		PresignRequest(reference[shared.PresignRequest](t, sample(t, "presign-request.json"))),
	)
	writes(
		t,
		"confirm-request.json",
		ConfirmRequest(reference[shared.ConfirmRequest](t, sample(t, "confirm-request.json"))),
	)
	message := reference[struct {
		Type     string          `json:"type"`
		Snapshot upload.Snapshot `json:"snapshot"`
	}](t, sample(t, "engine-snapshot.json"))
	writes(t, "engine-snapshot.json", Snapshot(message.Snapshot))
}

// No field of what crosses a border may be forgotten: fill every one, write,
// read back with encoding/json.
func TestWritesEveryField(t *testing.T) {
	var snapshot upload.Snapshot
	fill(reflect.ValueOf(&snapshot).Elem(), 1)
	same(t, Snapshot(snapshot), struct {
		Type     string          `json:"type"`
		Snapshot upload.Snapshot `json:"snapshot"`
	}{"snapshot", snapshot})

	var confirm shared.ConfirmRequest
	fill(reflect.ValueOf(&confirm).Elem(), 1)
	same(t, ConfirmRequest(confirm), confirm)

	var presign shared.PresignRequest
	fill(reflect.ValueOf(&presign).Elem(), 1)
	same(t, PresignRequest(presign), presign)

	var record upload.Record
	fill(reflect.ValueOf(&record).Elem(), 1)
	again, err := ParseRecord(Record(record))
	if err != nil || !reflect.DeepEqual(again, record) {
		t.Errorf("record %v\n%+v\nwant\n%+v", err, again, record)
	}
}

func TestReadsEveryField(t *testing.T) {
	readsFilled(t, ParseCommand)
	readsFilled(t, ParsePresignResponse)
	readsFilled(t, ParseConfirmResponse)
	readsFilled(t, ParseListResponse)
	readsFilled(t, ParseProblem)
}

func readsFilled[T any](t *testing.T, parse func([]byte) (T, error)) {
	t.Helper()
	var want T
	fill(reflect.ValueOf(&want).Elem(), 1)
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read\n%+v\nwant\n%+v", got, want)
	}
}

func same(t *testing.T, got []byte, want any) {
	t.Helper()
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatalf("%v in %s", err, got)
	}
	if err := json.Unmarshal(data, &b); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("written\n%s\nwant\n%s", got, data)
	}
}

// fill sets every field to something that is not its zero value.
func fill(v reflect.Value, n int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.Repeat("x\"\\\n\x01\u2028ā𝄞", n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(n) + 1<<40)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n+1)
		fill(v.Index(1), n+2)
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"a": "1", "b\"": "2"}))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 3, n, 9, 0, 0, 5_000_000, time.UTC)))
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != "-" {
				fill(v.Field(i), n+i)
			}
		}
	}
}

func TestRefuses(t *testing.T) {
	for _, text := range []string{
		``, `{`, `[]`, `null`, `"x"`, `{"image":[]}`, `{"imageCount":"1"}`, `{"imageCount":1.5}`, `{"notified":1}`,
		`{"image":{"uploadedAt":"yesterday"}}`, `{"image":{"metadata":{"notes":1}}}`, `{"image":{"imageId":{}}}`,
	} {
		if answer, err := ParseConfirmResponse([]byte(text)); shared.CodeOf(err) != shared.CodeBadRequest {
			t.Errorf("%s: %+v, %v", text, answer, err)
		}
	}
	for _, text := range []string{`{}`, `<html>`, `{"error":"x"}`, `{"code":1}`} {
		if _, err := ParseProblem([]byte(text)); err == nil {
			t.Errorf("%s is taken for a problem", text)
		}
	}
}

// Strangers' bytes never panic, and what was understood of a record survives
// being written.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("../../../shared/testdata/*.json")
	for _, file := range files {
		data, _ := os.ReadFile(file)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ParseConfirmResponse(data)
		ParsePresignResponse(data)
		ParseListResponse(data)
		ParseProblem(data)
		ParseCommand(data)
		record, err := ParseRecord(data)
		if err != nil || !utf8.Valid(data) {
			return
		}
		again, err := ParseRecord(Record(record))
		if err != nil || again.ID != record.ID || again.Metadata.Notes != record.Metadata.Notes ||
			again.Order != record.Order {
			t.Errorf("%+v came back as %+v, %v", record, again, err)
		}
	})
}

//go:build !js

package shared

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// described are the messages of the API. Each type has a schema of its name.
var described = []any{
	CreateResponse{},
	ExchangeRequest{},
	TokenResponse{},
	PhoneLimits{},
	PresignRequest{},
	PresignImage{},
	PresignResponse{},
	PresignedUpload{},
	ConfirmRequest{},
	ConfirmResponse{},
	Image{},
	ListResponse{},
	Metadata{},
	RealtimeResponse{},
	Event{},
	Problem{},
}

// undescribed are the schemas that are no struct of this package: strings with
// a form, and messages that only the edge reads or writes.
var undescribed = []string{
	"Id", "Sha256", "ObjectKey", "BodySiteId", "EventName", "Code",
	"UpdateRequest", "MetadataPatch", "DoctorReport", "DoctorCheck",
}

func loadAPI(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func schemaNamed(t *testing.T, doc *openapi3.T, name string) *openapi3.Schema {
	t.Helper()
	ref := doc.Components.Schemas[name]
	if ref == nil {
		t.Fatalf("openapi.yaml has no schema %s", name)
	}
	return ref.Value
}

// TestAPIDocument includes that every example in it is valid.
func TestAPIDocument(t *testing.T) {
	if err := loadAPI(t).Validate(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAPISchemasAreTheTypes(t *testing.T) {
	doc := loadAPI(t)
	known := slices.Clone(undescribed)
	for _, message := range described {
		message := reflect.TypeOf(message)
		known = append(known, message.Name())
		t.Run(message.Name(), func(t *testing.T) {
			schema := schemaNamed(t, doc, message.Name())
			properties := maps.Clone(schema.Properties)
			for i := range message.NumField() {
				field := message.Field(i)
				name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
				property := properties[name]
				delete(properties, name)
				if property == nil {
					t.Errorf("%s is a field of the type and not of the schema", name)
					continue
				}
				if required := options != "omitempty"; slices.Contains(schema.Required, name) != required {
					t.Errorf("%s: the type requires it: %v; the schema says otherwise", name, required)
				}
				checkProperty(t, name, field.Type, property)
			}
			for name := range properties {
				t.Errorf("%s is in the schema and no field of the type", name)
			}
		})
	}
	for name := range doc.Components.Schemas {
		if !slices.Contains(known, name) {
			t.Errorf("schema %s is compared with nothing", name)
		}
	}
}

// checkProperty compares a field's type with its schema.
func checkProperty(t *testing.T, name string, field reflect.Type, property *openapi3.SchemaRef) {
	t.Helper()
	if field.Kind() == reflect.Pointer {
		field = field.Elem()
	}
	want := map[reflect.Kind]string{
		reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer", reflect.Int64: "integer",
		reflect.Slice: "array", reflect.Map: "object", reflect.Struct: "object",
	}[field.Kind()]
	if field == reflect.TypeFor[time.Time]() {
		want = "string"
		if property.Value.Format != "date-time" {
			t.Errorf("%s: a time has the format date-time, not %q", name, property.Value.Format)
		}
	} else if field.Kind() == reflect.Struct && property.Ref != "#/components/schemas/"+field.Name() {
		t.Errorf("%s: the type has %s here, the schema %q", name, field.Name(), property.Ref)
	}
	if !property.Value.Type.Is(want) {
		t.Errorf("%s: the type has a %s here, the schema %v", name, want, property.Value.Type)
	}
	switch field.Kind() {
	case reflect.Slice:
		checkProperty(t, name+"[]", field.Elem(), property.Value.Items)
	case reflect.Map:
		checkProperty(t, name+"{}", field.Elem(), property.Value.AdditionalProperties.Schema)
	}
}

func TestAPISamplesAreValid(t *testing.T) {
	doc := loadAPI(t)
	for file, message := range samples {
		t.Run(file, func(t *testing.T) {
			schema := schemaNamed(t, doc, reflect.TypeOf(message).Elem().Name())
			var sample map[string]any
			read := func() {
				encoded, err := os.ReadFile(filepath.Join("testdata", file))
				if err == nil {
					err = json.Unmarshal(encoded, &sample)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			read()
			if err := schema.VisitJSON(sample, openapi3.EnableJSONSchema2020()); err != nil {
				t.Error(err)
			}
			for _, name := range schema.Required {
				sample = nil
				read()
				delete(sample, name)
				if schema.VisitJSON(sample, openapi3.EnableJSONSchema2020()) == nil {
					t.Errorf("valid without %s", name)
				}
			}
			for name := range schema.Properties {
				sample = nil
				read()
				sample[name] = []any{map[string]any{"of": "no type that any field has"}}
				if schema.VisitJSON(sample, openapi3.EnableJSONSchema2020()) == nil {
					t.Errorf("valid with nonsense for %s", name)
				}
			}
		})
	}
}

func TestAPIEnumsAreTheConstants(t *testing.T) {
	doc := loadAPI(t)
	sites := []any{}
	for _, site := range BodySites() {
		sites = append(sites, site.ID)
	}
	tests := []struct {
		name string
		in   *openapi3.Schema
		want []any
	}{
		{"body sites", schemaNamed(t, doc, "BodySiteId"), sites},
		{"codes", schemaNamed(t, doc, "Code"), constants(t, "errors.go", "The codes of the HTTP API")},
		{
			"events",
			schemaNamed(t, doc, "EventName"),
			[]any{
				string(EventPhoneConnected),
				string(EventImageUploaded),
				string(EventImageUpdated),
				string(EventImageRemoved),
				string(EventSessionEnded),
			},
		},
		{
			"laterality",
			schemaNamed(t, doc, "Metadata").Properties["laterality"].Value,
			[]any{string(LateralityLeft), string(LateralityRight), string(LateralityBilateral), string(LateralityNA)},
		},
		{
			"view",
			schemaNamed(t, doc, "Metadata").Properties["view"].Value,
			[]any{string(ViewOverview), string(ViewCloseUp)},
		},
		{
			"consent",
			schemaNamed(t, doc, "TokenResponse").Properties["consent"].Value,
			[]any{string(ConsentOff), string(ConsentAsk), string(ConsentRequire)},
		},
	}
	for _, test := range tests {
		if !reflect.DeepEqual(test.in.Enum, test.want) {
			t.Errorf("%s: the document has %v, the package %v", test.name, test.in.Enum, test.want)
		}
	}
	for _, name := range []string{"Metadata", "MetadataPatch"} {
		if longest := schemaNamed(t, doc, name).Properties["notes"].Value.MaxLength; longest == nil ||
			*longest != MaxNotes {
			t.Errorf("%s: notes may not have %d characters", name, MaxNotes)
		}
	}
}

// constants are the string values of the const block whose comment begins so.
func constants(t *testing.T, file, comment string) []any {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, declaration := range parsed.Decls {
		block, ok := declaration.(*ast.GenDecl)
		if !ok || !strings.HasPrefix(block.Doc.Text(), comment) {
			continue
		}
		var values []any
		for _, spec := range block.Specs {
			for _, value := range spec.(*ast.ValueSpec).Values {
				text, err := strconv.Unquote(value.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				values = append(values, text)
			}
		}
		return values
	}
	t.Fatalf("%s has no block %q", file, comment)
	return nil
}

// TestAPIErrorsHaveExamples: each code is answered somewhere, under the status
// that its example says, and each status of an error has an example.
func TestAPIErrorsHaveExamples(t *testing.T) {
	doc := loadAPI(t)
	answered := map[any]bool{}
	eachOperation(doc, func(path, method string, operation *openapi3.Operation) {
		for status, response := range operation.Responses.Map() {
			if status < "400" {
				continue
			}
			media := response.Value.Content["application/problem+json"]
			if media == nil || len(media.Examples) == 0 {
				t.Errorf("%s %s: %s has no example", method, path, status)
				continue
			}
			codes := []any{}
			for name, example := range media.Examples {
				problem := example.Value.Value.(map[string]any)
				if problem["code"] != name {
					t.Errorf("the example %s has the code %v", name, problem["code"])
				}
				number, _ := strconv.Atoi(status)
				if problem["title"] != http.StatusText(number) {
					t.Errorf("the example %s has the title %v", name, problem["title"])
				}
				codes = append(codes, problem["code"])
				answered[problem["code"]] = true
				if err := media.Schema.Value.VisitJSON(problem, openapi3.EnableJSONSchema2020()); err != nil {
					t.Errorf("%s %s: %s: %v", method, path, status, err)
				}
			}
			for _, code := range schemaNamed(t, doc, "Code").Enum {
				problem := map[string]any{
					"type":      "about:blank",
					"title":     "t",
					"status":    mustAtoi(status),
					"code":      code,
					"detail":    "d",
					"requestId": "r",
				}
				allowed := media.Schema.Value.VisitJSON(problem, openapi3.EnableJSONSchema2020()) == nil
				if allowed != slices.Contains(codes, code) {
					t.Errorf(
						"%s %s: %s allows %v: %v, which its examples do not show",
						method,
						path,
						status,
						code,
						allowed,
					)
				}
			}
		}
	})
	for _, code := range schemaNamed(t, doc, "Code").Enum {
		if !answered[code] {
			t.Errorf("no call answers %v", code)
		}
	}
}

func mustAtoi(s string) float64 {
	number, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return float64(number)
}

func eachOperation(doc *openapi3.T, visit func(path, method string, operation *openapi3.Operation)) {
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			visit(path, method, operation)
		}
	}
}

// TestAPIRoutes: a router that knows the document alone finds each call.
func TestAPIRoutes(t *testing.T) {
	doc := loadAPI(t)
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	const image = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	for call, operationID := range map[string]string{
		"POST " + BasePath + "/create":                      "createSession",
		"GET " + BasePath + "/token/kq3v0kPmY2mH0c2Wd1TqEw": "exchangeToken",
		"POST " + BasePath + "/token":                       "exchangeCode",
		"POST " + BasePath + "/presigned-url":               "presignUploads",
		"POST " + BasePath + "/images":                      "confirmImage",
		"GET " + BasePath + "/images/enc-1001":              "listImages",
		"PATCH " + BasePath + "/images/enc-1001/" + image:   "updateImage",
		"DELETE " + BasePath + "/images/enc-1001/" + image:  "removeImage",
		"POST " + BasePath + "/enc-1001/token":              "renewToken",
		"GET " + BasePath + "/enc-1001/realtime":            "subscribeToken",
		"DELETE " + BasePath + "/enc-1001":                  "endSession",
		"GET /api/medtech/doctor":                           "examine",
		"GET /healthz":                                      "health",
	} {
		method, path, _ := strings.Cut(call, " ")
		request, err := http.NewRequest(method, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		route, _, err := router.FindRoute(request)
		if err != nil {
			t.Errorf("%s: %v", call, err)
		} else if route.Operation.OperationID != operationID {
			t.Errorf("%s is %s, want %s", call, route.Operation.OperationID, operationID)
		}
	}
}

//go:build !js

package shared

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/google/go-cmp/cmp"
)

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

// TestAPIHandWrittenSchemas compares what the generator does not know.
func TestAPIHandWrittenSchemas(t *testing.T) {
	doc := loadAPI(t)
	sites := []any{}
	for _, site := range BodySites() {
		sites = append(sites, site.ID)
	}
	if diff := cmp.Diff(sites, schemaNamed(t, doc, "BodySiteId").Enum); diff != "" {
		t.Errorf("BodySiteId in openapi.yaml differs from bodysites.json (-missing +unknown):\n%s", diff)
	}
}

// TestAPIErrorsHaveExamples: each code is returned by a call, under the status
// that its example says, and each status of an error has an example.
func TestAPIErrorsHaveExamples(t *testing.T) {
	doc := loadAPI(t)
	returned := map[any]bool{}
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
				returned[problem["code"]] = true
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
		if !returned[code] {
			t.Errorf("no call returns %v", code)
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
		"DELETE " + BasePath + "/enc-1001/phones/phone-1":   "removePhone",
		"POST " + BasePath + "/enc-1001/phones":             "admitPhone",
		"GET " + BasePath + "/grant":                        "getGrant",
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

package api

import (
	"net/http"
	"strings"

	"github.com/clinicpro/photobridge/shared"
)

// doctorPath is outside the session API: it is for the operator of a deployment.
const doctorPath = "/api/medtech/doctor"

// route is one call of the API. Its pattern is also its name in logs.
type route struct {
	method  string
	pattern string
	call    call
	parts   []string // of the pattern
}

// routes returns the routes in the order in which they are tried. Literal paths come
// before /{encounterId}, so an encounter must not have such a name. net/http's mux
// refuses this set, because neither of /token/{token} and /{encounterId}/realtime is
// more specific.
func (h *handler) routes() []route {
	routes := []route{
		{method: "POST", pattern: "/create", call: h.create},
		{method: "GET", pattern: "/token/{token}", call: h.exchange},
		{method: "POST", pattern: "/token", call: h.exchangeCode},
		{method: "GET", pattern: "/grant", call: h.grant},
		{method: "POST", pattern: "/presigned-url", call: h.presign},
		{method: "POST", pattern: "/images", call: h.confirm},
		{method: "GET", pattern: "/images/{encounterId}", call: h.list},
		{method: "PATCH", pattern: "/images/{encounterId}/{imageId}", call: h.correct},
		{method: "DELETE", pattern: "/images/{encounterId}/{imageId}", call: h.remove},
		{method: "POST", pattern: "/{encounterId}/token", call: h.renew},
		{method: "GET", pattern: "/{encounterId}/realtime", call: h.realtime},
		{method: "POST", pattern: "/{encounterId}/phones", call: h.admit},
		{method: "DELETE", pattern: "/{encounterId}/phones/{phoneId}", call: h.removePhone},
		{method: "PUT", pattern: "/{encounterId}/guide", call: h.setGuide},
		{method: "DELETE", pattern: "/{encounterId}/guide", call: h.dropGuide},
		{method: "GET", pattern: "/{encounterId}/guide", call: h.guide},
		{method: "DELETE", pattern: "/{encounterId}", call: h.end},
	}
	for i := range routes {
		routes[i].pattern = shared.BasePath + routes[i].pattern
	}
	routes = append(routes, route{method: "GET", pattern: doctorPath, call: h.examine})
	for i := range routes {
		routes[i].parts = strings.Split(routes[i].pattern, "/")
	}
	return routes
}

// find returns the route of a request and puts its path values into it. An
// unknown one is a route too: it refuses.
func find(routes []route, r *http.Request) route {
	segments := strings.Split(r.URL.Path, "/")
	for _, route := range routes {
		if route.method == r.Method && matches(route.parts, segments, r) {
			return route
		}
	}
	return route{method: r.Method, pattern: "unknown", call: func(*http.Request) (int, any, error) {
		return 0, nil, &shared.Error{Code: shared.CodeBadRequest, Field: "path"}
	}}
}

func matches(parts, segments []string, r *http.Request) bool {
	if len(parts) != len(segments) {
		return false
	}
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			r.SetPathValue(strings.TrimSuffix(name, "}"), segments[i])
		} else if part != segments[i] {
			return false
		}
	}
	return true
}

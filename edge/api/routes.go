package api

import (
	"net/http"
	"strings"

	"github.com/clinicpro/photobridge/shared"
)

// doctorPath is outside the session API: it is for whoever runs a deployment.
const doctorPath = "/api/medtech/doctor"

// route is one call of the API. Its pattern is also its name in logs.
type route struct {
	method  string
	pattern string
	call    call
}

// routes in the order in which they are tried: what is literal comes before an
// encounter's id. net/http's mux refuses such a set, since neither of
// /token/{token} and /{encounterId}/realtime is the narrower one.
func (h *handler) routes() []route {
	routes := []route{
		{"POST", "/create", h.create},
		{"GET", "/token/{token}", h.exchange},
		{"POST", "/token", h.exchangeCode},
		{"POST", "/presigned-url", h.presign},
		{"POST", "/images", h.confirm},
		{"GET", "/images/{encounterId}", h.list},
		{"PATCH", "/images/{encounterId}/{imageId}", h.correct},
		{"DELETE", "/images/{encounterId}/{imageId}", h.remove},
		{"POST", "/{encounterId}/token", h.renew},
		{"GET", "/{encounterId}/realtime", h.realtime},
		{"DELETE", "/{encounterId}", h.end},
	}
	for i := range routes {
		routes[i].pattern = shared.BasePath + routes[i].pattern
	}
	return append(routes, route{"GET", doctorPath, h.examine})
}

// find answers the route of a request and puts its path values into it. An
// unknown one is a route too: it refuses.
func find(routes []route, r *http.Request) route {
	segments := strings.Split(r.URL.Path, "/")
	for _, route := range routes {
		if route.method == r.Method && matches(route.pattern, segments, r) {
			return route
		}
	}
	return route{r.Method, "unknown", func(*http.Request) (int, any, error) {
		return 0, nil, shared.Errorf(shared.CodeBadRequest, "There is no such call.")
	}}
}

func matches(pattern string, segments []string, r *http.Request) bool {
	parts := strings.Split(pattern, "/")
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

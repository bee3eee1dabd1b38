package smart

import (
	"net/http"
	"net/http/httputil"
	"net/url"
)

// SetRecord makes another FHIR server keep the record; nil undoes that. Tokens are
// checked here as before, and the other server receives none.
func (s *Server) SetRecord(base *url.URL) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record = nil
	if base != nil {
		s.record = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(base)
			r.Out.Header.Del("Authorization")
		}}
	}
}

// elsewhere passes a request with a valid token to the server that keeps the
// record, or to next if this server does.
func (s *Server) elsewhere(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		allowed, ok := s.bearer(r)
		s.mu.Lock()
		record := s.record
		s.mu.Unlock()
		if patient := r.PathValue("id"); record == nil || !ok || patient != "" && patient != allowed.patientID {
			next(w, r)
			return
		}
		http.StripPrefix(FHIRPath, record).ServeHTTP(w, r)
	}
}

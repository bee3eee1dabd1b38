package objects

import (
	"crypto/rand"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/local/fault"
)

const (
	signedFormat = "20060102T150405Z"
	allowedSkew  = 15 * time.Minute // S3's own
)

type refusal struct{ code, message string }

// expired checks the request's signature time against a clock that may be wrong.
// The gateway uses the system's clock, so it never sees such a request.
// The codes are S3's: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func (s *Server) expired(r *http.Request, now time.Time) *refusal {
	if fault.Expired(r.Context()) {
		return &refusal{"AccessDenied", "Request has expired"}
	}
	if s.config.Clock.Skew() == 0 || r.Method == http.MethodOptions {
		return nil // a preflight is not signed
	}
	query := r.URL.Query()
	if signed, err := time.Parse(signedFormat, query.Get("X-Amz-Date")); err == nil {
		return expiredURL(query, signed, now)
	}
	signed, err := time.Parse(signedFormat, r.Header.Get("X-Amz-Date"))
	if err == nil && now.Sub(signed).Abs() > allowedSkew {
		return &refusal{
			"RequestTimeTooSkewed",
			"The difference between the request time and the current time is too large.",
		}
	}
	return nil
}

func expiredURL(query url.Values, signed, now time.Time) *refusal {
	seconds, err := strconv.Atoi(query.Get("X-Amz-Expires"))
	switch {
	case err != nil:
		return nil // the gateway says what is wrong with it
	case now.After(signed.Add(time.Duration(seconds) * time.Second)):
		return &refusal{"AccessDenied", "Request has expired"}
	case signed.Sub(now) > allowedSkew:
		return &refusal{"AccessDenied", "Request is not valid yet"}
	}
	return nil
}

// Refuse responds with the status of a fault. The codes are S3's own for it.
func (s *Server) Refuse(w http.ResponseWriter, r *http.Request, v fault.Verdict) {
	code, ok := map[int]string{
		http.StatusForbidden: "AccessDenied", http.StatusNotFound: "NoSuchKey",
		http.StatusRequestTimeout: "RequestTimeout", http.StatusPreconditionFailed: "PreconditionFailed",
		http.StatusTooManyRequests: "SlowDown", http.StatusInternalServerError: "InternalError",
		http.StatusServiceUnavailable: "SlowDown",
	}[v.Status]
	if !ok {
		code = "InternalError"
	}
	s.refuse(w, r, v.Status, code, "Refused (an injected fault).")
}

// Route names a request for counters and faults: "PUT object", "GET bucket".
func Route(r *http.Request) string {
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if key == "" {
		return r.Method + " bucket"
	}
	return r.Method + " object"
}

// refuse responds with S3's error document. The request's body is read first,
// because a browser that is still sending when the connection is cut loses the
// response.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	_, _ = io.Copy(io.Discard, r.Body)
	s.allowOrigin(w, r)
	id := strings.ToUpper(rand.Text()[:16])
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("X-Amz-Request-Id", id)
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	document := struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string
		Message   string
		Resource  string
		RequestID string `xml:"RequestId"`
	}{Code: code, Message: message, Resource: r.URL.Path, RequestID: id}
	_, _ = io.WriteString(w, xml.Header)
	_ = xml.NewEncoder(w).Encode(document)
}

// allowOrigin sets what the bucket's CORS rule would, without which a browser
// reports a network error and hides the status.
func (s *Server) allowOrigin(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin == "" || !slices.Contains(s.config.Origins, origin) {
		return
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	w.Header().Set("Access-Control-Expose-Headers", "ETag")
	w.Header().Add("Vary", "Origin")
}

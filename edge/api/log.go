package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// log writes one line a request. It names the route by its pattern, never the
// path: that may hold a QR token or an encounter.
func (h *handler) log(r *http.Request, route, requestID string, status int, took time.Duration, err error) {
	line := map[string]any{
		"requestId": requestID,
		"method":    r.Method,
		"route":     route,
		"status":    status,
		"ms":        took.Milliseconds(),
	}
	if encounterID := r.PathValue("encounterId"); shared.ValidID(encounterID) {
		sum := sha256.Sum256([]byte(encounterID))
		line["encounter"] = hex.EncodeToString(sum[:6])
	}
	if err != nil {
		line["code"] = shared.CodeOf(err)
	}
	if e, ok := asError(err); ok && e.Err != nil {
		line["cause"] = e.Err.Error()
	} else if err != nil && !ok {
		line["cause"] = err.Error()
	}
	if encoded, err := json.Marshal(line); err == nil {
		h.Log(encoded)
	}
}

package realtime

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/clinicpro/photobridge/local/fault"
)

func (s *Server) newRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.root)
	mux.HandleFunc("GET /time", s.time)
	mux.HandleFunc("GET /is-the-internet-up.txt", s.connectivity)
	mux.HandleFunc("POST /channels/{channel}/messages", s.restPublish)
	// ably-js connects with GET.
	mux.HandleFunc("GET /comet/connect", s.cometConnect)
	mux.HandleFunc("GET /comet/{key}/recv", s.onComet((*comet).reply))
	mux.HandleFunc("POST /comet/{key}/send", s.onComet((*comet).send))
	for _, method := range []string{"GET", "POST"} {
		mux.HandleFunc(method+" /comet/{key}/close", s.onComet(leaving(ActionClose)))
		mux.HandleFunc(method+" /comet/{key}/disconnect", s.onComet(leaving(ActionDisconnect)))
	}
	mux.HandleFunc("OPTIONS /", s.preflight)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, newError(codeNotFound, "%s %s is not served here.", r.Method, r.URL.Path))
	})
	return mux
}

func (s *Server) root(w http.ResponseWriter, r *http.Request) {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		s.fail(w, r, newError(codeBadRequest, "This is the realtime server: connect with a WebSocket."))
		return
	}
	s.connect(w, r)
}

// time returns the server's clock, in Unix milliseconds.
func (s *Server) time(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, http.StatusOK, []int64{s.clock.Now().UnixMilli()})
}

// connectivity responds to a browser's client that tests whether it is online. The
// client expects this word.
func (s *Server) connectivity(w http.ResponseWriter, r *http.Request) {
	allowOrigins(w)
	w.Header().Set("Content-Type", "text/plain")
	_, _ = io.WriteString(w, "yes\n")
}

// preflight allows pages of any origin, because the credential decides.
func (s *Server) preflight(w http.ResponseWriter, r *http.Request) {
	allowOrigins(w)
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
	w.Header().Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	w.Header().Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
}

func allowOrigins(w http.ResponseWriter) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Expose-Headers", "X-Ably-Errorcode, X-Ably-Errormessage")
}

// restPublish takes one message or an array.
func (s *Server) restPublish(w http.ResponseWriter, r *http.Request) {
	channel := r.PathValue("channel")
	grant, info := s.authenticate(r)
	if info == nil && !grant.capability.allows(channel, opPublish) {
		info = newError(
			codeNotPermitted,
			"The credential's capability does not permit publishing to the channel %q.",
			channel,
		)
	}
	var clientID string
	if info == nil {
		asked, _ := base64.StdEncoding.DecodeString(r.Header.Get("X-Ably-ClientId"))
		clientID, info = grant.resolveClientID(string(asked))
	}
	var messages messageList
	if info == nil {
		info = s.readBody(w, r, &messages)
	}
	if info == nil {
		info = prepare(messages, formatOf(r.Header.Get("Content-Type")), grant, clientID)
	}
	if info != nil {
		s.fail(w, r, info)
		return
	}
	base := rand.Text()[:12]
	serials := s.publish(channel, publication{messages: messages, base: base})
	id := messages[0].ID
	if id == "" {
		id = base
	}
	s.answer(w, r, http.StatusCreated, struct {
		Channel   string   `json:"channel"`
		MessageID string   `json:"messageId"`
		Serials   []string `json:"serials"`
	}{channel, id, serials})
}

// messageList decodes one message or several.
type messageList []Message

// readBody decodes the body by its content type.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, into any) *ErrorInfo {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFrameSize))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return newError(codeMessageTooLarge, "A request may have %d bytes.", maxFrameSize)
	case err != nil:
		return newError(codeBadRequest, "The body did not arrive whole.")
	case len(bytes.TrimSpace(body)) == 0:
		return newError(codeBadRequest, "The body is empty.")
	}
	f := formatOf(r.Header.Get("Content-Type"))
	if list, ok := into.(*messageList); ok && !isArray(body, f) {
		*list = make(messageList, 1)
		into = &(*list)[0]
	}
	if err := f.unmarshal(body, into); err != nil {
		return newError(codeBadRequest, "The body is not what %s promises: %v.", f.contentType(), err)
	}
	return nil
}

// isArray looks at the first byte: https://github.com/msgpack/msgpack/blob/master/spec.md.
func isArray(body []byte, f format) bool {
	if f == formatMsgpack {
		return body[0]&0xf0 == 0x90 || body[0] == 0xdc || body[0] == 0xdd
	}
	return bytes.TrimSpace(body)[0] == '['
}

// answer writes a value in the requested format. Clients that cannot read headers
// request an envelope around status, headers and value.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, status int, value any) {
	f := formatOf(r.Header.Get("Accept"))
	if envelope := r.URL.Query().Get("envelope"); envelope != "" {
		if envelope == "msgpack" {
			f = formatMsgpack
		}
		headers := map[string]string{}
		for name, values := range w.Header() {
			headers[strings.ToLower(name)] = strings.Join(values, ",")
		}
		value = struct {
			StatusCode int               `json:"statusCode"`
			Headers    map[string]string `json:"headers"`
			Response   any               `json:"response"`
		}{status, headers, value}
		status = http.StatusOK
	}
	body, err := f.marshal(value)
	if err != nil {
		status, body = http.StatusInternalServerError, nil
	}
	allowOrigins(w)
	w.Header().Set("Content-Type", f.contentType())
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// fail responds with {"error": …} with the headers that Ably's clients look at.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, info *ErrorInfo) {
	w.Header().Set("X-Ably-Errorcode", strconv.Itoa(info.Code))
	w.Header().Set("X-Ably-Errormessage", info.Message)
	s.answer(w, r, info.StatusCode, map[string]*ErrorInfo{"error": info})
}

// Route names a request for counters and faults: "connect", "POST messages".
func Route(r *http.Request) string {
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return "connect"
	}
	return r.Method + " " + r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
}

// Refuse responds with the status of a fault.
func (s *Server) Refuse(w http.ResponseWriter, r *http.Request, v fault.Verdict) {
	info := verdictError(v)
	info.StatusCode = v.Status
	s.fail(w, r, info)
}

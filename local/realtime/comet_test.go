package realtime

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/clinicpro/photobridge/local/fault"
)

// poller is the least that can be a client without a WebSocket.
type poller struct {
	t   *testing.T
	s   *stack
	key string
}

func polls(t *testing.T, s *stack) *poller {
	p := &poller{t: t, s: s}
	got := p.ask("GET", "connect", "", http.StatusOK)
	if len(got) != 1 || got[0].Action != ActionConnected {
		t.Fatalf("connecting returned %+v", got)
	}
	p.key = got[0].ConnectionDetails.ConnectionKey + "/"
	return p
}

// ask makes a request and returns the messages of its response.
func (p *poller) ask(method, path, body string, status int) (messages []ProtocolMessage) {
	p.t.Helper()
	target := *p.s.url
	target.Path, target.RawQuery = "/comet/"+p.key+path, "key="+key
	request, err := http.NewRequestWithContext(p.t.Context(), method, target.String(), strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Content-Type", typeJSON)
	// On a new line each time: on an old one Go's client repeats a request that was cut.
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if status == 0 {
		if err == nil {
			response.Body.Close()
			p.t.Errorf("%s was not cut: %d", path, response.StatusCode)
		}
		return nil
	}
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status {
		p.t.Fatalf("%s returned %d %s, %v", path, response.StatusCode, content, err)
	}
	if status < http.StatusBadRequest {
		if err := json.Unmarshal(content, &messages); err != nil {
			p.t.Fatalf("%s: %v", content, err)
		}
	}
	return messages
}

func TestAPollerHearsWhatIsPublished(t *testing.T) {
	s := start(t)
	p := polls(t, s)
	p.ask("POST", "send", `[{"action":10,"channel":"`+topic+`"}]`, http.StatusCreated)
	if got := p.ask("GET", "recv", "", http.StatusOK); len(got) != 1 || got[0].Action != ActionAttached {
		t.Errorf("attaching returned %+v", got)
	}
	s.publish(topic, publication{messages: []Message{{Name: "a"}}})
	if got := p.ask("GET", "recv", "", http.StatusOK); len(got) != 1 || got[0].Messages[0].Name != "a" {
		t.Errorf("heard %+v", got)
	}
	p.ask("POST", "close", "", http.StatusCreated)
	if got := p.ask("GET", "recv", "", http.StatusOK); len(got) != 1 || got[0].Action != ActionClosed {
		t.Errorf("closing returned %+v", got)
	}
	gone(t, s)
}

func TestPollersThatAreRefused(t *testing.T) {
	s := start(t)
	p := polls(t, s)
	p.ask("POST", "send", `{`, http.StatusBadRequest)
	p.ask("POST", "send", ``, http.StatusBadRequest)
	(&poller{t: t, s: s, key: "unknown/"}).ask("GET", "recv", "", http.StatusBadRequest)
	(&poller{t: t, s: s, key: "unknown/"}).ask("POST", "send", "[]", http.StatusBadRequest)
}

func TestAPollerThatIsCutOff(t *testing.T) {
	s := start(t)
	for _, rule := range []fault.Rule{
		{Effect: fault.DropBefore, Route: "in HEARTBEAT", Next: 1},
		{Effect: fault.DropAfter, Route: "in HEARTBEAT", Next: 1},
	} {
		p := polls(t, s)
		s.misbehave(t, rule)
		p.ask("POST", "send", `[{"action":0}]`, 0)
		gone(t, s)
	}
	p := polls(t, s)
	p.ask("POST", "send", `[{"action":0}]`, http.StatusCreated)
	s.misbehave(t, fault.Rule{Effect: fault.Cut, Route: "out HEARTBEAT", Next: 1})
	p.ask("GET", "recv", "", 0)
	gone(t, s)
}

func TestAPollerThatStopsAskingIsForgotten(t *testing.T) {
	s := start(t)
	p := polls(t, s)
	s.mu.Lock()
	c := s.comets[strings.TrimSuffix(p.key, "/")]
	s.mu.Unlock()
	c.askedAt.Store(time.Now().Add(-maxIdle - time.Second).UnixNano())
	gone(t, s)
}

// gone waits until the server holds nothing of any client.
func gone(t *testing.T, s *stack) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if stats := s.Stats(); stats.Connections == 0 && stats.Members == 0 {
			return
		}
	}
	t.Errorf("what is left: %+v", s.Stats())
}

package realtime

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"time"
)

const (
	defaultPage = 100
	maxPage     = 1000
)

// historyQuery is what GET …/messages may ask for (RSL2b). Times are Unix
// milliseconds, both inclusive.
type historyQuery struct {
	start, end int64
	forwards   bool
	limit      int
	until      uint64 // no later serial than this, for history up to an attach
	after      string // the message that the page before ended with
}

// history answers a page of messages, newest first unless asked otherwise.
func (s *Server) history(w http.ResponseWriter, r *http.Request) {
	channel := r.PathValue("channel")
	grant, info := s.authenticate(r)
	if info == nil && !grant.capability.allows(channel, opHistory) {
		info = newError(
			codeNotPermitted,
			"The credential's capability does not permit the history of the channel %q.",
			channel,
		)
	}
	var query historyQuery
	if info == nil {
		query, info = s.parseHistory(r.URL.Query())
	}
	if info != nil {
		s.fail(w, r, info)
		return
	}
	page, more := query.page(s.messages(channel, query.until))
	for _, link := range links(path.Base(r.URL.Path), r.URL.Query(), page, more) {
		w.Header().Add("Link", link)
	}
	f := formatOf(r.Header.Get("Accept"))
	s.answer(w, r, http.StatusOK, sentAll(page, f))
}

// messages are those of the retention up to a serial, oldest first.
func (s *Server) messages(channel string, until uint64) []Message {
	ch := s.acquire(channel)
	defer ch.mu.Unlock()
	ch.prune(s.clock.Now())
	var list []Message
	for _, e := range ch.entries {
		if e.serial <= until {
			list = append(list, e.messages...)
		}
	}
	return list
}

func (s *Server) parseHistory(values url.Values) (historyQuery, *ErrorInfo) {
	q := historyQuery{end: 1 << 62, limit: defaultPage, until: 1<<63 - 1, after: values.Get("cursor")}
	for name, into := range map[string]*int64{"start": &q.start, "end": &q.end} {
		text := values.Get(name)
		if text == "" {
			continue
		}
		milliseconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				return q, newError(codeBadRequest, "%s must be Unix milliseconds.", name)
			}
			milliseconds = at.UnixMilli()
		}
		*into = milliseconds
	}
	switch values.Get("direction") {
	case "", "backwards":
	case "forwards":
		q.forwards = true
	default:
		return q, newError(codeBadRequest, "direction must be forwards or backwards.")
	}
	if text := values.Get("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > maxPage {
			return q, newError(codeBadRequest, "limit must be 1 to %d.", maxPage)
		}
		q.limit = limit
	}
	for _, name := range []string{"from_serial", "fromSerial"} {
		if text := values.Get(name); text != "" {
			serial, ok := parseSerial(s.epoch, text)
			if !ok {
				return q, newError(codeEpochExpired, "%s is of a server that has started anew since.", name)
			}
			q.until = serial
		}
	}
	if q.start > q.end {
		return q, newError(codeBadRequest, "start must not be after end.")
	}
	return q, nil
}

// page selects from messages, oldest first; more says that others follow.
func (q historyQuery) page(messages []Message) (page []Message, more bool) {
	selected := slices.DeleteFunc(messages, func(m Message) bool {
		return m.Timestamp < q.start || m.Timestamp > q.end
	})
	if !q.forwards {
		slices.Reverse(selected)
	}
	if q.after != "" {
		at := slices.IndexFunc(selected, func(m Message) bool { return m.Serial == q.after })
		if at < 0 && !q.forwards {
			return nil, false // it has expired, and so has all before it
		}
		selected = selected[at+1:]
	}
	if len(selected) > q.limit {
		return selected[:q.limit], true
	}
	return selected, false
}

// links are the pages around this one, relative as Ably's are (TG6).
func links(route string, query url.Values, page []Message, more bool) []string {
	query = withoutForm(query)
	query.Del("cursor")
	list := []string{fmt.Sprintf(`<./%s?%s>; rel="first"`, route, query.Encode())}
	if more {
		query.Set("cursor", page[len(page)-1].Serial)
		list = append(list, fmt.Sprintf(`<./%s?%s>; rel="next"`, route, query.Encode()))
	}
	return list
}

// withoutForm drops what says how to answer and not what.
func withoutForm(query url.Values) url.Values {
	query = maps.Clone(query)
	query.Del("envelope")
	query.Del("format")
	return query
}

package upstash

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/edge/session"
	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/shared/wire"
)

// live reads a session and when it expires.
func live(reply []any, err error) (session.Live, error) {
	if err != nil {
		return session.Live{}, err
	}
	var stored storedSession
	err = decode(reply, 0, &stored)
	return session.Live{Session: session.Session(stored), ExpiresAt: time.UnixMilli(integer(reply, 1)).UTC()}, err
}

// joined reads a session as a phone gets it.
func joined(phoneID string) func(reply []any, err error) (session.Joined, error) {
	return func(reply []any, err error) (session.Joined, error) {
		stored, err := live(reply, err)
		if err != nil {
			return session.Joined{}, err
		}
		number := ""
		if len(reply) > 4 {
			number, _ = reply[4].(string)
		}
		return session.Joined{
			Live:       stored,
			PhoneID:    phoneID,
			Revision:   integer(reply, 2),
			ImageCount: int(integer(reply, 3)),
			Number:     number,
		}, nil
	}
}

// hash is an encounter's hash while it is read.
type hash struct {
	session.State
	seen map[string]time.Time // phones that may call
	left map[string]time.Time // phones that were removed
	wait map[string]bool      // phones that wait
}

// state reads the fields of an encounter's hash.
func state(reply []any, err error) (session.State, error) {
	if err != nil {
		return session.State{}, err
	}
	fields, err := stringsAt(reply, 0)
	if err != nil || len(fields)%2 != 0 {
		return session.State{}, malformed(reply)
	}
	h := hash{seen: map[string]time.Time{}, left: map[string]time.Time{}, wait: map[string]bool{}}
	h.Images = []shared.Image{}
	for i := 0; i < len(fields); i += 2 {
		if err := h.read(fields[i], fields[i+1]); err != nil {
			kind, _, _ := strings.Cut(fields[i], ":")
			return session.State{}, unavailable(fmt.Errorf("field %q: %w", kind, err))
		}
	}
	h.arrange()
	return h.State, nil
}

func (h *hash) read(field, value string) (err error) {
	kind, id, _ := strings.Cut(field, ":")
	switch kind {
	case "session":
		err = unmarshal(value, (*storedSession)(&h.Session))
	case "revision":
		h.Revision, err = strconv.ParseInt(value, 10, 64)
	case "expires":
		h.ExpiresAt, err = milliseconds(value)
	case "joined":
		if value != "0" {
			var at time.Time
			at, err = milliseconds(value)
			h.PhoneConnectedAt = &at
		}
	case "phone":
		var phone shared.Phone
		err = unmarshal(value, &phone)
		h.Phones = append(h.Phones, phone)
	case "seen":
		h.seen[id], err = milliseconds(value)
	case "wait":
		h.wait[id] = true
	case "guide":
		h.GuideOffered = true
	case "left":
		h.left[id], err = milliseconds(value)
	case "image":
		var image shared.Image
		err = unmarshal(value, &image)
		h.Images = append(h.Images, image)
	case "slot":
		var slot storedSlot
		err = unmarshal(value, &slot)
		h.Expected = append(h.Expected, shared.ExpectedImage{
			ImageID: id, PhoneID: slot.phoneID, ReservedAt: slot.reservedAt(),
		})
	}
	return err
}

// arrange completes phones and puts everything in the order in which it came.
func (h *hash) arrange() {
	for i := range h.Phones {
		phone := &h.Phones[i]
		seen, may := h.seen[phone.PhoneID]
		switch {
		case may:
			phone.LastSeenAt = seen
		case h.wait[phone.PhoneID]:
			phone.LastSeenAt, phone.Waiting = phone.JoinedAt, true
		default:
			phone.LastSeenAt, phone.Removed = h.left[phone.PhoneID], true
		}
	}
	inOrder(h.Phones, func(p *shared.Phone) (time.Time, string) { return p.JoinedAt, p.PhoneID })
	inOrder(h.Expected, func(e *shared.ExpectedImage) (time.Time, string) { return e.ReservedAt, e.ImageID })
	inOrder(h.Images, func(i *shared.Image) (time.Time, string) { return i.UploadedAt, i.ImageID })
}

// inOrder sorts by time, then by id. Lists are short, and each use of the
// library's sort is 4 KB of the worker.
func inOrder[T any](list []T, key func(*T) (time.Time, string)) {
	for i := range list {
		for j := i; j > 0; j-- {
			at, id := key(&list[j])
			before, beforeID := key(&list[j-1])
			if c := before.Compare(at); c < 0 || c == 0 && beforeID <= id {
				break
			}
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}

func milliseconds(text string) (time.Time, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	return time.UnixMilli(number).UTC(), err
}

func unmarshal(text string, m wire.Message) error { return wire.Unmarshal([]byte(text), m) }

// decode reads the message that is at i of a reply.
func decode(reply []any, i int, m wire.Message) error {
	if i >= len(reply) {
		return malformed(reply)
	}
	text, ok := reply[i].(string)
	if !ok {
		return malformed(reply[i])
	}
	if err := unmarshal(text, m); err != nil {
		return unavailable(err)
	}
	return nil
}

func stringsAt(reply []any, i int) ([]string, error) {
	if i >= len(reply) {
		return nil, malformed(reply)
	}
	list, ok := reply[i].([]any)
	if !ok {
		return nil, malformed(reply[i])
	}
	result := make([]string, len(list))
	for i, item := range list {
		if result[i], ok = item.(string); !ok {
			return nil, malformed(item)
		}
	}
	return result, nil
}

// integer reads a number that Redis may return as a string.
func integer(reply []any, i int) int64 {
	if i >= len(reply) {
		return 0
	}
	switch value := reply[i].(type) {
	case float64:
		return int64(value)
	case string:
		number, _ := strconv.ParseInt(value, 10, 64)
		return number
	}
	return 0
}

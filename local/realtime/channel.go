package realtime

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// retention is how long entries and message ids are kept, which limits resume:
// Ably's two minutes for a channel without persistence.
const retention = 2 * time.Minute

// channel holds the log of one channel's last two minutes, and its subscribers.
// The caller of its methods holds mu.
type channel struct {
	name string

	mu      sync.Mutex
	entries []*entry // oldest first
	ids     map[string]string
	head    uint64 // serial of the last publish ever
	floor   uint64 // publishes up to this one are no longer known
	members map[*attachment]struct{}
	quietAt time.Time // when the last member left
}

// entry is one publish: its messages are delivered together.
type entry struct {
	serial   uint64
	at       time.Time
	messages []Message
	frame    *frame
}

func newChannel(name string, head uint64, now time.Time) *channel {
	return &channel{
		name: name, head: head, floor: head, quietAt: now,
		ids: map[string]string{}, members: map[*attachment]struct{}{},
	}
}

// publication is a request to publish messages.
type publication struct {
	messages     []Message
	connectionID string // empty for REST
	base         string // ids of messages without one are base:index
}

// publish appends and delivers, and returns the messages' serials and the
// messages that were new. One whose id was published within the retention is
// dropped, and its earlier serial returned. next makes a serial that is greater
// than all before.
func (c *channel) publish(
	p publication,
	now time.Time,
	epoch string,
	next func() uint64,
) (serials []string, fresh []Message) {
	c.prune(now)
	serials = make([]string, len(p.messages))
	var serial uint64
	for i, m := range p.messages {
		if m.ID == "" {
			m.ID = p.base + ":" + strconv.Itoa(i)
		}
		if known, ok := c.ids[m.ID]; ok {
			serials[i] = known
			continue
		}
		if serial == 0 {
			serial = next()
		}
		m.ConnectionID, m.Timestamp = p.connectionID, now.UnixMilli()
		m.Serial = fmt.Sprintf("%s:%d", formatSerial(epoch, serial), i)
		m.Version = &MessageVersion{Serial: m.Serial, Timestamp: m.Timestamp}
		c.ids[m.ID], serials[i] = m.Serial, m.Serial
		fresh = append(fresh, m)
	}
	if fresh == nil {
		return serials, nil
	}
	e := &entry{serial: serial, at: now, messages: fresh, frame: c.messageFrame(epoch, serial, fresh)}
	c.entries, c.head = append(c.entries, e), serial
	for member := range c.members {
		member.deliver(e)
	}
	return serials, fresh
}

func (c *channel) messageFrame(epoch string, serial uint64, messages []Message) *frame {
	return &frame{message: &ProtocolMessage{
		Action:        ActionMessage,
		ID:            strings.TrimSuffix(messages[0].ID, ":0"),
		Channel:       c.name,
		ChannelSerial: formatSerial(epoch, serial),
		ConnectionID:  messages[0].ConnectionID,
		Timestamp:     messages[0].Timestamp,
		Messages:      messages,
	}}
}

// prune removes entries that are older than the retention.
func (c *channel) prune(now time.Time) {
	keep := 0
	for keep < len(c.entries) && now.Sub(c.entries[keep].at) > retention {
		for _, m := range c.entries[keep].messages {
			delete(c.ids, m.ID)
		}
		c.floor = c.entries[keep].serial
		keep++
	}
	c.entries = slices.Delete(c.entries, 0, keep)
}

// idle reports whether nobody can need the channel any more.
func (c *channel) idle(now time.Time) bool {
	c.prune(now)
	return len(c.members) == 0 && len(c.entries) == 0 && now.Sub(c.quietAt) > retention
}

// since returns the entries after serial; ok is false if some are no longer kept.
func (c *channel) since(serial uint64) (list []*entry, ok bool) {
	if serial < c.floor {
		return nil, false
	}
	first, _ := slices.BinarySearchFunc(c.entries, serial+1, func(e *entry, s uint64) int {
		switch {
		case e.serial < s:
			return -1
		case e.serial > s:
			return 1
		}
		return 0
	})
	return c.entries[first:], true
}

// A serial on the wire is the server's epoch and a number that only increases.

func formatSerial(epoch string, serial uint64) string {
	return fmt.Sprintf("%s-%016d", epoch, serial)
}

// parseSerial reads a channel's serial; ok is false if it is of another epoch,
// which is that of a server whose state was lost.
func parseSerial(epoch, text string) (serial uint64, ok bool) {
	rest, ok := strings.CutPrefix(text, epoch+"-")
	if !ok {
		return 0, false
	}
	number, _, _ := strings.Cut(rest, ":")
	serial, err := strconv.ParseUint(number, 10, 64)
	return serial, err == nil
}

package realtime

import (
	"slices"
	"testing"
	"time"
)

var t0 = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// filled is a channel with a publish every half minute: three of one message
// and, third, one of two. Serials are 101 to 104.
func filled(t *testing.T) *channel {
	t.Helper()
	c, serial := newChannel("c", 100, t0), uint64(100)
	for i, names := range [][]string{{"a"}, {"b"}, {"c", "d"}, {"e"}} {
		var messages []Message
		for _, name := range names {
			messages = append(messages, Message{ID: name, Name: name})
		}
		at := t0.Add(time.Duration(i) * 30 * time.Second)
		c.publish(publication{messages: messages}, at, "epoch", func() uint64 { serial++; return serial })
	}
	return c
}

func names(entries []*entry) (list []string) {
	for _, e := range entries {
		for _, m := range e.messages {
			list = append(list, m.Name)
		}
	}
	return list
}

func TestSince(t *testing.T) {
	tests := []struct {
		name   string
		now    time.Duration // after t0
		serial uint64
		want   []string
		ok     bool
	}{
		{"from the start", 0, 100, []string{"a", "b", "c", "d", "e"}, true},
		{"from the middle", 0, 102, []string{"c", "d", "e"}, true},
		{"from the end", 0, 104, nil, true},
		{"from before the start", 0, 99, nil, false},
		{"the first is forgotten and not asked for", 125 * time.Second, 101, []string{"b", "c", "d", "e"}, true},
		{"the first is forgotten and asked for", 125 * time.Second, 100, nil, false},
		{"all are forgotten", time.Hour, 104, nil, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := filled(t)
			c.prune(t0.Add(test.now))
			list, ok := c.since(test.serial)
			if ok != test.ok || !slices.Equal(names(list), test.want) {
				t.Errorf("%v, %v", names(list), ok)
			}
		})
	}
}

func TestAnIdIsRememberedForTwoMinutes(t *testing.T) {
	c, serial := newChannel("c", 0, t0), uint64(0)
	publish := func(at time.Duration) (string, int) {
		serials, fresh := c.publish(
			publication{messages: []Message{{ID: "id"}}},
			t0.Add(at),
			"epoch",
			func() uint64 { serial++; return serial },
		)
		return serials[0], len(fresh)
	}
	first, _ := publish(0)
	if again, fresh := publish(retention); again != first || fresh != 0 {
		t.Errorf("after two minutes %s and %d new, want %s and none", again, fresh, first)
	}
	if later, fresh := publish(retention + time.Second); later == first || fresh != 1 {
		t.Errorf("after more than two minutes %s and %d new", later, fresh)
	}
	if c.idle(t0.Add(retention)) || !c.idle(t0.Add(time.Hour)) {
		t.Error("a channel is idle when everything in it is old")
	}
}

func TestSerialsOnTheWire(t *testing.T) {
	if serial, ok := parseSerial("epoch", formatSerial("epoch", 42)+":3"); !ok || serial != 42 {
		t.Errorf("%d, %v", serial, ok)
	}
	for _, text := range []string{"", "other-0000000000000042", "epoch-x", "epoch"} {
		if _, ok := parseSerial("epoch", text); ok {
			t.Errorf("%q was read", text)
		}
	}
}

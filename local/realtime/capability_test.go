package realtime

import "testing"

func TestCapabilities(t *testing.T) {
	tests := []struct {
		capability, channel, operation string
		want                           bool
	}{
		{`{"session:enc-1":["subscribe"]}`, "session:enc-1", opSubscribe, true},
		{`{"session:enc-1":["subscribe"]}`, "session:enc-1", opPublish, false},
		{`{"session:enc-1":["subscribe"]}`, "session:enc-10", opSubscribe, false},
		{`{"session:enc-1":["*"]}`, "session:enc-1", opPresence, true},
		{`{"*":["publish"]}`, "session:enc-1", opPublish, true},
		{`{"session:*":["publish"]}`, "session:enc-1", opPublish, true},
		{`{"session:*":["publish"]}`, "session:a:b", opPublish, true},
		{`{"session:*":["publish"]}`, "session", opPublish, false},
		{`{"session:*":["publish"]}`, "other:enc-1", opPublish, false},
		{`{"*:enc-1":["publish"]}`, "session:enc-1", opPublish, true},
		{`{"*:enc-1":["publish"]}`, "a:b:enc-1", opPublish, false},
		{`{"session:enc*":["publish"]}`, "session:enc-1", opPublish, false},
		{`{"a":["publish"],"b":["subscribe"]}`, "b", opPublish, false},
	}
	for _, test := range tests {
		c, err := parseCapability(test.capability)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.allows(test.channel, test.operation); got != test.want {
			t.Errorf("%s lets %s on %s: %v", test.capability, test.operation, test.channel, got)
		}
	}
	for _, text := range []string{"", "[]", "{}", `{"a":"publish"}`} {
		if c, err := parseCapability(text); err == nil {
			t.Errorf("%q is %v", text, c)
		}
	}
}

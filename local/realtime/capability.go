package realtime

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// The operations that a capability may grant.
const (
	opSubscribe = "subscribe"
	opPublish   = "publish"
	opPresence  = "presence"
)

// capability maps resources to operations:
// https://ably.com/docs/auth/capabilities.
type capability map[string][]string

var everything = capability{"*": {"*"}}

// parseCapability reads {"resource": ["operation", …]}.
func parseCapability(text string) (capability, error) {
	var c capability
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return nil, errors.New(`a capability is a JSON object of lists, such as {"session:*": ["subscribe"]}`)
	}
	if len(c) == 0 {
		return nil, errors.New("the capability grants nothing")
	}
	return c, nil
}

func (c capability) allows(channel, operation string) bool {
	for resource, operations := range c {
		if !resourceMatches(resource, channel) {
			continue
		}
		if slices.Contains(operations, operation) || slices.Contains(operations, "*") {
			return true
		}
	}
	return false
}

// modes are the channel modes that the capability permits.
func (c capability) modes(channel string) int64 {
	var modes int64
	if c.allows(channel, opSubscribe) {
		modes |= flagSubscribe | flagPresenceSubscribe
	}
	if c.allows(channel, opPublish) {
		modes |= flagPublish
	}
	if c.allows(channel, opPresence) {
		modes |= flagPresence
	}
	return modes
}

// resourceMatches compares segment by segment. A * matches one whole
// segment, at the end for one or more; beside other characters it is itself.
func resourceMatches(resource, channel string) bool {
	want, have := strings.Split(resource, ":"), strings.Split(channel, ":")
	for i, segment := range want {
		switch {
		case i >= len(have):
			return false
		case segment == "*" && i == len(want)-1:
			return true
		case segment != "*" && segment != have[i]:
			return false
		}
	}
	return len(want) == len(have)
}

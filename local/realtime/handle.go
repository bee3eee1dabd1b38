package realtime

import (
	"encoding/json"
	"fmt"
)

// handle handles one message of the client. Unknown messages are ignored, as RSF1
// requires of both sides.
func (c *connection) handle(m *ProtocolMessage) {
	switch m.Action {
	case ActionHeartbeat:
		c.send(&frame{message: &ProtocolMessage{Action: ActionHeartbeat, ID: m.ID}})
	case ActionAttach:
		c.attach(m)
	case ActionDetach:
		c.leave(m.Channel)
		c.send(&frame{message: &ProtocolMessage{Action: ActionDetached, Channel: m.Channel}})
	case ActionMessage:
		c.publish(m)
	case ActionPresence:
		c.refuse(m, newError(codeBadRequest, "Presence is not served here."))
	case ActionAuth:
		c.reauthenticate(m)
	case ActionClose:
		c.server.forget(c.state)
		c.finish(&ProtocolMessage{Action: ActionClosed})
	case ActionDisconnect:
		c.finish(&ProtocolMessage{Action: ActionDisconnected})
	}
}

// refuse responds with an error in the form that fits the message.
func (c *connection) refuse(m *ProtocolMessage, info *ErrorInfo) {
	switch m.Action {
	case ActionMessage, ActionPresence:
		c.send(&frame{message: &ProtocolMessage{Action: ActionNack, MsgSerial: m.MsgSerial, Count: 1, Error: info}})
	case ActionAttach, ActionDetach:
		c.leave(m.Channel)
		c.send(&frame{message: &ProtocolMessage{Action: ActionError, Channel: m.Channel, Error: info}})
	default:
		c.finish(&ProtocolMessage{Action: ActionDisconnected, Error: info})
	}
}

// publish responds to MESSAGE with ACK or NACK. A client that did not receive an
// ACK repeats the msgSerial, and with it the message ids. The channel recognizes
// them, and the client gets its ACK.
func (c *connection) publish(m *ProtocolMessage) {
	if m.MsgSerial == nil {
		c.finish(&ProtocolMessage{Action: ActionError, Error: newError(codeBadRequest, "MESSAGE lacks msgSerial.")})
		return
	}
	if info := c.prepare(m); info != nil {
		c.refuse(m, info)
		return
	}
	serials := c.server.publish(m.Channel, publication{
		messages:     m.Messages,
		connectionID: c.state.id,
		base:         fmt.Sprintf("%s:%d", c.state.id, *m.MsgSerial),
	})
	c.send(&frame{message: &ProtocolMessage{
		Action: ActionAck, MsgSerial: m.MsgSerial, Count: 1, Res: []PublishResult{{Serials: serials}},
	}})
}

func (c *connection) prepare(m *ProtocolMessage) *ErrorInfo {
	grant := c.credential()
	if !grant.capability.allows(m.Channel, opPublish) {
		return newError(
			codeNotPermitted,
			"The credential's capability does not permit publishing to the channel %q.",
			m.Channel,
		)
	}
	if a := c.attachments[m.Channel]; a != nil && a.modes&flagPublish == 0 {
		return newError(codeNotPermitted, "The channel %q was attached without the mode publish.", m.Channel)
	}
	return prepare(m.Messages, c.format, grant, c.state.clientID)
}

// prepare checks and completes messages for publishing. clientID is the
// publisher's.
func prepare(messages []Message, f format, grant *credential, clientID string) *ErrorInfo {
	if len(messages) == 0 {
		return newError(codeBadRequest, "There is no message to publish.")
	}
	size := 0
	for i := range messages {
		m := &messages[i]
		if m.Action != 0 {
			return newError(codeBadRequest, "Editing messages is not served here.")
		}
		if err := m.received(f); err != nil {
			return newError(codeBadRequest, "Message %d: %v.", i, err)
		}
		switch {
		case m.ClientID == "":
			m.ClientID = clientID
		case m.ClientID != clientID && (clientID != "" || grant.clientID != "*"):
			return newError(codeInvalidClientID, "Message %d: the publisher is not %q.", i, m.ClientID)
		}
		size += messageSize(m)
	}
	if size > maxMessageSize {
		return newError(codeMessageTooLarge, "One publish may have %d bytes; this has %d.", maxMessageSize, size)
	}
	return nil
}

// messageSize returns the size by the rule of TO3l8.
func messageSize(m *Message) int {
	size := len(m.Name) + len(m.ClientID)
	switch data := m.Data.(type) {
	case string:
		size += len(data)
	case []byte:
		size += len(data)
	}
	if m.Extras != nil {
		if text, err := json.Marshal(m.Extras); err == nil {
			size += len(text)
		}
	}
	return size
}

// reauthenticate responds to AUTH: CONNECTED with the new token, ERROR without.
// Channels that the new token does not permit are left.
func (c *connection) reauthenticate(m *ProtocolMessage) {
	var token string
	if m.Auth != nil {
		token = m.Auth.AccessToken
	}
	grant, info := c.server.checkToken(token)
	if info == nil {
		if clientID, refused := grant.resolveClientID(
			c.state.clientID,
		); refused != nil ||
			clientID != c.state.clientID {
			info = newError(codeIncompatible, "The new token is for another clientId.")
		}
	}
	if info != nil {
		c.finish(&ProtocolMessage{Action: ActionError, Error: info})
		return
	}
	c.setCredential(grant)
	c.greet(nil)
	for name, a := range c.attachments {
		a.channel.mu.Lock()
		a.modes &= grant.capability.modes(name)
		left := a.modes
		a.channel.mu.Unlock()
		if left == 0 {
			c.refuse(&ProtocolMessage{Action: ActionAttach, Channel: name},
				newError(codeNotPermitted, "The new token's capability does not permit the channel %q.", name))
		}
	}
}

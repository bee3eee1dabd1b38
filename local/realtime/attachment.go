package realtime

// attachment connects one connection to one channel.
type attachment struct {
	connection *connection
	channel    *channel
	modes      int64
}

// deliver hands an entry to the connection. Its caller holds the channel's lock,
// which keeps the order.
func (a *attachment) deliver(e *entry) {
	if a.modes&flagSubscribe == 0 {
		return
	}
	if !a.connection.echo && e.frame.message.ConnectionID == a.connection.state.id {
		return
	}
	a.connection.send(e.frame)
}

// attach responds to ATTACH: the modes that were asked for and are permitted, the
// serial at which the stream begins, and the entries since the client's serial.
func (c *connection) attach(m *ProtocolMessage) {
	modes := m.Flags & allModes
	if modes == 0 {
		modes = allModes
	}
	modes &= c.credential().capability.modes(m.Channel)
	if modes == 0 {
		c.leave(m.Channel)
		c.send(&frame{message: &ProtocolMessage{
			Action:  ActionError,
			Channel: m.Channel,
			Error: newError(
				codeNotPermitted,
				"The credential's capability does not permit attaching to the channel %q.",
				m.Channel,
			),
		}})
		return
	}
	ch := c.server.acquire(m.Channel)
	defer ch.mu.Unlock()
	attached := &ProtocolMessage{Action: ActionAttached, Channel: m.Channel, Flags: modes}
	if a := c.attachments[m.Channel]; a != nil {
		// Entries after the client's serial are already on their way to it.
		a.modes = modes
		attached.Flags |= flagResumed
		attached.ChannelSerial = formatSerial(c.server.epoch, ch.head)
		c.send(&frame{message: attached})
		return
	}
	a := &attachment{connection: c, channel: ch, modes: modes}
	missed := c.begin(ch, m, attached)
	c.attachments[m.Channel] = a
	ch.members[a] = struct{}{}
	c.send(&frame{message: attached})
	for _, e := range missed {
		a.deliver(e)
	}
}

// begin decides where the stream begins, records it in attached, and returns the
// entries to replay.
func (c *connection) begin(ch *channel, m, attached *ProtocolMessage) []*entry {
	epoch := c.server.epoch
	ch.prune(c.server.clock.Now())
	start := ch.head
	var missed []*entry
	if m.ChannelSerial != "" {
		serial, known := parseSerial(epoch, m.ChannelSerial)
		entries, complete := ch.since(serial)
		switch {
		case !known:
			attached.Error = newError(codeEpochExpired, "Unable to resume: the server has restarted since.")
		case !complete:
			attached.Error = newError(codeMessagesExpired, "Unable to resume: messages in between have expired.")
		default:
			start, missed = serial, entries
			attached.Flags |= flagResumed
		}
	}
	if len(missed) > 0 {
		attached.Flags |= flagHasBacklog
	}
	attached.ChannelSerial = formatSerial(epoch, start)
	return missed
}

// leave ends an attachment, if there is one.
func (c *connection) leave(name string) {
	a := c.attachments[name]
	if a == nil {
		return
	}
	delete(c.attachments, name)
	a.channel.mu.Lock()
	defer a.channel.mu.Unlock()
	delete(a.channel.members, a)
	a.channel.quietAt = c.server.clock.Now()
}

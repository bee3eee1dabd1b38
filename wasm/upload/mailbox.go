package upload

import "sync"

// mailbox collects events for the loop. Posting never blocks, so a browser
// callback may do it.
type mailbox struct {
	mu     sync.Mutex
	events []func()
	wake   chan struct{}
}

func (m *mailbox) post(event func()) {
	m.mu.Lock()
	m.events = append(m.events, event)
	m.mu.Unlock()
	m.poke()
}

// poke wakes the loop without an event.
func (m *mailbox) poke() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

func (m *mailbox) take() []func() {
	m.mu.Lock()
	defer m.mu.Unlock()
	events := m.events
	m.events = nil
	return events
}

package realtime

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	soakChannels    = 200
	soakSubscribers = 1_000
	soakMessages    = 10_000
	soakLeak        = 1 << 20 // bytes that may be left over
)

// Every subscriber gets each message of its channel once and in order,
// although all of them are cut off twice; and then everything is let go.
func TestSoak(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while; run without -short")
	}
	s := start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute) // seconds, unless the machine is busy
	defer cancel()
	// Maps and pools stay as large as they once were, so a first round of few
	// messages comes before what is compared.
	soak(ctx, t, s, 3)
	s.letGo(t)
	heapBefore, goroutinesBefore := heap(), runtime.NumGoroutine()

	began := time.Now()
	cuts := soak(ctx, t, s, soakMessages/soakChannels)
	took, heapFull := time.Since(began), heap()
	s.letGo(t)
	heapAfter, goroutinesAfter := heap(), runtime.NumGoroutine()
	t.Logf(
		"%d deliveries in %s across %d cuts; heap %d kB, full %d kB, after %d kB",
		soakMessages/soakChannels*soakSubscribers,
		took.Round(time.Millisecond),
		cuts,
		heapBefore>>10,
		heapFull>>10,
		heapAfter>>10,
	)
	if cuts < soakSubscribers {
		t.Error("that is too few cuts to show anything")
	}
	if heapAfter > heapBefore+soakLeak {
		t.Error("the heap did not shrink again")
	}
	if goroutinesAfter > goroutinesBefore+10 {
		t.Errorf("%d goroutines, %d before", goroutinesAfter, goroutinesBefore)
	}
}

// soak fails unless every message arrives once, and returns how many cuts were
// survived.
func soak(ctx context.Context, t *testing.T, s *stack, perChannel int) (cuts int) {
	var attached, finished sync.WaitGroup
	listeners := make([]listener, soakSubscribers)
	for i := range listeners {
		listeners[i].channel = fmt.Sprintf("soak:%d", i%soakChannels)
		attached.Add(1)
		finished.Go(func() { listeners[i].run(ctx, s, sync.OnceFunc(attached.Done)) })
	}
	attached.Wait()
	publishAll(t, s, perChannel)
	finished.Wait()
	var want []string
	for n := range perChannel {
		want = append(want, strconv.Itoa(n))
	}
	for i, l := range listeners {
		cuts += l.connections - 1
		if !slices.Equal(l.got, want) {
			t.Fatalf("subscriber %d of %s received %v: %v", i, l.channel, l.got, l.err)
		}
	}
	return cuts
}

// letGo waits until everybody has gone, lets the retention pass, and waits
// until nothing is held any more.
func (s *stack) letGo(t *testing.T) {
	t.Helper()
	until(t, "every connection to end", func() bool { return s.Stats().Connections == 0 })
	s.clock.SetSkew(s.clock.Skew() + 2*retention)
	until(t, "channels and connections to be forgotten", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.channels)+len(s.states) == 0
	})
}

// publishAll publishes over REST, each channel's messages in order, and cuts
// everybody off at a third and at two thirds.
func publishAll(t *testing.T, s *stack, perChannel int) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	defer client.CloseIdleConnections()
	for n := range perChannel + 1 {
		name := strconv.Itoa(n)
		if n == perChannel {
			name = "end"
		}
		if n == perChannel/3 || n == 2*perChannel/3 {
			s.Disconnect()
		}
		var publishers sync.WaitGroup
		for worker := range 8 {
			publishers.Go(func() {
				for c := worker; c < soakChannels; c += 8 {
					target := fmt.Sprintf("%s/channels/soak:%d/messages?key=%s", s.url, c, key)
					response, err := client.Post(target, "application/json", strings.NewReader(`{"name":"`+name+`"}`))
					if err != nil {
						t.Error(err)
						return
					}
					response.Body.Close()
					if response.StatusCode != http.StatusCreated {
						t.Errorf("published with %d", response.StatusCode)
					}
				}
			})
		}
		publishers.Wait()
	}
}

// listener stays on one channel until its last message.
type listener struct {
	channel     string
	got         []string
	connections int
	err         error

	key, serial string
}

func (l *listener) run(ctx context.Context, s *stack, attached func()) {
	for ctx.Err() == nil {
		c, err := s.dial(ctx, url.Values{"resume": {l.key}})
		if err != nil {
			l.err = err
			continue
		}
		l.connections++
		if l.listen(ctx, c, attached) {
			_ = c.send(ctx, ProtocolMessage{Action: ActionClose})
			_ = c.Close(1000, "")
			return
		}
		_ = c.CloseNow()
	}
}

// listen reports whether the last message came.
func (l *listener) listen(ctx context.Context, c socket, attached func()) bool {
	if l.err = c.send(
		ctx,
		ProtocolMessage{Action: ActionAttach, Channel: l.channel, ChannelSerial: l.serial},
	); l.err != nil {
		return false
	}
	for {
		var m ProtocolMessage
		if m, l.err = c.next(ctx); l.err != nil {
			return false
		}
		switch m.Action {
		case ActionConnected:
			l.key = m.ConnectionDetails.ConnectionKey
		case ActionAttached:
			l.serial = m.ChannelSerial
			attached()
		case ActionMessage:
			l.serial = m.ChannelSerial
			for _, message := range m.Messages {
				if message.Name == "end" {
					return true
				}
				l.got = append(l.got, message.Name)
			}
		}
	}
}

// heap is what is in use, in bytes.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers let go in the first
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

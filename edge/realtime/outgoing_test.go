//go:build !js

package realtime

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// service is Ably as far as publishing goes: it gives each reply once, then 201.
type service struct {
	replies []int // 0: no connection
	delay   time.Duration
	asked   []string
}

func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	s.asked = append(s.asked, r.URL.Path+" "+string(body))
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case <-time.After(s.delay):
	}
	status := http.StatusCreated
	if len(s.replies) > 0 {
		status, s.replies = s.replies[0], s.replies[1:]
	}
	if status == 0 {
		return nil, errors.New("no route")
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader("{}"))}, nil
}

func TestPublishDoesNotWaitAndTriesAgain(t *testing.T) {
	tests := []struct {
		name    string
		replies []int
		delay   time.Duration
		tries   int
		within  time.Duration
	}{
		{"it works", nil, 0, 1, 0},
		{"it works the second time", []int{503}, 0, 2, 100 * time.Millisecond},
		{"no connection, then too many requests", []int{0, 429}, 0, 3, 400 * time.Millisecond},
		{"it is down", []int{500, 500, 500, 500}, 0, 3, 400 * time.Millisecond},
		{"it refuses", []int{401, 401}, 0, 1, 0},
		{"it hangs", nil, time.Hour, 1, 3 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ably := &service{replies: test.replies, delay: test.delay}
				outgoing := &Outgoing{HTTP: ably}
				publisher, err := New("app.key:secret", "https://ably.example", ably, outgoing)
				if err != nil {
					t.Fatal(err)
				}
				started := time.Now()
				publisher.Publish(t.Context(), "enc-1", shared.EventImageUploaded, shared.Event{Revision: 7}, "id-1")
				if waited := time.Since(started); waited != 0 {
					t.Errorf("the caller waited %s", waited)
				}
				outgoing.Wait()
				if took := time.Since(started); len(ably.asked) != test.tries || took != test.within {
					t.Errorf("%d tries in %s", len(ably.asked), took)
				}
				want := `/channels/session:enc-1/messages {"id":"id-1","name":"image-uploaded",` +
					`"data":"{\"revision\":7}","encoding":"json"}`
				for _, asked := range ably.asked {
					if asked != want {
						t.Errorf("it was sent %s", asked)
					}
				}
			})
		})
	}
}

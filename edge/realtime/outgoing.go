//go:build !js

package realtime

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

const (
	postBudget = 3 * time.Second
	postTries  = 3
	firstWait  = 100 * time.Millisecond
)

// Outgoing is an Outbox with a goroutine for each letter.
type Outgoing struct {
	HTTP http.RoundTripper

	letters sync.WaitGroup
}

var _ Outbox = (*Outgoing)(nil)

// Post starts to send a letter and returns.
func (o *Outgoing) Post(letter Letter) {
	o.letters.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), postBudget)
		defer cancel()
		o.send(ctx, letter)
	})
}

// Wait returns once every letter is sent or given up.
func (o *Outgoing) Wait() { o.letters.Wait() }

func (o *Outgoing) send(ctx context.Context, letter Letter) {
	wait := firstWait
	for try := 1; o.post(ctx, letter) && try < postTries; try++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
			wait *= 3
		}
	}
}

// post sends a letter once and reports whether another try may help.
func (o *Outgoing) post(ctx context.Context, letter Letter) (again bool) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, letter.URL, bytes.NewReader(letter.Body))
	if err != nil {
		return false
	}
	request.Header = letter.Header
	response, err := o.HTTP.RoundTrip(request)
	if err != nil {
		return true
	}
	defer response.Body.Close()
	io.Copy(io.Discard, io.LimitReader(response.Body, 1<<16))
	return shared.RetryableStatus(response.StatusCode)
}

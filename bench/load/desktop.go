//go:build unix

package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/ably/ably-go/ably"
	"github.com/golang-jwt/jwt/v5"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/upload/edgeapi"
)

// Pictures that a desktop fetches at once, as many as a browser's connections
// to one host.
const fetchesAtOnce = 6

// desktop does what the widget does: it opens the session, listens, and after
// every event fetches the list and the pictures that it has not got.
type desktop struct {
	edge, encounterID, address string
	traffic                    *traffic

	session shared.CreateResponse
	client  *ably.Realtime
	wanted  chan struct{} // a list is to be fetched
	ended   chan struct{} // closed when the session-ended event arrived
	slots   chan struct{} // pictures that may be on their way

	mu      sync.Mutex
	etag    string
	list    shared.ListResponse
	heard   map[string]int       // image id → number of events for it
	sentAt  map[string]time.Time // image id → when its confirmation was asked for
	fetched map[string]string    // image id → SHA-256 of what came, base64
	failed  error                // the first thing that went wrong
}

func newDesktop(edge, encounterID, address string, t *traffic) *desktop {
	return &desktop{
		edge: edge, encounterID: encounterID, address: address, traffic: t,
		wanted: make(chan struct{}, 1), ended: make(chan struct{}, 1), slots: make(chan struct{}, fetchesAtOnce),
		heard: map[string]int{}, sentAt: map[string]time.Time{}, fetched: map[string]string{},
	}
}

// open creates the session with a launch token of the practice and listens.
func (d *desktop) open(ctx context.Context, launchSecret string) error {
	launch, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub": "load", "facilityId": "load", "patientId": "load", "encounterId": d.encounterID, "patientLabel": "Load",
		"exp": time.Now().Add(time.Hour).Unix(),
	}).SignedString([]byte(launchSecret))
	if err != nil {
		return err
	}
	got, err := persist(ctx, func() (answer, error) { return d.call(ctx, "POST", "/create", launch, "") })
	if err != nil {
		return err
	}
	if d.session, err = decode[shared.CreateResponse](got, "create"); err != nil {
		return err
	}
	return d.listen(ctx)
}

// listen subscribes with the vendor's own client, as the widget does with its.
func (d *desktop) listen(ctx context.Context) error {
	got, err := persist(ctx, func() (answer, error) {
		return d.call(ctx, "GET", "/"+d.encounterID+"/realtime", d.session.DesktopToken, "")
	})
	if err != nil {
		return err
	}
	access, err := decode[shared.RealtimeResponse](got, "the realtime call")
	if err != nil {
		return err
	}
	at, err := url.Parse(access.RealtimeURL)
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(at.Port())
	if err != nil {
		return fmt.Errorf("the realtime server is at %q: %w", access.RealtimeURL, err)
	}
	d.client, err = ably.NewRealtime(
		ably.WithToken(access.Token),
		ably.WithEndpoint(at.Hostname()),
		ably.WithPort(port),
		ably.WithTLS(false),
		ably.WithLogLevel(ably.LogNone),
		ably.WithAutoConnect(false),
	)
	if err != nil {
		return err
	}
	d.client.Connect()
	if _, err := d.client.Channels.Get(access.Channel).SubscribeAll(ctx, d.hear); err != nil {
		return err
	}
	d.refresh()
	return nil
}

// hear is notified of an event.
func (d *desktop) hear(message *ably.Message) {
	switch shared.EventName(message.Name) {
	case shared.EventImageUploaded:
		var event shared.Event // this client hands the JSON on as it travelled; what is none names no image
		_ = json.Unmarshal(fmt.Appendf(nil, "%s", message.Data), &event)
		d.mu.Lock()
		d.heard[event.ImageID]++
		if at, ok := d.sentAt[event.ImageID]; ok && d.heard[event.ImageID] == 1 {
			d.traffic.note("confirmation sent → event heard", time.Since(at))
		}
		d.mu.Unlock()
	case shared.EventSessionEnded:
		select {
		case d.ended <- struct{}{}:
		default:
		}
		return
	}
	d.refresh()
}

// confirming notes that the phone is about to confirm an image.
func (d *desktop) confirming(imageID string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, again := d.sentAt[imageID]; !again {
		d.sentAt[imageID] = time.Now()
	}
}

// refresh asks for a list; several asked for while one is fetched are one.
func (d *desktop) refresh() {
	select {
	case d.wanted <- struct{}{}:
	default:
	}
}

// follow fetches lists and pictures until it has all of a number of them and
// received an event for each, or the context ends.
func (d *desktop) follow(ctx context.Context, photos int) error {
	var pictures sync.WaitGroup
	defer pictures.Wait()
	asked := map[string]bool{}
	for len(asked) < photos || d.announced() < photos || len(d.wanted) > 0 {
		select {
		case <-ctx.Done():
			return fmt.Errorf(
				"the desktop has %d of %d photos and received events for %d: %w",
				len(asked),
				photos,
				d.announced(),
				context.Cause(ctx),
			)
		case <-d.wanted:
		}
		images, err := d.fetchList(ctx)
		if err != nil {
			return err
		}
		for _, image := range images {
			if !asked[image.ImageID] {
				asked[image.ImageID] = true
				pictures.Go(func() { d.fetchPicture(ctx, image) })
			}
		}
	}
	pictures.Wait()
	return d.failed
}

// announced returns how many photos had an event.
func (d *desktop) announced() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.heard)
}

func (d *desktop) fetchList(ctx context.Context) ([]shared.Image, error) {
	got, err := d.call(ctx, "GET", "/images/"+d.encounterID, d.session.DesktopToken, d.etag)
	if err != nil || got.Status == http.StatusNotModified {
		return nil, err
	}
	if shared.RetryableStatus(got.Status) {
		time.AfterFunc(time.Second, d.refresh) // the widget's first wait
		return nil, nil
	}
	list, err := decode[shared.ListResponse](got, "the list")
	if err != nil {
		return nil, err
	}
	d.list, d.etag = list, got.Header.Get("ETag")
	return list.Images, nil
}

func (d *desktop) fetchPicture(ctx context.Context, image shared.Image) {
	d.slots <- struct{}{}
	defer func() { <-d.slots }()
	request, err := http.NewRequest("GET", image.PreviewURL, nil)
	var got answer
	if err == nil {
		got, err = d.traffic.do(ctx, storageRoute+"GET object", request)
	}
	if err == nil && got.Status != http.StatusOK {
		err = fmt.Errorf("a picture returned %d", got.Status)
	}
	sum := sha256.Sum256(got.Body)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		d.failed = errors.Join(d.failed, err)
		return
	}
	d.fetched[image.ImageID] = base64.StdEncoding.EncodeToString(sum[:])
}

// end ends the session and waits until that was heard: events of one channel
// come in order, so every earlier one has come by then.
func (d *desktop) end(ctx context.Context) error {
	defer d.client.Close()
	got, err := persist(
		ctx,
		func() (answer, error) {
			return d.call(ctx, "DELETE", "/"+d.encounterID+"?force=1", d.session.DesktopToken, "")
		},
	)
	if err != nil {
		return err
	}
	if got.Status != http.StatusNoContent {
		return fmt.Errorf("ending the session returned %s", failureCode(got, nil))
	}
	select {
	case <-d.ended:
		return nil
	case <-ctx.Done():
		return errors.New("the desktop did not hear of the session's end")
	}
}

func (d *desktop) call(ctx context.Context, method, path, token, etag string) (answer, error) {
	return callEdge(
		ctx,
		d.traffic,
		d.address,
		edgeapi.Request{Method: method, URL: d.edge + shared.BasePath + path, Token: token},
		etag,
	)
}

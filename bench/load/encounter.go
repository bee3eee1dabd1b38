//go:build unix

package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

const clearLimit = 30 * time.Second

// encounter is what became of one: what its phone sent, and where it arrived.
type encounter struct {
	sent    map[string]string // image id → SHA-256, base64
	listed  []shared.Image    // by the edge, at the end
	stored  []string          // keys in the bucket, at the end
	fetched map[string]string // image id → SHA-256 of what the desktop got
	heard   map[string]int    // image id → events on this encounter's channel
	left    []string          // keys in the bucket once the session was ended
	err     error             // why it could not be carried through
}

// findings are sentences on what should not be.
type findings struct {
	lost, doubled, strays, left []string
}

// compare compares what arrived with what was sent. A photo is lost if any one
// of list, bucket, desktop and channel has not got it whole; doubled if one has
// it twice; a stray if it belongs to no phone here.
func compare(e encounter) findings {
	f := findings{left: e.left}
	listed := map[string][]shared.Image{}
	keys := map[string]bool{}
	for _, image := range e.listed {
		listed[image.ImageID] = append(listed[image.ImageID], image)
		keys[image.S3Key] = true
		if _, ours := e.sent[image.ImageID]; !ours {
			f.strays = append(f.strays, image.ImageID+" is listed and was not sent here")
		}
	}
	for _, key := range e.stored {
		if !keys[key] {
			f.strays = append(f.strays, key+" is in the bucket and in no list")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(e.heard)) {
		if _, ours := e.sent[id]; !ours {
			f.strays = append(f.strays, fmt.Sprintf("%q had an event and was not sent here", id))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(e.sent)) {
		if missing := missing(e, id, listed[id]); len(missing) > 0 {
			f.lost = append(f.lost, id+" is not "+strings.Join(missing, ", nor "))
		}
		if len(listed[id]) > 1 || e.heard[id] > 1 {
			f.doubled = append(
				f.doubled,
				fmt.Sprintf("%s is listed %d times and had %d events", id, len(listed[id]), e.heard[id]),
			)
		}
	}
	return f
}

// missing says where a photo is not, or not whole.
func missing(e encounter, id string, listed []shared.Image) (places []string) {
	switch {
	case len(listed) == 0:
		places = append(places, "in the list")
	case listed[0].SHA256 != e.sent[id]:
		places = append(places, "whole in the list")
	case !slices.Contains(e.stored, listed[0].S3Key):
		places = append(places, "in the bucket")
	}
	if e.fetched[id] != e.sent[id] {
		places = append(places, "whole on the desktop")
	}
	if e.heard[id] == 0 {
		places = append(places, "in any event")
	}
	return places
}

func (f *findings) add(other findings) {
	f.lost = append(f.lost, other.lost...)
	f.doubled = append(f.doubled, other.doubled...)
	f.strays = append(f.strays, other.strays...)
	f.left = append(f.left, other.left...)
}

func (f findings) any() bool { return len(f.lost)+len(f.doubled)+len(f.strays)+len(f.left) > 0 }

// site is where encounters take place.
type site struct {
	edge, launchSecret string
	bucket             *bucket
	traffic            *traffic
}

// run carries an encounter through: desktop opens and listens, phone scans and
// sends, desktop shows all and ends the session.
func (s *site) run(ctx context.Context, id, address string, photos int) encounter {
	e := encounter{sent: map[string]string{}}
	pictures := map[string]picture{}
	for range photos {
		picture := newPicture()
		sum := sha256.Sum256(picture.jpeg())
		imageID := randomID()
		pictures[imageID] = picture
		e.sent[imageID] = base64.StdEncoding.EncodeToString(sum[:])
	}
	d := newDesktop(s.edge, id, address, s.traffic)
	if e.err = d.open(ctx, s.launchSecret); e.err != nil {
		return e
	}
	p := &phone{edge: s.edge, address: address, traffic: s.traffic, sent: d.confirming}
	e.err = s.carry(ctx, d, p, pictures)
	// Looked at and cleared up however it went.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clearLimit)
	defer cancel()
	e.listed, e.fetched = d.list.Images, d.fetched
	if stored, err := s.bucket.list(ctx, id); err == nil {
		e.stored = stored
	} else if e.err == nil {
		e.err = err
	}
	if err := d.end(ctx); err != nil && e.err == nil {
		e.err = err
	}
	left, err := s.bucket.list(ctx, id)
	if err != nil && e.err == nil {
		e.err = err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	e.left, e.heard = left, maps.Clone(d.heard)
	return e
}

// carry has the phone send and the desktop follow, at the same time.
func (s *site) carry(ctx context.Context, d *desktop, p *phone, pictures map[string]picture) error {
	followed := make(chan error, 1)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() { followed <- d.follow(ctx, len(pictures)) }()
	session, err := p.scan(ctx, d.session.Token)
	if err == nil {
		err = p.upload(ctx, session, pictures)
	}
	if err != nil {
		cancel(err)
	}
	if late := <-followed; err == nil {
		err = late
	}
	return err
}

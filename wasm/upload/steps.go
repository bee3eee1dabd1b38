package upload

import (
	"context"
	"slices"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

func (t *traffic) compress(p *photo) {
	compressor, file, limit := t.world.Compressor, p.file, t.maxImageBytes()
	t.begin(compress, []*photo{p}, func(ctx context.Context, j *job) (func(), error) {
		result, err := compressor.Compress(ctx, file, limit)
		return func() {
			for _, p := range j.photos {
				t.album.compressed(p, result, t.now)
			}
		}, err
	})
}

func (t *traffic) maxImageBytes() int {
	if limit := t.session.Limits.MaxImageBytes; limit > 0 {
		return limit
	}
	return shared.MaxImageBytes
}

func (t *traffic) maxImages() int { return t.session.MaxImages }

func (t *traffic) sign(batch []*photo) {
	edge, images := t.edge, make([]shared.PresignImage, len(batch))
	for i, p := range batch {
		images[i] = p.presign()
	}
	t.begin(sign, batch, func(ctx context.Context, j *job) (func(), error) {
		signed, err := edge.Sign(ctx, images)
		if err == nil && len(signed.Uploads) == 0 {
			err = &shared.Error{Code: shared.CodeNetwork}
		}
		return func() { t.signed(j.photos, signed) }, err
	})
}

func (t *traffic) signed(photos []*photo, signed Signed) {
	t.alive(time.Time{}, time.Time{})
	t.signCap *= 2
	for _, p := range photos {
		at := slices.IndexFunc(signed.Uploads, func(u shared.PresignedUpload) bool { return u.ImageID == p.id })
		if at < 0 {
			t.later(p, sign, &shared.Error{Code: shared.CodeNetwork})
			continue
		}
		p.target = signed.Uploads[at]
		p.lapses = t.now.Add(lifetime(p.target.ExpiresAt, signed.ServerTime, t.now) - lapseMargin)
		p.tries[sign] = 0
		p.move(StageSigned)
	}
}

// lifetime returns how long a URL is valid, measured by the server's clock. Without
// it, the phone's clock is used, but only if the result is plausible, because that
// clock may be hours off.
func lifetime(expires, server, phone time.Time) time.Duration {
	if !server.IsZero() {
		return expires.Sub(server)
	}
	if left := expires.Sub(phone); left > 0 && left < shared.UploadURLTTL {
		return left
	}
	return shared.UploadURLTTL
}

func (t *traffic) send(p *photo) {
	transport, target, body := t.world.Transport, p.target, p.jpeg
	t.begin(send, []*photo{p}, func(ctx context.Context, j *job) (func(), error) {
		err := put(ctx, transport, target, body, func(sent int64) {
			j.sent.Store(sent)
			t.mailbox.poke()
		})
		return func() {
			for _, p := range j.photos {
				t.album.sent(p)
			}
		}, err
	})
}

func (t *traffic) confirm(p *photo) {
	edge := t.edge
	request := shared.ConfirmRequest{
		EncounterID: t.session.EncounterID, ImageID: p.id, S3Key: p.target.S3Key,
		Width: p.width, Height: p.height, Metadata: p.metadata, MetadataVersion: p.version,
	}
	t.begin(confirm, []*photo{p}, func(ctx context.Context, j *job) (func(), error) {
		response, err := edge.Confirm(ctx, request)
		return func() {
			t.alive(time.Time{}, time.Time{})
			t.album.edge.count = max(t.album.edge.count, response.ImageCount)
			for _, p := range j.photos {
				t.confirmed(p, response.Image, request.MetadataVersion)
			}
		}, err
	})
}

func (t *traffic) list() {
	edge := t.edge
	t.begin(probe, nil, func(ctx context.Context, j *job) (func(), error) {
		response, err := edge.List(ctx)
		return func() { t.listed(response, j.number) }, err
	})
}

// listed applies a list of the edge. It finds photos that arrived although the
// response was lost, changes by a desktop, and bytes that need not be sent again. A
// photo that was confirmed before the list was requested, and is not in it, was
// removed.
func (t *traffic) listed(response shared.ListResponse, asked int) {
	t.alive(response.SessionExpiresAt, response.ServerTime)
	t.album.edge.list(response.Images)
	there := map[string]bool{}
	for _, image := range response.Images {
		there[image.ImageID] = true
		if p := t.album.find(image.ImageID); p != nil && p.stage != StageChosen && p.stage != StageRemoved {
			t.seen(p, image)
		}
	}
	for _, p := range t.album.photos {
		if p.stage == StageConfirmed && !p.past && !there[p.id] && p.since < asked {
			t.abandon(p)
			t.album.gone(p)
		}
	}
	t.album.flagDoubles(func(p *photo) bool { return t.jobOf[p] == nil })
}

// seen applies one image of the list. For an image of another phone the list lacks the
// metadata. This phone has a new id after its code was opened again, so its own images
// can be among them. Confirming such an image once more returns its metadata.
func (t *traffic) seen(p *photo, image shared.Image) {
	sent := image.MetadataVersion
	if withheld := image.PhoneID != t.session.PhoneID; withheld {
		image.Metadata, image.MetadataVersion, image.CorrectedBy, sent = p.metadata, 0, nil, p.version-1
	}
	if p.stage == StageConfirmed && t.jobOf[p] != nil {
		return // the response of its own confirm has more
	}
	t.confirmed(p, image, sent)
}

// confirmed ends all work for a photo that the edge has.
func (t *traffic) confirmed(p *photo, image shared.Image, sent int) {
	t.abandon(p)
	t.album.confirmed(p, image, sent, t.now, t.begun)
}

package upload

import (
	"context"
	"slices"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

func (q *Queue) compress(p *photo) {
	compressor, file, limit := q.world.Compressor, p.file, q.maxImageBytes()
	q.begin(compress, []*photo{p}, func(ctx context.Context, a *attempt) (func(), error) {
		result, err := compressor.Compress(ctx, file, limit)
		return func() {
			for _, p := range a.photos {
				p.settle(result)
				p.heldUntil = q.now.Add(holdToSign)
				q.show(p)
				q.flagDouble(p)
				q.noteAll(p)
			}
		}, err
	})
}

func (q *Queue) maxImageBytes() int {
	if limit := q.session.Limits.MaxImageBytes; limit > 0 {
		return limit
	}
	return shared.MaxImageBytes
}

// flagDouble keeps the same bytes from being sent twice.
func (q *Queue) flagDouble(p *photo) {
	if q.double(p) == "" || p.duplicate() {
		return
	}
	q.wantList = q.wantList || q.stored[p.sha256] != "" // the desktop may have removed it meanwhile
	p.warnings = append(p.warnings, WarningDuplicate)
	p.halt(StageFailed, problem(shared.CodeDuplicate, false))
}

// single takes the flag back: the other one is gone.
func (q *Queue) single(p *photo) {
	p.unflag()
	p.revive()
	q.note(p)
}

// double is the id of another photo with the same bytes, on its way or in the
// session; "" if there is none.
func (q *Queue) double(p *photo) string {
	if id := q.stored[p.sha256]; id != "" && id != p.id {
		return id
	}
	for _, other := range q.photos {
		if other != p && other.stage != StageConfirmed && other.stage != StageCancelled && other.sha256 == p.sha256 &&
			!other.duplicate() {
			return other.id
		}
	}
	return ""
}

func (q *Queue) sign(batch []*photo) {
	edge, images := q.edge, make([]shared.PresignImage, len(batch))
	for i, p := range batch {
		images[i] = p.presign()
	}
	q.begin(sign, batch, func(ctx context.Context, a *attempt) (func(), error) {
		signed, err := edge.Sign(ctx, images)
		if err == nil && len(signed.Uploads) == 0 {
			err = shared.NewError(shared.CodeNetwork, "the answer holds no URL")
		}
		return func() { q.signed(a.photos, signed) }, err
	})
}

func (q *Queue) signed(photos []*photo, signed Signed) {
	q.alive()
	q.signCap *= 2
	for _, p := range photos {
		at := slices.IndexFunc(signed.Uploads, func(u shared.PresignedUpload) bool { return u.ImageID == p.id })
		if at < 0 {
			q.later(p, sign, shared.NewError(shared.CodeNetwork, "the answer is incomplete"))
			continue
		}
		p.target = signed.Uploads[at]
		p.lapses = q.now.Add(lifetime(p.target.ExpiresAt, signed.ServerTime, q.now) - lapseMargin)
		p.tries[sign] = 0
		p.move(StageSigned)
	}
}

// lifetime is how long a URL is good for, by the server's clock. The phone's
// own clock may be hours off, so without the server's it counts only if it
// makes sense.
func lifetime(expires, server, phone time.Time) time.Duration {
	if !server.IsZero() {
		return expires.Sub(server)
	}
	if left := expires.Sub(phone); left > 0 && left < shared.UploadURLTTL {
		return left
	}
	return shared.UploadURLTTL
}

func (q *Queue) send(p *photo) {
	transport, target, body := q.world.Transport, p.target, p.jpeg
	q.begin(send, []*photo{p}, func(ctx context.Context, a *attempt) (func(), error) {
		err := put(ctx, transport, target, body, func(sent int64) {
			a.sent.Store(sent)
			q.mailbox.poke()
		})
		return func() {
			for _, p := range a.photos {
				p.sent, p.tries[send] = p.bytes, 0
				p.move(StageSent)
				q.note(p)
			}
		}, err
	})
}

func (q *Queue) confirm(p *photo) {
	edge := q.edge
	request := shared.ConfirmRequest{
		EncounterID: q.session.EncounterID, ImageID: p.id, S3Key: p.target.S3Key,
		Width: p.width, Height: p.height, Metadata: p.metadata,
	}
	q.begin(confirm, []*photo{p}, func(ctx context.Context, a *attempt) (func(), error) {
		answer, err := edge.Confirm(ctx, request)
		return func() {
			q.alive()
			q.imageCount = max(q.imageCount, answer.ImageCount)
			for _, p := range a.photos {
				q.confirmed(p, answer.Image)
			}
		}, err
	})
}

func (q *Queue) confirmed(p *photo, image shared.Image) {
	q.abandon(p)
	p.move(StageConfirmed)
	p.at, p.sent = image.UploadedAt, p.bytes
	if p.at.IsZero() {
		p.at = q.now
	}
	p.problem, p.cancelling = nil, false
	p.notBefore = time.Time{}
	p.jpeg, p.file = nil, nil
	if p.sha256 != "" {
		q.stored[p.sha256] = p.id
	}
	q.note(p)
}

func (q *Queue) list() {
	edge := q.edge
	q.begin(probe, nil, func(ctx context.Context, a *attempt) (func(), error) {
		answer, err := edge.List(ctx)
		return func() { q.listed(answer) }, err
	})
}

// listed takes in what the edge has: photos that arrived although this phone
// never heard so, and the bytes that need not be sent again.
func (q *Queue) listed(answer shared.ListResponse) {
	q.alive()
	q.imageCount = len(answer.Images)
	clear(q.stored)
	for _, image := range answer.Images {
		q.stored[image.SHA256] = image.ImageID
		if p := q.find(image.ImageID); p != nil && p.stage != StageConfirmed && p.stage != StageChosen {
			p.metadata = image.Metadata
			q.confirmed(p, image)
		}
	}
	for _, p := range q.photos {
		switch {
		case p.stage == StageCompressed && p.attempt == nil && q.stored[p.sha256] != "" && !p.duplicate():
			q.flagDouble(p)
			q.note(p)
		case p.stage == StageFailed && p.duplicate() && q.double(p) == "":
			q.single(p)
		}
	}
	q.wantList, q.holdForList = false, false
}

// alive notes that the session was just used, which prolongs it.
func (q *Queue) alive() { q.aliveUntil = q.now.Add(shared.SessionTTL) }

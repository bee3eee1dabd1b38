package photo

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/clinicpro/photobridge/shared"
)

const (
	maxFile   = 80 << 20 // bytes; a 100 MP JPEG is half of it
	timeLimit = 60 * time.Second
)

// Compressor makes photos small. One photo at a time goes through the pixels.
type Compressor struct {
	codec Codec
	turn  chan struct{}
}

// New returns a Compressor over the browser's codec; without one every photo
// takes the pure road.
func New(codec Codec) *Compressor {
	return &Compressor{codec: codec, turn: make(chan struct{}, 1)}
}

// Compress makes a JPEG within the limits out of a file. It fails with a
// *shared.Error: empty_file, not_an_image, truncated, too_many_pixels,
// too_large, cannot_decode, blank_result or timeout; or with ctx's error.
func (c *Compressor) Compress(ctx context.Context, source Source, limits Limits) (result *Result, err error) {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	limited, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	defer func() {
		if cause := recover(); cause != nil {
			err = shared.Wrap(fmt.Errorf("panic: %v", cause), shared.CodeCannotDecode, "This photo cannot be read. Take it again.")
		}
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = shared.Errorf(shared.CodeTimeout, "Preparing this photo took too long. Close other tabs and try again.")
		}
	}()
	work := &work{codec: c.codec, source: source, limits: limits, watch: time.Now()}
	return work.run(limited)
}

// work is one photo on its way.
type work struct {
	codec  Codec
	source Source
	limits Limits

	file   []byte
	header Header
	steps  []Step
	watch  time.Time
}

func (w *work) run(ctx context.Context) (*Result, error) {
	if err := w.read(ctx); err != nil {
		return nil, err
	}
	var stripped []byte
	if w.header.Type == TypeJPEG {
		var err error
		if stripped, err = strip(w.file); err != nil {
			return nil, err
		}
	}
	plan := plan(w.header, len(stripped), w.codec != nil, w.limits)
	var result *Result
	var err error
	switch plan.Road {
	case RoadPass:
		result, err = w.pass(ctx, plan, stripped)
	case RoadNative:
		w.file = nil // the browser has its own copy
		result, err = w.native(ctx, plan)
	case RoadPure:
		result, err = w.pure(ctx, plan)
	}
	if err != nil {
		return nil, err
	}
	result.SHA256 = sha256.Sum256(result.JPEG)
	w.done("hash")
	result.Road = plan.Road
	result.OriginalBytes = w.source.Size()
	result.CapturedAt = w.header.CapturedAt
	result.Steps = w.steps
	return result, nil
}

func (w *work) read(ctx context.Context) error {
	if w.source.Size() > maxFile {
		return shared.Errorf(shared.CodeTooManyPixels, "This file is too large to be a photo from a phone. Choose another, or take the photo again.")
	}
	file, err := w.source.Read(ctx, 0, w.source.Size())
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return shared.Wrap(err, shared.CodeCannotDecode, "The phone would not let this file be read. Choose the photo again.")
	}
	w.file = file
	w.header, err = ReadHeader(file, w.limits.MaxPixels)
	w.done("read")
	return err
}

// done notes how long the step that just ended took.
func (w *work) done(name string) {
	now := time.Now()
	w.steps = append(w.steps, Step{name, now.Sub(w.watch)})
	w.watch = now
}

// pass keeps the compressed pixels. Where there is a codec it still looks at
// them: a damaged file shows itself only when it is decoded.
func (w *work) pass(ctx context.Context, plan Plan, stripped []byte) (*Result, error) {
	result := &Result{JPEG: stripped, Width: plan.Width, Height: plan.Height}
	w.done("strip")
	if w.codec == nil {
		return result, nil
	}
	bitmap, err := w.decode(ctx)
	if err != nil {
		return nil, err
	}
	defer bitmap.Close()
	result.Warnings, err = w.inspect(ctx, bitmap)
	return result, err
}

// native decodes once with the browser's codec and encodes until it fits.
func (w *work) native(ctx context.Context, plan Plan) (*Result, error) {
	bitmap, err := w.decode(ctx)
	if err != nil {
		return nil, err
	}
	defer bitmap.Close()
	warnings, err := w.inspect(ctx, bitmap)
	if err != nil {
		return nil, err
	}
	width, height := plan.Width, plan.Height
	if width == 0 {
		width, height = fit2(bitmap, w.limits.MaxEdge)
	}
	best, err := search(ctx, width, height, w.limits, bitmap.Encode)
	if err != nil {
		return nil, cannotEncode(ctx, err)
	}
	w.done("encode")
	clean, err := strip(best.jpeg)
	if err != nil {
		return nil, shared.Wrap(err, shared.CodeBlankResult, "The browser gave no usable picture. Try again, or use another browser.")
	}
	return best.result(clean, warnings), nil
}

func fit2(bitmap Bitmap, edge int) (int, int) {
	width, height := bitmap.Size()
	return fit(width, height, edge)
}

func (w *work) decode(ctx context.Context) (Bitmap, error) {
	bitmap, err := w.codec.Decode(ctx, w.source)
	w.done("decode")
	if err == nil {
		return bitmap, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if w.header.Type == TypeHEIF {
		return nil, shared.Wrap(err, shared.CodeCannotDecode, "This browser cannot read HEIC photos. Set the camera to its most compatible format, or take the photo with the button here.")
	}
	return nil, shared.Wrap(err, shared.CodeCannotDecode, "This photo cannot be read: it is damaged, or the browser does not know its format. Take it again.")
}

func cannotEncode(ctx context.Context, err error) error {
	if _, ok := errors.AsType[*shared.Error](err); ok || ctx.Err() != nil {
		return err
	}
	return shared.Wrap(err, shared.CodeOutOfMemory, "The phone had no memory for this photo. Close other tabs and try again.")
}

func (o outcome) result(jpeg []byte, warnings []Warning) *Result {
	if o.shrunk {
		warnings = append(warnings, WarningShrunk)
	}
	return &Result{JPEG: jpeg, Width: o.width, Height: o.height, Quality: o.quality, Encodes: o.encodes, Warnings: warnings}
}

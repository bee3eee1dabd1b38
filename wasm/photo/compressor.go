package photo

import (
	"context"
	"errors"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/photo/container"
)

const (
	maxFile   = 80 << 20 // bytes; a 100 MP JPEG is half of it
	timeLimit = 60 * time.Second
)

// Compressor makes photos small. One photo at a time goes through the pixels.
type Compressor struct {
	native, pure Codec
	digest       Digest
	turn         chan struct{}
}

// New returns a Compressor over the browser's codec, nil where there is none to
// be trusted, and the one that needs no browser.
func New(native, pure Codec, digest Digest) *Compressor {
	return &Compressor{native: native, pure: pure, digest: digest, turn: make(chan struct{}, 1)}
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
			failure, _ := cause.(error)
			err = shared.Wrap(failure, shared.CodeCannotDecode, "This photo cannot be read. Take it again.")
		}
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = shared.NewError(
				shared.CodeTimeout,
				"Preparing this photo took too long. Close other tabs and try again.",
			)
		}
	}()
	work := &work{
		native:        c.native,
		pure:          c.pure,
		digest:        c.digest,
		source:        source,
		originalBytes: source.Size(),
		limits:        limits,
		watch:         time.Now(),
	}
	return work.run(limited)
}

// work is one photo on its way.
type work struct {
	native, pure Codec
	digest       Digest
	source       Source
	limits       Limits

	originalBytes int64

	file   []byte
	header container.Header
	steps  []Step
	watch  time.Time
}

func (w *work) run(ctx context.Context) (*Result, error) {
	if err := w.read(ctx); err != nil {
		return nil, err
	}
	var stripped []byte
	if w.header.Type == container.TypeJPEG {
		var err error
		if stripped, err = container.Strip(w.file); err != nil {
			return nil, err
		}
	}
	w.file = nil // codecs read it for themselves
	if idle := w.header.IdleProfile; idle.Length > 0 {
		// WebKit takes 100 ms to convert 10 megapixels from sRGB to sRGB.
		w.source = w.source.Without(idle.Start, idle.Length)
	}
	plan := plan(w.header, len(stripped), w.native != nil, w.limits)
	result, err := w.take(ctx, plan, stripped)
	if err != nil {
		return nil, err
	}
	if result.SHA256, err = w.digest(ctx, result.JPEG); err != nil {
		return nil, cannotEncode(ctx, err)
	}
	w.done("hash")
	result.OriginalBytes = w.originalBytes
	result.CapturedAt = w.header.CapturedAt()
	result.Steps = w.steps
	return result, nil
}

// take goes the planned road. Where the browser's codec fails (a format that it
// does not know, no memory, a blank picture), the pure one is asked.
func (w *work) take(ctx context.Context, plan Plan, stripped []byte) (*Result, error) {
	switch plan.Road {
	case RoadPass:
		return w.pass(ctx, plan, stripped)
	case RoadNative:
		result, err := w.recode(ctx, w.native, plan)
		if err == nil || ctx.Err() != nil || shared.CodeOf(err) == shared.CodeTooLarge {
			return result, err
		}
		plan.Road = RoadPure
	}
	return w.recode(ctx, w.pure, plan)
}

func (w *work) read(ctx context.Context) error {
	if w.source.Size() > maxFile {
		return shared.NewError(
			shared.CodeTooManyPixels,
			"This file is too large to be a photo from a phone. Choose another, or take the photo again.",
		)
	}
	file, err := w.source.Read(ctx, 0, w.source.Size())
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return shared.Wrap(
			err,
			shared.CodeCannotDecode,
			"The phone would not let this file be read. Choose the photo again.",
		)
	}
	w.file = file
	w.header, err = container.ReadHeader(file, w.limits.MaxPixels)
	w.done("read")
	return err
}

// done notes how long the step that just ended took.
func (w *work) done(name string) {
	now := time.Now()
	w.steps = append(w.steps, Step{name, now.Sub(w.watch)})
	w.watch = now
}

// pass keeps the compressed pixels. Where the browser has a codec it still
// looks at them: a damaged file shows itself only when it is decoded.
func (w *work) pass(ctx context.Context, plan Plan, stripped []byte) (*Result, error) {
	result := &Result{JPEG: stripped, Width: plan.Width, Height: plan.Height, Road: RoadPass}
	w.done("strip")
	if w.native == nil {
		return result, nil
	}
	bitmap, err := w.decode(ctx, w.native, sampleEdge)
	if err != nil {
		return nil, err
	}
	defer bitmap.Close()
	result.Warnings, err = w.inspect(ctx, bitmap)
	return result, err
}

// recode decodes once and encodes until it fits.
func (w *work) recode(ctx context.Context, codec Codec, plan Plan) (*Result, error) {
	bitmap, err := w.decode(ctx, codec, w.limits.MaxEdge)
	if err != nil {
		return nil, err
	}
	defer bitmap.Close()
	plan.Width, plan.Height = bitmap.Size() // not every header says it
	plan = plan.within(w.limits)
	best, err := search(ctx, plan.Width, plan.Height, w.limits, bitmap)
	if err != nil {
		return nil, cannotEncode(ctx, err)
	}
	w.done("encode")
	warnings, err := w.inspect(ctx, bitmap) // quicker now that the picture is scaled
	if err != nil {
		return nil, err
	}
	clean, err := container.Strip(best.jpeg)
	if err != nil {
		return nil, shared.Wrap(
			err,
			shared.CodeBlankResult,
			"The browser gave no usable picture. Try again, or use another browser.",
		)
	}
	result := best.result(clean, warnings)
	result.Road = plan.Road
	return result, nil
}

func (w *work) decode(ctx context.Context, codec Codec, edge int) (Bitmap, error) {
	bitmap, err := codec.Decode(ctx, w.source, edge)
	w.done("decode")
	if err == nil {
		return bitmap, nil
	}
	if _, ok := errors.AsType[*shared.Error](err); ok || ctx.Err() != nil {
		return nil, err
	}
	return nil, shared.Wrap(
		err,
		shared.CodeCannotDecode,
		"This photo cannot be read: it is damaged, or the browser does not know its format. Take it again.",
	)
}

func cannotEncode(ctx context.Context, err error) error {
	if _, ok := errors.AsType[*shared.Error](err); ok || ctx.Err() != nil {
		return err
	}
	return shared.Wrap(
		err,
		shared.CodeOutOfMemory,
		"The phone had no memory for this photo. Close other tabs and try again.",
	)
}

func (o outcome) result(jpeg []byte, warnings []Warning) *Result {
	if o.shrunk {
		warnings = append(warnings, WarningShrunk)
	}
	return &Result{
		JPEG:     jpeg,
		Width:    o.width,
		Height:   o.height,
		Quality:  o.quality,
		Encodes:  o.encodes,
		Warnings: warnings,
	}
}

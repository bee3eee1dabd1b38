package photo

import (
	"context"
	"errors"
	"time"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/photo/container"
)

const (
	maxFile   = 80 << 20 // bytes; a JPEG of 100 MP has half of that
	timeLimit = 60 * time.Second
	readAgain = 500 * time.Millisecond // pause before the second attempt to read a file
)

// Compressor makes photos small. It decodes one photo at a time, to limit memory.
type Compressor struct {
	native, pure Codec
	digest       Digest
	turn         chan struct{}
}

// New returns a Compressor. Native is the browser's codec, or nil if the browser
// has none that can be trusted. Pure is the codec that needs no browser.
func New(native, pure Codec, digest Digest) *Compressor {
	return &Compressor{native: native, pure: pure, digest: digest, turn: make(chan struct{}, 1)}
}

// Compress makes a JPEG within the limits out of a file. It fails with a
// *shared.Error: empty_file, file_gone, not_an_image, raw_photo, pdf_document,
// unsupported_*, truncated, too_many_pixels, too_complex, too_large, cannot_decode,
// blank_result, out_of_memory or timeout; or with ctx's error.
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
			err = refuse(failure, shared.CodeCannotDecode)
		}
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = refuse(nil, shared.CodeTimeout)
		}
	}()
	work := &work{
		native: c.native, pure: c.pure, digest: c.digest,
		source: source, originalBytes: source.Size(), limits: limits, watch: time.Now(),
	}
	return work.run(limited)
}

// refuse returns an error with a code and its cause, which may be nil.
func refuse(cause error, code shared.Code) error { return &shared.Error{Code: code, Err: cause} }

// work is one photo while it is compressed.
type work struct {
	native, pure Codec
	digest       Digest
	source       Source
	limits       Limits

	originalBytes int64

	header container.Header
	steps  []Step
	watch  time.Time
}

func (w *work) run(ctx context.Context) (*Result, error) {
	file, err := w.open(ctx)
	if err != nil {
		return nil, err
	}
	var rebuilt []byte
	if w.header.Type == container.TypeJPEG {
		if rebuilt, err = w.openJPEG(file); err != nil {
			return nil, err
		}
	}
	result, err := w.take(ctx, plan(w.header, len(rebuilt), w.native != nil, w.limits), rebuilt)
	if err != nil {
		return nil, err
	}
	if result.SHA256, err = w.digest(ctx, result.JPEG); err != nil {
		return nil, cannotEncode(ctx, err)
	}
	w.done("hash")
	result.OriginalBytes = w.originalBytes
	result.Captured = w.header.Captured(time.Now())
	result.Steps = w.steps
	return result, nil
}

// open reads the file and its header.
func (w *work) open(ctx context.Context) ([]byte, error) {
	if w.originalBytes > maxFile {
		return nil, refuse(nil, shared.CodeTooManyPixels)
	}
	file, err := w.read(ctx)
	if err != nil {
		return nil, err
	}
	w.header, err = container.ReadHeader(file, w.limits.MaxPixels)
	w.done("read")
	return file, err
}

// read reads the whole file. Galleries and iOS make files unavailable while they
// sync and after the person changes apps, so read tries twice. It fails with
// empty_file if the file was empty when it was chosen, or with file_gone.
func (w *work) read(ctx context.Context) ([]byte, error) {
	for try := 0; ; try++ {
		file, err := w.source.Read(ctx, 0, maxFile)
		switch {
		case err == nil && len(file) > 0 && (int64(len(file)) == w.originalBytes || w.originalBytes == 0):
			w.originalBytes = int64(len(file))
			return file, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case try > 0 && err == nil && w.originalBytes == 0:
			return nil, refuse(nil, shared.CodeEmptyFile)
		case try > 0:
			return nil, refuse(err, shared.CodeFileGone)
		}
		select {
		case <-time.After(readAgain):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// openJPEG returns the file rebuilt, if the result may be sent. Otherwise it
// changes the source into a file that all browsers decode in the same way: with an
// end marker, with one EXIF segment, and without a profile that has no effect. It
// fails with truncated or too_complex.
func (w *work) openJPEG(file []byte) (rebuilt []byte, err error) {
	end, proper, err := container.EndOfJPEG(file)
	switch code := shared.CodeOf(err); {
	case code == shared.CodeTruncated, code == shared.CodeTooComplex:
		return nil, err
	case err != nil: // the browser may be able to decode it
		return nil, nil
	}
	w.done("end")
	if passes(w.header, w.limits) && end <= w.limits.MaxBytes+maxMetadata {
		var ok bool
		if rebuilt, ok, err = w.header.Rebuild(file); err != nil {
			return nil, err
		}
		if ok && len(rebuilt) <= w.limits.MaxBytes {
			w.done("rebuild")
			return rebuilt, nil
		}
	}
	if !proper {
		w.source = Memory(append(file[:end:end], 0xff, 0xd9))
	}
	drop := w.header.MoreEXIF
	if idle := w.header.IdleProfile; idle.Length > 0 && len(drop) == 0 {
		// WebKit spends 100 ms on converting 10 megapixels from sRGB to sRGB.
		drop = []container.Part{idle}
	}
	if len(drop) > 0 {
		w.source = w.source.Without(drop)
	}
	return nil, nil
}

// maxMetadata is the most metadata, in bytes, that a file may have to be rebuilt.
const maxMetadata = 1 << 20

// take follows the planned road. If the browser's codec fails (unknown format, no
// memory, a blank picture) and the pure codec knows the format, take uses that.
func (w *work) take(ctx context.Context, plan Plan, rebuilt []byte) (*Result, error) {
	var result *Result
	var err error
	switch plan.Road {
	case RoadPass:
		result, err = w.pass(ctx, plan, rebuilt)
	case RoadNative:
		result, err = w.recode(ctx, w.native, plan)
	default:
		err = refuse(nil, w.header.Refusal)
	}
	code := shared.CodeOf(err)
	switch {
	case err == nil, ctx.Err() != nil, code == shared.CodeTooLarge, code == shared.CodeTruncated:
		return result, err
	case w.header.Refusal != "" && code == shared.CodeCannotDecode:
		return nil, refuse(err, w.header.Refusal)
	case w.header.Refusal != "":
		return nil, err
	}
	plan.Road = RoadPure
	result, err = w.recode(ctx, w.pure, plan.within(w.limits))
	code = shared.CodeOf(err)
	unread := code == shared.CodeCannotDecode || code == shared.CodeUnsupportedFormat
	if unread && w.header.Type == container.TypeTIFF && w.native != nil {
		plan.Road = RoadNative // a kind of TIFF that only some browsers know
		if shown, again := w.recode(ctx, w.native, plan); again == nil {
			return shown, nil
		}
	}
	return result, err
}

// done records the duration of the step that has just ended.
func (w *work) done(name string) {
	now := time.Now()
	w.steps = append(w.steps, Step{name, now.Sub(w.watch)})
	w.watch = now
}

// pass keeps the compressed pixels. If there is a native codec, pass decodes the
// result with it to find a broken or blank picture before it is sent.
func (w *work) pass(ctx context.Context, plan Plan, rebuilt []byte) (*Result, error) {
	result := &Result{JPEG: rebuilt, Width: plan.Width, Height: plan.Height, Road: RoadPass}
	if w.native == nil {
		return result, nil
	}
	w.source = Memory(rebuilt)
	bitmap, err := w.decode(ctx, w.native, sampleEdge)
	if err != nil {
		return nil, err
	}
	defer bitmap.Close()
	result.Warnings, err = w.inspect(ctx, bitmap)
	return result, err
}

// recode decodes the photo once and encodes it until the result fits.
func (w *work) recode(ctx context.Context, codec Codec, plan Plan) (*Result, error) {
	bitmap, err := w.decode(ctx, codec, plan.edge(w.limits))
	if err != nil {
		return nil, err
	}
	defer bitmap.Close()
	plan.Width, plan.Height = bitmap.Size() // some headers do not contain the size
	plan = plan.within(w.limits)
	best, err := search(ctx, plan.Width, plan.Height, w.limits, bitmap)
	if err != nil {
		return nil, cannotEncode(ctx, err)
	}
	w.done("encode")
	warnings, err := w.inspect(ctx, bitmap) // faster now, because the picture is scaled already
	if err != nil {
		return nil, err
	}
	clean := best.jpeg
	if plan.Road == RoadNative {
		if clean, err = container.Clean(best.jpeg); err != nil {
			return nil, refuse(err, shared.CodeBlankResult)
		}
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
	return nil, refuse(err, shared.CodeCannotDecode)
}

func cannotEncode(ctx context.Context, err error) error {
	if _, ok := errors.AsType[*shared.Error](err); ok || ctx.Err() != nil {
		return err
	}
	return refuse(err, shared.CodeOutOfMemory)
}

func (o outcome) result(jpeg []byte, warnings []Warning) *Result {
	if o.shrunk {
		warnings = append(warnings, WarningShrunk)
	}
	return &Result{
		JPEG: jpeg, Width: o.width, Height: o.height,
		Quality: o.quality, Encodes: o.encodes, Warnings: warnings,
	}
}

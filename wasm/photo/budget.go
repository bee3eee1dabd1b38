package photo

import (
	"context"
	"math"

	"github.com/clinicpro/photobridge/shared"
)

const (
	firstQuality = 0.76 // gives about 1 MB for 7 megapixels of a room, a face or skin
	estimates    = 2    // before the first encode at a size: two measure the photo's power
	maxEncodes   = 5    // at one size
	minEdge      = 320

	// Shares of the budget.
	predictedAim = 0.95 // goal of a prediction from estimates, which are less exact
	aim          = 0.97 // goal of a prediction from an encode
	enough       = 0.88 // stop searching once a result uses this share of the budget
	shrunkAim    = 0.85 // goal of a smaller size: leaves room for more than the lowest quality

	// Firefox subsamples chroma below this quality, but not from this quality on
	// (nsJPEGEncoder.cpp). That adds a quarter of the bytes, so we never predict a
	// quality on the other side of it.
	wholeChroma = 0.90

	// bytes ∝ quantiser^-power. This is the mean power of many photos. Two
	// measurements of a photo replace it by the photo's own power.
	usualPower = 0.62
)

// sized makes or estimates a JPEG of a picture at a size and a quality.
type sized interface {
	Encode(ctx context.Context, width, height int, quality float64) ([]byte, error)
	Estimate(ctx context.Context, width, height int, quality float64) (bytes int, err error)
}

// attempt is one encode or estimate.
type attempt struct {
	quality float64
	bytes   int
}

// fitting is an encode that fits the budget.
type fitting struct {
	jpeg    []byte
	quality float64
}

// outcome is the best encode that fits the budget.
type outcome struct {
	jpeg          []byte
	width, height int
	quality       float64
	encodes       int
	shrunk        bool
}

// search finds the highest quality that fits the budget. An encode takes most of
// a photo's time, so search predicts the quality from cheap estimates, and one
// encode is usually enough. If even the lowest quality is too large, search
// shrinks the picture.
func search(ctx context.Context, width, height int, limits Limits, picture sized) (outcome, error) {
	result := outcome{width: width, height: height}
	for {
		best, tried, err := searchQuality(ctx, result.width, result.height, limits, picture)
		result.encodes += len(tried)
		if err != nil {
			return outcome{}, err
		}
		if best != nil {
			result.jpeg, result.quality = best.jpeg, best.quality
			return result, nil
		}
		if max(result.width, result.height) <= minEdge {
			return outcome{}, refuse(nil, shared.CodeTooLarge)
		}
		over := float64(tried[len(tried)-1].bytes) / (shrunkAim * float64(limits.MaxBytes))
		result.width, result.height = scaled(result.width, result.height, max(0.5, min(0.9, 1/math.Sqrt(over))))
		result.shrunk = true
	}
}

// searchQuality returns the best encode that fits at one size, or nil if even the
// lowest quality is too large. Each encode corrects the prediction for the next.
func searchQuality(
	ctx context.Context,
	width, height int,
	limits Limits,
	picture sized,
) (best *fitting, tried []attempt, err error) {
	next, power, err := startingQuality(ctx, width, height, limits, picture)
	if err != nil {
		return nil, nil, err
	}
	for len(tried) < maxEncodes {
		jpeg, err := picture.Encode(ctx, width, height, next)
		if err != nil {
			return nil, tried, err
		}
		tried = append(tried, attempt{next, len(jpeg)})
		power = powerOf(tried, power)
		if len(jpeg) <= limits.MaxBytes && (best == nil || next > best.quality) {
			best = &fitting{jpeg, next}
		}
		predicted := predict(tried, power, aim*float64(limits.MaxBytes))
		switch {
		case best != nil && (best.quality >= limits.MaxQuality ||
			float64(len(best.jpeg)) >= enough*float64(limits.MaxBytes)):
			return best, tried, nil
		case best == nil && next <= limits.MinQuality:
			return nil, tried, nil
		case math.Abs(predicted-next) < 0.005:
			predicted = next - 0.02 // the prediction is the quality that was just too large
		}
		next = limits.clamp(predicted - 0.005) // rounds down: one percent of quality is up to 8% of the bytes
		if best != nil && next <= best.quality {
			return best, tried, nil
		}
	}
	return best, tried, nil
}

// startingQuality returns the quality of the first encode, and the photo's power.
func startingQuality(
	ctx context.Context,
	width, height int,
	limits Limits,
	picture sized,
) (quality, power float64, err error) {
	quality, power = limits.clamp(firstQuality), usualPower
	var tried []attempt
	for range estimates {
		bytes, err := picture.Estimate(ctx, width, height, quality)
		if err != nil {
			return 0, 0, err
		}
		tried = append(tried, attempt{quality, bytes})
		power = powerOf(tried, power)
		quality = limits.clamp(predict(tried, power, predictedAim*float64(limits.MaxBytes)))
	}
	if last := tried[len(tried)-1].quality; last < wholeChroma && quality >= wholeChroma {
		quality = limits.clamp(wholeChroma - 0.01)
	}
	return quality, power, nil
}

// clamp limits a quality and rounds it to a percent, because encoders round too.
func (l Limits) clamp(quality float64) float64 {
	return max(l.MinQuality, min(l.MaxQuality, math.Round(100*quality)/100))
}

// powerOf measures the photo's power from the last two attempts. It returns the
// known power if they are too close, are on both sides of wholeChroma, or give a
// power that no photo has.
func powerOf(tried []attempt, known float64) float64 {
	if len(tried) < 2 {
		return known
	}
	a, b := tried[len(tried)-2], tried[len(tried)-1]
	measured := math.Log(float64(a.bytes)/float64(b.bytes)) / math.Log(quantiser(b.quality)/quantiser(a.quality))
	if math.Abs(a.quality-b.quality) < 0.01 || a.quality < wholeChroma != (b.quality < wholeChroma) ||
		!(measured > 0.2 && measured < 2) {
		return known
	}
	return measured
}

// predict returns the quality that would give a number of bytes, by the power law
// and the last attempt.
func predict(tried []attempt, power, bytes float64) float64 {
	last := tried[len(tried)-1]
	return qualityOf(quantiser(last.quality) * math.Pow(float64(last.bytes)/bytes, 1/power))
}

// quantiser returns the factor by which libjpeg scales its tables for a quality
// (jpeg_quality_scaling in jcparam.c). The encoders of all browsers use it.
func quantiser(quality float64) float64 {
	q := max(1, min(100, 100*quality))
	if q < 50 {
		return 50 / q
	}
	return max(0.02, 2-q/50)
}

func qualityOf(quantiser float64) float64 {
	if quantiser > 1 {
		return 0.5 / quantiser
	}
	return 1 - quantiser/2
}

package photo

import (
	"context"
	"math"

	"github.com/clinicpro/photobridge/shared"
)

const (
	firstQuality = 0.76 // about 1 MB for 7 megapixels of a room, a face, skin
	aim          = 0.97 // share of the budget that a prediction aims at
	enough       = 0.88 // share at which a smaller result is not tried to be bettered
	maxEncodes   = 5    // at one size
	minEdge      = 320

	// After shrinking there is room for a little more than the lowest quality.
	shrunkAim     = 0.85
	shrunkQuality = 0.06

	// Bytes fall with the quantiser's scale to about this power, over many photos;
	// after two encodes the photo's own power takes its place.
	usualPower = 0.62
)

// encode makes a JPEG of the given size and quality.
type encode func(ctx context.Context, width, height int, quality float64) ([]byte, error)

// attempt is one encode.
type attempt struct {
	quality float64
	bytes   int
}

// fitting is an encode within the budget.
type fitting struct {
	jpeg    []byte
	quality float64
}

// outcome is the best that fits.
type outcome struct {
	jpeg          []byte
	width, height int
	quality       float64
	encodes       int
	shrunk        bool
}

// search finds the highest quality that fits the budget. It predicts from what
// it has encoded, so that two encodes mostly suffice; where even the lowest
// quality is too large it shrinks the picture.
func search(ctx context.Context, width, height int, limits Limits, encode encode) (outcome, error) {
	result := outcome{width: width, height: height}
	start := min(firstQuality, limits.MaxQuality)
	for {
		best, tried, err := searchQuality(ctx, result.width, result.height, start, limits, encode)
		result.encodes += len(tried)
		if err != nil {
			return outcome{}, err
		}
		if best != nil {
			result.jpeg, result.quality = best.jpeg, best.quality
			return result, nil
		}
		if max(result.width, result.height) <= minEdge {
			return outcome{}, shared.NewError(shared.CodeTooLarge, "This picture cannot be made small enough. Take it again with the camera's ordinary setting.")
		}
		over := float64(tried[len(tried)-1].bytes) / (shrunkAim * float64(limits.MaxBytes))
		result.width, result.height = scaled(result.width, result.height, max(0.5, min(0.9, 1/math.Sqrt(over))))
		result.shrunk = true
		start = min(limits.MinQuality+shrunkQuality, limits.MaxQuality)
	}
}

// searchQuality answers the best that fits at one size, or nil if not even the
// lowest quality does.
func searchQuality(ctx context.Context, width, height int, start float64, limits Limits, encode encode) (best *fitting, tried []attempt, err error) {
	next := start
	for len(tried) < maxEncodes {
		jpeg, err := encode(ctx, width, height, next)
		if err != nil {
			return nil, tried, err
		}
		tried = append(tried, attempt{next, len(jpeg)})
		if len(jpeg) <= limits.MaxBytes && (best == nil || next > best.quality) {
			best = &fitting{jpeg, next}
		}
		predicted := predict(tried, limits)
		switch {
		case best != nil && (best.quality >= limits.MaxQuality || float64(len(best.jpeg)) >= enough*float64(limits.MaxBytes)):
			return best, tried, nil
		case best == nil && next <= limits.MinQuality:
			return nil, tried, nil
		case math.Abs(predicted-next) < 0.005:
			predicted = next - 0.02 // it predicts what was just too large
		}
		next = max(limits.MinQuality, min(limits.MaxQuality, predicted))
		if best != nil && next <= best.quality {
			return best, tried, nil
		}
	}
	return best, tried, nil
}

// predict says which quality would just fit.
func predict(tried []attempt, limits Limits) float64 {
	last := tried[len(tried)-1]
	power := usualPower
	if len(tried) > 1 {
		before := tried[len(tried)-2]
		measured := math.Log(float64(before.bytes)/float64(last.bytes)) / math.Log(quantiser(last.quality)/quantiser(before.quality))
		if measured > 0.2 && measured < 2 {
			power = measured
		}
	}
	target := aim * float64(limits.MaxBytes)
	return qualityOf(quantiser(last.quality) * math.Pow(float64(last.bytes)/target, 1/power))
}

// quantiser is the factor by which libjpeg scales its tables for a quality
// (jpeg_quality_scaling in jcparam.c); every browser's encoder uses it.
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

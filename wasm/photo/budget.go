package photo

import (
	"context"
	"math"

	"github.com/clinicpro/photobridge/shared"
)

const (
	firstQuality = 0.76 // about 1 MB for 7 megapixels of a room, a face, skin
	estimates    = 2    // before the first encode at a size
	maxEncodes   = 5    // at one size
	minEdge      = 320

	// Shares of the budget.
	predictedAim = 0.95 // what a prediction from estimates aims at
	aim          = 0.97 // what a prediction from an encode aims at
	enough       = 0.88 // stop searching once a result uses this share of the budget
	shrunkAim    = 0.85 // leaves room for a little more than the lowest quality

	// Firefox halves the chroma below this quality and not from it on, for a
	// quarter more bytes (nsJPEGEncoder.cpp). We never predict a quality on the other side of it.
	wholeChroma = 0.90

	// Bytes fall with the quantiser's scale to about this power, over many photos;
	// where there are two measurements the photo's own power takes its place.
	usualPower = 0.62
)

// sized is what a picture can say of its JPEG at a size and a quality.
type sized interface {
	Encode(ctx context.Context, width, height int, quality float64) ([]byte, error)
	Estimate(ctx context.Context, width, height int, quality float64) (bytes int, err error)
}

// attempt is one encode or estimate.
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

// search finds the highest quality that fits the budget. It predicts it from
// estimates, so that one encode mostly suffices; where even the lowest quality
// is too large it shrinks the picture.
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

// searchQuality returns the best that fits at one size, or nil if not even the
// lowest quality does.
func searchQuality(
	ctx context.Context,
	width, height int,
	limits Limits,
	picture sized,
) (best *fitting, tried []attempt, err error) {
	next, power, err := foresee(ctx, width, height, limits, picture)
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
			predicted = next - 0.02 // it predicts what was just too large
		}
		next = limits.clamp(predicted - 0.005) // never up: a percent is up to 8% of the bytes
		if best != nil && next <= best.quality {
			return best, tried, nil
		}
	}
	return best, tried, nil
}

// foresee returns the quality of the first encode, and the photo's power.
func foresee(ctx context.Context, width, height int, limits Limits, picture sized) (quality, power float64, err error) {
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

// clamp keeps to the limits, and to whole percents: encoders round to them.
func (l Limits) clamp(quality float64) float64 {
	return max(l.MinQuality, min(l.MaxQuality, math.Round(100*quality)/100))
}

// powerOf measures the photo's power from the last two attempts, or keeps the
// one that is known if they say too little.
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

// predict says which quality would just fit a number of bytes.
func predict(tried []attempt, power, bytes float64) float64 {
	last := tried[len(tried)-1]
	return qualityOf(quantiser(last.quality) * math.Pow(float64(last.bytes)/bytes, 1/power))
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

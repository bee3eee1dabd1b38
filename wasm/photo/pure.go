package photo

import (
	"bytes"
	"context"
	"image"
	"image/color"
	_ "image/gif" // decoders register themselves
	"image/jpeg"
	_ "image/png"

	_ "golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"

	"github.com/clinicpro/photobridge/shared"
)

// pure decodes, scales, turns and encodes without the browser. Colours keep
// their profile: the pixels are not converted.
func (w *work) pure(ctx context.Context, plan Plan) (*Result, error) {
	if w.header.Type == TypeHEIF {
		return nil, shared.Errorf(shared.CodeCannotDecode, "This browser cannot read HEIC photos. Set the camera to its most compatible format, or take the photo with the button here.")
	}
	decoded, err := decodePure(w.file, w.limits.MaxPixels)
	if err != nil {
		return nil, err
	}
	w.done("decode")
	width, height := plan.Width, plan.Height
	if width == 0 {
		width, height = fit(decoded.Bounds().Dx(), decoded.Bounds().Dy(), w.limits.MaxEdge)
	}
	var upright *image.RGBA
	best, err := search(ctx, width, height, w.limits, func(ctx context.Context, width, height int, quality float64) ([]byte, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if upright == nil || upright.Bounds().Dx() != width {
			upright = turn(scale(decoded, width, height, w.header.Orientation), w.header.Orientation)
			w.done("scale")
		}
		var buffer bytes.Buffer
		err := jpeg.Encode(&buffer, upright, &jpeg.Options{Quality: int(100*quality + 0.5)})
		if err != nil {
			return nil, err
		}
		if w.header.ICC && w.header.Components == 3 { // a grey or CMYK profile does not describe RGB
			return withICC(buffer.Bytes(), w.file), nil
		}
		return buffer.Bytes(), nil
	})
	if err != nil {
		return nil, err
	}
	w.done("encode")
	return best.result(best.jpeg, nil), nil
}

func decodePure(file []byte, maxPixels int) (image.Image, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err == nil && config.Width*config.Height > maxPixels {
		return nil, shared.Errorf(shared.CodeTooManyPixels, "This picture has more pixels than a phone can work on. Take it again with the camera's ordinary setting.")
	}
	var decoded image.Image
	if err == nil {
		decoded, _, err = image.Decode(bytes.NewReader(file))
	}
	if err != nil {
		return nil, shared.Wrap(err, shared.CodeCannotDecode, "This photo cannot be read: it is damaged, or of a kind that is not known here. Take it again.")
	}
	return decoded, nil
}

// scale draws the picture, on white, at the size that is upright after its turn.
func scale(source image.Image, width, height, orientation int) *image.RGBA {
	if orientation >= 5 {
		width, height = height, width
	}
	target := image.NewRGBA(image.Rect(0, 0, width, height))
	operation := draw.Src
	if opaque, ok := source.(interface{ Opaque() bool }); ok && !opaque.Opaque() {
		draw.Draw(target, target.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
		operation = draw.Over
	}
	if source.Bounds().Dx() == width && source.Bounds().Dy() == height {
		draw.Draw(target, target.Bounds(), source, source.Bounds().Min, operation)
		return target
	}
	draw.ApproxBiLinear.Scale(target, target.Bounds(), source, source.Bounds(), operation, nil)
	return target
}

// turn makes a picture upright (EXIF 2.32, section 4.6.4, Orientation).
func turn(source *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 {
		return source
	}
	width, height := source.Bounds().Dx(), source.Bounds().Dy()
	upright := image.NewRGBA(image.Rect(0, 0, width, height))
	if orientation >= 5 {
		upright = image.NewRGBA(image.Rect(0, 0, height, width))
	}
	for y := range height {
		row := source.Pix[y*source.Stride:]
		for x := range width {
			toX, toY := turned(x, y, width, height, orientation)
			copy(upright.Pix[toY*upright.Stride+4*toX:][:4], row[4*x:][:4])
		}
	}
	return upright
}

// turned says where a stored pixel goes.
func turned(x, y, width, height, orientation int) (int, int) {
	switch orientation {
	case 2:
		return width - 1 - x, y
	case 3:
		return width - 1 - x, height - 1 - y
	case 4:
		return x, height - 1 - y
	case 5:
		return y, x
	case 6:
		return height - 1 - y, x
	case 7:
		return height - 1 - y, width - 1 - x
	case 8:
		return y, width - 1 - x
	}
	return x, y
}

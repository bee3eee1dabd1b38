package pure

import (
	"encoding/binary"
	"image"
	"image/color"

	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// The picture of an animation is its first frame, as browsers show it at the start:
// on the animation's canvas, which is transparent around the frame.

// still is a file of one picture that Go's decoders read, made from another file.
type still struct {
	file   []byte
	canvas image.Rectangle // of the animation; empty if the file is none
	at     image.Point     // place on the canvas
	opaque bool            // the pixels have alpha values, and browsers ignore them
}

// placed is a frame on the canvas of an animation.
type placed struct {
	image.RGBA64Image
	canvas image.Rectangle
	at     image.Point // of the frame's origin
}

// place puts a frame on a canvas, unless the frame covers it.
func place(frame image.Image, canvas image.Rectangle, at image.Point) image.Image {
	still, ok := frame.(image.RGBA64Image)
	if !ok || canvas.Empty() || frame.Bounds().Add(at) == canvas {
		return frame
	}
	return placed{still, canvas, at}
}

// Bounds is the canvas.
func (p placed) Bounds() image.Rectangle { return p.canvas }

// RGBA64At is transparent outside the frame.
func (p placed) RGBA64At(x, y int) color.RGBA64 {
	if at := image.Pt(x, y).Sub(p.at); at.In(p.RGBA64Image.Bounds()) {
		return p.RGBA64Image.RGBA64At(at.X, at.Y)
	}
	return color.RGBA64{}
}

// plainWebP returns a WebP file of one picture: the file's picture, or the first
// frame of an animation (RFC 9649, section 2.5 to 2.7). It does not rely on the
// header, with one exception: as in browsers, a flag decides whether alpha values
// count. It is the one in VP8X, or in VP8L if there is no VP8X.
func plainWebP(file []byte) still {
	const header, flag = 16, 0x10 // header: a frame's place, size, duration and flags
	var s still
	chunks := container.WebPChunks(file)
	extended := container.WebPChunk(chunks, "VP8X")
	if frame := container.WebPChunk(chunks, "ANMF"); len(frame) >= header && len(extended) >= 10 {
		s.canvas = image.Rect(0, 0, 1+le24(extended[4:]), 1+le24(extended[7:]))
		s.at = image.Pt(2*le24(frame), 2*le24(frame[3:]))
		chunks = frame[header:]
	}
	plain := []byte("RIFF\x00\x00\x00\x00WEBP")
	lossy, lossless := container.WebPChunk(chunks, "VP8 "), container.WebPChunk(chunks, "VP8L")
	// Alpha values come before the pixels. Capacities count from the end of the file.
	alpha := container.WebPChunk(chunks[:min(len(chunks), cap(chunks)-cap(lossy))], "ALPH")
	flags := byte(0)
	switch {
	case len(extended) > 0:
		flags = extended[0]
	case len(lossless) > 4:
		flags = lossless[4]
	}
	s.opaque = flags&flag == 0
	switch {
	case len(lossy) < 10:
		plain = appendChunk(plain, "VP8L", lossless)
	case alpha != nil && !s.opaque:
		width := int(binary.LittleEndian.Uint16(lossy[6:])&0x3fff) - 1
		height := int(binary.LittleEndian.Uint16(lossy[8:])&0x3fff) - 1
		size := []byte{byte(width), byte(width >> 8), 0, byte(height), byte(height >> 8), 0}
		plain = appendChunk(plain, "VP8X", append([]byte{0x10, 0, 0, 0}, size...))
		plain = appendChunk(plain, "ALPH", alpha)
		fallthrough
	default:
		plain = appendChunk(plain, "VP8 ", lossy)
	}
	binary.LittleEndian.PutUint32(plain[4:], uint32(len(plain)-8))
	s.file = plain
	return s
}

// clearAlpha makes the pixels of a lossless WebP opaque.
func clearAlpha(decoded image.Image) {
	if m, ok := decoded.(*image.NRGBA); ok {
		for i := 3; i < len(m.Pix); i += 4 {
			m.Pix[i] = 0xff
		}
	}
}

func le24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

func appendChunk(to []byte, kind string, body []byte) []byte {
	to = binary.LittleEndian.AppendUint32(append(to, kind...), uint32(len(body)))
	to = append(to, body...)
	return append(to, make([]byte, len(body)%2)...)
}

// plainGIF enlarges the screen of a GIF so that its first frame fits, as browsers do.
func plainGIF(file []byte) (plain []byte, canvas image.Rectangle) {
	const head, trailer, extension, frame = 13, 0x3b, 0x21, 0x2c
	if len(file) < head {
		return file, canvas
	}
	at := head
	if flags := file[10]; flags&0x80 != 0 {
		at += 3 << (1 + flags&7)
	}
	for at+9 < len(file) && file[at] == extension {
		for at += 2; at < len(file) && file[at] != 0; {
			at += 1 + int(file[at])
		}
		at++
	}
	if at+9 >= len(file) || file[at] != frame {
		return file, canvas
	}
	plain = append([]byte{}, file...)
	le := binary.LittleEndian
	for axis := range 2 {
		screen, place := plain[6+2*axis:], file[at+1+2*axis:]
		needed := le.Uint16(place) + le.Uint16(place[4:])
		le.PutUint16(screen, max(le.Uint16(screen), needed))
	}
	return plain, image.Rect(0, 0, int(le.Uint16(plain[6:])), int(le.Uint16(plain[8:])))
}

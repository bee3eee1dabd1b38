package pure

import (
	"encoding/binary"
	"hash/crc32"
	"image"
	"math"

	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// plainPNG returns a PNG with only the chunks of its picture. Go's decoder fails on
// a wrong checksum or place of any other chunk, and browsers ignore it. Browsers
// also ignore transparency before the palette or beyond it, colours that no pixel
// can have, and a missing end. To Chromium a pixel outside the palette has the last
// colour.
func plainPNG(file []byte) []byte {
	out := append([]byte{}, file[:min(8, len(file))]...)
	palette, ended := 0, false
	colours, most := byte(0), 0
	container.EachChunk(file, func(kind string, body, whole []byte) bool {
		switch kind {
		case "IHDR":
			if len(body) > 9 {
				colours, most = body[9], 1<<min(8, body[8])
			}
		case "PLTE":
			if colours != indexed || len(body)%3 != 0 || len(body) == 0 {
				break
			}
			body = body[:min(len(body), 3*most)]
			palette = len(body) / 3
			whole = pngChunk(kind, repeatLast(body, 3, most))
		case "tRNS":
			wanted := map[byte]bool{0: len(body) == 2, 2: len(body) == 6, indexed: len(body) <= palette}
			if !wanted[colours] {
				return true
			}
			if colours == indexed && len(body) == palette && palette > 0 {
				whole = pngChunk(kind, repeatLast(body, 1, most))
			}
		case "IDAT", "IEND":
		default:
			return true
		}
		out = append(out, whole...)
		ended = kind == "IEND"
		return !ended
	})
	if !ended {
		out = append(out, "\x00\x00\x00\x00IEND\xaeB\x60\x82"...)
	}
	return out
}

// indexed is the type of a PNG with a palette.
const indexed = 3

// repeatLast appends the last of the entries, of a size in bytes, until there are
// so many.
func repeatLast(entries []byte, size, count int) []byte {
	out := append(make([]byte, 0, size*count), entries...)
	for len(out) < size*count {
		out = append(out, entries[len(entries)-size:]...)
	}
	return out
}

// pngChunk returns a chunk with its length and checksum.
func pngChunk(kind string, body []byte) []byte {
	whole := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	whole = append(append(whole, kind...), body...)
	return binary.BigEndian.AppendUint32(whole, crc32.ChecksumIEEE(whole[4:]))
}

// widen converts the samples of a lossy WebP to the range of a JPEG. In VP8 luma is
// from 16 to 235 and chroma from 16 to 240 (RFC 6386, section 9.2). The decoder
// leaves that to its caller.
func widen(decoded image.Image) {
	var planes *image.YCbCr
	switch m := decoded.(type) {
	case *image.YCbCr:
		planes = m
	case *image.NYCbCrA:
		planes = &m.YCbCr
	default:
		return
	}
	var luma, chroma [256]uint8
	for i := range 256 {
		luma[i] = uint8(max(0, min(255, ((i-16)*255+109)/219)))
		chroma[i] = uint8(max(0, min(255, 128+int(math.Round(float64(i-128)*255/224)))))
	}
	for _, samples := range [][]byte{planes.Cb, planes.Cr} {
		for i, value := range samples {
			samples[i] = chroma[value]
		}
	}
	for i, value := range planes.Y {
		planes.Y[i] = luma[value]
	}
}

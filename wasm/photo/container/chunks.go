package container

import (
	"bytes"
	"encoding/binary"

	"github.com/clinicpro/photobridge/wasm/jpeg"
)

// EachChunk calls visit for every chunk of a PNG (PNG, third edition, 5.3)
// until that returns false. Whole is the chunk with its length and checksum.
func EachChunk(file []byte, visit func(kind string, body, whole []byte) bool) {
	const head, sum = 8, 4
	for at := 8; at+head+sum <= len(file); {
		length := int64(binary.BigEndian.Uint32(file[at:]))
		if length > int64(len(file)-at-head-sum) {
			return
		}
		end := at + head + int(length) + sum
		if !visit(string(file[at+4:at+head]), file[at+head:end-sum], file[at:end]) {
			return
		}
		at = end
	}
}

// readPNG reads the size, and the time and orientation in an eXIf chunk. Browsers
// apply the orientation only if the chunk comes before the pixels. readPNG fails
// with truncated if pixels are missing.
func readPNG(file []byte, header *Header) error {
	header.Width, header.Height = be32(file, 16), be32(file, 20)
	pixels, oriented, end := false, false, len(sniffedPNG)
	EachChunk(file, func(kind string, body, whole []byte) bool {
		end += len(whole)
		switch {
		case kind == "IDAT":
			pixels = true
		case kind == "eXIf" && !oriented:
			oriented = true
			header.exif = readEXIF(body)
			if n := header.exif.orientation; n != 0 && !pixels && !bytes.HasPrefix(body, exifPrefix) {
				header.Orientation = n
			}
		}
		return kind != "IEND"
	})
	// If an incomplete chunk follows the last complete one, and it has pixels, the file is cut.
	cut := end+8 <= len(file) && string(file[end+4:end+8]) == "IDAT"
	if header.Width == 0 || header.Height == 0 || cut {
		return JPEGError(jpeg.ErrTruncated)
	}
	return nil
}

const sniffedPNG = "\x89PNG\r\n\x1a\n"

// wholeWebP fails with truncated if a WebP ends within its pixels.
func wholeWebP(file []byte) error {
	const head = 8
	for at := 12; at+head <= len(file); {
		length := int(binary.LittleEndian.Uint32(file[at+4:]))
		switch kind := string(file[at : at+4]); {
		case kind != "VP8 " && kind != "VP8L" && kind != "ANMF" && kind != "ALPH":
		case length > len(file)-at-head:
			return JPEGError(jpeg.ErrTruncated)
		case kind != "ALPH":
			return nil
		}
		at += head + length + length%2
	}
	return nil
}

// wholeGIF fails with truncated if a GIF ends within its first frame (GIF89a,
// sections 20 and 22).
func wholeGIF(file []byte) error {
	const head, extension, frame, frameHead = 13, 0x21, 0x2c, 10
	at := head
	table := func(flags byte) {
		if flags&0x80 != 0 {
			at += 3 << (1 + flags&7)
		}
	}
	if len(file) >= head {
		table(file[10])
	}
	for at+frameHead <= len(file) {
		kind := file[at]
		switch kind {
		case extension:
			at += 2
		case frame:
			at += frameHead
			table(file[at-1])
			at++ // skips the size of the codes
		default:
			return nil
		}
		for at < len(file) && file[at] != 0 {
			at += 1 + int(file[at])
		}
		switch at++; {
		case kind != frame:
		case at > len(file):
			return JPEGError(jpeg.ErrTruncated)
		default:
			return nil
		}
	}
	return nil
}

// WebPChunk returns the first chunk of a kind (RFC 9649, section 2.3), or nil if
// there is none.
func WebPChunk(chunks []byte, kind string) []byte {
	const head = 8
	for len(chunks) >= head {
		length := int64(binary.LittleEndian.Uint32(chunks[4:]))
		if length > int64(len(chunks)-head) {
			return nil
		}
		if string(chunks[:4]) == kind {
			return chunks[head : head+length]
		}
		chunks = chunks[min(int64(len(chunks)), head+length+length%2):]
	}
	return nil
}

// WebPChunks returns the chunks of a WebP.
func WebPChunks(file []byte) []byte {
	const header = 12
	return file[min(header, len(file)):]
}

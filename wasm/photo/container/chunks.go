package container

import (
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

// readPNG reads the size, and the time and the orientation of an eXIf chunk,
// which browsers apply.
func readPNG(file []byte, header *Header) error {
	header.Width, header.Height = be32(file, 16), be32(file, 20)
	if header.Width == 0 || header.Height == 0 {
		return JPEGError(jpeg.ErrTruncated)
	}
	EachChunk(file, func(kind string, body, _ []byte) bool {
		if kind == "eXIf" {
			header.exif = readEXIF(body)
		}
		return kind != "eXIf"
	})
	if n := header.exif.orientation; n != 0 {
		header.Orientation = n
	}
	return nil
}

// WebPChunk returns the first chunk of a kind among some (RFC 9649, section
// 2.3); nil if there is none.
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

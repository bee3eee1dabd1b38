package pure

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"

	"github.com/clinicpro/photobridge/wasm/photo/container"
)

const (
	maxProfile      = 1 << 20
	maxProfileParts = 255
	iccPrefix       = "ICC_PROFILE\x00" // ICC.1:2022, annex B.4
	maxProfilePart  = 0xffff - 2 - len(iccPrefix) - 2
)

// readProfile answers the ICC colour profile of an image file, or nil if it has
// none that is whole.
func readProfile(file []byte, kind container.Type) []byte {
	switch kind {
	case container.TypeJPEG:
		return jpegProfile(file)
	case container.TypePNG:
		return pngProfile(file)
	case container.TypeWebP:
		return webpProfile(file)
	case container.TypeHEIF:
		return heifProfile(file)
	}
	return nil
}

// describesRGB reports whether a profile is for RGB pixels (ICC.1:2022, 7.2.8).
func describesRGB(profile []byte) bool {
	return len(profile) > 128 && string(profile[16:20]) == "RGB "
}

// withProfile puts a colour profile into a JPEG that has none.
func withProfile(jpeg, profile []byte) []byte {
	parts := (len(profile) + maxProfilePart - 1) / maxProfilePart
	if parts == 0 || parts > maxProfileParts {
		return jpeg
	}
	out := make([]byte, 0, len(jpeg)+len(profile)+parts*(4+len(iccPrefix)+2))
	out = append(out, jpeg[:2]...)
	for i := range parts {
		part := profile[i*maxProfilePart : min((i+1)*maxProfilePart, len(profile))]
		out = append(out, 0xff, 0xe2)
		out = binary.BigEndian.AppendUint16(out, uint16(2+len(iccPrefix)+2+len(part)))
		out = append(out, iccPrefix...)
		out = append(out, byte(i+1), byte(parts))
		out = append(out, part...)
	}
	return append(out, jpeg[2:]...)
}

func jpegProfile(file []byte) []byte {
	var parts [maxProfileParts + 1][]byte
	total := 0
	if _, err := container.EachSegment(file, func(s container.Segment) {
		if number, count, part, ok := s.ICC(); ok {
			parts[number], total = part, count
		}
	}); err != nil {
		return nil
	}
	var profile []byte
	for _, part := range parts[1 : total+1] {
		if part == nil {
			return nil
		}
		profile = append(profile, part...)
	}
	return profile
}

// pngProfile reads the iCCP chunk (PNG, third edition, 11.3.2.3), which comes
// before the pixels.
func pngProfile(file []byte) []byte {
	for at := 8; at+12 <= len(file); {
		length := int64(binary.BigEndian.Uint32(file[at:]))
		if length > int64(len(file)-at-12) {
			return nil
		}
		body := file[at+8 : at+8+int(length)]
		switch string(file[at+4 : at+8]) {
		case "iCCP":
			_, packed, _ := bytes.Cut(body, []byte{0}) // after the name
			return inflate(packed)
		case "IDAT":
			return nil
		}
		at += 12 + len(body)
	}
	return nil
}

// inflate answers what follows the byte that names the compression, zlib.
func inflate(packed []byte) []byte {
	if len(packed) == 0 {
		return nil
	}
	reader, err := zlib.NewReader(bytes.NewReader(packed[1:]))
	if err != nil {
		return nil
	}
	profile, err := io.ReadAll(io.LimitReader(reader, maxProfile))
	if err != nil {
		return nil
	}
	return profile
}

// webpProfile reads the ICCP chunk (RFC 9649, section 2.7.1.4).
func webpProfile(file []byte) []byte {
	for at := 12; at+8 <= len(file); {
		length := int64(binary.LittleEndian.Uint32(file[at+4:]))
		if length > int64(len(file)-at-8) {
			return nil
		}
		if string(file[at:at+4]) == "ICCP" {
			return bytes.Clone(file[at+8 : at+8+int(length)])
		}
		at += 8 + int(length+length%2)
	}
	return nil
}

// heifProfile reads the first colr box that holds a profile (ISO/IEC 14496-12,
// section 12.1.5), among the properties of the file's items.
func heifProfile(file []byte) []byte {
	meta := box(file, "meta")
	if len(meta) < 4 {
		return nil
	}
	properties := box(box(meta[4:], "iprp"), "ipco") // after meta's version and flags
	for len(properties) > 0 {
		kind, body, rest := nextBox(properties)
		if kind == "colr" && len(body) > 4 && (string(body[:4]) == "prof" || string(body[:4]) == "rICC") {
			return bytes.Clone(body[4:])
		}
		properties = rest
	}
	return nil
}

// box answers the body of the first box of a kind, nil if there is none.
func box(boxes []byte, kind string) []byte {
	for len(boxes) > 0 {
		found, body, rest := nextBox(boxes)
		if found == kind {
			return body
		}
		boxes = rest
	}
	return nil
}

// nextBox reads a box (ISO/IEC 14496-12, section 4.2). What is damaged is taken
// as the end.
func nextBox(boxes []byte) (kind string, body, rest []byte) {
	const header = 8
	if len(boxes) < header {
		return "", nil, nil
	}
	size := int64(binary.BigEndian.Uint32(boxes))
	if size == 0 {
		size = int64(len(boxes))
	}
	if size < header || size > int64(len(boxes)) {
		return "", nil, nil
	}
	return string(boxes[4:header]), boxes[header:size], boxes[size:]
}

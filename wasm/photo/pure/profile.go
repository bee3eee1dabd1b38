package pure

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"

	"github.com/clinicpro/photobridge/wasm/jpeg"
	"github.com/clinicpro/photobridge/wasm/photo/container"
)

const (
	maxProfile      = 4 << 20 // printers' profiles have a megabyte or more
	maxProfileParts = 255
	iccPrefix       = "ICC_PROFILE\x00" // ICC.1:2022, annex B.4
	maxProfilePart  = 0xffff - 2 - len(iccPrefix) - 2
)

// inks is the number of channels of CMYK.
const inks = 4

// colours defines what the values of a picture's channels mean. The zero value
// means sRGB.
type colours struct {
	profile []byte // ICC profile of primaries and curves only
	grid    *lut   // converts to sRGB, for colours that such a profile cannot express
}

// readColours returns the colours of a file other than a JPEG.
func readColours(file []byte, kind container.Type) colours {
	const rgb = 3
	switch kind {
	case container.TypePNG:
		return pngColours(file)
	case container.TypeWebP:
		return coloursOf(container.WebPChunk(container.WebPChunks(file), "ICCP"), rgb)
	case container.TypeHEIF:
		image := container.ReadHEIF(file)
		if image.Profile != nil {
			return coloursOf(image.Profile, rgb)
		}
		return codedColours(image.Primaries, image.Transfer)
	}
	return colours{}
}

// coloursOf returns the primaries and curves of a profile, or a grid for a profile
// that has others. It ignores a profile for another number of channels.
func coloursOf(profile []byte, channels int) colours {
	if len(profile) < 132 {
		return colours{}
	}
	switch space := string(profile[16:20]); {
	case space == "CMYK" && channels == inks, space == "GRAY" && channels == 1:
		return colours{grid: newLUT(profile)}
	case space == "RGB " && channels < inks:
		if plain, ok := container.PlainProfile(profile); ok {
			return colours{profile: plain}
		}
		return colours{grid: newLUT(profile)}
	}
	return colours{}
}

// withProfile inserts a colour profile into a JPEG that has none. The profile must
// fit into one segment.
func withProfile(jpeg, profile []byte) []byte {
	if len(profile) == 0 || len(profile) > maxProfilePart {
		return jpeg
	}
	out := make([]byte, 0, len(jpeg)+len(profile)+4+len(iccPrefix)+2)
	out = append(out, 0xff, 0xd8, 0xff, 0xe2)
	out = binary.BigEndian.AppendUint16(out, uint16(2+len(iccPrefix)+2+len(profile)))
	out = append(append(append(out, iccPrefix...), 1, 1), profile...)
	return append(out, jpeg[2:]...)
}

func jpegProfile(file []byte) []byte {
	var parts [maxProfileParts + 1][]byte
	total := 0
	if err := jpeg.EachSegment(file, func(s jpeg.Segment) {
		if number, count, part, ok := container.ICC(s); ok {
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

// pngColours reads the cICP, iCCP, sRGB and gAMA chunks (PNG, third edition,
// 11.3.2), which come before the pixels. The first one in this order counts.
// Browsers use the primaries in cHRM only together with gAMA.
func pngColours(file []byte) (found colours) {
	const cicp, iccp, srgb, gama = 4, 3, 2, 1
	channels, rank := 3, 0
	var gamma uint32
	var primaries []byte
	counts := func(n int) bool {
		better := n > rank
		rank = max(rank, n)
		return better
	}
	container.EachChunk(file, func(kind string, body, _ []byte) bool {
		switch {
		case kind == "IHDR" && len(body) > 9 && body[9]&2 == 0:
			channels = 1
		case kind == "cICP" && len(body) == 4 && counts(cicp):
			found = codedColours(int(body[0]), int(body[1]))
		case kind == "iCCP" && counts(iccp):
			_, packed, _ := bytes.Cut(body, []byte{0}) // after the name
			found = coloursOf(inflate(packed), channels)
		case kind == "sRGB" && counts(srgb):
			found = colours{}
		case kind == "gAMA" && len(body) == 4 && counts(gama):
			gamma = binary.BigEndian.Uint32(body)
		case kind == "cHRM" && primaries == nil:
			primaries = body
		}
		return kind != "IDAT"
	})
	if rank == gama {
		return gammaColours(gamma, primaries)
	}
	return found
}

// inflate decompresses data that follows a byte with the number of the method, zlib.
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

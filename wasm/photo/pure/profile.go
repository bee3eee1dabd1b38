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
	maxProfile      = 4 << 20 // printers' are of a megabyte and more
	maxProfileParts = 255
	iccPrefix       = "ICC_PROFILE\x00" // ICC.1:2022, annex B.4
	maxProfilePart  = 0xffff - 2 - len(iccPrefix) - 2
)

// readProfile returns the ICC colour profile of an image file, or nil if it has
// none that is whole.
func readProfile(file []byte, kind container.Type) []byte {
	switch kind {
	case container.TypeJPEG:
		return jpegProfile(file)
	case container.TypePNG:
		return pngProfile(file)
	case container.TypeWebP:
		return container.WebPProfile(file)
	case container.TypeHEIF:
		image := container.ReadHEIF(file)
		if image.Profile != nil {
			return image.Profile
		}
		return codedProfile(image.Primaries, image.Transfer)
	}
	return nil
}

// withProfile puts a colour profile into a JPEG that has none. It takes those
// only that fit into one segment.
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

// pngProfile reads the cICP and iCCP chunks (PNG, third edition, 11.3.2), which
// come before the pixels.
func pngProfile(file []byte) (profile []byte) {
	container.EachChunk(file, func(kind string, body, _ []byte) bool {
		switch {
		case kind == "cICP" && len(body) == 4:
			profile = codedProfile(int(body[0]), int(body[1]))
			return false // it counts before all others
		case kind == "iCCP":
			_, packed, _ := bytes.Cut(body, []byte{0}) // after the name
			profile = inflate(packed)
		}
		return kind != "IDAT"
	})
	return profile
}

// inflate returns what follows the byte that names the compression, zlib.
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

// codedProfile returns a profile of the primaries and the transfer function of
// ITU-T H.273, tables 2 and 3; nil for what is shown as sRGB.
func codedProfile(primaries, transfer int) []byte {
	var space container.ColourSpace
	switch primaries { // adapted to D50
	case 9: // BT.2020
		space.Primaries = [3][3]float64{{0.6734, 0.2790, -0.0019}, {0.1656, 0.6754, 0.0300}, {0.1252, 0.0456, 0.7968}}
	case 11, 12: // P3
		space.Primaries = [3][3]float64{{0.5151, 0.2412, -0.0011}, {0.2920, 0.6922, 0.0419}, {0.1571, 0.0666, 0.7841}}
	default:
		return nil
	}
	curve := []byte("para\x00\x00\x00\x00\x00\x03\x00\x00" + // as sRGB's
		"\x00\x02\x66\x66\x00\x00\xf2\xa7\x00\x00\x0d\x59\x00\x00\x13\xd0\x00\x00\x0a\x5b")
	switch transfer {
	case 4: // a gamma of 2.2
		curve = []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33")
	case 8: // linear
		curve = []byte("curv\x00\x00\x00\x00\x00\x00\x00\x00")
	}
	space.Curves = [3][]byte{curve, curve, curve}
	return space.Profile()
}

package container

import (
	"encoding/binary"
	"math"
)

// A profile that we keep is written again from its primaries and curves. A
// profile has room for names, serial numbers and any other text.

// maxCurve is how many points a curve may have.
const maxCurve = 4096

// whitePoint is D50, which the primaries of a profile add up to (ICC.1:2022,
// 7.2.16).
var whitePoint = [3]float64{0.9642, 1, 0.8249}

// ColourSpace is what a profile of primaries and curves says.
type ColourSpace struct {
	Primaries [3][3]float64 // of red, green and blue: X, Y and Z, adapted to D50
	Curves    [3][]byte     // elements of the types curv or para
}

// PlainProfile returns an equivalent profile of primaries and curves only, or nil
// if the profile is sRGB. Ok is false if primaries and curves cannot express it.
func PlainProfile(profile []byte) (plain []byte, ok bool) {
	if len(profile) == 0 || isSRGB(profile) {
		return nil, true
	}
	space, ok := readColourSpace(profile)
	if !ok {
		return nil, false
	}
	return space.Profile(), true
}

// readColourSpace reads an RGB profile of primaries and curves. It refuses
// impossible numbers, because they could be text.
func readColourSpace(profile []byte) (space ColourSpace, ok bool) {
	if len(profile) < 132 || string(profile[16:24]) != "RGB XYZ " || HasLUT(profile) {
		return space, false
	}
	var sum [3]float64
	for i, colour := range []string{"r", "g", "b"} {
		xyz := ProfileTag(profile, colour+"XYZ", "XYZ ")
		if len(xyz) < 12 {
			return space, false
		}
		for axis := range 3 {
			space.Primaries[i][axis] = fixed(xyz[4*axis:])
			sum[axis] += space.Primaries[i][axis]
		}
		if space.Curves[i] = plainCurve(profile, colour+"TRC"); space.Curves[i] == nil {
			return space, false
		}
	}
	for axis, white := range whitePoint {
		if math.Abs(sum[axis]-white) > 0.02 {
			return space, false
		}
	}
	return space, true
}

// HasLUT reports whether a profile describes its colours with a lookup table.
func HasLUT(profile []byte) bool {
	for _, kind := range []string{"mft1", "mft2", "mAB "} {
		if ProfileTag(profile, "A2B0", kind) != nil {
			return true
		}
	}
	return false
}

// plainCurve returns a curve's element without the bytes after it, or nil if the
// curve does not rise.
func plainCurve(profile []byte, name string) []byte {
	if body := ProfileTag(profile, name, "curv"); len(body) >= 4 {
		count := int(binary.BigEndian.Uint32(body) & 0xffffff)
		if count > maxCurve || len(body) < 4+2*count {
			return nil
		}
		for i := 1; i < count; i++ {
			if binary.BigEndian.Uint16(body[4+2*i:]) < binary.BigEndian.Uint16(body[2+2*i:]) {
				return nil
			}
		}
		return append([]byte("curv\x00\x00\x00\x00"), body[:4+2*count]...)
	}
	body := ProfileTag(profile, name, "para")
	if len(body) < 4 {
		return nil
	}
	kind := int(binary.BigEndian.Uint16(body))
	lengths := []int{1, 3, 4, 5, 7}
	if kind >= len(lengths) || len(body) < 4+4*lengths[kind] {
		return nil
	}
	element := append([]byte("para\x00\x00\x00\x00"), body[0], body[1], 0, 0)
	for i := range lengths[kind] {
		number := body[4+4*i : 8+4*i]
		if math.Abs(fixed(number)) > 8 {
			return nil
		}
		element = append(element, number...)
	}
	return element
}

// Profile writes a profile of version 4 (ICC.1:2022).
func (s ColourSpace) Profile() []byte {
	text := []byte(
		"mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS\x00\x00\x00\x06\x00\x00\x00\x1c\x00R\x00G\x00B",
	)
	names := []string{"desc", "cprt", "wtpt", "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"}
	bodies := [][]byte{text, text, appendXYZ(whitePoint)}
	for _, primary := range s.Primaries {
		bodies = append(bodies, appendXYZ(primary))
	}
	bodies = append(bodies, s.Curves[:]...)

	const head, entry = 128, 12
	table := binary.BigEndian.AppendUint32(nil, uint32(len(names)))
	var data []byte
	places := map[string]uint32{} // equal elements are stored once
	for i, body := range bodies {
		place, ok := places[string(body)]
		if !ok {
			place = uint32(head + 4 + entry*len(names) + len(data))
			places[string(body)] = place
			data = append(data, body...)
			data = append(data, make([]byte, -len(body)&3)...)
		}
		table = append(table, names[i]...)
		table = binary.BigEndian.AppendUint32(table, place)
		table = binary.BigEndian.AppendUint32(table, uint32(len(body)))
	}
	profile := make([]byte, head)
	binary.BigEndian.PutUint32(profile, uint32(head+len(table)+len(data)))
	copy(profile[8:], "\x04\x30\x00\x00mntrRGB XYZ ")
	copy(profile[36:], "acsp")
	copy(profile[68:], appendXYZ(whitePoint)[8:])
	return append(append(profile, table...), data...)
}

func appendXYZ(xyz [3]float64) []byte {
	body := []byte("XYZ \x00\x00\x00\x00")
	for _, value := range xyz {
		body = binary.BigEndian.AppendUint32(body, uint32(int32(math.Round(value*0x10000))))
	}
	return body
}

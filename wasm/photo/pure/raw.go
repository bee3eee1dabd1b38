package pure

import (
	"bytes"

	"github.com/clinicpro/photobridge/shared"
	"github.com/clinicpro/photobridge/wasm/jpeg"
	"github.com/clinicpro/photobridge/wasm/photo/container"
)

// Tags of TIFF 6.0 and DNG 1.7 that distinguish a picture from a sensor's data.
const (
	tagWidth       = 0x0100
	tagHeight      = 0x0101
	tagCompression = 0x0103
	tagPhotometric = 0x0106
	tagStrips      = 0x0111
	tagStripBytes  = 0x0117
	tagPlanar      = 0x011c
	tagSubIFDs     = 0x014a
	tagJPEGTables  = 0x015b
	tagJPEG        = 0x0201
	tagJPEGBytes   = 0x0202
	tagProfile     = 0x8773
	tagDNGVersion  = 0xc612

	photometricGrey   = 1 // 0 is grey too, from white to black
	photometricCFA    = 32803
	photometricLinear = 34892

	maxIFDs = 16

	// A preview counts as the whole picture if its sides are nearly as long, or as
	// long as those of the photo that we send.
	wholeShare = 0.9
	wholeEdge  = 2560
)

// directory is an IFD of a TIFF.
type directory struct {
	width, height int
	photometric   uint32
	compression   uint32
	preview       []byte // its JPEG
	planar        bool   // the channels are stored separately
	tables        bool   // its JPEGs are parts that share tables
	sensor        bool   // its tags show that the file is RAW
	subIFDs       []uint32
	next          uint32
}

// preview returns the JPEG of the whole picture in a RAW file, which is a TIFF. It
// returns nil for other files. It treats a file whose first picture is a thumbnail
// in the same way. It fails with raw_photo if there is no such JPEG.
func preview(file []byte) ([]byte, error) {
	t, first, _ := container.OpenTIFF(file)
	all := directories(t, first)
	if len(all) == 0 {
		return nil, nil
	}
	largest, raw := all[0], all[0].preview != nil
	for _, d := range all {
		raw = raw || d.sensor || d.photometric == photometricCFA || d.photometric == photometricLinear
		if d.width*d.height > largest.width*largest.height {
			largest = d
		}
	}
	if !raw && largest.width*largest.height <= 2*all[0].width*all[0].height {
		return nil, nil
	}
	longest := 0
	var found []byte
	for _, d := range all {
		edge := longerEdge(d.preview)
		whole := float64(edge) >= wholeShare*float64(max(largest.width, largest.height)) || edge >= wholeEdge
		if whole && edge > longest {
			longest, found = edge, d.preview
		}
	}
	if found == nil {
		return nil, refuse(nil, shared.CodeRawPhoto)
	}
	return found, nil
}

// directories reads the chain of IFDs, and the IFDs below them.
func directories(t container.TIFF, first uint32) (all []directory) {
	queue := []uint32{first}
	seen := map[uint32]bool{0: true}
	for len(queue) > 0 && len(all) < maxIFDs {
		at := queue[0]
		queue = queue[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		d := readDirectory(t, at)
		all = append(all, d)
		queue = append(append(queue, d.subIFDs...), d.next)
	}
	return all
}

func readDirectory(t container.TIFF, at uint32) (d directory) {
	var strip, embedded [2]uint32 // offset and size of a JPEG
	d.next = t.EachEntry(at, func(e container.Entry) {
		values := numbers(t, e)
		switch e.Tag {
		case tagDNGVersion:
			d.sensor = true
		case tagJPEGTables:
			d.tables = true
		}
		if len(values) == 0 {
			return
		}
		value := values[0]
		switch e.Tag {
		case tagWidth:
			d.width = int(value & 0xffffff)
		case tagHeight:
			d.height = int(value & 0xffffff)
		case tagCompression:
			d.compression = value
		case tagPhotometric:
			d.photometric = value
		case tagPlanar:
			d.planar = value == 2
		case tagSubIFDs:
			d.subIFDs = values
		case tagStrips:
			if len(values) == 1 {
				strip[0] = value
			}
		case tagStripBytes:
			strip[1] = value
		case tagJPEG:
			embedded[0] = value
		case tagJPEGBytes:
			embedded[1] = value
		}
	})
	const oldJPEG, newJPEG = 6, 7
	place := embedded
	if place[0] == 0 && (d.compression == oldJPEG || d.compression == newJPEG) {
		place = strip
	}
	from, length, size := uint64(place[0]), uint64(place[1]), uint64(len(t.Data))
	inside := from > 0 && from <= size && length <= size-from && !d.tables
	if inside && bytes.HasPrefix(t.Data[from:], []byte("\xff\xd8\xff")) {
		d.preview = t.Data[from : from+length]
	}
	return d
}

// isOtherTIFF reports whether a TIFF is of a kind that the decoder does not know and
// would report as damaged: separate channels, or a fax.
func isOtherTIFF(file []byte) bool {
	t, first, _ := container.OpenTIFF(file)
	const fax, lastFax = 2, 4
	d := readDirectory(t, first)
	return d.planar || d.compression >= fax && d.compression <= lastFax
}

// tiffColours returns the colours of a TIFF by the profile of its first picture (ICC.1:2022, annex B).
func tiffColours(file []byte) colours {
	const bytes, undefined = 1, 7
	t, first, _ := container.OpenTIFF(file)
	var profile []byte
	t.EachEntry(first, func(e container.Entry) {
		if e.Tag != tagProfile || e.Kind != bytes && e.Kind != undefined || e.Count > maxProfile {
			return
		}
		at, size := uint64(t.Order.Uint32(e.Value)), uint64(e.Count)
		if at+size <= uint64(len(file)) {
			profile = file[at : at+size]
		}
	})
	if profile == nil {
		return colours{}
	}
	channels := 3
	if readDirectory(t, first).photometric <= photometricGrey {
		channels = 1
	}
	return coloursOf(profile, channels)
}

// longerEdge returns the longer side of a JPEG, or 0 if it cannot be shown.
func longerEdge(file []byte) int {
	image, err := jpeg.Parse(file)
	if err != nil {
		return 0
	}
	return max(image.Width, image.Height)
}

// numbers returns the first few values of an entry of type SHORT, LONG or IFD.
func numbers(t container.TIFF, e container.Entry) (values []uint32) {
	const short, long, ifd, most = 3, 4, 13, 64
	size := 0
	switch e.Kind {
	case short:
		size = 2
	case long, ifd:
		size = 4
	default:
		return nil
	}
	body := e.Value
	if uint64(e.Count)*uint64(size) > 4 {
		at := uint64(t.Order.Uint32(e.Value))
		if at > uint64(len(t.Data)) {
			return nil
		}
		body = t.Data[at:]
	}
	for i := range int(min(e.Count, most)) {
		if len(body) < size*(i+1) {
			break
		}
		value := body[size*i : size*(i+1)]
		if size == 2 {
			values = append(values, uint32(t.Order.Uint16(value)))
		} else {
			values = append(values, t.Order.Uint32(value))
		}
	}
	return values
}

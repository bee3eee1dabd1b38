package container

import "encoding/binary"

// HEIF describes the primary image of a HEIF file, from the file's boxes (ISO/IEC
// 14496-12, 23008-12).
type HEIF struct {
	// Profile is its ICC profile; nil if it has none.
	Profile []byte
	// Primaries and Transfer are code points of ITU-T H.273; 0 if they
	// are missing.
	Primaries, Transfer int
	// Premultiplied is true if its colours are stored multiplied by its alpha.
	Premultiplied bool
}

// ReadHEIF reads the boxes of a file. It ignores damaged boxes.
func ReadHEIF(file []byte) HEIF {
	meta := fullBox(box(file, "meta"))
	primary := itemID(box(meta, "pitm"))
	image := HEIF{Premultiplied: refers(box(meta, "iref"), "prem", primary)}
	properties := box(meta, "iprp")
	for _, p := range propertiesOf(properties, primary) {
		image.property(p.name, p.body)
	}
	if image.Profile == nil && image.Primaries == 0 { // some files have colours only in the tiles' properties
		for rest := box(properties, "ipco"); len(rest) > 0; {
			var name string
			var body []byte
			if name, body, rest = nextBox(rest); image.Profile == nil && image.Primaries == 0 {
				image.property(name, body)
			}
		}
	}
	return image
}

// property records a property of the primary image.
func (h *HEIF) property(name string, body []byte) {
	switch {
	case name != "colr" || len(body) <= 4:
	case string(body[:4]) == "prof" || string(body[:4]) == "rICC":
		if h.Profile == nil {
			h.Profile = body[4:]
		}
	case string(body[:4]) == "nclx" && len(body) >= 8:
		h.Primaries = int(binary.BigEndian.Uint16(body[4:]))
		h.Transfer = int(binary.BigEndian.Uint16(body[6:]))
	}
}

// refers reports whether an item has references of a kind (ISO/IEC 14496-12, section
// 8.11.12).
func refers(iref []byte, kind string, item uint32) bool {
	idSize := 2
	if len(iref) > 0 && iref[0] > 0 {
		idSize = 4
	}
	for rest := fullBox(iref); len(rest) > 0; {
		var found string
		var body []byte
		found, body, rest = nextBox(rest)
		c := cursor{rest: body}
		if found == kind && uint32(c.number(idSize)) == item && !c.short {
			return true
		}
	}
	return false
}

type property struct {
	name string
	body []byte
}

// propertiesOf returns the properties of an item (ISO/IEC 23008-12, section
// 9.3).
func propertiesOf(iprp []byte, item uint32) (found []property) {
	var all []property
	for rest := box(iprp, "ipco"); len(rest) > 0; {
		var p property
		p.name, p.body, rest = nextBox(rest)
		all = append(all, p)
	}
	ipma := box(iprp, "ipma")
	c := cursor{rest: ipma}
	version, flags := c.number(1), c.number(3)
	idSize, indexSize := 2, 1
	if version > 0 {
		idSize = 4
	}
	if flags&1 != 0 {
		indexSize = 2
	}
	for range c.number(4) {
		id := uint32(c.number(idSize))
		for range c.number(1) {
			index := c.number(indexSize) & (1<<(8*indexSize-1) - 1) // without the bit "essential"
			if id == item && index >= 1 && index <= uint64(len(all)) {
				found = append(found, all[index-1])
			}
		}
		if c.short || id == item { // an item is listed once
			break
		}
	}
	return found
}

// exifOfHEIF returns the EXIF structure, which follows an offset to it (ISO/IEC
// 23008-12, A.2.1).
func exifOfHEIF(file []byte) []byte {
	meta := fullBox(box(file, "meta"))
	item := itemOfType(box(meta, "iinf"), "Exif")
	if item == 0 {
		return nil
	}
	body := itemBytes(file, meta, item)
	c := cursor{rest: body}
	skip := c.number(4)
	if skip > uint64(len(c.rest)) {
		return nil
	}
	return c.rest[skip:]
}

// itemOfType returns the id of the first item of a type, or 0 if there is none.
func itemOfType(iinf []byte, kind string) uint32 {
	if len(iinf) < 6 {
		return 0
	}
	rest := iinf[6:]
	if iinf[0] > 0 && len(iinf) >= 8 {
		rest = iinf[8:]
	}
	for len(rest) > 0 {
		var body []byte
		_, body, rest = nextBox(rest)
		c := cursor{rest: body}
		idSize := 2
		if version := c.number(1); version > 2 {
			idSize = 4
		}
		c.number(3)
		id := uint32(c.number(idSize))
		c.number(2)
		if len(c.rest) >= 4 && string(c.rest[:4]) == kind {
			return id
		}
	}
	return 0
}

// itemBytes returns the first extent of an item (ISO/IEC 14496-12, section
// 8.11.3).
func itemBytes(file, meta []byte, item uint32) []byte {
	c := cursor{rest: box(meta, "iloc")}
	version := c.number(1)
	c.number(3)
	sizes := c.number(2)
	offsetSize, lengthSize := int(sizes>>12&15), int(sizes>>8&15)
	baseSize, indexSize := int(sizes>>4&15), int(sizes&15)
	if version == 0 {
		indexSize = 0 // reserved bits
	}
	idSize := 2
	if version == 2 {
		idSize = 4
	}
	for range c.number(idSize) {
		id, method := uint32(c.number(idSize)), uint64(0)
		if version > 0 {
			method = c.number(2) & 15
		}
		c.number(2)
		base, extents := c.number(baseSize), int(c.number(2))
		if id != item || extents == 0 {
			c.skip(extents * (indexSize + offsetSize + lengthSize))
		} else {
			c.skip(indexSize)
			offset, length := base+c.number(offsetSize), c.number(lengthSize)
			from := file
			if method == 1 {
				from = box(meta, "idat")
			}
			if c.short || method > 1 || offset > uint64(len(from)) || length > uint64(len(from))-offset {
				return nil
			}
			return from[offset : offset+length]
		}
		if c.short {
			break
		}
	}
	return nil
}

// cursor reads numbers. After the end it returns 0.
type cursor struct {
	rest  []byte
	short bool
}

func (c *cursor) number(size int) (n uint64) {
	if size > len(c.rest) || size > 8 {
		c.rest, c.short = nil, true
		return 0
	}
	for _, b := range c.rest[:size] {
		n = n<<8 | uint64(b)
	}
	c.rest = c.rest[size:]
	return n
}

// skip skips bytes at once: a file may declare many parts that have no bytes.
func (c *cursor) skip(size int) {
	if size > len(c.rest) {
		c.rest, c.short = nil, true
		return
	}
	c.rest = c.rest[size:]
}

// itemID reads a pitm box.
func itemID(pitm []byte) uint32 {
	c := cursor{rest: pitm}
	size := 2
	if c.number(1) > 0 {
		size = 4
	}
	c.number(3)
	return uint32(c.number(size))
}

// fullBox returns what follows the version and the flags.
func fullBox(body []byte) []byte {
	if len(body) < 4 {
		return nil
	}
	return body[4:]
}

// box returns the body of the first box of a kind, nil if there is none.
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

// nextBox reads a box (ISO/IEC 14496-12, section 4.2). A damaged one counts as
// the end.
func nextBox(boxes []byte) (kind string, body, rest []byte) {
	header := uint64(8)
	if uint64(len(boxes)) < header {
		return "", nil, nil
	}
	size := uint64(binary.BigEndian.Uint32(boxes))
	switch {
	case size == 0:
		size = uint64(len(boxes))
	case size == 1 && len(boxes) >= 16:
		header, size = 16, binary.BigEndian.Uint64(boxes[8:])
	}
	if size < header || size > uint64(len(boxes)) {
		return "", nil, nil
	}
	return string(boxes[4:8]), boxes[header:size], boxes[size:]
}

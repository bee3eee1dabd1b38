package jpeg

import "bytes"

// End returns where the image in a file ends: behind its end marker or, where
// that is missing, behind the last of its entropy-coded data. What follows is
// no part of it. Proper is false for a file without a marker.
//
// It reads markers only, unless they make no sense or the image is progressive.
// It fails with ErrTruncated or ErrTooComplex, and as Parse does.
func End(file []byte) (end int, proper bool, err error) {
	m, err := Parse(file)
	if err != nil {
		return 0, false, err
	}
	if end, ok, err := m.markersOnly(); ok && m.marker != markerSOF2 || err != nil {
		return end, ok, err
	}
	if end, err = walked(file); err != nil {
		return 0, false, err
	}
	if marker := []byte{0xff, markerEOI}; bytes.HasPrefix(file[end:], marker) {
		return end + len(marker), true, nil
	}
	if len(bytes.TrimRight(file[:end], "\x00")) < end-mostZeros {
		return 0, false, ErrTruncated // a download had room for the whole file
	}
	return end, false, nil
}

// mostZeros is how many bytes of 0 the data of an image without an end marker
// may end with.
const mostZeros = 64

// Whole fails with ErrTruncated if much of the image's data is missing at its
// end, whatever its markers say, and otherwise as Decode does.
func Whole(file []byte) error {
	_, err := walked(file)
	return err
}

// walked reads the file again, since looking at the markers changed its tables.
func walked(file []byte) (end int, err error) {
	m, err := Parse(file)
	if err != nil {
		return 0, err
	}
	return (&walk{image: m}).run()
}

// markersOnly goes from marker to marker. It returns false where it meets what
// cannot be between the scans of the image, or no end.
func (m *Image) markersOnly() (end int, ok bool, err error) {
	work := m.visits(m.scan)
	seen := len(m.scan.components)
	for at := m.at; ; {
		marker, start, found := nextMarker(m.file, at)
		switch {
		case !found:
			return 0, false, nil
		case marker == markerEOI:
			return start + 2, true, nil
		case marker >= markerRST0 && marker <= markerRST7:
			at = start + 2
			continue
		case m.marker != markerSOF2 && seen >= len(m.components) && marker != markerDNL:
			return 0, false, nil
		}
		segment, next, err := nextSegment(m.file, start)
		if err != nil {
			return 0, false, nil
		}
		if segment.Marker == markerSOS {
			s, err := m.scanHeader(segment.Body)
			if err != nil {
				return 0, false, nil
			}
			seen += len(s.components)
			if work += m.visits(s); work > m.maxWork() {
				return 0, false, ErrTooComplex
			}
		}
		at = next
	}
}

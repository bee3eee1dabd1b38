package jpeg

import "bytes"

// End returns where the image in a file ends: after its end marker or, without
// one, after its last entropy-coded data. Phones append other data there, such as
// a video. Proper is false for a file without an end marker.
//
// End reads only markers, unless they are inconsistent or the image is
// progressive. It fails with ErrTruncated or ErrTooComplex, or like Parse.
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
		return 0, false, ErrTruncated // a partial download whose file was allocated in full size
	}
	return end, false, nil
}

// mostZeros is how many zero bytes may end an image that has no end marker. A
// longer run is the unfilled rest of a partial download.
const mostZeros = 64

// Whole fails with ErrTruncated if much of the image's data is missing at its
// end, even if an end marker is present. Otherwise it fails like Decode.
func Whole(file []byte) error {
	_, err := walked(file)
	return err
}

// walked parses the file again, because markersOnly changed the tables.
func walked(file []byte) (end int, err error) {
	m, err := Parse(file)
	if err != nil {
		return 0, err
	}
	return (&walk{image: m}).run()
}

// markersOnly jumps from marker to marker. Ok is false if it finds something that
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

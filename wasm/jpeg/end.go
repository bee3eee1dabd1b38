package jpeg

// End returns where the image in a file ends: behind its end marker or, where
// that is missing, behind the last of its entropy-coded data. What follows is
// no part of it. Proper is false for a file without a marker.
//
// It reads markers only, unless they make no sense. It fails with ErrTruncated
// or ErrTooComplex, and as Parse does.
func End(file []byte) (end int, proper bool, err error) {
	m, err := Parse(file)
	if err != nil {
		return 0, false, err
	}
	if end, ok, err := m.markersOnly(); ok || err != nil {
		return end, ok, err
	}
	if m, err = Parse(file); err != nil { // with the first scan's tables
		return 0, false, err
	}
	end, err = (&walk{image: m}).run()
	return end, false, err
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
			if work += m.visits(s); work > maxWork {
				return 0, false, ErrTooComplex
			}
		}
		at = next
	}
}

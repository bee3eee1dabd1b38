package pure

import "image"

// turnedSize returns the size after applying or undoing an EXIF orientation.
func turnedSize(width, height, orientation int) (int, int) {
	if orientation >= 5 {
		return height, width
	}
	return width, height
}

// turn makes a 4:2:0 picture upright (EXIF 2.32, section 4.6.4, Orientation).
func turn(source *image.YCbCr, orientation int) *image.YCbCr {
	if orientation <= 1 {
		return source
	}
	width, height := turnedSize(source.Rect.Dx(), source.Rect.Dy(), orientation)
	upright := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	from, to := rasterOf(source), rasterOf(upright)
	for i := range from.planes {
		turnPlane(to.planes[i], from.planes[i], orientation)
	}
	return upright
}

// turnPlane walks over the target row by row. In the source that means a fixed
// step for the next sample, and another for the next row.
func turnPlane(to, from plane, orientation int) {
	lastX, lastY := from.width-1, (from.height-1)*from.stride
	var start, across, down int
	switch orientation {
	case 2:
		start, across, down = lastX, -1, from.stride
	case 3:
		start, across, down = lastX+lastY, -1, -from.stride
	case 4:
		start, across, down = lastY, 1, -from.stride
	case 5:
		start, across, down = 0, from.stride, 1
	case 6:
		start, across, down = lastY, -from.stride, 1
	case 7:
		start, across, down = lastX+lastY, -from.stride, -1
	case 8:
		start, across, down = lastX, from.stride, -1
	}
	for y := range to.height {
		at := start + y*down
		row := to.row(y)
		for x := range row {
			row[x] = from.samples[at]
			at += across
		}
	}
}

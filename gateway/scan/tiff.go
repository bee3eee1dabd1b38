package scan

import (
	"bytes"
	"encoding/binary"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Caption describes a photo inside the document.
type Caption struct {
	Text string
	// Taken is the wall-clock time of the photo; its zone is not used. Zero if unknown.
	Taken time.Time
}

// TIFF tags (TIFF 6.0; the profile's is of ICC.1).
const (
	tagImageWidth          = 256
	tagImageLength         = 257
	tagBitsPerSample       = 258
	tagCompression         = 259
	tagPhotometric         = 262
	tagImageDescription    = 270
	tagStripOffsets        = 273
	tagSamplesPerPixel     = 277
	tagRowsPerStrip        = 278
	tagStripByteCounts     = 279
	tagXResolution         = 282
	tagYResolution         = 283
	tagPlanarConfiguration = 284
	tagResolutionUnit      = 296
	tagDateTime            = 306
	tagPredictor           = 317
	tagYCbCrSubSampling    = 530
	tagYCbCrPositioning    = 531
	tagReferenceBlackWhite = 532
	tagICCProfile          = 34675
)

const (
	compressionJPEG    = 7 // TIFF Technical Note 2
	compressionDeflate = 8

	photometricBlackIsZero = 1
	photometricRGB         = 2
	photometricYCbCr       = 6
)

// TIFF wraps a JPEG as the single strip of a TIFF. The strip is the JPEG's bytes,
// unchanged, so that nothing is lost. Several strips would need several JPEGs. It
// fails with ErrNotJPEG, ErrCoding, ErrColour or ErrTIFF.
func TIFF(jpeg []byte, caption Caption) ([]byte, error) {
	f, err := readFrame(jpeg)
	if err != nil {
		return nil, err
	}
	if !f.fitsTIFF() {
		return nil, ErrTIFF
	}
	d := newDirectory(f, caption)
	d.shorts(tagCompression, compressionJPEG)
	d.longs(tagRowsPerStrip, uint32(f.height))
	switch f.colours {
	case grey:
		d.shorts(tagPhotometric, photometricBlackIsZero)
	case rgb:
		d.shorts(tagPhotometric, photometricRGB)
	default:
		d.shorts(tagPhotometric, photometricYCbCr)
		d.shorts(tagYCbCrSubSampling, uint16(f.components[0].horizontal), uint16(f.components[0].vertical))
		d.shorts(tagYCbCrPositioning, 1)
		// A JPEG uses the full range. TIFF's default is the reduced range of video,
		// with which a reader that applies it would show wrong contrast.
		d.rationals(tagReferenceBlackWhite, 0, 255, 128, 255, 128, 255)
	}
	return d.file(jpeg), nil
}

// newDirectory returns a directory with the fields that TIFF and Deflate share.
func newDirectory(f frame, caption Caption) *directory {
	d := &directory{}
	d.longs(tagImageWidth, uint32(f.width))
	d.longs(tagImageLength, uint32(f.height))
	bits := make([]uint16, len(f.components))
	for i := range bits {
		bits[i] = 8
	}
	d.shorts(tagBitsPerSample, bits...)
	d.shorts(tagSamplesPerPixel, uint16(len(f.components)))
	d.shorts(tagPlanarConfiguration, 1)
	d.rationals(tagXResolution, uint32(f.density[0]))
	d.rationals(tagYResolution, uint32(f.density[1]))
	d.shorts(tagResolutionUnit, f.densityUnit)
	if caption.Text != "" {
		d.ascii(tagImageDescription, plain(caption.Text))
	}
	if !caption.Taken.IsZero() {
		d.ascii(tagDateTime, caption.Taken.Format("2006:01:02 15:04:05"))
	}
	if f.profile != nil {
		d.add(tagICCProfile, typeUndefined, len(f.profile), f.profile)
	}
	return d
}

// plain converts a text to ASCII, because TIFF fields cannot contain other text.
// Letters lose accents and macrons, and other characters become question marks.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == '\n' || r == '\t':
			return ' '
		case r < ' ' || r > '~':
			return '?'
		}
		return r
	}, norm.NFD.String(text))
}

// Types of TIFF fields.
const (
	typeASCII     = 2
	typeShort     = 3
	typeLong      = 4
	typeRational  = 5
	typeUndefined = 7
)

// directory collects the fields of an image file directory.
type directory struct{ fields []field }

type field struct {
	tag, kind uint16
	count     uint32
	value     []byte
}

// add inserts a field in the order of tags, as TIFF 6.0 requires.
func (d *directory) add(tag, kind uint16, count int, value []byte) {
	at := len(d.fields)
	for at > 0 && d.fields[at-1].tag > tag {
		at--
	}
	d.fields = append(d.fields, field{})
	copy(d.fields[at+1:], d.fields[at:])
	d.fields[at] = field{tag, kind, uint32(count), value}
}

func (d *directory) shorts(tag uint16, values ...uint16) {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	d.add(tag, typeShort, len(values), b)
}

func (d *directory) longs(tag uint16, values ...uint32) {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	d.add(tag, typeLong, len(values), b)
}

// rationals adds whole numbers as fractions over 1.
func (d *directory) rationals(tag uint16, values ...uint32) {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, v)
		b = binary.LittleEndian.AppendUint32(b, 1)
	}
	d.add(tag, typeRational, len(values), b)
}

func (d *directory) ascii(tag uint16, text string) {
	d.add(tag, typeASCII, len(text)+1, append([]byte(text), 0))
}

// file returns the TIFF: header, directory, long values, strips. A value of up to
// four bytes is in its field of the directory. A longer one follows the directory,
// and the field has its offset. The strips' offsets depend on the size of the
// directory, which contains them, so file first adds them as zeros and replaces them
// when all sizes are known.
func (d *directory) file(strips ...[]byte) []byte {
	offsets, counts := make([]uint32, len(strips)), make([]uint32, len(strips))
	d.longs(tagStripOffsets, offsets...)
	d.longs(tagStripByteCounts, counts...)
	const headerSize, fieldSize = 8, 12
	end := headerSize + 2 + fieldSize*len(d.fields) + 4
	for _, f := range d.fields {
		if len(f.value) > 4 {
			end += even(len(f.value))
		}
	}
	for i, strip := range strips {
		offsets[i], counts[i] = uint32(end), uint32(len(strip))
		end += even(len(strip))
	}
	d.replace(tagStripOffsets, offsets)
	d.replace(tagStripByteCounts, counts)

	var head, long bytes.Buffer
	head.WriteString("II*\x00")
	binary.Write(&head, binary.LittleEndian, uint32(headerSize))
	binary.Write(&head, binary.LittleEndian, uint16(len(d.fields)))
	longAt := headerSize + 2 + fieldSize*len(d.fields) + 4
	for _, f := range d.fields {
		binary.Write(&head, binary.LittleEndian, f.tag)
		binary.Write(&head, binary.LittleEndian, f.kind)
		binary.Write(&head, binary.LittleEndian, f.count)
		if len(f.value) <= 4 {
			head.Write(append(append([]byte{}, f.value...), 0, 0, 0, 0)[:4])
			continue
		}
		binary.Write(&head, binary.LittleEndian, uint32(longAt+long.Len()))
		long.Write(f.value)
		long.Write(make([]byte, even(len(f.value))-len(f.value)))
	}
	head.Write(make([]byte, 4)) // offset of the next directory: none
	out := make([]byte, 0, end)
	out = append(append(out, head.Bytes()...), long.Bytes()...)
	for _, strip := range strips {
		out = append(out, strip...)
		out = append(out, make([]byte, even(len(strip))-len(strip))...)
	}
	return out
}

// replace sets the values of an existing field of longs.
func (d *directory) replace(tag uint16, values []uint32) {
	for i := range d.fields {
		if d.fields[i].tag == tag {
			d.fields[i].value = nil
			for _, v := range values {
				d.fields[i].value = binary.LittleEndian.AppendUint32(d.fields[i].value, v)
			}
		}
	}
}

// even rounds up to an even number. TIFF values start at even offsets.
func even(n int) int { return n + n%2 }

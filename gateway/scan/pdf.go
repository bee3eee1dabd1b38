package scan

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-pdf/fpdf"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"golang.org/x/image/font/gofont/goregular"
)

// Page geometry in millimetres. A page is as large as the photo at 150 dpi, and
// at most A4.
const (
	dpi          = 150
	inch         = 25.4
	longA4       = 297
	shortA4      = 210
	margin       = 2
	captionSize  = 10  // points
	captionLine  = 4.5 // height
	captionLines = 4   // space below a photo that fills the page
	minPage      = 60  // a caption needs this width
)

// PDF puts each photo on a page with its caption below. The JPEG's bytes are the
// image's stream, unchanged. It fails with ErrNotJPEG, ErrCoding or ErrColour.
func PDF(photos ...Page) ([]byte, error) {
	doc := fpdf.New("P", "mm", "A4", "")
	doc.SetProducer("Photobridge", true)
	doc.SetAutoPageBreak(false, 0)
	doc.AddUTF8FontFromBytes("caption", "", goregular.TTF)
	var profiles []profiled
	var standIns [][2][]byte // pairs: the JPEG for the library, and the JPEG that replaces it
	for i, photo := range photos {
		f, err := readFrame(photo.JPEG)
		if err != nil {
			return nil, err
		}
		if f.profile != nil {
			profiles = append(profiles, profiled{photo.JPEG, f.profile, len(f.components)})
		}
		if i == 0 && !photo.Caption.Taken.IsZero() {
			doc.SetTitle(photo.Caption.Taken.Format("2006-01-02"), true)
		}
		stored := photo.JPEG
		if f.colours == rgb {
			stored = standIn(photo.JPEG, f.adobe)
			standIns = append(standIns, [2][]byte{stored, photo.JPEG})
		}
		addPage(doc, strconv.Itoa(i), stored, photo.Caption.Text, f)
		if doc.Err() {
			return nil, fmt.Errorf("%w: %w", ErrCoding, doc.Error())
		}
	}
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		return nil, fmt.Errorf("scan: PDF: %w", err)
	}
	file := out.Bytes()
	for _, pair := range standIns {
		file = bytes.Replace(file, pair[0], pair[1], 1)
	}
	if len(profiles) == 0 {
		return file, nil
	}
	return withProfiles(file, profiles)
}

// standIn returns an RGB JPEG that looks like a YCbCr JPEG of the same length. The
// PDF library knows no RGB JPEG and would declare wrong colours. PDF replaces the
// stand-in by the original in the finished file, so its readers find Adobe's
// segment, which is at adobe.
func standIn(jpeg []byte, adobe int) []byte {
	changed := bytes.Clone(jpeg)
	changed[adobe+1] = markerAPP0
	copy(changed[adobe+4:], "JFIF\x00")
	return changed
}

// profiled is a JPEG and its colour profile.
type profiled struct {
	jpeg, profile []byte
	components    int
}

// Page is one photo of a PDF.
type Page struct {
	JPEG    []byte
	Caption Caption
}

func addPage(doc *fpdf.Fpdf, name string, jpeg []byte, caption string, f frame) {
	width, height := float64(f.width)/dpi*inch, float64(f.height)/dpi*inch
	if f.orientation >= sideways {
		width, height = height, width
	}
	maxWidth, maxHeight := float64(shortA4), float64(longA4)
	if width > height {
		maxWidth, maxHeight = maxHeight, maxWidth
	}
	if by := min(maxWidth/width, (maxHeight-captionLines*captionLine-2*margin)/height); by < 1 {
		width, height = width*by, height*by
	}
	pageWidth := max(width, minPage)
	doc.SetFont("caption", "", captionSize)
	doc.SetCellMargin(0)
	lines := doc.SplitText(printable(caption), pageWidth-2*margin)
	pageHeight := height + 2*margin + float64(len(lines))*captionLine
	doc.AddPageFormat("P", fpdf.SizeType{Wd: pageWidth, Ht: pageHeight})
	doc.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: "JPG"}, bytes.NewReader(jpeg))
	place(doc, name, f.orientation, (pageWidth-width)/2, width, height)
	for i, line := range lines {
		doc.SetXY(margin, height+margin+float64(i)*captionLine)
		doc.Cell(pageWidth-2*margin, captionLine, line)
	}
}

// printable replaces characters beyond the basic plane, such as emojis. The library
// has no widths for them, and its font no glyphs.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xFFFF {
			return '?'
		}
		return r
	}, text)
}

// sideways is the first of the orientations that swap width and height.
const sideways = 5

// turns holds, for each of EXIF's orientations, the mirroring and then the degrees
// to the left that make it upright.
var turns = [9]struct {
	left     float64
	mirrored bool
}{2: {0, true}, 3: {180, false}, 4: {180, true}, 5: {90, true}, 6: {270, false}, 7: {270, true}, 8: {90, false}}

// place draws an image upright into the rectangle at the page's top.
func place(doc *fpdf.Fpdf, name string, orientation uint16, left, width, height float64) {
	middle, turn := left+width/2, turns[orientation]
	doc.TransformBegin()
	doc.TransformRotate(turn.left, middle, height/2)
	if turn.mirrored {
		doc.TransformMirrorHorizontal(middle)
	}
	drawnWidth, drawnHeight := width, height
	if orientation >= sideways {
		drawnWidth, drawnHeight = height, width
	}
	doc.ImageOptions(name, middle-drawnWidth/2, height/2-drawnHeight/2, drawnWidth, drawnHeight, false,
		fpdf.ImageOptions{ImageType: "JPG"}, 0, "")
	doc.TransformEnd()
}

// withProfiles sets the colour profile of each JPEG as its image's colour space. PDF
// readers ignore a profile inside the image's stream (ISO 32000-1, 7.4.8).
func withProfiles(pdf []byte, profiles []profiled) ([]byte, error) {
	api.DisableConfigDir()
	ctx, err := api.ReadContext(bytes.NewReader(pdf), model.NewDefaultConfiguration())
	if err != nil {
		return nil, fmt.Errorf("scan: PDF: %w", err)
	}
	for _, p := range profiles {
		if err := p.apply(ctx); err != nil {
			return nil, fmt.Errorf("scan: PDF: %w", err)
		}
	}
	var out bytes.Buffer
	if err := api.WriteContext(ctx, &out); err != nil {
		return nil, fmt.Errorf("scan: PDF: %w", err)
	}
	return out.Bytes(), nil
}

// apply sets the colour space of the image whose stream is the JPEG.
func (p profiled) apply(ctx *model.Context) error {
	for _, entry := range ctx.Table {
		image, ok := entry.Object.(types.StreamDict)
		if !ok || !bytes.Equal(image.Raw, p.jpeg) {
			continue
		}
		stream, err := ctx.NewStreamDictForBuf(p.profile)
		if err != nil {
			return err
		}
		stream.InsertInt("N", p.components)
		if err := stream.Encode(); err != nil {
			return err
		}
		reference, err := ctx.IndRefForNewObject(*stream)
		if err != nil {
			return err
		}
		image.Update("ColorSpace", types.Array{types.Name("ICCBased"), *reference})
		return nil
	}
	return errors.New("an image is missing")
}

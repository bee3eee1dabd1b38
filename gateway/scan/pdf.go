package scan

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

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
	captionLines = 4   // kept free below a photo that fills the page
	minPage      = 60  // a caption needs some width
)

// PDF puts each photo on a page with its caption below. The JPEG's bytes are the
// image's stream, unchanged. It fails with ErrNotJPEG or ErrColour.
func PDF(photos ...Page) ([]byte, error) {
	doc := fpdf.New("P", "mm", "A4", "")
	doc.SetProducer("Photobridge", true)
	doc.SetAutoPageBreak(false, 0)
	doc.AddUTF8FontFromBytes("caption", "", goregular.TTF)
	var profiles []profiled
	for i, photo := range photos {
		f, err := readFrame(photo.JPEG)
		if err != nil {
			return nil, err
		}
		if f.profile != nil {
			profiles = append(profiles, profiled{photo.JPEG, f.profile, f.components})
		}
		if i == 0 && !photo.Caption.Taken.IsZero() {
			doc.SetTitle(photo.Caption.Taken.Format("2006-01-02"), true)
		}
		addPage(doc, strconv.Itoa(i), photo, f)
	}
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		return nil, fmt.Errorf("scan: PDF: %w", err)
	}
	if len(profiles) == 0 {
		return out.Bytes(), nil
	}
	return withProfiles(out.Bytes(), profiles)
}

// profiled is a JPEG with the colour profile that it carries.
type profiled struct {
	jpeg, profile []byte
	components    int
}

// Page is one photo of a PDF.
type Page struct {
	JPEG    []byte
	Caption Caption
}

func addPage(doc *fpdf.Fpdf, name string, photo Page, f frame) {
	width, height := float64(f.width)/dpi*inch, float64(f.height)/dpi*inch
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
	lines := doc.SplitText(photo.Caption.Text, pageWidth-2*margin)
	pageHeight := height + 2*margin + float64(len(lines))*captionLine
	doc.AddPageFormat("P", fpdf.SizeType{Wd: pageWidth, Ht: pageHeight})
	jpg := fpdf.ImageOptions{ImageType: "JPG"}
	doc.RegisterImageOptionsReader(name, jpg, bytes.NewReader(photo.JPEG))
	doc.ImageOptions(name, (pageWidth-width)/2, 0, width, height, false, jpg, 0, "")
	for i, line := range lines {
		doc.SetXY(margin, height+margin+float64(i)*captionLine)
		doc.Cell(pageWidth-2*margin, captionLine, line)
	}
}

// withProfiles gives each image the colour profile of its JPEG: PDF readers do
// not look for one inside the image's stream (ISO 32000-1, 7.4.8).
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

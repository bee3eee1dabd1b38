// Package scan wraps a JPEG photo in the formats that record systems file as
// scanned documents: TIFF and PDF.
//
// TIFF and PDF keep the JPEG unchanged: its bytes become the TIFF's single strip or
// the PDF's image stream, so no pixel changes. Deflate decodes the photo and stores
// the pixels without loss, for viewers that cannot read a JPEG inside a TIFF.
package scan

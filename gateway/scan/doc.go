// Package scan wraps a JPEG photo in the formats that record systems file as
// scanned documents: TIFF and PDF.
//
// TIFF and PDF keep the JPEG as it is: its bytes become the TIFF's single strip
// or the PDF's image stream, so no pixel changes. Deflate decodes the photo and
// stores it without loss of what was decoded, for viewers that cannot read a
// JPEG inside a TIFF.
package scan

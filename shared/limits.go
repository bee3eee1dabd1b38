package shared

import "time"

// What the product promises and the edge enforces. Those with a configuration
// variable of the same meaning are its defaults.
const (
	MaxImages      = 20        // MAX_IMAGES_PER_SESSION
	MaxImageBytes  = 1_000_000 // MAX_IMAGE_BYTES
	MaxNotes       = 500       // characters
	MaxDimension   = 20_000    // pixels, of an image's width and height
	MaxRequestBody = 64 << 10  // bytes
	MaxLaunchText  = 100       // characters, of a label and of a name in a launch token

	MaxMetadataVersion = 1_000_000

	SessionTTL    = 2 * time.Hour    // from the last act of a person
	SessionMaxTTL = 12 * time.Hour   // from the beginning, whatever happens
	QRTokenTTL    = 10 * time.Minute // from minting
	UploadURLTTL  = 5 * time.Minute
	PreviewURLTTL = time.Hour
	LaunchMaxTTL  = 12 * time.Hour // longest life of a launch token that is accepted
	ClockSkew     = 60 * time.Second
)

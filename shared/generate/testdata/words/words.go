// Package words has one of everything that a message may have.
package words

import "time"

// MaxName is a limit.
const MaxName = 40

// Colour is a choice.
type Colour string

// The colours.
const (
	ColourUnset Colour = ""
	ColourRed   Colour = "red"
	ColourBlue  Colour = "blue" // not green
)

// MoreColour adds a value.
type MoreColour = Colour

// ColourGrey is not for everyone.
const ColourGrey MoreColour = "grey"

// Word has a form.
type Word = string

// WordPattern is the form of a Word.
const WordPattern = "^[a-z]+$"

// Thing has every kind of field.
//
// It has a second paragraph.
type Thing struct {
	Name   Word              `json:"name" schema:"minLength: 1, maxLength: MaxName"`
	Colour Colour            `json:"colour,omitempty"`
	Count  int               `json:"count" schema:"minimum: 0"` // how many
	Size   int64             `json:"size,omitempty"`
	Good   bool              `json:"good"`
	Made   time.Time         `json:"made"`
	Sold   *time.Time        `json:"sold,omitempty"`
	Stock  *int              `json:"stock,omitempty"`
	Label  string            `json:"label" ref:"Label"`
	Tags   []MoreColour      `json:"tags"`
	Extra  map[string]string `json:"extra,omitempty" schema:"required: [a]"`
}

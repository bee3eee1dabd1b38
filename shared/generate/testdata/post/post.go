// Package post uses another package's messages.
package post

import "github.com/clinicpro/photobridge/words"

// Kind names an order.
type Kind = string

// The kinds.
const (
	// Asks for things.
	KindAsk Kind = "ask"
	KindEnd Kind = "end"
)

// Order is a union.
type Order struct {
	Kind   Kind          `json:"kind" closed:"yes"`
	First  *words.Thing  `json:"first,omitempty" of:"ask"`
	Others []words.Thing `json:"others,omitempty" of:"ask?"`
	File   any           `json:"-" of:"ask" ts:"file: Blob"`
}

// Note is for Go alone.
type Note struct {
	Order Order `json:"order" ts:"-"`
}

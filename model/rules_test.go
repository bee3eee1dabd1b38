package model

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestRules runs a short life for each rule that random lives rarely reach.
func TestRules(t *testing.T) {
	sent := []deed{{Does: "add", N: 1, Wait: time.Second}, {Does: "send", Wait: time.Minute}, {Does: "look"}}
	lives := map[string][]deed{
		"the last word of a person is what is stored: a desktop's, over those of a phone that had not seen them": {
			{Does: "correct"}, {Does: "describe", Wait: time.Minute},
		},
		"the last word of a person is what is stored: the phone's, after the receipt": {
			{Does: "describe", Wait: time.Minute},
		},
		"the last word of a person is what is stored: an older request arrives last": {
			{Does: "late confirms"}, {Does: "describe", Wait: time.Second}, {Does: "lose no calls"},
			{Does: "describe", Wait: time.Minute},
		},
		"what was removed stays removed: while a confirm is repeated": {
			{Does: "add", N: 1, Wait: time.Second}, {Does: "lose confirms"}, {Does: "send", Wait: 2 * time.Second},
			{Does: "look"}, {Does: "remove", N: 1}, {Does: "lose no calls", Wait: 5 * time.Minute},
		},
		"what was removed stays removed: its object could not be deleted": {
			{Does: "add", N: 1, Wait: time.Second}, {Does: "lose confirms"}, {Does: "send", Wait: 2 * time.Second},
			{Does: "look"}, {Does: "half a deletion"}, {Does: "remove", N: 1},
			{Does: "lose no calls", Wait: 5 * time.Minute},
		},
		"what was removed stays removed: when it is corrected": {
			{Does: "remove"}, {Does: "describe", Wait: time.Minute}, {Does: "retry", Wait: time.Minute},
		},
		"what was confirmed exists until somebody who has seen it removes it": {
			{Does: "add", N: 1, Wait: time.Second}, {Does: "send", Wait: time.Minute}, {Does: "end"},
		},
		"once all is quiet, no object without a record": {
			{Does: "store down"}, {Does: "remove"}, {Does: "store up", Wait: time.Minute},
		},
	}
	for name, life := range lives {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for _, wrong := range play(t, begin{Seed: 1}, append(sent[:len(sent):len(sent)], life...)) {
					t.Error(wrong)
				}
			})
		})
	}
}

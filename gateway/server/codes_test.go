package server

import (
	"os"
	"strings"
	"testing"
)

// TestEveryCodeHasAText: the desk page explains every code that the gateway can return.
func TestEveryCodeHasAText(t *testing.T) {
	texts, err := os.ReadFile("../../web/src/strings/desk.en.ts")
	if err != nil {
		t.Fatal(err)
	}
	for code, status := range statuses {
		if !strings.Contains(string(texts), "'error."+string(code)+"'") {
			t.Errorf("desk.en.ts has no text for %s (%d)", code, status)
		}
	}
}

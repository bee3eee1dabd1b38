package main

import (
	"slices"
	"testing"
)

func TestFlags(t *testing.T) {
	t.Setenv("PORT", "9787")
	t.Setenv("HOST", "192.168.1.20")
	config, command, err := parse([]string{"-seed", "7", "-data", "elsewhere", "--", "wrangler", "dev", "--port", "1"})
	if err != nil {
		t.Fatal(err)
	}
	if config.Port != 9787 || config.Host != "192.168.1.20" || config.Seed != 7 || config.Data != "elsewhere" {
		t.Errorf("config %+v", config)
	}
	if want := []string{"wrangler", "dev", "--port", "1"}; !slices.Equal(command, want) {
		t.Errorf("command %v", command)
	}
	t.Setenv("PORT", "many")
	if _, _, err := parse(nil); err == nil {
		t.Error("PORT=many is a port")
	}
}

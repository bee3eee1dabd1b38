package session

import (
	"testing"
	"time"
)

func TestURLWindow(t *testing.T) {
	at := func(hour, minute, second int) time.Time {
		return time.Date(2026, 3, 1, hour, minute, second, 0, time.UTC)
	}
	tests := []struct{ now, want time.Time }{
		{at(9, 0, 0), at(9, 0, 0)},
		{at(9, 9, 59), at(9, 0, 0)},
		{at(9, 10, 0), at(9, 10, 0)},
		{at(9, 59, 59), at(9, 50, 0)},
	}
	for _, test := range tests {
		if got := URLWindow(test.now); !got.Equal(test.want) {
			t.Errorf("at %v URLs are signed with %v, want %v", test.now, got, test.want)
		}
	}
}

func TestKeyBelongsTo(t *testing.T) {
	own := objectKey("enc-1", "img-1", time.UnixMilli(1_772_355_600_123))
	if own != "sessions/enc-1/1772355600123_img-1.jpg" {
		t.Errorf("the key is %q", own)
	}
	tests := []struct {
		name, key string
		want      bool
	}{
		{"its own", own, true},
		{"one of the first digit", "sessions/enc-1/1_img-1.jpg", true},
		{"another encounter's", "sessions/enc-2/1_img-1.jpg", false},
		{"another image's", "sessions/enc-1/1_img-2.jpg", false},
		{"an image's whose id ends like it", "sessions/enc-1/1_x_img-1.jpg", false},
		{"an encounter's whose id begins like it", "sessions/enc-1/x/1_img-1.jpg", false},
		{"without a time", "sessions/enc-1/_img-1.jpg", false},
		{"with a time below zero", "sessions/enc-1/-1_img-1.jpg", false},
		{"with a time beyond all", "sessions/enc-1/9223372036854775808_img-1.jpg", false},
		{"the latest time", "sessions/enc-1/9223372036854775807_img-1.jpg", true},
		{"that overlaps itself", "sessions/enc-1/img-1.jpg", false},
		{"of another kind", "sessions/enc-1/1_img-1.png", false},
		{"nothing", "", false},
	}
	for _, test := range tests {
		if got := keyBelongsTo(test.key, "enc-1", "img-1"); got != test.want {
			t.Errorf("%s: %q belongs: %v", test.name, test.key, got)
		}
	}
	if keyBelongsTo("sessions/_i/.jpg", "_i", "i/") {
		t.Error("a key whose end begins within its beginning belongs")
	}
}

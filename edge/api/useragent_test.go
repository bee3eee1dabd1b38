package api

import "testing"

func TestPhoneName(t *testing.T) {
	tests := []struct{ userAgent, want string }{
		{
			"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
				"Version/18.5 Mobile/15E148 Safari/604.1",
			"iPhone, Safari",
		},
		{
			"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
				"CriOS/148.0.0.0 Mobile/15E148 Safari/604.1",
			"iPhone, Chrome",
		},
		{
			"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Mobile " +
				"Safari/537.36",
			"Android, Chrome",
		},
		{"Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0", "Android, Firefox"},
		{
			"Mozilla/5.0 (Linux; Android 15; SAMSUNG SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) " +
				"SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
			"Android, Samsung Internet",
		},
		{"", "Phone"},
		{"<b>Dr Nobody</b>\u202e", "Phone"},
	}
	for _, test := range tests {
		if got := phoneName(test.userAgent); got != test.want {
			t.Errorf("%q is %q, not %q", test.userAgent, got, test.want)
		}
	}
}

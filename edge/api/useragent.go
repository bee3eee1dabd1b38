package api

import "strings"

// phoneName names a phone by what its browser discloses anyway, such as
// "iPhone, Safari": enough to distinguish two phones in a room, and no more.
func phoneName(userAgent string) string {
	device := firstOf(userAgent, "Phone", [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"},
		{"CrOS", "Chromebook"}, {"Macintosh", "Mac"}, {"Linux", "Linux"},
	})
	browser := firstOf(userAgent, "", [][2]string{
		{"SamsungBrowser/", "Samsung Internet"}, {"EdgiOS/", "Edge"}, {"EdgA/", "Edge"}, {"Edg/", "Edge"},
		{"OPR/", "Opera"}, {"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"}, {"CriOS/", "Chrome"},
		{"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	})
	if browser == "" {
		return device
	}
	return device + ", " + browser
}

// firstOf returns the name of the first mark that text has.
func firstOf(text, fallback string, marks [][2]string) string {
	for _, mark := range marks {
		if strings.Contains(text, mark[0]) {
			return mark[1]
		}
	}
	return fallback
}

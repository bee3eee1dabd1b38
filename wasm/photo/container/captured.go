package container

import (
	"time"

	"github.com/clinicpro/photobridge/shared"
)

// firstYear is earlier than the first digital camera that wrote EXIF.
const firstYear = 1990

// Captured returns when the photo was taken: the first plausible time in the EXIF
// data, or nil if there is none. A time before firstYear or after tomorrow is not
// plausible.
func (h Header) Captured(now time.Time) *shared.Captured {
	year, month, day := now.Date()
	end := time.Date(year, month, day+2, 0, 0, 0, 0, time.UTC)
	for _, moment := range h.exif.moments {
		local, ok := parseLocal(moment.time)
		if ok && local.Year() >= firstYear && local.Before(end) {
			return &shared.Captured{
				Local: local.Format(
					"2006-01-02T15:04:05",
				),
				Offset: parseOffset(moment.offset),
				Source: shared.CapturedInFile,
			}
		}
	}
	return nil
}

// parseLocal reads the numbers of a time and ignores the characters between them:
// cameras and galleries write colons, dashes, slashes, blanks and a T. The seconds
// may be missing, and 24:00 is the first moment of the next day.
func parseLocal(text string) (local time.Time, ok bool) {
	var n, digits [6]int
	count := 0
	for i := 0; i < len(text); i++ {
		switch isDigit := text[i] >= '0' && text[i] <= '9'; {
		case isDigit && count < len(n):
			n[count] = 10*n[count] + int(text[i]-'0')
			digits[count]++
		case !isDigit && count < len(n) && digits[count] > 0:
			count++
		}
	}
	if count < len(n) && digits[count] > 0 {
		count++
	}
	if count < 5 || digits[0] != 4 {
		return time.Time{}, false
	}
	year, month, day, hour, minute, second := n[0], n[1], n[2], n[3], n[4], n[5]
	if hour > 24 || minute > 59 || second > 59 || hour == 24 && minute+second > 0 {
		return time.Time{}, false
	}
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if date.Day() != day || int(date.Month()) != month {
		return time.Time{}, false
	}
	return date.Add(time.Duration(3600*hour+60*minute+second) * time.Second), true
}

// parseOffset reads an offset from UTC: ±hh:mm, ±hhmm, ±hh or Z, with blanks
// anywhere. It returns "" for any other text.
func parseOffset(text string) string {
	var sign byte
	var digits []byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == 'Z' && sign == 0 && len(digits) == 0:
			sign, digits = '+', []byte("0000")
		case (c == '+' || c == '-') && sign == 0 && len(digits) == 0:
			sign = c
		case c >= '0' && c <= '9':
			digits = append(digits, c)
		case c != ' ' && c != ':' && c != 0:
			return ""
		}
	}
	switch len(digits) {
	case 2: // hours only
		digits = append(digits, "00"...)
	case 3:
		digits = append([]byte("0"), digits...)
	}
	if sign == 0 || len(digits) != 4 || string(digits) > "1400" || digits[2] > '5' {
		return ""
	}
	return string([]byte{sign, digits[0], digits[1], ':', digits[2], digits[3]})
}

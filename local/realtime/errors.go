package realtime

import (
	"fmt"
	"net/http"
)

// ErrorInfo is an error in the form that Ably's clients read. For the codes, see
// https://github.com/ably/ably-common/blob/main/protocol/errors.json.
type ErrorInfo struct {
	Code       int    `json:"code"`
	StatusCode int    `json:"statusCode"`
	Message    string `json:"message"`
	Href       string `json:"href"`
}

func (e *ErrorInfo) Error() string { return fmt.Sprintf("%d: %s", e.Code, e.Message) }

// Codes of errors.
const (
	codeBadRequest         = 40000
	codeInvalidClientID    = 40012
	codeMessageTooLarge    = 40009
	codeInvalidCredentials = 40101
	codeIncompatible       = 40102
	codeTokenExpired       = 40142
	codeTokenUnrecognised  = 40143
	codeInvalidJWT         = 40144
	codeNotPermitted       = 40160
	codeNotFound           = 40400
	codeInternal           = 50000
	codeUnavailable        = 50003
	codeDisconnected       = 80003
	codeCannotRecover      = 80008
	codeEpochExpired       = 90002
	codeMessagesExpired    = 90003
)

func newError(code int, format string, args ...any) *ErrorInfo {
	return &ErrorInfo{
		Code:       code,
		StatusCode: statusOf(code),
		Message:    fmt.Sprintf(format, args...),
		Href:       fmt.Sprintf("https://help.ably.io/error/%d", code),
	}
}

// statusOf is the HTTP status of a code: its first three digits where they
// are one.
func statusOf(code int) int {
	switch status := code / 100; {
	case status == 503, status >= 400 && status < 500:
		return status
	case code >= 80000:
		return http.StatusBadRequest
	default:
		return http.StatusInternalServerError
	}
}

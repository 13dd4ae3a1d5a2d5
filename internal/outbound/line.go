package outbound

import (
	"strings"
	"unicode"
)

// maxMessage bounds what a service can put into an error's text, in bytes.
const maxMessage = 1000

// OneLine makes a service's message one printable line of bounded length.
func OneLine(message string) string {
	message = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(message, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if len(message) <= maxMessage {
		return message
	}
	return strings.ToValidUTF8(message[:maxMessage], "") + "…"
}

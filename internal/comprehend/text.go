package comprehend

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"airglow/internal/model"
)

// maxText is the service's "5 KB" in bytes, as its own error counts them.
const maxText = 5000

// languages returns the codes of the languages that DetectSentiment judges.
func languages() []string {
	return []string{"en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja", "ko", "zh", "zh-TW"}
}

func checkLanguage(code string) error {
	if slices.Contains(languages(), code) {
		return nil
	}
	return &model.Error{Kind: model.Invalid, Service: model.Comprehend,
		Message: fmt.Sprintf("%.20q is no language that Comprehend judges; it takes %s", code, strings.Join(languages(), ", "))}
}

func checkText(text []byte) error {
	failure := &model.Error{Kind: model.Invalid, Service: model.Comprehend}
	switch {
	case len(text) == 0:
		failure.Message = "the text is empty; Comprehend judges texts of at least one character"
	case len(text) > maxText:
		failure.Kind = model.TooLarge
		failure.Message = fmt.Sprintf("the text has %d bytes of UTF-8; Comprehend judges at most %d", len(text), maxText)
	case !utf8.Valid(text):
		failure.Message = "the text is not UTF-8; convert it, for instance with CONVERT(… USING utf8mb4)"
	default:
		return nil
	}
	return failure
}

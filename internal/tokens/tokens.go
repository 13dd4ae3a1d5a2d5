// Package tokens counts the tokens of texts where no service has counted them.
//
// It counts with a vocabulary of OpenAI's (o200k_base), which is public and in the
// program. Other models have vocabularies of their own: of English prose they make as
// many tokens within a tenth, of other languages and of code within a third. Whoever
// shows such a count says that it is an estimate.
package tokens

import (
	"sync"
	"unicode/utf8"

	"github.com/tiktoken-go/tokenizer"
)

// mostCounted is how much of a text is counted, in bytes; the rest is taken to be like
// it. Counting that much takes some 50 ms.
const mostCounted = 256 << 10

// vocabulary is made when it is first needed, which takes a fifth of a second and 7 MB.
var vocabulary = sync.OnceValues(func() (tokenizer.Codec, error) { return tokenizer.Get(tokenizer.O200kBase) })

// Count returns how many tokens texts have together. It is safe for concurrent use.
func Count(texts ...string) int64 {
	var sum int64
	for _, text := range texts {
		sum += count(text)
	}
	return sum
}

func count(text string) int64 {
	part := text
	if len(text) > mostCounted {
		end := mostCounted
		for end > 0 && !utf8.RuneStart(text[end]) {
			end--
		}
		part = text[:end]
	}
	if part == "" {
		return 0
	}
	n := counted(part)
	if len(part) < len(text) {
		n = int64(float64(n) * float64(len(text)) / float64(len(part)))
	}
	return n
}

// counted counts a text, which is not empty: one token at least, where the library has
// none for some control characters. Were the vocabulary not to be had, a token would be
// four bytes.
func counted(text string) int64 {
	const bytesPerToken = 4
	codec, err := vocabulary()
	if err == nil {
		var n int
		if n, err = codec.Count(text); err == nil {
			return int64(max(n, 1))
		}
	}
	return int64(len(text)+bytesPerToken-1) / bytesPerToken
}

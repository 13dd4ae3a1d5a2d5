// Package weights holds the built-in models' numbers, embedded in the binary.
// NOTICE.md says where they come from and under which licence; the commands
// convert and train beside this package make them.
package weights

import _ "embed"

// Encoder is the sentence encoder in the format of package encoder: seven
// million int8 weights and an English vocabulary of 8,000 pieces.
//
//go:embed encoder-en.int8
var Encoder string

// Sentiment is the sentiment head in the format of package sentiment.
//
//go:embed sentiment-en.json
var Sentiment []byte

// EncoderSHA256 is the digest of Encoder, as the convert command prints it.
const EncoderSHA256 = "1b455636b187e4032fb11eac5cd07e295989b6c4ba90c6bb1f3faa686b0f348d"

// Languages is fastText's model lid.176.ftz, unchanged. Its licence, CC BY-SA 3.0,
// asks for the words in NOTICE.md.
//
//go:embed lid.176.ftz
var Languages string

// LanguagesSHA256 is the digest of Languages.
const LanguagesSHA256 = "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83"

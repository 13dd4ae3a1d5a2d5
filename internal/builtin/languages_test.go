package builtin_test

import (
	"os"
	"strings"
	"testing"

	"airglow/internal/model"
)

func lines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// A text that is surely in another language is refused, though the SQL says that it
// is English; an English one never is.
func TestSentimentIsOfEnglishTexts(t *testing.T) {
	p := provider(t)
	refuses := func(text string) bool {
		err := p.Check(model.Request{Service: model.Comprehend, Model: "sentiment", Language: "en", Body: []byte(text)})
		return err != nil
	}
	for _, file := range []string{"positive", "negative", "neutral", "mixed"} {
		for _, text := range lines(t, "train/"+file+".txt") {
			if text != "" && refuses(text) {
				t.Errorf("an English text is refused: %s", text)
			}
		}
	}
	for _, text := range []string{"I love it.", "c'est la vie, I loved it", "lol so bad", "GREAT PRODUCT!!!", "👍", "12345", "Sushi, ramen and sake in Tokyo: super!"} {
		if refuses(text) {
			t.Errorf("an English text is refused: %s", text)
		}
	}
	refused, foreign := 0, 0
	for _, line := range lines(t, "language/testdata/reference.tsv") {
		if f := strings.Split(line, "\t"); f[0] != "en" {
			foreign++
			if refuses(f[3]) {
				refused++
			}
		}
	}
	t.Logf("%d of %d texts in other languages are refused", refused, foreign)
	if refused < 85 {
		t.Errorf("only %d of %d texts in other languages are refused", refused, foreign)
	}
}

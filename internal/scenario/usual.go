package scenario

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"airglow/internal/model"
)

// usual is what a model answers when a scenario says nothing.
func usual(_ context.Context, req model.Request) (model.Response, error) {
	body := req.Body
	switch {
	case req.Service == model.Comprehend:
		body = sentiment(string(req.Body))
	case strings.HasPrefix(req.TargetModel(), "anthropic."):
		body = claude(req.Body)
	case strings.HasPrefix(req.TargetModel(), "amazon.titan-text"):
		body = titan(req.Body)
	}
	return model.Response{Body: slices.Clone(body)}, nil
}

func sentiment(text string) []byte {
	good, bad := strings.Contains(text, "good"), strings.Contains(text, "bad")
	switch {
	case good && bad:
		return []byte(`{"Sentiment":"MIXED","SentimentScore":{"Mixed":0.7,"Positive":0.1,"Neutral":0.1,"Negative":0.1}}`)
	case good:
		return []byte(`{"Sentiment":"POSITIVE","SentimentScore":{"Mixed":0,"Positive":0.9375,"Neutral":0.0625,"Negative":0}}`)
	case bad:
		return []byte(`{"Sentiment":"NEGATIVE","SentimentScore":{"Mixed":0,"Positive":0.125,"Neutral":0,"Negative":0.875}}`)
	default:
		return []byte(`{"Sentiment":"NEUTRAL","SentimentScore":{"Mixed":0,"Positive":0.25,"Neutral":0.5,"Negative":0.25}}`)
	}
}

// claude answers a body of the messages form.
func claude(body []byte) []byte {
	var asked struct {
		Messages []struct{ Content json.RawMessage }
	}
	text := ""
	if err := json.Unmarshal(body, &asked); err == nil && len(asked.Messages) > 0 {
		text = contentText(asked.Messages[len(asked.Messages)-1].Content)
	}
	return encode(map[string]any{
		"type": "message", "role": "assistant", "stop_reason": "end_turn",
		"content": []any{map[string]any{"type": "text", "text": "re: " + text}},
	})
}

// contentText is the text of a message: a string, or the first of its blocks.
func contentText(content json.RawMessage) string {
	var text string
	if json.Unmarshal(content, &text) == nil {
		return text
	}
	var blocks []struct{ Text string }
	if json.Unmarshal(content, &blocks) != nil || len(blocks) == 0 {
		return ""
	}
	return blocks[0].Text
}

func titan(body []byte) []byte {
	var asked struct{ InputText string }
	_ = json.Unmarshal(body, &asked) // what cannot be read has no text
	return encode(map[string]any{
		"inputTextTokenCount": 1,
		"results":             []any{map[string]any{"tokenCount": 1, "outputText": "re: " + asked.InputText, "completionReason": "FINISH"}},
	})
}

func encode(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // of strings and numbers alone
	}
	return text
}

package ollama

import (
	"context"
	"encoding/json"
	"fmt"

	"airglow/internal/outbound"
)

// Probe implements translate.Prober. Asking for a model's description does not load
// it.
func (b *Backend) Probe(ctx context.Context, target string) (string, error) {
	client := b.options.Client
	if target == "" {
		whole, err := client.Get(ctx, outbound.Request{Path: "/api/tags"})
		if err != nil {
			return "", err
		}
		var list struct {
			Models []json.RawMessage `json:"models"`
		}
		if json.Unmarshal(whole, &list) != nil || list.Models == nil {
			return "", client.BadAnswer("it is no list of models; see whether url is that of an Ollama server, without a path")
		}
		return fmt.Sprintf("the server answers and has %d models", len(list.Models)), nil
	}
	body, err := json.Marshal(map[string]string{"model": target})
	if err != nil {
		return "", fmt.Errorf("write a request: %w", err)
	}
	whole, err := client.Post(ctx, outbound.Request{Path: "/api/show", Body: body})
	if err != nil {
		return "", err
	}
	var description map[string]json.RawMessage
	if json.Unmarshal(whole, &description) != nil {
		return "", client.BadAnswer("it does not describe a model; see whether url is that of an Ollama server, without a path")
	}
	return "the server has the model", nil
}

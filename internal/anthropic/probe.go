package anthropic

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"airglow/internal/model"
	"airglow/internal/outbound"
)

// Probe implements translate.Prober: by the server's list of models, and for a name
// that is not in it, as those of other names for a model are not, by counting the
// tokens of a word, which is free of charge.
func (b *Backend) Probe(ctx context.Context, target string) (string, error) {
	whole, err := b.client.Get(ctx, outbound.Request{Path: "/v1/models?limit=1000", Header: version(nil)})
	if err != nil && (ctx.Err() != nil || model.KindOf(err) != model.NotFound) {
		return "", err
	}
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	listed := err == nil && json.Unmarshal(whole, &list) == nil && list.Data != nil
	if target == "" {
		if listed {
			return fmt.Sprintf("the server answers and lists %d models", len(list.Data)), nil
		}
		return "the server answers, but lists no models; only a call shows more", err
	}
	for _, item := range list.Data {
		if item.ID == target {
			return "the server has the model", nil
		}
	}
	body, err := json.Marshal(map[string]any{"model": target, "messages": []map[string]string{{"role": "user", "content": "Hello"}}})
	if err != nil {
		return "", fmt.Errorf("write a request: %w", err)
	}
	_, err = b.count(ctx, body, version(nil))
	var missing *model.Error
	if err != nil && model.KindOf(err) == model.Unsupported && errors.As(errors.Unwrap(err), &missing) {
		return "", missing // the model, or the path
	}
	if err != nil {
		return "", err
	}
	return "the server knows the model", nil
}

package translate

import (
	"encoding/json"
	"fmt"

	"airglow/internal/model"
)

// The parameters of a route that are for this package, and not for the server.
const (
	// matryoshka says that the model is trained to have its vectors cut short.
	matryoshka = "matryoshka"
	// PromptMode says what becomes of a prompt in a model's template: ModeTurns, or
	// ModeRaw where the server has the same model.
	PromptMode = "prompt_mode"
)

// The values of PromptMode.
const (
	// ModeTurns reads the prompt into turns, and puts these to the server.
	ModeTurns = "turns"
	// ModeRaw sends the prompt as it stands.
	ModeRaw = "raw"
)

// settings are those parameters.
type settings struct{ matryoshka, raw bool }

// readSettings reads a route's parameters, and takes the settings out of them.
func readSettings(text string) (s settings, parameters map[string]json.RawMessage, err error) {
	if text == "" {
		return s, nil, nil
	}
	if err := json.Unmarshal([]byte(text), &parameters); err != nil {
		return s, nil, fmt.Errorf("they are no JSON object: %w", err)
	}
	if raw, there := parameters[matryoshka]; there {
		if s.matryoshka = string(raw) == "true"; !s.matryoshka && string(raw) != "false" {
			return s, nil, fmt.Errorf("%s is neither true nor false", matryoshka)
		}
	}
	if raw, there := parameters[PromptMode]; there {
		if s.raw = string(raw) == `"`+ModeRaw+`"`; !s.raw && string(raw) != `"`+ModeTurns+`"` {
			return s, nil, fmt.Errorf("%s is neither %q nor %q", PromptMode, ModeTurns, ModeRaw)
		}
	}
	delete(parameters, matryoshka)
	delete(parameters, PromptMode)
	return s, parameters, nil
}

// wrongSettings is the refusal of a route's parameters.
func wrongSettings(modelID string, err error) error {
	return &model.Error{Kind: model.NotConfigured, Service: model.Bedrock, Err: err,
		Message: fmt.Sprintf("the parameters of model %q in the model map cannot be used: %v", modelID, err)}
}

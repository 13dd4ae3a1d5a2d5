package messages

import (
	"encoding/base64"
	"encoding/json"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// converseRequest is a request; the order of its members is the documentation's.
type converseRequest struct {
	Version   string             `json:"schemaVersion,omitempty"`
	Messages  []converseTurn     `json:"messages"`
	System    []converseBlock    `json:"system,omitempty"`
	Inference *converseInference `json:"inferenceConfig,omitempty"`
	Tools     *converseTools     `json:"toolConfig,omitempty"`
	Output    any                `json:"outputConfig,omitempty"`
	Reasoning *novaReasoning     `json:"reasoningConfig,omitempty"`
	Fields    *converseFields    `json:"additionalModelRequestFields,omitempty"`
}

type converseTurn struct {
	Role    neutral.Role    `json:"role"`
	Content []converseBlock `json:"content"`
}

// converseBlock is a block of content: one of its members.
type converseBlock struct {
	Text    *string          `json:"text,omitempty"`
	Image   *converseImage   `json:"image,omitempty"`
	Use     *converseUse     `json:"toolUse,omitempty"`
	Result  *converseResult  `json:"toolResult,omitempty"`
	Thought *converseThought `json:"reasoningContent,omitempty"`
}

type converseImage struct {
	Format string `json:"format"`
	Source struct {
		Bytes string `json:"bytes"`
	} `json:"source"`
}

type converseUse struct {
	ID    string          `json:"toolUseId"`
	Name  string          `json:"name"`
	Input json.RawMessage `json:"input,omitempty"`
}

type converseResult struct {
	ID      string          `json:"toolUseId"`
	Content []converseBlock `json:"content"`
	Status  string          `json:"status,omitempty"`
}

type converseThought struct {
	Text   *converseThoughtText `json:"reasoningText,omitempty"`
	Sealed string               `json:"redactedContent,omitempty"`
}

type converseThoughtText struct {
	Text      string `json:"text"`
	Signature string `json:"signature,omitempty"`
}

type converseInference struct {
	MaxTokens   int      `json:"maxTokens,omitempty"`
	Temperature *float64 `json:"temperature,omitempty"`
	TopP        *float64 `json:"topP,omitempty"`
	TopK        int      `json:"topK,omitempty"`
	Stop        []string `json:"stopSequences,omitempty"`
}

type converseTools struct {
	Tools  []converseTool `json:"tools"`
	Choice any            `json:"toolChoice,omitempty"`
}

type converseTool struct {
	Spec struct {
		Name        string `json:"name"`
		Description string `json:"description,omitempty"`
		Schema      struct {
			JSON json.RawMessage `json:"json"`
		} `json:"inputSchema"`
	} `json:"toolSpec"`
}

type novaReasoning struct {
	Type   string `json:"type"`
	Effort string `json:"maxReasoningEffort,omitempty"`
}

// converseFields are in the words of the model.
type converseFields struct {
	TopK      int                `json:"top_k,omitempty"`
	K         int                `json:"k,omitempty"`
	Inference *converseInference `json:"inferenceConfig,omitempty"`
	Thinking  *converseThinking  `json:"thinking,omitempty"`
	Output    *converseEffort    `json:"output_config,omitempty"`
	Reasoning *novaReasoning     `json:"reasoningConfig,omitempty"`
	Effort    string             `json:"reasoning_effort,omitempty"`
}

// converseThinking and converseEffort are Claude's.
type converseThinking struct {
	Type   string `json:"type"`
	Budget int    `json:"budget_tokens,omitempty"`
}

type converseEffort struct {
	Effort string `json:"effort"`
}

// request writes a request.
func (d converse) request(w *jsonbody.Writer, modelID string, c neutral.Chat) error {
	body := converseRequest{}
	if c.System != "" {
		body.System = []converseBlock{{Text: &c.System}}
	}
	for i, turn := range c.Turns {
		t := converseTurn{turn.Role, converseBlocks(turn)}
		// An empty beginning of the answer is as good as none, and not permitted.
		if len(t.Content) > 0 || i < len(c.Turns)-1 || turn.Role == neutral.User {
			body.Messages = append(body.Messages, t)
		}
	}
	var err error
	if body.Tools, err = converseToolsOf(c); err != nil {
		return err
	}
	if len(c.Schema) > 0 {
		if d.nova {
			return form.Unsupported("a JSON schema for the answer")
		}
		body.Output = converseSchema(c.Schema)
	}
	if d.nova {
		d.sampleNova(&body, modelID, c)
	} else {
		d.sample(&body, modelID, c)
	}
	w.Value(body)
	return nil
}

// sampleNova writes Nova's own words.
func (d converse) sampleNova(body *converseRequest, modelID string, c neutral.Chat) {
	s := form.SamplingOf(c, d.defaults)
	body.Version = "messages-v1"
	s.TopK = min(s.TopK, novaTopKLimit) // what it cuts off more is hardly ever drawn
	body.Reasoning = novaReasoningOf(modelID, c.Reasoning)
	body.infer(s, c.Stop, body.Reasoning)
}

// sample writes Converse's words, and those of the model for what Converse has
// none.
func (d converse) sample(body *converseRequest, modelID string, c neutral.Chat) {
	s := form.SamplingOf(c, d.defaults)
	fields := converseFields{}
	switch {
	case isClaude(modelID):
		fields.TopK = s.TopK
		d.sampleClaude(&s, &fields, modelID, c)
	case isNova(modelID):
		if s.TopK > 0 {
			fields.Inference = &converseInference{TopK: min(s.TopK, novaTopKLimit)}
		}
		fields.Reasoning = novaReasoningOf(modelID, c.Reasoning)
	case among(modelID, "mistral.mistral-7b", "mistral.mixtral"):
		fields.TopK = s.TopK
	case among(modelID, "cohere.command"):
		fields.K = s.TopK
	default:
		s = s.WithoutTopK()
		if among(modelID, "openai.") && c.Reasoning != "none" {
			fields.Effort = form.EffortWord(c.Reasoning)
		}
	}
	s.TopK = 0
	body.infer(s, c.Stop, fields.Reasoning)
	if fields != (converseFields{}) {
		body.Fields = &fields
	}
}

// sampleClaude holds to what Claude takes together.
func (d converse) sampleClaude(s *form.Sampling, fields *converseFields, modelID string, c neutral.Chat) {
	if s.Temperature != nil && !takesBoth(modelID) {
		s.TopP = nil
	}
	native := claudeSettings{Sampling: *s}
	if native.MaxTokens == 0 {
		native.MaxTokens = 2 * form.HighEffort // the model's most is not known here, but no less than that
	}
	native.think(modelID, c.Reasoning)
	s.Temperature, s.TopP, fields.TopK = native.Temperature, native.TopP, native.TopK
	if native.thinking != "" {
		fields.Thinking = &converseThinking{native.thinking, native.budget}
	}
	if native.effort != "" {
		fields.Output = &converseEffort{native.effort}
	}
}

// infer writes the settings. A Nova that thinks with all its effort takes none of
// them.
func (b *converseRequest) infer(s form.Sampling, stop []string, reasoning *novaReasoning) {
	if reasoning != nil && reasoning.Effort == "high" {
		s = form.Sampling{}
	}
	config := converseInference{MaxTokens: s.MaxTokens, Temperature: s.Temperature, TopP: s.TopP, TopK: s.TopK, Stop: stop}
	if s != (form.Sampling{}) || len(stop) > 0 {
		b.Inference = &config
	}
}

// novaReasoningOf asks a Nova to think. Those of the first generation cannot, and
// refuse the word.
func novaReasoningOf(modelID, reasoning string) *novaReasoning {
	switch word := form.EffortWord(reasoning); {
	case word == "" || !among(modelID, "amazon.nova-2"):
		return nil
	case word == "none":
		return &novaReasoning{Type: "disabled"}
	default:
		return &novaReasoning{"enabled", word}
	}
}

func converseSchema(schema json.RawMessage) any {
	type named struct {
		Schema string `json:"schema"`
		Name   string `json:"name"`
	}
	type structure struct {
		JSON named `json:"jsonSchema"`
	}
	type format struct {
		Type      string    `json:"type"`
		Structure structure `json:"structure"`
	}
	return struct {
		Format format `json:"textFormat"`
	}{format{"json_schema", structure{named{string(schema), "answer"}}}}
}

// converseToolsOf writes the tools. The form has no word for using none of them,
// which is the same as not having any.
func converseToolsOf(c neutral.Chat) (*converseTools, error) {
	if len(c.Tools) == 0 {
		return nil, nil
	}
	if c.Choice == "none" {
		if c.RunsTools() {
			return nil, form.Unsupported("tools of which none may be used any more")
		}
		return nil, nil
	}
	tools := &converseTools{}
	for _, t := range c.Tools {
		var tool converseTool
		tool.Spec.Name, tool.Spec.Description, tool.Spec.Schema.JSON = t.Name, t.Description, t.Schema
		if len(t.Schema) == 0 {
			tool.Spec.Schema.JSON = json.RawMessage(anyObject)
		}
		tools.Tools = append(tools.Tools, tool)
	}
	if name, one := c.Choice.Only(); one {
		tools.Choice = map[string]any{"tool": map[string]string{"name": name}}
	} else if c.Choice != "" {
		tools.Choice = map[string]any{string(c.Choice): struct{}{}}
	}
	return tools, nil
}

// converseBlocks writes the content of a turn. Texts that are empty are not
// permitted.
func converseBlocks(turn neutral.Turn) (blocks []converseBlock) {
	for i, p := range turn.Parts {
		var b converseBlock
		switch {
		case p.ToolResult != nil:
			r := p.ToolResult
			b.Result = &converseResult{ID: r.ID, Content: []converseBlock{{Text: &r.Text}}}
			if r.Failed {
				b.Result.Status = "error"
			}
		case p.ToolUse != nil:
			b.Use = &converseUse{ID: toolID("tooluse", p.ToolUse.ID, i), Name: p.ToolUse.Name, Input: form.ObjectOr(p.ToolUse.Input, "{}")}
		case p.Image != nil:
			b.Image = &converseImage{Format: p.Image.Format}
			b.Image.Source.Bytes = base64.StdEncoding.EncodeToString(p.Image.Data)
		case p.Thought != nil && p.Thought.Sealed != "":
			b.Thought = &converseThought{Sealed: p.Thought.Sealed}
		case p.Thought != nil:
			b.Thought = &converseThought{Text: &converseThoughtText{p.Thought.Text, p.Thought.Signature}}
		case p.Text == "":
			continue
		default:
			b.Text = &p.Text
		}
		blocks = append(blocks, b)
	}
	return blocks
}

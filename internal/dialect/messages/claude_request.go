package messages

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// claudeFallbackTokens bounds an answer whose chat leaves it to the model, because
// the form requires a number. Every model of the family takes it.
const claudeFallbackTokens = 4096

// claudeSettings are what a request says beside the chat itself.
type claudeSettings struct {
	form.Sampling
	// thinking is the type of thinking that is asked for, and budget its tokens; effort
	// goes into another member.
	thinking string
	budget   int
	effort   string
}

// claudeModel returns a model's name without the vendor that Bedrock's ids have.
func claudeModel(id string) string { return strings.TrimPrefix(id, "anthropic.") }

// among reports whether a Claude's name begins with one of the prefixes.
func among(name string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// takesBoth reports whether a model takes temperature and top_p together. The
// Claudes since Opus 4.1 do not; other models behind the same API do.
func takesBoth(id string) bool {
	name := claudeModel(id)
	return !strings.HasPrefix(name, "claude-") ||
		among(name, "claude-3", "claude-sonnet-4-2", "claude-opus-4-2", "claude-v2", "claude-instant")
}

// weighsEffort reports whether a model takes its thinking as an effort instead of
// a number of tokens, as the Claudes since Opus 4.6 do.
func weighsEffort(id string) bool {
	name := claudeModel(id)
	return strings.HasPrefix(name, "claude-") &&
		!among(name, "claude-3", "claude-sonnet-4-2", "claude-sonnet-4-5", "claude-opus-4-2", "claude-opus-4-1", "claude-opus-4-5", "claude-haiku-4-5", "claude-v2", "claude-instant")
}

// settings returns what a request to a model says beside the chat.
func (d claudeForm) settings(modelID string, c neutral.Chat) claudeSettings {
	s := claudeSettings{Sampling: form.SamplingOf(c, claudeDefaults())}
	if s.MaxTokens == 0 {
		s.MaxTokens = claudeFallbackTokens
	}
	if s.Temperature != nil && !takesBoth(modelID) {
		s.TopP = nil
	}
	s.think(modelID, c.Reasoning)
	return s
}

// think asks for thinking. While it thinks a model samples as it likes.
func (s *claudeSettings) think(modelID, reasoning string) {
	budget := form.EffortTokens(reasoning)
	switch {
	case reasoning == "none":
		s.thinking = "disabled"
		return
	case budget == 0:
		return
	case weighsEffort(modelID):
		s.thinking, s.effort = "adaptive", form.EffortWord(reasoning, "max")
	case s.MaxTokens <= claudeLeastThinking:
		return // there is no room for the least of it
	default:
		s.thinking, s.budget = "enabled", min(max(budget, claudeLeastThinking), s.MaxTokens-1)
	}
	s.Temperature, s.TopK = nil, 0
	if s.TopP != nil && *s.TopP < 0.95 {
		s.TopP = nil
	}
}

// request writes a request; the order of its members is the documentation's.
func (d claudeForm) request(w *jsonbody.Writer, modelID string, c neutral.Chat) error {
	s := d.settings(modelID, c)
	w.Begin('{')
	if d.wire {
		form.OptionalText(w, "model", modelID)
	} else {
		w.Name("anthropic_version").Text(claudeVersion)
	}
	w.Name("max_tokens").Integer(int64(s.MaxTokens))
	form.OptionalText(w, "system", c.System)
	w.Name("messages").Begin('[')
	for _, turn := range c.Turns {
		writeClaudeTurn(w, turn)
	}
	w.End(']')
	form.OptionalNumber(w, "temperature", s.Temperature)
	form.OptionalNumber(w, "top_p", s.TopP)
	form.OptionalInteger(w, "top_k", s.TopK)
	form.OptionalTexts(w, "stop_sequences", c.Stop)
	writeClaudeTools(w, c)
	s.writeThinking(w)
	s.writeOutput(w, c.Schema)
	w.End('}')
	return nil
}

func (s *claudeSettings) writeThinking(w *jsonbody.Writer) {
	if s.thinking == "" {
		return
	}
	w.Name("thinking").Begin('{')
	w.Name("type").Text(s.thinking)
	form.OptionalInteger(w, "budget_tokens", s.budget)
	w.End('}')
}

func (s *claudeSettings) writeOutput(w *jsonbody.Writer, schema json.RawMessage) {
	if s.effort == "" && len(schema) == 0 {
		return
	}
	w.Name("output_config").Begin('{')
	form.OptionalText(w, "effort", s.effort)
	if len(schema) > 0 {
		w.Name("format").Begin('{')
		w.Name("type").Text("json_schema")
		w.Name("schema").Raw(schema)
		w.End('}')
	}
	w.End('}')
}

func writeClaudeTools(w *jsonbody.Writer, c neutral.Chat) {
	if len(c.Tools) > 0 {
		w.Name("tools").Begin('[')
		for _, t := range c.Tools {
			w.Begin('{')
			w.Name("name").Text(t.Name)
			form.OptionalText(w, "description", t.Description)
			w.Name("input_schema").Raw(form.ObjectOr(t.Schema, anyObject))
			w.End('}')
		}
		w.End(']')
	}
	name, one := c.Choice.Only()
	if !one && (c.Choice == "" || len(c.Tools) == 0) {
		return
	}
	w.Name("tool_choice").Begin('{')
	if one {
		w.Name("type").Text("tool")
		w.Name("name").Text(name)
	} else {
		w.Name("type").Text(string(c.Choice))
	}
	w.End('}')
}

// writeClaudeTurn writes a turn. The results of tools have to come first, and texts
// that are empty are not permitted except as the whole of a turn.
func writeClaudeTurn(w *jsonbody.Writer, turn neutral.Turn) {
	w.Begin('{')
	w.Name("role").Text(string(turn.Role))
	if !slices.ContainsFunc(turn.Parts, claudeShows) {
		w.Name("content").Text("")
		w.End('}')
		return
	}
	w.Name("content").Begin('[')
	for _, p := range turn.Parts {
		if p.ToolResult != nil {
			writeClaudeResult(w, *p.ToolResult)
		}
	}
	for i, p := range turn.Parts {
		if p.ToolResult == nil && claudeShows(p) {
			writeClaudePart(w, p, i)
		}
	}
	w.End(']')
	w.End('}')
}

// claudeShows reports whether a part has a form here: a thought without its proof has
// none.
func claudeShows(p neutral.Part) bool {
	if p.Thought != nil {
		return p.Thought.Sealed != "" || p.Thought.Signature != ""
	}
	return !p.IsText() || p.Text != ""
}

func writeClaudeResult(w *jsonbody.Writer, r neutral.ToolResult) {
	w.Begin('{')
	w.Name("type").Text("tool_result")
	w.Name("tool_use_id").Text(r.ID)
	form.OptionalText(w, "content", r.Text)
	if r.Failed {
		w.Name("is_error").Boolean(true)
	}
	w.End('}')
}

// writeClaudePart writes the part of a turn at an index.
func writeClaudePart(w *jsonbody.Writer, p neutral.Part, i int) {
	w.Begin('{')
	switch {
	case p.ToolUse != nil:
		writeClaudeUse(w, toolID("toolu_"+strconv.Itoa(i), p.ToolUse.ID, i), *p.ToolUse)
	case p.Image != nil:
		w.Name("type").Text("image")
		w.Name("source").Begin('{')
		w.Name("type").Text("base64")
		w.Name("media_type").Text("image/" + p.Image.Format)
		w.Name("data").Base64("", p.Image.Data)
		w.End('}')
	case p.Thought != nil && p.Thought.Sealed != "":
		w.Name("type").Text("redacted_thinking")
		w.Name("data").Text(p.Thought.Sealed)
	case p.Thought != nil:
		writeClaudeThought(w, p.Thought.Text, p.Thought.Signature)
	default:
		w.Name("type").Text("text")
		w.Name("text").Text(p.Text)
	}
	w.End('}')
}

func writeClaudeUse(w *jsonbody.Writer, id string, use neutral.ToolUse) {
	w.Name("type").Text("tool_use")
	w.Name("id").Text(id)
	w.Name("name").Text(use.Name)
	w.Name("input").Raw(form.ObjectOr(use.Input, "{}"))
}

func writeClaudeThought(w *jsonbody.Writer, text, signature string) {
	w.Name("type").Text("thinking")
	w.Name("thinking").Text(text)
	form.OptionalText(w, "signature", signature)
}

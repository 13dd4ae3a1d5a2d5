package messages

import (
	"encoding/json"
	"slices"

	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
	"airglow/internal/neutral"
)

// request writes a request; the order of its members is the documentation's.
func (d openAI) request(w *jsonbody.Writer, modelID string, c neutral.Chat) error {
	if err := d.refuse(c); err != nil {
		return err
	}
	if most := int(d.mostTokens); most > 0 {
		c.MaxTokens = min(c.MaxTokens, most)
	}
	s := form.SamplingOf(c, d.defaults).WithoutTopK()
	w.Begin('{')
	if d.named {
		form.OptionalText(w, "model", modelID)
	}
	w.Name("messages").Begin('[')
	if c.System != "" {
		writeOpenAIText(w, "system", c.System)
	}
	for _, turn := range c.Turns {
		d.writeTurn(w, turn)
	}
	w.End(']')
	form.OptionalInteger(w, d.maxTokens, s.MaxTokens)
	form.OptionalNumber(w, "temperature", s.Temperature)
	form.OptionalNumber(w, "top_p", s.TopP)
	form.OptionalTexts(w, "stop", c.Stop)
	if c.Seed != nil && d.knows("seed") {
		w.Name("seed").Integer(*c.Seed)
	}
	d.writeTools(w, c)
	writeOpenAIFormat(w, c.Schema)
	if d.knows("reasoning_effort") {
		form.OptionalText(w, "reasoning_effort", d.effort(c.Reasoning))
	}
	w.End('}')
	return nil
}

// effort returns how much the model is to think. The least of gpt-oss is "low".
func (d openAI) effort(reasoning string) string {
	switch {
	case d.reasoning != inTags:
		return form.EffortWord(reasoning, "minimal", "xhigh")
	case reasoning == "none":
		return "low"
	default:
		return form.EffortWord(reasoning)
	}
}

func (d openAI) knows(member string) bool { return slices.Contains(d.known, member) }

// refuse refuses a chat that the form has no words for.
func (d openAI) refuse(c neutral.Chat) error {
	switch {
	case !d.images && c.HasImages():
		return form.Unsupported("an image")
	case !d.tools && (len(c.Tools) > 0 || c.RunsTools()):
		return form.Unsupported("tools")
	case len(c.Schema) > 0 && !d.knows("response_format"):
		return form.Unsupported("a JSON schema for the answer")
	}
	if _, one := c.Choice.Only(); one && d.isMistral() && len(c.Tools) != 1 {
		return form.Unsupported("the choice of one tool among several")
	}
	return nil
}

// isMistral tells the vendor that has the word "any" for a choice of tools, and none
// for one tool.
func (d openAI) isMistral() bool { return d.ends == "stop_reason" }

func (d openAI) writeTools(w *jsonbody.Writer, c neutral.Chat) {
	if len(c.Tools) > 0 {
		w.Name("tools").Begin('[')
		for _, t := range c.Tools {
			w.Begin('{')
			w.Name("type").Text("function")
			w.Name("function").Begin('{')
			w.Name("name").Text(t.Name)
			form.OptionalText(w, "description", t.Description)
			if len(t.Schema) > 0 {
				w.Name("parameters").Raw(t.Schema)
			}
			w.End('}')
			w.End('}')
		}
		w.End(']')
	}
	d.writeChoice(w, c.Choice)
}

func (d openAI) writeChoice(w *jsonbody.Writer, choice neutral.ToolChoice) {
	name, one := choice.Only()
	switch {
	case choice == "":
	case one && !d.isMistral():
		w.Name("tool_choice").Begin('{')
		w.Name("type").Text("function")
		w.Name("function").Begin('{')
		w.Name("name").Text(name)
		w.End('}')
		w.End('}')
	case (one || choice == "any") && d.isMistral():
		w.Name("tool_choice").Text("any")
	case choice == "any":
		w.Name("tool_choice").Text("required")
	default:
		w.Name("tool_choice").Text(string(choice))
	}
}

func writeOpenAIFormat(w *jsonbody.Writer, schema json.RawMessage) {
	if len(schema) == 0 {
		return
	}
	w.Name("response_format").Begin('{')
	if string(schema) == anyObject {
		w.Name("type").Text("json_object")
	} else {
		w.Name("type").Text("json_schema")
		w.Name("json_schema").Begin('{')
		w.Name("name").Text("answer")
		w.Name("schema").Raw(schema)
		w.End('}')
	}
	w.End('}')
}

func writeOpenAIText(w *jsonbody.Writer, role, text string) {
	w.Begin('{')
	w.Name("role").Text(role)
	w.Name("content").Text(text)
	w.End('}')
}

// writeTurn writes a turn as messages: one for each result of a tool, and one for
// the rest. What the assistant thought is left out, because many servers refuse it.
func (d openAI) writeTurn(w *jsonbody.Writer, turn neutral.Turn) {
	results, said, uses := false, false, false
	for _, p := range turn.Parts {
		if p.ToolResult != nil {
			results = true
			w.Begin('{')
			w.Name("role").Text("tool")
			w.Name("content").Text(p.ToolResult.Text)
			form.OptionalText(w, "tool_call_id", p.ToolResult.ID)
			w.End('}')
		}
		said = said || p.Image != nil || p.IsText()
		uses = uses || p.ToolUse != nil
	}
	if results && !said && !uses {
		return
	}
	w.Begin('{')
	w.Name("role").Text(string(turn.Role))
	w.Name("content")
	if said {
		writeOpenAIContent(w, turn)
	} else {
		w.Null()
	}
	if uses {
		writeOpenAIUses(w, turn)
	}
	w.End('}')
}

// writeOpenAIContent writes a turn's texts and pictures. Texts alone are one string,
// which every server takes.
func writeOpenAIContent(w *jsonbody.Writer, turn neutral.Turn) {
	if !slices.ContainsFunc(turn.Parts, func(p neutral.Part) bool { return p.Image != nil }) {
		w.Text(turn.Text())
		return
	}
	w.Begin('[')
	for _, p := range turn.Parts {
		switch {
		case p.Image != nil:
			w.Begin('{')
			w.Name("type").Text("image_url")
			w.Name("image_url").Begin('{')
			w.Name("url").Base64("data:image/"+p.Image.Format+";base64,", p.Image.Data)
			w.End('}')
			w.End('}')
		case p.IsText():
			w.Begin('{')
			w.Name("type").Text("text")
			w.Name("text").Text(p.Text)
			w.End('}')
		}
	}
	w.End(']')
}

func writeOpenAIUses(w *jsonbody.Writer, turn neutral.Turn) {
	w.Name("tool_calls").Begin('[')
	for i, p := range turn.Parts {
		if p.ToolUse != nil {
			writeOpenAIUse(w, toolID("call_", p.ToolUse.ID, i), *p.ToolUse)
		}
	}
	w.End(']')
}

func writeOpenAIUse(w *jsonbody.Writer, id string, use neutral.ToolUse) {
	w.Begin('{')
	w.Name("id").Text(id)
	w.Name("type").Text("function")
	w.Name("function").Begin('{')
	form.OptionalText(w, "name", use.Name)
	w.Name("arguments").Text(string(form.ObjectOr(use.Input, "{}")))
	w.End('}')
	w.End('}')
}

package dialect

import (
	"encoding/json"
	"fmt"
	"strings"
)

// The defaults that Amazon documents for Titan text.
const (
	titanMaxTokens   = 512
	titanTemperature = 0.7
	titanTopP        = 0.9
	// titanTokenLimit is that of Titan Text Express, the largest of the family.
	titanTokenLimit = 8192
)

// titanText is the family of Amazon's Titan text models.
func titanText() Family {
	return Family{
		name:     "Amazon Titan text",
		pattern:  "amazon.titan-text*",
		prefixes: []string{"amazon.titan-text"},
		owns:     func(o object) bool { return o.has("inputText") },
		chat:     &chatForm{decode: decodeTitan, encode: encodeTitan},
	}
}

func decodeTitan(_ string, o object) (Chat, error) {
	chat := Chat{MaxTokens: titanMaxTokens, Temperature: new(titanTemperature), TopP: new(titanTopP)}
	v := o.missing("inputText")
	for _, key := range o.unknown("inputText", "textGenerationConfig") {
		v = append(v, fmt.Sprintf("#: extraneous key [%s] is not permitted", key))
	}
	if raw, ok := o["inputText"]; ok {
		text, ok := readString(raw)
		switch {
		case !ok:
			v = append(v, wrongType("#/inputText", "String", raw))
		case text == "":
			v = append(v, "#/inputText: expected minLength: 1, actual: 0")
		default:
			chat.Turns = titanTurns(text)
		}
	}
	if raw, ok := o["textGenerationConfig"]; ok {
		v = append(v, titanConfig(raw, &chat)...)
	}
	if v != nil {
		return Chat{}, malformed(v...)
	}
	return chat, nil
}

func wrongType(at, want string, raw json.RawMessage) string {
	return fmt.Sprintf("%s: expected type: %s, found: %s", at, want, jsonKind(raw))
}

// titanConfig reads the generation settings and returns the violations.
func titanConfig(raw json.RawMessage, chat *Chat) (v []string) {
	const at = "#/textGenerationConfig"
	config, ok := readObject(raw)
	if !ok {
		return []string{wrongType(at, "JSONObject", raw)}
	}
	for _, key := range config.unknown("maxTokenCount", "temperature", "topP", "stopSequences") {
		v = append(v, fmt.Sprintf("%s: extraneous key [%s] is not permitted", at, key))
	}
	if raw, ok := config["maxTokenCount"]; ok {
		n, ok := readInt(raw)
		switch {
		case !ok:
			v = append(v, wrongType(at+"/maxTokenCount", "Integer", raw))
		case n < 1:
			v = append(v, fmt.Sprintf("%s/maxTokenCount: %d is not greater or equal to 1", at, n))
		case n > titanTokenLimit:
			v = append(v, fmt.Sprintf("%s/maxTokenCount: %d is not less or equal to %d", at, n, titanTokenLimit))
		default:
			chat.MaxTokens = n
		}
	}
	v = append(v, titanFraction(config, "temperature", chat.Temperature)...)
	v = append(v, titanFraction(config, "topP", chat.TopP)...)
	return append(v, titanStops(config, chat)...)
}

// titanFraction reads an optional number from 0 to 1 into to. Amazon documents
// topP as above 0; the walkthroughs send 0, which means the same as the
// smallest value, so it is let through.
func titanFraction(config object, key string, to *float64) []string {
	raw, ok := config[key]
	if !ok {
		return nil
	}
	at := "#/textGenerationConfig/" + key
	f, ok := readNumber(raw)
	switch {
	case !ok:
		return []string{wrongType(at, "Number", raw)}
	case f < 0:
		return []string{fmt.Sprintf("%s: %v is not greater or equal to 0", at, f)}
	case f > 1:
		return []string{fmt.Sprintf("%s: %v is not less or equal to 1", at, f)}
	}
	*to = f
	return nil
}

func titanStops(config object, chat *Chat) (v []string) {
	const at = "#/textGenerationConfig/stopSequences"
	raw, ok := config["stopSequences"]
	if !ok {
		return nil
	}
	stops, ok := readArray(raw)
	if !ok {
		return []string{wrongType(at, "JSONArray", raw)}
	}
	for i, raw := range stops {
		s, ok := readString(raw)
		switch {
		case !ok:
			v = append(v, wrongType(fmt.Sprintf("%s/%d", at, i), "String", raw))
		case s == "":
			v = append(v, fmt.Sprintf("%s/%d: expected minLength: 1, actual: 0", at, i))
		default:
			chat.Stop = append(chat.Stop, s)
		}
	}
	return v
}

// titanTurns reads the conversation form that Amazon documents, lines that
// start with "User:" and "Bot:", the last of them an empty "Bot:". Any other
// text is one turn of the user.
func titanTurns(text string) []Turn {
	whole := []Turn{{Role: User, Parts: []Part{{Text: text}}}}
	open, ok := strings.CutSuffix(strings.TrimRight(text, " \n"), "Bot:")
	if !ok || !strings.HasPrefix(text, "User:") {
		return whole
	}
	var turns []Turn
	for _, line := range strings.Split(strings.TrimRight(open, "\n"), "\n") {
		role, said := titanLine(line)
		switch n := len(turns); {
		case role == "":
			turns[n-1].Parts[0].Text += "\n" + said
		case n > 0 && turns[n-1].Role == role, n == 0 && role == Assistant:
			return whole
		default:
			turns = append(turns, Turn{Role: role, Parts: []Part{{Text: said}}})
		}
	}
	if turns[len(turns)-1].Role != User {
		return whole
	}
	return turns
}

// titanLine returns who speaks in a line, "" when it continues the line before.
func titanLine(line string) (Role, string) {
	if said, ok := strings.CutPrefix(line, "User:"); ok {
		return User, strings.TrimSpace(said)
	}
	if said, ok := strings.CutPrefix(line, "Bot:"); ok {
		return Assistant, strings.TrimSpace(said)
	}
	return "", line
}

type titanAnswer struct {
	InputTokens *int64        `json:"inputTextTokenCount,omitempty"`
	Results     []titanResult `json:"results"`
}

type titanResult struct {
	Tokens *int64 `json:"tokenCount,omitempty"`
	Text   string `json:"outputText"`
	Reason string `json:"completionReason"`
}

func encodeTitan(r Result) ([]byte, error) {
	result := titanResult{Text: r.Text, Reason: "FINISH"}
	switch r.Stop {
	case StopLength:
		result.Reason = "LENGTH"
	case StopSequence:
		result.Reason = "STOP_CRITERIA_MET"
	case StopFiltered, StopRefused:
		result.Reason = "CONTENT_FILTERED"
	}
	var a titanAnswer
	if r.Usage.Known {
		a.InputTokens, result.Tokens = &r.Usage.InputTokens, &r.Usage.OutputTokens
	}
	a.Results = []titanResult{result}
	return encodeJSON(a)
}

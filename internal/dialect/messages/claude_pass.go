package messages

import (
	"airglow/internal/dialect/form"
	"airglow/internal/jsonbody"
)

// SamplingFor returns a request in the form of Anthropic's messages as the Claude of
// an id takes it, whose writer had an older one in mind. Of temperature and top_p the
// newer take one: what is the default says nothing and goes, a top_p of 0 asks for the
// likeliest answer, as temperature 0 does, and else the temperature stays. Nothing
// else of the body changes, not even its spaces; it is not modified itself.
func SamplingFor(modelID string, body []byte) []byte {
	if takesBoth(form.BaseID(modelID)) {
		return body
	}
	o, _ := jsonbody.Parse(body)
	temperature, warm := jsonbody.Number(o.Get("temperature"))
	topP, narrow := jsonbody.Number(o.Get("top_p"))
	switch {
	case !warm || !narrow:
		return body
	case topP == 0 && temperature != 0:
		return jsonbody.Without(jsonbody.With(body, "temperature", "0"), "top_p")
	case temperature == claudeTemperature && topP != 0 && topP != claudeTopP:
		return jsonbody.Without(body, "temperature")
	default:
		return jsonbody.Without(body, "top_p")
	}
}

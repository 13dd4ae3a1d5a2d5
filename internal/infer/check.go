package infer

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"strings"

	"airglow/internal/model"
)

// maxBedrockBody is InvokeModel's limit, in bytes.
const maxBedrockBody = 25_000_000

// checkBody refuses what the service would refuse, before it costs a call.
func checkBody(req model.Request) error {
	if req.Service != model.Bedrock {
		return nil
	}
	if len(req.Body) > maxBedrockBody {
		return &model.Error{
			Kind: model.TooLarge, Service: req.Service,
			Message: fmt.Sprintf("the request body for model %q has %d bytes, Bedrock takes at most %d; send a shorter text",
				req.Model, len(req.Body), maxBedrockBody),
		}
	}
	if !isJSON(req.ContentType) || json.Valid(req.Body) {
		return nil
	}
	return &model.Error{
		Kind: model.Invalid, Service: req.Service,
		Message: fmt.Sprintf("the request body for model %q is not valid JSON: %s; build it with JSON_OBJECT() instead of CONCAT()",
			req.Model, jsonFault(req.Body)),
	}
}

// isJSON reports whether a content type is JSON, as the empty one is.
func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json"))
}

// jsonFault says what is wrong with text and at which byte, counted from 1. It
// shows at most the one character that is wrong.
func jsonFault(text []byte) string {
	if len(text) == 0 {
		return "it is empty"
	}
	var value json.RawMessage
	err := json.Unmarshal(text, &value)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Sprintf("%s at byte %d of %d", syntax.Error(), syntax.Offset, len(text))
	}
	return "it cannot be read"
}

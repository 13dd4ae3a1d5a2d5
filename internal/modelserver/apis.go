package modelserver

import (
	"encoding/json"
	"fmt"
	"net/http"
)

type object = map[string]any

// writer writes a reply in an API's form.
type writer func(w http.ResponseWriter, q Question, reply Reply)

func apis() map[string]writer {
	return map[string]writer{
		"/api/chat":                 ollamaChat,
		"/api/generate":             ollamaGenerate,
		"/api/embed":                ollamaEmbed,
		"/v1/chat/completions":      openAIChat,
		"/v1/completions":           openAIComplete,
		"/v1/embeddings":            openAIEmbed,
		"/v1/messages":              anthropicChat,
		"/v1/messages/count_tokens": anthropicCount,
		"/tokenize":                 tokenize,
		"/v1/models":                listModels,
		"/api/tags":                 listModels,
		"/api/show":                 ollamaShow,

		"/v1/chat/completions/input_tokens": anthropicCount,
	}
}

// sendJSON writes an answer, half of it when it is to break.
func sendJSON(w http.ResponseWriter, reply Reply, answer any) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	body, err := json.Marshal(answer)
	if err != nil {
		panic(err)
	}
	if reply.Breaks {
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		body = body[:len(body)/2]
	}
	_, _ = w.Write(body)
}

// sendEvent writes one server-sent event; a name that is empty is left out.
func sendEvent(w http.ResponseWriter, name string, data any) {
	body, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	if name != "" {
		fmt.Fprintf(w, "event: %s\n", name)
	}
	fmt.Fprintf(w, "data: %s\n\n", body)
	_ = http.NewResponseController(w).Flush()
}

func (reply Reply) stop(ended, length string) string {
	if reply.Length {
		return length
	}
	return ended
}

// cut reports whether a stream has no end.
func (reply Reply) cut() bool { return reply.Breaks || reply.Ends }

func ollamaChat(w http.ResponseWriter, q Question, reply Reply) {
	end := object{"model": q.Model, "message": object{"role": "assistant", "content": ""}, "done": true, "done_reason": reply.stop("stop", "length")}
	if !reply.NoUsage {
		end["prompt_eval_count"], end["eval_count"] = len(q.Prompt), len(reply.Text)
	}
	if !q.Stream {
		end["message"] = object{"role": "assistant", "content": reply.Text, "thinking": reply.Thought}
		sendJSON(w, reply, end)
		return
	}
	line := func(l object) {
		_ = json.NewEncoder(w).Encode(l)
		_ = http.NewResponseController(w).Flush()
	}
	if reply.Thought != "" {
		line(object{"message": object{"role": "assistant", "thinking": reply.Thought}, "done": false})
	}
	for _, piece := range reply.pieces() {
		line(object{"message": object{"role": "assistant", "content": piece}, "done": false})
	}
	if !reply.cut() {
		line(end)
	}
}

func ollamaEmbed(w http.ResponseWriter, q Question, reply Reply) {
	answer := object{"model": q.Model, "embeddings": reply.vectors(q.Texts)}
	if !reply.NoUsage {
		answer["prompt_eval_count"] = bytesOf(q.Texts)
	}
	sendJSON(w, reply, answer)
}

func bytesOf(texts []string) (n int) {
	for _, text := range texts {
		n += len(text)
	}
	return n
}

func openAIChat(w http.ResponseWriter, q Question, reply Reply) {
	usage := object{"prompt_tokens": len(q.Prompt), "completion_tokens": len(reply.Text), "total_tokens": len(q.Prompt) + len(reply.Text)}
	finish := reply.stop("stop", "length")
	if !q.Stream {
		message := object{"role": "assistant", "content": reply.Text}
		if reply.Thought != "" {
			message["reasoning_content"] = reply.Thought
		}
		answer := object{"id": "chatcmpl-1", "object": "chat.completion", "model": q.Model,
			"choices": []object{{"index": 0, "message": message, "finish_reason": finish}}}
		if !reply.NoUsage {
			answer["usage"] = usage
		}
		sendJSON(w, reply, answer)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	chunk := func(delta object, finish any) {
		sendEvent(w, "", object{"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": q.Model,
			"choices": []object{{"index": 0, "delta": delta, "finish_reason": finish}}})
	}
	if reply.Thought != "" {
		chunk(object{"role": "assistant", "reasoning_content": reply.Thought}, nil)
	}
	for _, piece := range reply.pieces() {
		chunk(object{"content": piece}, nil)
	}
	if reply.cut() {
		return
	}
	chunk(object{}, finish)
	if !reply.NoUsage {
		sendEvent(w, "", object{"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": q.Model, "choices": []object{}, "usage": usage})
	}
	fmt.Fprint(w, "data: [DONE]\n\n")
}

func openAIEmbed(w http.ResponseWriter, q Question, reply Reply) {
	var data []object
	for i, vector := range reply.vectors(q.Texts) {
		data = append([]object{{"index": i, "object": "embedding", "embedding": vector}}, data...) // in no good order
	}
	answer := object{"object": "list", "model": q.Model, "data": data}
	if !reply.NoUsage {
		answer["usage"] = object{"prompt_tokens": bytesOf(q.Texts), "total_tokens": bytesOf(q.Texts)}
	}
	sendJSON(w, reply, answer)
}

func anthropicChat(w http.ResponseWriter, q Question, reply Reply) {
	message := object{"id": "msg_1", "type": "message", "role": "assistant", "model": q.Model, "content": []object{},
		"stop_reason": nil, "stop_sequence": nil, "usage": object{"input_tokens": len(q.Prompt), "output_tokens": 0}}
	stop := reply.stop("end_turn", "max_tokens")
	if !q.Stream {
		message["content"] = []object{{"type": "text", "text": reply.Text}}
		message["stop_reason"] = stop
		message["usage"] = object{"input_tokens": len(q.Prompt), "output_tokens": len(reply.Text)}
		if reply.NoUsage {
			delete(message, "usage")
		}
		sendJSON(w, reply, message)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	event := func(name string, data object) {
		data["type"] = name
		sendEvent(w, name, data)
	}
	event("message_start", object{"message": message})
	event("content_block_start", object{"index": 0, "content_block": object{"type": "text", "text": ""}})
	event("ping", object{})
	for _, piece := range reply.pieces() {
		event("content_block_delta", object{"index": 0, "delta": object{"type": "text_delta", "text": piece}})
	}
	if reply.cut() {
		return
	}
	event("content_block_stop", object{"index": 0})
	event("message_delta", object{"delta": object{"stop_reason": stop, "stop_sequence": nil}, "usage": object{"output_tokens": len(reply.Text)}})
	event("message_stop", object{})
}

func anthropicCount(w http.ResponseWriter, q Question, reply Reply) {
	sendJSON(w, reply, object{"input_tokens": len(q.Prompt)})
}

// isList reports whether a path has a list of models, which is got, not posted to.
func isList(path string) bool { return path == "/v1/models" || path == "/api/tags" }

// Model is the model that the server lists.
const Model = "small"

func listModels(w http.ResponseWriter, q Question, reply Reply) {
	if q.Path == "/api/tags" {
		sendJSON(w, reply, object{"models": []object{{"name": Model, "model": Model}}})
		return
	}
	sendJSON(w, reply, object{"object": "list", "data": []object{{"id": Model, "object": "model", "owned_by": "test"}}})
}

func ollamaShow(w http.ResponseWriter, q Question, reply Reply) {
	if q.Model != Model {
		http.Error(w, fmt.Sprintf(`{"error":"model '%s' not found"}`, q.Model), http.StatusNotFound)
		return
	}
	sendJSON(w, reply, object{"capabilities": []string{"completion"}, "details": object{"family": "llama"}})
}

func tokenize(w http.ResponseWriter, q Question, reply Reply) {
	sendJSON(w, reply, object{"count": len(q.Prompt), "tokens": make([]int, len(q.Prompt))})
}

package modelserver

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// ollamaGenerate goes on from a prompt as it stands.
func ollamaGenerate(w http.ResponseWriter, q Question, reply Reply) {
	end := object{"model": q.Model, "response": "", "done": true, "done_reason": reply.stop("stop", "length")}
	if !reply.NoUsage {
		end["prompt_eval_count"], end["eval_count"] = len(q.Prompt), len(reply.Text)
	}
	if !q.Stream {
		end["response"] = reply.Text
		sendJSON(w, reply, end)
		return
	}
	for _, piece := range reply.pieces() {
		_ = json.NewEncoder(w).Encode(object{"response": piece, "done": false})
	}
	if !reply.cut() {
		_ = json.NewEncoder(w).Encode(end)
	}
}

func openAIComplete(w http.ResponseWriter, q Question, reply Reply) {
	usage := object{"prompt_tokens": len(q.Prompt), "completion_tokens": len(reply.Text), "total_tokens": len(q.Prompt) + len(reply.Text)}
	answer := func(text string, finish any) object {
		return object{"id": "cmpl-1", "object": "text_completion", "model": q.Model,
			"choices": []object{{"index": 0, "text": text, "logprobs": nil, "finish_reason": finish}}}
	}
	finish := reply.stop("stop", "length")
	if !q.Stream {
		whole := answer(reply.Text, finish)
		if !reply.NoUsage {
			whole["usage"] = usage
		}
		sendJSON(w, reply, whole)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for _, piece := range reply.pieces() {
		sendEvent(w, "", answer(piece, nil))
	}
	if reply.cut() {
		return
	}
	sendEvent(w, "", answer("", finish))
	if !reply.NoUsage {
		sendEvent(w, "", object{"id": "cmpl-1", "object": "text_completion", "model": q.Model, "choices": []object{}, "usage": usage})
	}
	fmt.Fprint(w, "data: [DONE]\n\n")
}

package dialect_test

import (
	"testing"

	"airglow/internal/dialect"
	"airglow/internal/model"
)

func TestLenientPassesOverUnknownMembers(t *testing.T) {
	body := []byte(`{"inputText":"Hi","surplus":{"a":[1]}}`)
	req := model.Request{Service: model.Bedrock, Model: titan, Body: body}
	strict, _ := dialect.ForRequest(req)
	if _, err := strict.DecodeChat(body); model.KindOf(err) != model.Invalid {
		t.Errorf("strict: %v", err)
	}
	req.Lenient = true
	lenient, _ := dialect.ForRequest(req)
	chat, err := lenient.DecodeChat(body)
	if err != nil || chat.Turns[0].Text() != "Hi" {
		t.Errorf("lenient: %+v, %v", chat, err)
	}
	if _, err := lenient.DecodeChat([]byte(`{"surplus":1}`)); model.KindOf(err) != model.Invalid {
		t.Errorf("lenient, without what is required: %v", err)
	}
}

package infer

import (
	"testing"

	"airglow/internal/model"
)

// TestSpilledKeysThatBeginAlike: an input is not given the answer of another whose key
// begins as its own.
func TestSpilledKeysThatBeginAlike(t *testing.T) {
	s := spill{dir: t.TempDir()}
	defer s.close()
	first, second := model.Key{1, 2, 3}, model.Key{1, 2, 3}
	second[20] = 9
	s.put(&entry{key: first, answer: Answer{Response: model.Response{Body: []byte("one")}}, claimed: true, batched: true})
	s.put(&entry{key: second, answer: Answer{Response: model.Response{Body: []byte("two")}}})
	s.claim(first)
	if s.get(&entry{key: second}) {
		t.Error("the second was found")
	}
	got := &entry{key: first}
	if !s.get(got) || string(got.answer.Response.Body) != "one" || !got.claimed || !got.batched {
		t.Errorf("the first was found as %+v", got)
	}
}

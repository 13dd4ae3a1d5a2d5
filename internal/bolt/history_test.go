package bolt_test

import (
	"context"
	"testing"
	"time"

	"airglow/internal/ledger"
)

// History has the sums of all calls and some of them, by function and model.
func TestHistory(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	record(t, s, attempt(1, "a"), noon.Add(time.Second))
	record(t, s, attempt(1, "bb", "cc"), noon.Add(2*time.Second))
	failed := attempt(1, "d")
	if err := s.Begin(context.Background(), failed); err != nil {
		t.Fatal(err)
	}
	failed.State, failed.Ended = ledger.Failed, noon
	if err := s.End(context.Background(), failed); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	s = open(t, dir)
	defer closeStore(t, s)
	asked := ledger.Called{Function: "shop.ask", Provider: "p", Model: "m"}
	other := ledger.Called{Function: "shop.other", Provider: "p", Model: "m"}
	found, err := s.History([]ledger.Called{asked, other})
	if err != nil {
		t.Fatal(err)
	}
	if h := found[other]; h.Calls != 0 || len(h.Examples) != 0 {
		t.Errorf("%+v", h)
	}
	h := found[asked]
	if h.Calls != 3 || h.Tokens.InputTokens != 30 || h.Tokens.OutputTokens != 15 || len(h.Examples) != 3 {
		t.Fatalf("%+v", h)
	}
	if mean, ok := h.AnswerBytes(); !ok || mean < 2 || mean != (h.Examples[0].Answer+h.Examples[1].Answer+h.Examples[2].Answer)/3 {
		t.Errorf("answers have %d bytes in %+v", mean, h.Examples)
	}
	if newest, oldest := h.Examples[0], h.Examples[2]; newest.Bytes != 2 || newest.Took != time.Second || oldest.Bytes != 1 || oldest.Took != time.Second || !oldest.Usage.Known {
		t.Errorf("%+v", h.Examples)
	}
}

// Used is what a statement has used while it runs.
func TestUsed(t *testing.T) {
	s := open(t, t.TempDir())
	defer closeStore(t, s)
	st := &ledger.Statement{User: "ada@%", Digest: "x"}
	if err := s.BeginStatement(st, nil); err != nil {
		t.Fatal(err)
	}
	record(t, s, attempt(st.ID, "a"), noon)
	if u, ok := s.Used(st.ID); !ok || u.Calls != 1 || u.Cost != ledger.Dollars(0.01) {
		t.Errorf("%+v, %t", u, ok)
	}
	if _, ok := s.Used(st.ID + 1); ok {
		t.Error("a statement that there is not has used something")
	}
}

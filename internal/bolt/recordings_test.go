package bolt_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"airglow/internal/bolt"
	"airglow/internal/ledger"
	"airglow/internal/model"
)

func recordedAnswer(body, answer string) ledger.Recorded {
	return ledger.Recorded{
		Function: "shop.ask", At: noon, Request: model.Request{Service: model.Bedrock, Model: "m", Body: []byte(body)},
		Response: model.Response{Body: []byte(answer), Provider: "p", Model: "m-2"},
	}
}

func TestRecordings(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	const many = 1200 // more than a page
	for i := range many {
		if err := s.KeepAll("big", []ledger.Recorded{recordedAnswer(fmt.Sprint(i), "a")}); err != nil {
			t.Fatal(err)
		}
		if i == 3 { // the rest together
			list := make([]ledger.Recorded, 0, many)
			for n := i + 1; n < many; n++ {
				list = append(list, recordedAnswer(fmt.Sprint(n), "a"))
			}
			if err := s.KeepAll("big", list); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	for _, answer := range []string{"old", "new"} {
		if err := s.Keep("small", recordedAnswer("q", answer)); err != nil {
			t.Fatal(err)
		}
	}
	closeStore(t, s)
	s = open(t, dir)
	defer closeStore(t, s)
	list, err := s.Recordings()
	if err != nil || len(list) != 2 || list[0].Name != "big" || list[0].Answers != many || list[1].Answers != 1 || !list[1].First.Equal(noon) {
		t.Errorf("%+v, %v", list, err)
	}
	want := recordedAnswer("q", "new")
	if r, ok, err := s.Recall("small", want.Function, want.Request); !ok || err != nil || string(r.Response.Body) != "new" {
		t.Errorf("%+v, %t, %v", r, ok, err)
	}
	for _, c := range [][2]string{{"big", "shop.ask"}, {"none", "shop.ask"}, {"small", "shop.other"}} {
		if _, ok, err := s.Recall(c[0], c[1], want.Request); ok || err != nil {
			t.Errorf("%v: %t, %v", c, ok, err)
		}
	}
	for _, was := range []bool{true, false} {
		if found, err := s.DropRecording("big"); found != was || err != nil {
			t.Errorf("%t, %v", found, err)
		}
	}
}

// A recording is as secret as the ledger's bodies, and as little kept.
func TestRecordingsAreSealed(t *testing.T) {
	dir := t.TempDir()
	secret := bytes.Repeat([]byte{7}, 32)
	s := open(t, dir, func(o *bolt.Options) { o.Secret = secret })
	r := recordedAnswer("a question", "an answer")
	if err := s.Keep("r", r); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	if file, err := os.ReadFile(filepath.Join(dir, "ledger")); err != nil || bytes.Contains(file, []byte("an answer")) {
		t.Errorf("the file has the answer, or %v", err)
	}
	s = open(t, dir)
	if _, ok, err := s.Recall("r", r.Function, r.Request); ok || err == nil {
		t.Errorf("without the secret: %t, %v", ok, err)
	}
	closeStore(t, s)
	s = open(t, t.TempDir(), func(o *bolt.Options) { o.Bodies = false })
	defer closeStore(t, s)
	if err := s.Keep("r", r); !errors.Is(err, bolt.ErrNoBodies) {
		t.Error(err)
	}
}

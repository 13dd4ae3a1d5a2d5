package server

import (
	"strings"
	"testing"
)

func changeUserPayload(r changeUserRequest, answer string) []byte {
	b := append([]byte{comChangeUser}, r.user...)
	b = append(append(b, 0, byte(len(answer))), answer...)
	b = append(append(b, r.database...), 0, r.charset, 0)
	return append(append(b, r.plugin...), 0)
}

func TestParseChangeUser(t *testing.T) {
	want := changeUserRequest{user: "alice", database: "d", plugin: "caching_sha2_password", charset: 45}
	payload := changeUserPayload(want, strings.Repeat("\x00x", 16))
	got, err := parseChangeUser(payload)
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	short := payload[:1+len("alice\x00")+1+32+len("d\x00")]
	if got, err := parseChangeUser(short); err != nil || got.database != "d" || got.plugin != "" {
		t.Errorf("without character set: %+v, %v", got, err)
	}
	for n := 1; n < len(short); n++ {
		if _, err := parseChangeUser(payload[:n]); err == nil {
			t.Errorf("the first %d bytes are taken", n)
		}
	}
}

func FuzzParseChangeUser(f *testing.F) {
	f.Add(changeUserPayload(changeUserRequest{user: "u", database: "d", plugin: "p"}, "answer"))
	f.Add([]byte{comChangeUser, 0, 255})
	f.Fuzz(func(t *testing.T, payload []byte) {
		if len(payload) == 0 {
			t.Skip("the wire looks at the first byte before it asks")
		}
		r, err := parseChangeUser(payload)
		if err == nil && len(r.user)+len(r.database)+len(r.plugin) > len(payload) {
			t.Errorf("%+v of %d bytes", r, len(payload))
		}
	})
}

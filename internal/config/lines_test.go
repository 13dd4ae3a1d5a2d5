package config

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// However a file is laid out, a mistake has the line of its key, or else of its table.
func TestPlaces(t *testing.T) {
	const file = `data = "x" # [[providers]]
[[ providers ]] # the first
name = "a"
[[models]]
match = "m"
parameters = { name = 1,
  url = 2 }
[[providers]]

  "url" = "x"
key-file.x = 1
[providers.headers]
name = "not the provider's"
[[models]]
match = ["
[ 'no header' ],
"]
fallbacks = [
  { provider = "x" },
]
[[models.more.of]]
target = 1
`
	for _, tc := range []struct {
		list   string
		number int
		key    string
		want   int
	}{
		{"providers", 1, "name", 3}, {"providers", 1, "url", 2}, {"providers", 2, "url", 10}, {"providers", 2, "key-file", 11},
		{"providers", 2, "headers", 12}, {"providers", 2, "name", 8}, {"providers", 3, "name", 99},
		{"models", 1, "parameters", 6}, {"models", 2, "fallbacks", 18}, {"models", 2, "more", 21}, {"models", 2, "target", 14},
	} {
		if got := placesOf(file, tc.list, tc.number).of(keyed{tc.key, errors.New("x")}, 99); got != tc.want {
			t.Errorf("%s of %s %d is in line %d, want %d", tc.key, tc.list, tc.number, got, tc.want)
		}
	}
}

func FuzzPlaces(f *testing.F) {
	f.Add("[[models]]\na = 1\n[models.b]\n[[models]]", 2)
	f.Fuzz(func(t *testing.T, text string, number int) {
		p := placesOf(text, "models", number)
		lines := strings.Count(text, "\n") + 1
		for key, line := range p.keys {
			if line <= p.header || line > lines || p.header == 0 {
				t.Errorf("%s in line %d of %d, header %d", key, line, lines, p.header)
			}
		}
	})
}

// A mistake that is found when the provider is set up has its place as well.
func TestProviderFault(t *testing.T) {
	c, err := load(t, "\n[[providers]]\nname = 'a'\nkind = 'openai'\nurl = 'not a url'\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.ProviderFault(0, "url", errors.New("url: wrong")).Error(); got != "airglow.toml:5: [[providers]] table 1: url: wrong" {
		t.Error(got)
	}
	made := &Config{Providers: []Provider{{Name: "bedrock"}}}
	if got := made.ProviderFault(0, "", made.Providers[0].Check()).Error(); !strings.HasPrefix(got, "[[providers]] table 1: name: bedrock is the name") {
		t.Error(got)
	}
}

// Nothing secret of an address is shown.
func TestAddressesAreMasked(t *testing.T) {
	for address, want := range map[string]string{
		"http://127.0.0.1:11434":                 "http://127.0.0.1:11434",
		"http://user:secretpw@h/v1":              "http://********@h/v1",
		"https://h/v1?api-key=sekret&b=sekret#s": "https://h/v1?api-key=********&b=********",
		"https://user:secretpw@h:port":           "********",
		"user:secretpw@h":                        "********",
		"not a url":                              "not a url",
		"":                                       "",
	} {
		if got := maskURL(address); got != want {
			t.Errorf("%s is shown as %s, want %s", address, got, want)
		}
	}
	c, err := load(t, "[aws]\nbedrock-endpoint = 'https://h?api-key=sekret'\n[[providers]]\nname = 'a'\nkind = 'openai'\nurl = 'http://user:secretpw@h/?api-key=sekret'\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	var shown bytes.Buffer
	if err := c.Show(&shown); err != nil || strings.Contains(shown.String(), "sekret") || strings.Contains(shown.String(), "secretpw") {
		t.Errorf("%s, %v", shown.String(), err)
	}
}

package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestProviders(t *testing.T) {
	keyFile := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(keyFile, []byte("sk-from-a-file\r\nmore"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := load(t, "[[providers]]\nname = 'local'\nkind = 'ollama'\nurl = 'http://127.0.0.1:11434'\ncontext-size = 4096\nkeep-alive = '5m'\n"+
		"[[providers]]\nname = 'cloud'\nkind = 'openai'\nurl = 'https://x/v1'\nkey-env = 'CLOUD_KEY'\ntimeout = '90s'\nallow-http = true\n"+
		"allow-addresses = ['169.254.7.0/24', 'fe80::1']\nheaders = { 'X-Project' = 'p1' }\n"+
		"[[providers]]\nname = 'claude'\nkind = 'anthropic'\nurl = 'https://y'\nkey-file = '"+keyFile+"'\nkey-header = 'X-Key'\n",
		[]string{"CLOUD_KEY=sk-from-the-environment"})
	if err != nil || len(c.Providers) != 3 {
		t.Fatalf("%+v, %v", c, err)
	}
	local, cloud, claude := c.Providers[0], c.Providers[1], c.Providers[2]
	if local.ContextSize != 4096 || local.KeepAlive != 5*time.Minute || local.Key != "" || local.KeySetting() != "" {
		t.Errorf("local: %+v", local)
	}
	if cloud.Key.Reveal() != "sk-from-the-environment" || cloud.KeySetting() != `key-env = "CLOUD_KEY"` || cloud.Timeout != 90*time.Second ||
		!cloud.AllowHTTP || len(cloud.Prefixes()) != 2 || cloud.Prefixes()[1].String() != "fe80::1/128" || cloud.Headers["X-Project"] != "p1" {
		t.Errorf("cloud: %+v", cloud)
	}
	if claude.Key.Reveal() != "sk-from-a-file" || claude.KeyHeader != "X-Key" || !strings.HasPrefix(claude.KeySetting(), "key-file") {
		t.Errorf("claude: %+v", claude)
	}
	checkNoKeyIsShown(t, c)
}

// checkNoKeyIsShown looks for the keys in everything that can be printed of a
// configuration, and reads back what Show prints.
func checkNoKeyIsShown(t *testing.T, c *Config) {
	t.Helper()
	var shown bytes.Buffer
	if err := c.Show(&shown); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{shown.String(), string(text), fmt.Sprintf("%v %+v %#v", *c, c.Providers, c.Providers)} {
		if strings.Contains(printed, "sk-from") || strings.Contains(printed, `"p1"`) {
			t.Errorf("a secret is in %s", printed)
		}
	}
	again, err := load(t, shown.String(), []string{"CLOUD_KEY=sk-from-the-environment"})
	if err != nil {
		t.Fatalf("%v in\n%s", err, shown.String())
	}
	again.Providers[1].Headers = c.Providers[1].Headers
	for i := range again.Providers {
		again.Providers[i].places = c.Providers[i].places
	}
	if fmt.Sprintf("%+v", again.Providers) != fmt.Sprintf("%+v", c.Providers) {
		t.Errorf("Show gives back\n%+v\nof\n%+v", again.Providers, c.Providers)
	}
}

func TestFaultyProviders(t *testing.T) {
	const head = "[[providers]]\nname = 'a'\nkind = 'openai'\nurl = 'https://x'\n"
	for file, want := range map[string]string{
		head + "key = 'sk-in-plain'":                       `airglow.toml:5: [[providers]] table 1: key: a key in this file is read by all who may read the file or a copy of it; write key-env = "NAME" for an environment variable that holds it, or key-file = "PATH" for a file of its own`,
		"[[providers]]\nkind = 'openai'":                   `airglow.toml:1: [[providers]] table 1: name: "" is not a lower-case word that the model map can name`,
		"[[providers]]\nname = 'bedrock'\nkind = 'openai'": `airglow.toml:2: [[providers]] table 1: name: bedrock is the name of a provider that needs no table; take another name`,
		"[[providers]]\nname = 'A b'":                      `airglow.toml:2: [[providers]] table 1: name: "A b" is not a lower-case word that the model map can name`,
		"[[providers]]\nname='a'\nkind='x'":                `airglow.toml:3: [[providers]] table 1: kind: "x" is not one of openai, ollama, anthropic`,
		"[[providers]]\nname='a'\nkind='ollama'":           `airglow.toml:1: [[providers]] table 1: url is missing; write where the server's API begins, such as http://127.0.0.1:11434`,
		head + "key-env = 'NO_SUCH'":                       `airglow.toml:5: [[providers]] table 1: key-env: the environment variable NO_SUCH is not set`,
		head + "key-file = '/nosuch'":                      `airglow.toml:5: [[providers]] table 1: key-file: open /nosuch: no such file or directory`,
		head + "key-file = '/dev/null'":                    `airglow.toml:5: [[providers]] table 1: key-file: the first line of /dev/null is empty`,
		head + "key-env = 'A'\nkey-file='b'":               `airglow.toml:6: [[providers]] table 1: key-env and key-file are both set; leave one out`,
		head + "context-size = 1":                          `airglow.toml:5: [[providers]] table 1: context-size and keep-alive are for kind ollama; other servers are told when they start`,
		head + head:                                        `airglow.toml:6: [[providers]] table 2: name: there is a provider "a" already`,
		head + "allow-addresses = ['x']":                   `airglow.toml:5: [[providers]] table 1: allow-addresses: "x" is neither an address nor a prefix such as 169.254.7.0/24`,
		head + "allow-addresses = 'x'":                     `airglow.toml:5: [[providers]] table 1: allow-addresses: write a list of texts, such as ["169.254.7.0/24"]`,
		head + "headers = { X-API-Key = 'k' }":             `airglow.toml:5: [[providers]] table 1: headers: a key does not belong into X-API-Key here; write key-env or key-file, and key-header if the server wants it there`,
		head + "headers = { A = 1 }":                       `airglow.toml:5: [[providers]] table 1: headers: write headers with texts, such as { "X-Project" = "p1" }`,
		head + "timeout = 5":                               `airglow.toml:5: [[providers]] table 1: timeout: write a text in quotes`,
		head + "allow_http = true":                         `airglow.toml:5: [[providers]] table 1: unknown key "allow_http"; write allow-http`,
		"[providers]\nname = 'a'":                          `airglow.toml:1: providers: write one [[providers]] for each provider`,
	} {
		if _, err := load(t, file, nil); err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", file, err, want)
		}
	}
}

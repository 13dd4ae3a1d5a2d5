package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
)

// The reference, its comment signs removed, is a file that changes nothing.
func TestReferenceIsTheDefaults(t *testing.T) {
	var b bytes.Buffer
	if err := Reference(&b); err != nil {
		t.Fatal(err)
	}
	if c, err := load(t, b.String(), nil); err != nil || c.File == "" || len(c.sources) != 0 {
		t.Errorf("as it stands: %+v, %v", c, err)
	}
	active := regexp.MustCompile(`(?m)^#([\[a-z])`).ReplaceAllString(b.String(), "$1")
	c, err := load(t, active, nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, active)
	}
	defaults, err := load(t, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range options() {
		if o.text(c) != o.text(defaults) || c.Source(o.key) != "file" {
			t.Errorf("%s: %q from %s, default %q", o.key, o.text(c), c.Source(o.key), o.text(defaults))
		}
		for _, name := range []string{"--" + o.flag() + ",", o.env() + "\n"} {
			if !strings.Contains(b.String(), name) {
				t.Errorf("the reference lacks %s", name)
			}
		}
	}
	if len(c.Models) != 1 {
		t.Errorf("models %+v", c.Models)
	}
}

// What Show prints is a file that gives the same configuration.
func TestShow(t *testing.T) {
	file := "data = 'a \"b\" \\ c'\nroot-password = 'pri\"vate'\n[[models]]\nmatch = \"x\\u0001\"\nprovider = 'builtin'\n"
	c, err := load(t, file, []string{"AIRGLOW_AWS_REGION=us-east-1"}, "--listen=0.0.0.0:1")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := c.Show(&b); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"# file: airglow.toml\n", `listen = "0.0.0.0:1"  # --listen` + "\n", `region = "us-east-1"  # AIRGLOW_AWS_REGION`,
		`root-password = "********"  # file`, "max-connections = 151  # default\n",
	} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("no line %q in\n%s", line, b.String())
		}
	}
	if strings.Contains(b.String(), "pri") && strings.Contains(b.String(), "vate\"") {
		t.Error("shows the password")
	}
	again, err := load(t, b.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range options() {
		if o.text(again) != o.text(c) {
			t.Errorf("%s: %q became %q", o.key, o.text(c), o.text(again))
		}
	}
	for i := range again.Models {
		again.Models[i].Line = c.Models[i].Line
	}
	if fmt.Sprint(again.Models) != fmt.Sprint(c.Models) {
		t.Errorf("models %+v", again.Models)
	}
}

func TestSecretIsNeverShown(t *testing.T) {
	c := Config{RootPassword: "private"}
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "password", c.RootPassword, "config", c)
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprintf("%v %+v %#v %s %q", c, c, c, c.RootPassword, c.RootPassword), string(text), logged.String()} {
		if strings.Contains(shown, "private") {
			t.Errorf("shown in %s", shown)
		}
	}
	if c.RootPassword.Reveal() != "private" || Secret("").String() != "" {
		t.Error("the secret is lost")
	}
}

func TestUsageNamesEveryFlag(t *testing.T) {
	var b bytes.Buffer
	if err := Usage(&b); err != nil {
		t.Fatal(err)
	}
	for _, o := range options() {
		if !strings.Contains(b.String(), "--"+o.flag()+"\n") {
			t.Errorf("no --%s", o.flag())
		}
	}
}

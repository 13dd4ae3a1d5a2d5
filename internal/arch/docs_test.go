package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"airglow/internal/config"
	"airglow/internal/model"
)

// The reference stands in the page between these lines.
const (
	referenceStart = "<!-- reference -->\n\n```toml\n"
	referenceEnd   = "```\n\n<!-- end of reference -->"
)

var (
	link       = regexp.MustCompile(`\]\(([^)#\s]+)(?:#[^)]*)?\)`)
	makeTarget = regexp.MustCompile("`make ([a-z-]+)")
	definition = regexp.MustCompile(`(?m)^([a-z-]+):`)
	mentioned  = regexp.MustCompile("`((?:internal|cmd|examples|docs|test)/[A-Za-z0-9_./-]*)`")
)

// pages are the documents, by their path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "examples/*/*.md"} {
		names, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			texts[name] = string(text)
		}
	}
	if len(texts) < 5 {
		t.Fatalf("only %d pages found", len(texts))
	}
	return texts
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	for name, text := range pages(t) {
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(match[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), match[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", name, match[1])
			}
		}
	}
}

func TestEveryPathThatPagesMentionExists(t *testing.T) {
	for name, text := range pages(t) {
		for _, match := range mentioned.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(root, match[1])); err != nil {
				t.Errorf("%s speaks of %s, which is not there", name, match[1])
			}
		}
	}
}

func TestEveryMakeTargetThatPagesNameExists(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{}
	for _, match := range definition.FindAllStringSubmatch(string(text), -1) {
		targets[match[1]] = true
	}
	for name, text := range pages(t) {
		for _, match := range makeTarget.FindAllStringSubmatch(text, -1) {
			if !targets[match[1]] {
				t.Errorf("%s names make %s, which the Makefile does not have", name, match[1])
			}
		}
	}
}

func TestThePageHasEveryOption(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), referenceStart)
	page, _, ends := strings.Cut(rest, referenceEnd)
	if !ok || !ends {
		t.Fatal("docs/configuration.md has lost the marks around its reference")
	}
	var current strings.Builder
	if err := config.Reference(&current); err != nil {
		t.Fatal(err)
	}
	if page != current.String() {
		t.Error("docs/configuration.md does not have the options as they are; run make docs")
	}
}

// The page about errors names each of our own numbers and each kind of failure.
func TestThePageHasEveryFailure(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs/errors.md"))
	if err != nil {
		t.Fatal(err)
	}
	for number, name := range ownNumbers(t) {
		if !strings.Contains(string(text), "| "+number+" |") {
			t.Errorf("docs/errors.md does not have %s, %s", number, name)
		}
	}
	for kind := model.Internal; !strings.HasPrefix(kind.String(), "kind "); kind++ {
		if !strings.Contains(string(text), "\n| "+kind.String()+" |") {
			t.Errorf("docs/errors.md does not have the kind %q", kind)
		}
	}
}

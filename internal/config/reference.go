package config

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// providersReference and modelsReference are what the table does not hold.
const providersReference = `
# The model servers that the model map can name beside Amazon's services and the
# built-in models, one table each. In the file alone.
#[[providers]]
#name = "local"                 # what the model map calls it
#kind = "ollama"                # the API that it speaks: openai, ollama or anthropic
#url = "http://127.0.0.1:11434" # where its API begins; with openai that mostly ends in /v1
#key-env = ""                   # environment variable that holds the key; read at start
#key-file = ""                  # or a file that holds it in its first line
#key-header = ""                # header that the key goes into; empty for the kind's own
#headers = {}                   # further headers, such as { "X-Project" = "p1" }
#timeout = "10m0s"              # time limit of one request, beside that of the call
#allow-http = false             # allow http to other machines than this
#allow-addresses = []           # link-local or other refused addresses that may be reached
#context-size = 0               # ollama: room for prompt and answer, in tokens; 0 is 8192
#keep-alive = "0s"              # ollama: how long a model stays loaded; 0 is the server's own
`

const modelsReference = `
# The model map: which provider answers which model, in this order, the first
# match first. Without a rule, the AWS services answer once aws.region is set;
# otherwise nobody does. In the file alone.
#[[models]]
#match = "amazon.titan-text-*"  # model id, endpoint name or operation; * and ? are wildcards
#provider = "builtin"           # who answers
#target = ""                    # the provider's model; empty for the same id
#service = ""                   # Bedrock, SageMaker, Comprehend, or empty for any
#max-concurrency = 0            # calls under way at one model, to 10000; 0 is ml.max-concurrency
#calls-per-minute = 0           # the quota of one model, to 10000000; 0 is none
#tokens-per-minute = 0          # its quota of tokens, to 1000000000; 0 is none
#timeout-ms = 0                 # limit of a call without TIMEOUT_MS, 100 to 3600000; 0 is aurora_ml_inference_timeout
#lenient = false                # let bodies have members that their model does not know
#prompt-mode = "turns"          # a prompt in a model's template: turns reads it and sends a chat, raw sends it as it stands
#parameters = {}                # settings for the provider's server, such as { seed = 7 }; the body's own go over them
#fallbacks = []                 # who answers when the provider cannot, such as [ { provider = "local", target = "qwen3:4b" } ]
`

// Reference writes every option with its help, flag, environment variable and
// default, as a configuration file in which every line is a comment.
func Reference(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Airglow's configuration. A flag goes over the environment, the environment\n" +
		"# over this file, this file over the defaults, which it shows. It is read\n" +
		"# from --" + fileFlag + ", " + fileEnv + ", or ./" + defaultFile + " if that exists.\n")
	section := ""
	for _, o := range options() {
		if o.section() != section {
			section = o.section()
			fmt.Fprintf(&b, "\n[%s]\n", section)
		}
		fmt.Fprintf(&b, "\n# %s.\n# --%s, %s\n#%s = %s\n", capital(o.help), o.flag(), o.env(), o.name(), o.quoted(o.preset))
	}
	b.WriteString(providersReference)
	b.WriteString(modelsReference)
	_, err := io.WriteString(w, b.String())
	return err
}

// Show writes the effective values, and where each comes from, as a
// configuration file; secrets as asterisks.
func (c *Config) Show(w io.Writer) error {
	var b strings.Builder
	if c.File != "" {
		fmt.Fprintf(&b, "# file: %s\n", c.File)
	}
	section := ""
	for _, o := range options() {
		if o.section() != section {
			section = o.section()
			fmt.Fprintf(&b, "\n[%s]\n", section)
		}
		fmt.Fprintf(&b, "%s = %s  # %s\n", o.name(), o.quoted(o.shown(c)), c.Source(o.key))
	}
	for _, p := range c.Providers {
		b.WriteString("\n[[providers]]\n")
		for _, k := range p.keys() {
			b.WriteString(k.line() + "\n")
		}
	}
	for _, r := range c.Models {
		b.WriteString("\n[[models]]\n")
		for _, k := range r.keys() {
			b.WriteString(k.line() + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Usage writes the flags, for a command's help.
func Usage(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "  --%s FILE\n        configuration file (%s; default ./%s if it exists)\n", fileFlag, fileEnv, defaultFile)
	for _, o := range options() {
		fmt.Fprintf(&b, "  --%s\n        %s (%s", o.flag(), o.help, o.env())
		if o.preset != "" {
			fmt.Fprintf(&b, "; default %s", o.preset)
		}
		b.WriteString(")\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// quoted is a value as TOML.
func (o option) quoted(value string) string {
	switch o.field(&Config{}).(type) {
	case *int, *bool:
		return value
	default:
		return quote(value)
	}
}

// quote is a TOML basic string. Go's and TOML's escapes agree on the printable
// ones; the others are written by code point.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case !strconv.IsPrint(r):
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
